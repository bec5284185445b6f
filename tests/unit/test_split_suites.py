"""Failing tests that move from one part of a split suite to another."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace
from tests.support.builders import baseline, compared, leg, with_legs

from readygate.model.results import FailureDetail, Outcome, TestId
from readygate.model.snapshot import HeadRun
from readygate.snapshot.failure_cause import failure_cause


def shards(first: str, second: str, *, message: str, suites: tuple[str, str]) -> HeadRun:
    """Return a run in two suites: the tests by their letters, where `F` fails."""
    details: dict[tuple[TestId, str], FailureDetail] = {}
    legs = []
    for group, letters in zip(suites, (first, second), strict=True):
        names = {f"test_{letter.lower()}": "f" if letter == "F" else "p" for letter in letters}
        legs.append(leg({"m": names}, group=group))
        if "F" in letters:
            details[TestId(group, "m", "test_f"), ""] = FailureDetail(
                class_name="m", name="test_f", outcome=Outcome.FAILED, type="ValueError", message=message
            )
    return with_causes(with_legs(*legs), details)


def with_causes(run: HeadRun, details: Mapping[tuple[TestId, str], FailureDetail]) -> HeadRun:
    causes = {key: failure_cause(detail) for key, detail in details.items()}
    legs = tuple(
        replace(
            each,
            causes={
                (test.class_name, test.name): cause for (test, _), cause in causes.items() if test.group == each.group
            },
        )
        for each in run.snapshot.legs
    )
    return replace(run, snapshot=replace(run.snapshot, legs=legs), details=details)


@pytest.mark.parametrize("suites", [("shard-1", "shard-2"), ("chunk_a", "chunk_b")])
@pytest.mark.parametrize("messages", [("", ""), ("17", "23"), ("17", "17")])
def test_a_failing_test_that_moved_to_another_shard_is_inherited(
    suites: tuple[str, str], messages: tuple[str, str]
) -> None:
    base = shards("abcF", "xyz", message=messages[0], suites=suites)
    head = shards("abc", "xyzF", message=messages[1], suites=suites)
    tests = compared(head, baseline(base)).tests
    assert [change.id.name for change in tests.still_failing] == ["test_f"]
    assert tests.new_failures == ()


def test_a_failing_test_of_another_suite_that_shares_tests_is_new() -> None:
    base = shards("abcF", "abcx", message="17", suites=("py-310", "py-311"))
    head = shards("abcy", "abcF", message="23", suites=("py-310", "py-311"))
    assert [change.id.name for change in compared(head, baseline(base)).tests.new_failures] == ["test_f"]
