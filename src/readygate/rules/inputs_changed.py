"""inputs-changed: the inputs are those of the base's run, and no workflow is edited."""

from collections.abc import Mapping

from readygate.model.changes import Changes
from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.rich_text import RichText, Untrusted, count, listed
from readygate.model.verdict import Level
from readygate.rules import NO_BASELINE, Judgement, Result, Rule, _evidence, not_evaluated, passes
from readygate.support.globs import paths_fit

WORKFLOWS = (".github/workflows/**", ".github/actions/**", "**/action.yml", "**/action.yaml")
"""Globs of the files that define what runs, and with which inputs."""

_LONGEST = 60


def judge(comparison: Comparison, policy: Policy) -> Judgement:
    """Return a violation for inputs unlike the recorded ones, and for edits of workflows and guarded files."""
    edited = _edited(comparison.changes, (*WORKFLOWS, *policy.guarded))
    head, base = comparison.head.snapshot.provenance.inputs, _recorded(comparison)
    # another version of Readygate has other inputs: compare only the names of both
    moved = tuple(name for name in sorted(head.keys() & base.keys()) if head[name] != base[name])
    if edited or moved:
        return _broken(edited, moved, head, base)
    if comparison.baseline is None:
        return NO_BASELINE
    if not base.keys() & head.keys() and comparison.changes is None:
        return not_evaluated("The base recorded no inputs, and the changed files are not known")
    same = "The inputs are those of the base" if base.keys() & head.keys() else "The base recorded no inputs"
    known = "no workflow was edited" if comparison.changes is not None else "the changed files are not known"
    return passes(f"{same}; {known}")


def _recorded(comparison: Comparison) -> Mapping[str, str]:
    return comparison.baseline.snapshot.provenance.inputs if comparison.baseline else {}


def _edited(changes: Changes | None, patterns: tuple[str, ...]) -> tuple[str, ...]:
    if changes is None:
        return ()
    fits = paths_fit(patterns)
    return tuple(sorted(path for path in changes.paths if fits(path)))


def _broken(
    edited: tuple[str, ...], moved: tuple[str, ...], head: Mapping[str, str], base: Mapping[str, str]
) -> Judgement:
    facts = []
    detail: RichText = ()
    if moved:
        facts.append(f"{count(len(moved), 'input')} {'differs' if len(moved) == 1 else 'differ'} from the base's run")
        detail = (
            Untrusted(moved[0]),
            " was ",
            *_value(base[moved[0]]),
            " and is ",
            *_value(head[moved[0]]),
            *((". Also ", *listed(moved[1:], 3)) if len(moved) > 1 else ()),
            ".",
        )
    if edited:
        facts.append(
            f"{count(len(edited), 'file')} that {'decides' if len(edited) == 1 else 'decide'} what runs "
            f"{'is' if len(edited) == 1 else 'are'} edited"
        )
        detail = (*detail, " Edited: " if detail else "Edited: ", *listed(edited, 5), ".")
    fact = "; ".join(facts)
    notes = {name: f"was {base[name]!r}, is {head[name]!r}" for name in moved}
    return Judgement(
        result=Result.VIOLATED,
        summary=(fact,),
        title=(f"{fact}.",),
        detail=detail,
        todo=("check that the tests, their reports and this gate still run as they should.",),
        short="the gate's inputs changed" if moved else "files that decide what runs are edited",
        evidence=_evidence.named("input", moved, notes) + _evidence.named("file", edited),
    )


def _value(text: str) -> RichText:
    if not text:
        return ("empty",)
    shown = text.replace("\n", ", ")
    return (Untrusted(shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"),)


RULE = Rule(
    name="inputs-changed",
    summary="The inputs of this step are those of the base's run, and the change edits no workflow, no action and no "
    "file that the policy guards.",
    description="A pull request from a branch of the repository runs its own version of the workflow: it can leave out "
    "tests, or give this step other inputs. Neither can be prevented from within the run, so both are named: the "
    "inputs are compared with those recorded with the baseline, and edits of `.github/workflows/`, "
    "`.github/actions/`, `action.yml` and the `guarded-files` of the policy are listed. Put these files under code "
    "owners, or have the gate run by a workflow that a ruleset requires.",
    levels=(Level.WARN, Level.WARN, Level.WARN),
    judge=judge,
    weight=84,
    points=10,
)
