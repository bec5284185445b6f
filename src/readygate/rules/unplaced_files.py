"""unplaced-files: the path of every measured file says which file of the repository it is."""

from itertools import takewhile

from readygate.model.comparison import Comparison
from readygate.model.coverage import UnplacedFile
from readygate.model.policy import Policy
from readygate.model.rich_text import RichText, Untrusted, count, listed
from readygate.model.verdict import Level
from readygate.rules import Judgement, Result, Rule, _evidence, not_evaluated, passes

SHOWN = 3


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
    """Return a violation for measured files that may be one of several files, or whose path does not prove which."""
    if comparison.coverage is None:
        return not_evaluated("Coverage was not measured")
    unplaced = comparison.head.unplaced
    if not unplaced:
        return passes("0 files")
    changed = {file.path for file in comparison.changes.files} if comparison.changes else set()
    ordered = sorted(unplaced, key=lambda file: (changed.isdisjoint(file.maybe), file))
    fact = f"{count(len(unplaced), 'measured file')} could not be placed in the repository"
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{fact}: ", *listed(tuple(file.path for file in ordered), SHOWN)),
        title=(f"{fact}.",),
        detail=(*_possibilities(ordered[0]), " Lines of a file that is not placed count nowhere."),
        todo=("set the input `path-map`, for example to ", Untrusted(suggestion(ordered[0])), "."),
        short=fact,
        evidence=_evidence.named(
            "report", tuple(file.path for file in ordered), {file.path: f"in {file.report}" for file in ordered}
        ),
    )


def _possibilities(file: UnplacedFile) -> RichText:
    return (Untrusted(file.path), " in ", Untrusted(file.report), " may be ", *listed(file.maybe, SHOWN), ".")


def suggestion(file: UnplacedFile) -> str:
    """Return the line of `path-map` by which a file is the first that it may be."""
    path, wanted = file.path.split("/"), file.maybe[0].split("/")
    pairs = zip(reversed(path), reversed(wanted), strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return f"{file.report}: {'/'.join(path[: len(path) - same])}={'/'.join(wanted[: len(wanted) - same])}"


RULE = Rule(
    name="unplaced-files",
    summary="The path of every measured file says which file of the repository it is.",
    description="Reports name files as the machine knew them that measured. Where a path fits several files of the "
    "repository, or only its file name fits, Readygate does not guess: the lines of such a file count in no total, and "
    "a changed file may be among them. The input `path-map` says what the paths mean. Packages, generated files and "
    "files of the system are not in the repository; they count nowhere and are no finding.",
    levels=(Level.WARN, Level.BLOCK, Level.WARN),
    judge=judge,
    weight=85,
    points=10,
    coverage=True,
)
