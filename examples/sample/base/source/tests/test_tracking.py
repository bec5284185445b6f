from postage.tracking import latest


def test_latest_event():
    assert latest(["accepted", "sorted"]) == "sorted"


def test_messages_out_of_order():
    assert latest(["delivered", "sorted"]) == "delivered"


def test_no_known_event():
    assert latest(["lost in space"]) == "unknown"
