"""Which tests an entry of the quarantine excuses."""

import pytest
from msgspec.structs import replace
from tests.support.builders import compared, leg, policy, with_legs

from readygate.compare import ComparisonOptions
from readygate.compare.classify_failures import FailureCriteria
from readygate.model.policy import Quarantine, class_and_name_fit, quarantined
from readygate.model.results import TestId


@pytest.mark.parametrize(
    ("pattern", "class_name", "name", "expected"),
    [
        ("A::t", "A", "t", True),
        ("A::*", "A", "t", True),
        ("A::t", "A", "t (#2)", True),
        ("A::*", "A::B", "t", False),
        ("A::B::t", "A::B", "t", True),
        ("A::t", "B", "A::t", False),
        ("*::t", "B", "A::t", False),
        ("A::t", "", "A::t", True),
        ("*t*", "A", "t", True),
        ("s::A::t", "A", "t", True),
        ("re:^A::t", "A", "t", True),
    ],
)
def test_class_and_name_are_matched_apart(pattern: str, class_name: str, name: str, expected: bool) -> None:
    assert class_and_name_fit((pattern,))(TestId("s", class_name, name)) is expected


def test_a_test_that_the_change_adds_is_never_in_quarantine() -> None:
    entry = Quarantine(tests=("A::*",), reason="it is slow", expires="2027-01-01")
    fits = quarantined(replace(policy(), quarantine=(entry,)), "2026-12-01")
    options = ComparisonOptions(failures=FailureCriteria(quarantined=fits))

    tests = compared(
        with_legs(leg({"A": {"old": "f", "new": "f"}})), with_legs(leg({"A": {"old": "p"}})), options=options
    ).tests

    assert [change.id.name for change in tests.quarantined] == ["old"]
    assert [change.id.name for change in tests.new_failures] == ["new"]
