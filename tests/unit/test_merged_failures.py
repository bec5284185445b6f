"""A test that failed on a branch that the base merged is no new failure, on the legs on which it failed there."""

import pytest
from tests.support.builders import BASE, baseline, leg, snapshot

from readygate.compare import compare
from readygate.model.comparison import Comparison
from readygate.model.history import History
from readygate.model.results import TestId
from readygate.model.rich_text import Untrusted
from readygate.model.snapshot import HeadRun, InputFiles
from readygate.policy import preset
from readygate.rules import inherited_failures

MERGED = "abc1234" + "0" * 33
TEST = TestId(group="unit", class_name="A", name="t1")


def judged(head: dict[str, str], base: dict[str, str], merged: dict[str, str]) -> Comparison:
    """Compare a test's letters by leg; `merged` has the merged commit by leg."""

    def side(letters: dict[str, str]) -> tuple[object, ...]:
        return tuple(leg({"A": {"t0": "p", "t1": letter}}, group="unit", name=name) for name, letter in letters.items())

    history = History(merged={(TEST, name): commit for name, commit in merged.items()})
    return compare(
        HeadRun(snapshot=snapshot("h" * 40, *side(head)), details={}, evidence=InputFiles()),  # type: ignore[arg-type]
        baseline(snapshot(BASE, *side(base)), branch="release", history=history),  # type: ignore[arg-type]
        changes=None,
        since_baseline=None,
    )


@pytest.mark.parametrize(
    ("head", "base", "merged", "known"),
    [
        ({"": "f"}, {"": "p"}, {"": MERGED}, True),
        ({"": "f"}, {"": "p"}, {}, False),
        ({"": "p"}, {"": "p"}, {"": MERGED}, None),
        ({"linux": "f", "mac": "f"}, {"linux": "p", "mac": "p"}, {"linux": MERGED, "mac": MERGED}, True),
        ({"linux": "f", "mac": "f"}, {"linux": "p", "mac": "p"}, {"linux": MERGED}, False),
        ({"linux": "f", "mac": "f"}, {"linux": "p", "mac": "f"}, {"linux": MERGED}, True),
        ({"linux": "f", "mac": "p"}, {"linux": "p", "mac": "p"}, {"mac": MERGED}, False),
    ],
)
def test_a_failure_is_known_on_the_legs_on_which_it_failed(
    head: dict[str, str], base: dict[str, str], merged: dict[str, str], *, known: bool | None
) -> None:
    tests = judged(head, base, merged).tests
    assert [change.id for change in tests.still_failing] == ([TEST] if known else [])
    assert [change.id for change in tests.new_failures] == ([TEST] if known is False else [])


def test_the_report_says_where_it_failed() -> None:
    comparison = judged({"": "f"}, {"": "p"}, {"": MERGED})
    found = inherited_failures.judge(comparison, preset("standard"))
    text = "".join(part.text if isinstance(part, Untrusted) else part for part in found.detail)
    assert "t1 also failed at abc1234, which release merged." in text
    assert found.evidence.items[0].note == "also failed at abc1234, which the base branch merged"
