"""reports-readable: every report was parsed completely."""

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.reports import Severity
from readygate.model.rich_text import RichText, Untrusted, count, listed
from readygate.model.verdict import Level
from readygate.rules import Judgement, Result, Rule, _evidence, not_evaluated, passes


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
    """Return a violation for damaged files; the results before the damage count."""
    files = comparison.head.evidence.files
    if not files:
        return not_evaluated("There is no report")
    problems = [(file.name, problem) for file in files for problem in file.problems]
    damaged = [each for each in problems if each[1].is_damage]
    found = damaged or [each for each in problems if each[1].severity is Severity.LOSS]
    if not found:
        return passes(f"All {len(files):,} read to the end" if len(files) > 1 else "Read to the end")
    names = tuple(dict.fromkeys(name for name, _ in found))
    verb = "is" if len(names) == 1 else "are"
    fact = f"{count(len(names), 'report')} {verb} {'damaged' if damaged else 'not complete'}"
    first = found[0][1]
    place: RichText = (" at ", Untrusted(first.place)) if first.place else ()  # may contain the name of a suite
    detail: RichText = (Untrusted(names[0]), *place, ": ", Untrusted(first.what), ".")
    if len(names) > 1:
        detail = (*detail, " Also ", *listed(names[1:], 3), ".")
    partly = bool(damaged) and any(file.report is not None and file.name in names for file in files)
    return Judgement(
        result=Result.VIOLATED,
        summary=(fact,),
        title=(f"{fact}.",),
        detail=(*detail, " What was read before the damage counts." if partly else ""),
        todo=(f"{first.todo or 'look at the job that writes it, and run it again'}.",),
        short=fact,
        evidence=_evidence.named(
            "report",
            names,
            {
                name: f"{problem.what}{f' at {problem.place}' if problem.place else ''}"
                for name, problem in reversed(found)
            },
        ),
        max_level=Level.BLOCK if damaged else Level.WARN,
    )


RULE = Rule(
    name="reports-readable",
    summary="Every report that was found could be read to its end.",
    description="What was read before the damage counts: a failing test in a cut file is told. What the file would "
    "have told after it is unknown, so nothing can be called ready. A report that states more lines than it lists only "
    "warns.",
    levels=(Level.BLOCK, Level.BLOCK, Level.BLOCK),
    judge=judge,
    weight=30,
    evidence=True,
    points=40,
)
