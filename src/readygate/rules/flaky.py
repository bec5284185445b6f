"""flaky: no test passes only on retry, and no failing test is flaky by the evidence of the base branch."""

from fractions import Fraction

from readygate.model.comparison import Comparison, TestChange
from readygate.model.history import Flakiness
from readygate.model.policy import Policy
from readygate.model.results import Outcome
from readygate.model.rich_text import RichText, Untrusted, count
from readygate.model.verdict import Level
from readygate.rules import Judgement, Option, Result, Rule, _evidence, not_evaluated, passes

SHOWN = 3
"""Tests whose record the finding shows; the outputs list all of them."""


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation for tests that passed on retry, and for failing tests that are proven or likely flaky."""
    tests = comparison.tests
    if not comparison.head.snapshot.legs:
        return not_evaluated("There is no test report")
    likely = tuple(change for change in tests.new_failures if _is_flaky(change))
    found = (*tests.known_flaky, *likely, *tests.flaky)
    number = len(found)
    if not number:
        return passes("0 tests")
    branch = comparison.baseline.branch if comparison.baseline else ""
    detail: list[str | Untrusted] = []
    for change in found[:SHOWN]:
        detail += [" " if detail else "", *_story(change, branch)]
    if number > SHOWN:
        detail.append(f" So {'are' if number - SHOWN > 1 else 'is'} {number - SHOWN:,} more.")
    detail += [f" {text}" for text in _limits(comparison, likely, policy)]
    failing = len(tests.known_flaky) + len(likely)
    return Judgement(
        result=Result.VIOLATED,
        summary=(_summary(len(tests.known_flaky), len(likely), tests.flaky),),
        title=(f"{count(number, 'test')} {'is' if number == 1 else 'are'} flaky.",),
        detail=tuple(detail),
        todo=(_todo(number, likely),),
        short=count(number, "flaky test"),
        evidence=_evidence.tests(found, comparison),
        # failed on the base, passed on retry here: blocking this would favor a test that still fails
        max_level=Level.BLOCK if failing or _has_worse(comparison) else Level.WARN,
    )


def _is_flaky(change: TestChange) -> bool:
    return change.flakiness is not None and change.flakiness.evidence != "regressed"


def _todo(number: int, not_excused: tuple[TestChange, ...]) -> str:
    it = "it depends" if number == 1 else "they depend"
    find = f"find out what {it} on: a flaky test hides real failures."
    if not not_excused:
        return find
    return f"re-run the job: a test that passes on the same commit is proven to be flaky. Then {find}"


def _limits(comparison: Comparison, likely: tuple[TestChange, ...], policy: Policy) -> list[str]:
    """Return why flaky failures still count as new ones."""
    if not likely:
        return []
    excused = ("proven", "likely") if policy.option("flaky", "excuse") else ("proven",)
    fit = sum(1 for change in likely if change.flakiness and change.flakiness.evidence in excused)
    limit = int(policy.option("flaky", "limit"))
    told = []
    if fit and comparison.baseline is not None:
        told.append(
            f"{count(fit, 'failure')} could be excused as flaky, and the policy excuses at most {limit:,} in one run, "
            "so each counts as new."
        )
    if len(likely) > fit:
        told.append("Likely flaky tests are not excused: the policy excuses proven ones only.")
    return told


def _has_worse(comparison: Comparison) -> bool:
    """Return whether a report of this run has a test that passed on retry, and passed on the base on one of its legs.

    A test that failed in an earlier attempt of the run only is reported.
    """
    base = {(leg.group, leg.leg): leg for leg in comparison.base.legs} if comparison.base else {}

    def failed(change: TestChange, leg: str) -> bool:
        known = base.get((change.id.group, leg))
        block = known.blocks.get(change.id.class_name) if known else None
        return block is not None and dict(block.items()).get(change.id.name, Outcome.PASSED) >= Outcome.FAILED

    here = (change for change in comparison.tests.flaky if not change.attempts)
    return not all(failed(change, leg) for change in here for leg in change.legs or ("",))


def _summary(excused: int, likely: int, passing: tuple[TestChange, ...]) -> str:
    parts = []
    if excused:
        parts.append(f"{count(excused, 'test')} {'fails' if excused == 1 else 'fail'} and {_are(excused)} known flaky")
    if likely:
        parts.append(f"{count(likely, 'new failure')} may be flaky")
    earlier = sum(1 for change in passing if change.attempts)
    if earlier:
        parts.append(f"{count(earlier, 'test')} failed in an earlier attempt of this run")
    if len(passing) > earlier:
        parts.append(f"{count(len(passing) - earlier, 'test')} passed on retry")
    return "; ".join(parts)


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _story(change: TestChange, branch: str) -> RichText:
    """Return a sentence such as "`t` fails; proven flaky on `main`: failed 3 of the last 20 runs (15%, …)."."""
    where = Untrusted(branch) if branch else "the base branch"
    name = Untrusted(change.id.name)
    if change.attempts:
        text = f"attempt{'s' if len(change.attempts) > 1 else ''} {', '.join(map(str, change.attempts))}"
        return (name, f" failed in {text} of this run and passes now, on the same commit.")
    if change.after is Outcome.FLAKY:
        return (name, " passed on retry.")
    if change.flakiness is None:
        return (name, " fails.")
    return (name, f" fails; {change.flakiness.evidence} flaky on ", where, f": {rate_text(change.flakiness)}.")


def rate_text(found: Flakiness) -> str:
    """Return true counts and the rate: "failed 2 of the last 20 runs (10%, 90% interval 3–27%)"."""
    counts = f"failed {found.failed:,} of the last {count(found.ran, 'run')}"
    if found.retried:
        retries = f"passed on retry in {found.retried:,}"
        counts = f"{counts} and {retries}" if found.failed else f"{retries} of the last {count(found.ran, 'run')}"
    low, high = found.interval
    rate = 100 * (found.failed + found.retried) / found.ran
    return f"{counts} ({rate:.0f}%, 90% interval {100 * low:.0f}–{100 * high:.0f}%)"


RULE = Rule(
    name="flaky",
    summary="No test passes only on retry, and no failing test is flaky by the evidence of the base branch. "
    "A proven flaky failure is excused.",
    description="A test is judged by the newest `runs` runs of the base branch, leg by leg. *Proven*: it failed and "
    "passed on one commit, by retries in a report or by attempts of a run. *Likely*: it failed in at least `flips` "
    "isolated runs, each the only one of its commit, with a pass at the commit directly before and after. *Regressed*: "
    "it failed otherwise, such as for several runs until a later commit repaired it; that is no flakiness. A commit at "
    "which many tests turned is evidence for none of them: more than 5 tests, or a tenth of all that ran (in large "
    "suites one in a thousand, at most 20). So a broken service makes no test flaky. Incomplete runs are no evidence. "
    "Proven failures are excused: they are not new failures. Likely ones are shown with their rate; re-run the job, "
    "which gives the proof. With `excuse: likely` they are excused, too. If more than `limit` failures could be "
    "excused in one run, none is: many at once have a common cause. The rate is that of the runs that had the test, "
    "with its 90% interval. A test that failed in an earlier attempt of this run and passes now is flaky by proof; "
    "that informs, and excuses nothing. Only runs of commits on the base branch count, so a change cannot make its own "
    "tests known to be flaky. A test that fails in the latest run of the base is an inherited failure. Where this rule "
    "is off, no failure is excused as flaky.",
    levels=(Level.WARN, Level.BLOCK, Level.WARN),
    judge=judge,
    weight=47,
    options={
        "excuse": Option(
            default=Fraction(0),
            unit="choice",
            description="the evidence that excuses a failure: `proven`, or `likely` for both",
            more_is_stricter=False,
            choices=("proven", "likely"),
        ),
        "flips": Option(
            default=Fraction(2),
            unit="whole",
            description="isolated failures that make a test likely to be flaky, at least 1",
            more_is_stricter=True,
        ),
        "limit": Option(
            default=Fraction(3),
            unit="whole",
            description="failures that may be excused in one run; if there are more, none is",
            more_is_stricter=False,
        ),
        "runs": Option(
            default=Fraction(50),
            unit="whole",
            description="newest runs of the base branch that count, at most 50 are kept",
            more_is_stricter=False,
        ),
    },
    points=10,
)
