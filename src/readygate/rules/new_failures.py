"""new-failures: no test fails that did not fail on the base."""

from readygate.model.comparison import Comparison, TestChange
from readygate.model.load_errors import load_errors, unloaded
from readygate.model.policy import Policy
from readygate.model.rich_text import RichText, Untrusted, count, listed
from readygate.model.verdict import Level
from readygate.rules import Judgement, Result, Rule, _evidence, not_evaluated, passes


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
    """Return a violation for failing tests that are not inherited; without a baseline no failure is inherited."""
    failures = comparison.tests.new_failures
    number = len(failures)
    if not comparison.head.snapshot.legs:
        return not_evaluated("There is no test report")
    if comparison.baseline is None:
        if not number:
            return passes("No test fails")
        return Judgement(
            result=Result.VIOLATED,
            summary=(f"{count(number, 'test')} {'fails' if number == 1 else 'fail'}, and there is no baseline",),
            title=(f"{count(number, 'test')} {'fails' if number == 1 else 'fail'}{_behind(comparison)}.",),
            detail=("There is no baseline, so each failure counts as new.",),
            todo=_todo(comparison),
            short=f"{count(number, 'test')} {'fails' if number == 1 else 'fail'}",
            evidence=_evidence.tests(failures, comparison),
        )
    if not number:
        return passes("0 tests")
    errors = load_errors(comparison.tests)
    if errors:
        return _not_loaded(errors, comparison)
    added = sum(1 for change in failures if change.before is None)
    if added == number:
        fact = f"{count(number, 'added test')} {'fails' if number == 1 else 'fail'}"
        seen = ("They are" if number > 1 else "It is") + " not on the base."
    else:
        fact = f"{count(number, 'test')} newly {'fails' if number == 1 else 'fail'}"
        seen = f"{added:,} of them {'is' if added == 1 else 'are'} not on the base." if added else ""
    others = sum(change.other_cause for change in failures)
    if others:
        which = "It fails" if number == 1 else f"{others:,} of them {'fails' if others == 1 else 'fail'}"
        seen = f"{seen} {which} for another cause than the test of the same name that failed on the base.".strip()
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{count(number, 'test')} {'fails' if number == 1 else 'fail'} and did not fail on the base",),
        title=(f"{fact}{_behind(comparison)}.",),
        detail=(seen,) if seen else (),
        todo=_todo(comparison),
        short=fact,
        evidence=_evidence.tests(failures, comparison),
    )


def _not_loaded(errors: tuple[TestChange, ...], comparison: Comparison) -> Judgement:
    """Return a violation for files of tests that could not be loaded: one thing to do, before all others."""
    failures = comparison.tests.new_failures
    names = tuple(dict.fromkeys(map(unloaded, errors)))
    legs = tuple(sorted({leg for error in errors for leg in error.legs}))
    on: RichText = (" (on ", *listed(legs, 3), ")") if legs and len(legs) < errors[0].all_legs else ()
    missing = len(comparison.tests.vanished)
    lost = f", so {count(missing, 'test')} did not run" if missing else ""
    others = len(failures) - len(errors)
    also = f" {count(others, 'other test')} {'fails' if others == 1 else 'fail'} newly." if others else ""
    fact: RichText = (*listed(names, 3), f" could not be loaded{lost}", *on)
    return Judgement(
        result=Result.VIOLATED,
        summary=fact,
        title=(*fact, "."),
        detail=(also.strip(),) if also else (),
        todo=("fix the error that prevents loading ", *listed(names, 3), "."),
        short=f"{count(len(names), 'file')} could not be loaded",
        evidence=_evidence.tests(failures, comparison),
    )


def _behind(comparison: Comparison) -> str:
    """Return the number of causes, if all are known and there are fewer causes than failures."""
    causes, failures = comparison.causes.new_failures, comparison.tests.new_failures
    if not causes or len(failures) < 2 or not all(cause.has_message for cause in causes):
        return ""
    return f", for {count(len(causes), 'cause')}"


def _todo(comparison: Comparison) -> RichText:
    failures, causes = comparison.tests.new_failures, comparison.causes.new_failures
    if len(failures) == 1:
        return ("fix ", Untrusted(failures[0].id.name), ".")
    if not _behind(comparison):
        return ("fix the tests listed below.",)
    if len(causes) == 1:
        return ("fix the one cause listed below.",)
    largest = len(causes[0].tests)
    if largest * 2 > len(failures) and largest > 2:
        return (f"start with cause 1, which stands behind {largest:,} of them.",)
    return (f"fix the {len(causes):,} causes listed below.",)


RULE = Rule(
    name="new-failures",
    summary="No test fails that did not fail on the base, on the same leg. Without a baseline every failure is new.",
    description="Each failing test is exactly one of new, inherited (inherited-failures), known to be flaky (flaky) or "
    "quarantined (quarantine). A failing test that the change adds is new, too. Without a baseline every "
    "failure is new, since nothing is known that could excuse it.",
    levels=(Level.BLOCK, Level.BLOCK, Level.BLOCK),
    judge=judge,
    weight=10,
    points=40,
)
