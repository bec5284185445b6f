"""flaky: no test passes only on retry, and no failing test is known to be flaky."""

from fractions import Fraction

from readygate.model.comparison import Comparison, TestChange
from readygate.model.history import FLAKY
from readygate.model.policy import Policy
from readygate.model.results import Outcome
from readygate.model.rich_text import RichText, Untrusted, count
from readygate.model.verdict import Level
from readygate.rules import Judgement, Option, Result, Rule, _evidence, not_evaluated, passes

TOLD = 3
"""Tests whose record the finding shows; the outputs list all of them."""


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation for tests that passed on retry, and for failing tests that are known to be flaky."""
    tests = comparison.tests
    if not comparison.head.snapshot.legs:
        return not_evaluated("There is no test report")
    found = (*tests.known_flaky, *tests.flaky)
    number = len(found)
    if not number:
        return passes("0 tests")
    runs = max(1, int(policy.option("flaky", "runs")))
    branch = comparison.baseline.branch if comparison.baseline else ""
    detail: list[str | Untrusted] = []
    for change in found[:TOLD]:
        detail += [" " if detail else "", *_story(change, runs, branch)]
    if number > TOLD:
        detail.append(f" So {'are' if number - TOLD > 1 else 'is'} {number - TOLD:,} more.")
    it = "it" if number == 1 else "they"
    return Judgement(
        result=Result.VIOLATED,
        summary=(_summary(len(tests.known_flaky), len(tests.flaky)),),
        title=(f"{count(number, 'test')} {'is' if number == 1 else 'are'} flaky.",),
        detail=tuple(detail),
        todo=(f"find out what {it} {'depends' if number == 1 else 'depend'} on: a flaky test hides real failures.",),
        short=count(number, "flaky test"),
        evidence=_evidence.tests(found, comparison),
        # failed on the base, passed on retry here: blocking this would favor a test that still fails
        max_level=Level.BLOCK if tests.known_flaky or not _all_better(comparison) else Level.WARN,
    )


def _all_better(comparison: Comparison) -> bool:
    """Return whether every test that passed on retry failed on the base, on the same legs."""
    base = {(leg.group, leg.leg): leg for leg in comparison.base.legs} if comparison.base else {}

    def failed(change: TestChange, leg: str) -> bool:
        known = base.get((change.id.group, leg))
        block = known.blocks.get(change.id.class_name) if known else None
        return block is not None and dict(block.items()).get(change.id.name, Outcome.PASSED) >= Outcome.FAILED

    return all(failed(change, leg) for change in comparison.tests.flaky for leg in change.legs or ("",))


def _summary(failing: int, passing: int) -> str:
    told = []
    if failing:
        told.append(f"{count(failing, 'test')} {'fails' if failing == 1 else 'fail'} and flipped on the base, too")
    if passing:
        told.append(f"{count(passing, 'test')} failed first and passed then")
    return "; ".join(told)


def _story(change: TestChange, runs: int, branch: str) -> RichText:
    """Return a sentence such as "`t` failed first and passed then; flaky on `main`: failed 3 of the last 20 runs"."""
    now = "failed first and passed then" if change.after is Outcome.FLAKY else "fails"
    where = Untrusted(branch) if branch else "the base branch"
    recent = change.past.last(runs) if change.past else None
    if recent is None or not recent.flips:
        return (Untrusted(change.id.name), f" {now}.")
    failed = f"failed {recent.failed:,} of the last {count(recent.ran, 'run')}"
    again = recent.letters.count(FLAKY)
    tries = f", and needed a second try in {again:,}" if again else ""
    return (Untrusted(change.id.name), f" {now}; flaky on ", where, f": {failed}{tries}.")


RULE = Rule(
    name="flaky",
    summary="No test failed first and passed then, and no failing test is known to be flaky: it flipped between "
    "passing and failing at least `flips` times in the last `runs` runs of the base branch, and passed in the latest.",
    description="A failing test that is known to be flaky, on every leg on which it fails, is told here with its "
    "record, and not as a new failure. A test that failed and passed in the same run counts as passed. Both say "
    "nothing about the change, and hide what would. Only runs of the base branch make the record: a change cannot "
    "make its own tests known to be flaky. A test that fails in the latest run of the base is an inherited failure. "
    "Where this rule is off, no failure is taken for flaky, and each is new. A test that failed on the base, too, and "
    "passes at the second try now, only warns.",
    levels=(Level.WARN, Level.BLOCK, Level.WARN),
    judge=judge,
    weight=47,
    options={
        "flips": Option(
            default=Fraction(2),
            unit="whole",
            description="turns between passing and failing that make a test known to be flaky, at least 1",
            more_is_stricter=True,
        ),
        "runs": Option(
            default=Fraction(20),
            unit="whole",
            description="newest runs of the base branch that count, at most 50 are kept",
            more_is_stricter=False,
        ),
    },
    points=10,
)
