import pytest

from postage.tracking import late, latest


def test_latest_event():
    assert latest(["accepted", "sorted"]) == "sorted"


@pytest.mark.skip(reason="the new feed keeps the order")
def test_messages_out_of_order():
    assert latest(["delivered", "sorted"]) == "delivered"


def test_no_known_event():
    assert latest(["lost in space"]) == "unknown"


def test_late_within_the_country():
    assert late(3, "home")


def test_in_time_nearby():
    assert not late(5, "near")
