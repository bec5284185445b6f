"""The results of one commit, and the evidence of the run that measured them."""

from array import array
from collections.abc import Iterable, Mapping
from itertools import chain, repeat

from msgspec import Struct, field

from readygate.model.coverage import Coverage, UnplacedFile
from readygate.model.history import History
from readygate.model.reports import CoverageReport, Problem, Report, TestReport
from readygate.model.results import (
    OVER_LEGS,
    SEPARATOR,
    ClassBlock,
    Counts,
    FailureDetail,
    Leg,
    Number,
    Outcome,
    TestId,
    count_outcomes,
)

Blocks = Mapping[tuple[str, str], ClassBlock]
"""Tests by group and class."""


class Provenance(Struct, frozen=True, kw_only=True):
    """Where a snapshot comes from.

    Attributes:
        run_id: the workflow run, 0 outside GitHub; later runs have greater numbers.
        complete: False if a report was damaged or missing; such a snapshot is never a baseline.
        inputs: the step's inputs that influence the verdict, by name.
        reports: a checksum of the bytes of each report, by its name.
    """

    run_id: Number = 0
    run_attempt: Number = 0
    event: str = ""
    branch: str = ""
    complete: bool = True
    inputs: Mapping[str, str] = field(default_factory=dict)
    reports: Mapping[str, str] = field(default_factory=dict)


class Snapshot(Struct, frozen=True, kw_only=True):
    """Tests and coverage of one commit; `coverage` is None if it was not measured.

    `legs` are sorted by group and leg; a run without tests has none.
    """

    commit: str
    legs: tuple[Leg, ...] = ()
    coverage: Coverage | None = None
    provenance: Provenance = Provenance()

    @property
    def executions(self) -> Counts:
        """Return the outcomes of all executions of all legs."""
        return sum((leg.executions for leg in self.legs), Counts())

    @property
    def seconds(self) -> float:
        """Return the seconds of all tests of all legs."""
        return sum(leg.seconds for leg in self.legs)

    def counts(self) -> Counts:
        """Count all tests by outcome, each once, as in `headline`."""
        return count_blocks(self.headline().values())

    def headline(self) -> Blocks:
        """Return the tests over all legs; of several legs the worst outcome counts, and passed before skipped."""
        if len({leg.group for leg in self.legs}) == len(self.legs):  # no group has two: nothing to merge
            keys = chain.from_iterable(zip(repeat(leg.group), leg.blocks) for leg in self.legs)
            return dict(zip(keys, chain.from_iterable(leg.blocks.values() for leg in self.legs), strict=True))
        gathered: dict[tuple[str, str], list[ClassBlock]] = {}
        for leg in self.legs:
            for name, block in leg.blocks.items():
                gathered.setdefault((leg.group, name), []).append(block)
        return {key: merge_legs(blocks) for key, blocks in gathered.items()}


_TO_RANKS = bytes(OVER_LEGS.index(outcome) for outcome in Outcome).ljust(256)
_FROM_RANKS = bytes(OVER_LEGS).ljust(256)


def merge_legs(blocks: list[ClassBlock]) -> ClassBlock:
    """Merge the same class of several legs; a test that passed on one leg and was skipped on another passed."""
    first = blocks[0]
    if len(blocks) == 1:
        return first
    ranks = [block.outcomes.translate(_TO_RANKS) for block in blocks]
    if all(block.names == first.names for block in blocks):
        return first._replace(outcomes=bytes(map(max, *ranks)).translate(_FROM_RANKS))
    highest: dict[str, int] = {}
    seconds: dict[str, float] = {}
    for block, column in zip(blocks, ranks, strict=True):
        for name, rank, time in zip(block.names.split(SEPARATOR), column, block.durations(), strict=True):
            highest[name] = max(rank, highest.get(name, 0))
            seconds[name] = seconds.get(name, 0.0) + time
    names = sorted(highest)
    return ClassBlock(
        names=SEPARATOR.join(names),
        outcomes=bytes(map(highest.__getitem__, names)).translate(_FROM_RANKS),
        seconds=array("f", map(seconds.__getitem__, names)).tobytes(),
    )


def count_blocks(blocks: Iterable[ClassBlock]) -> Counts:
    """Count the tests of distinct blocks."""
    return count_outcomes(b"".join([block.outcomes for block in blocks]))


class ReadFile(Struct, frozen=True, kw_only=True):
    """One file: its report, or the problem for which it has none.

    Attributes:
        name: the path as shown, relative to the workspace; untrusted.
        size: bytes.
        checksum: of its bytes, with their number; empty if unknown.
    """

    name: str
    size: int
    report: Report | None
    problems: tuple[Problem, ...]
    checksum: str = ""


def is_damaged(file: ReadFile) -> bool:
    """Return whether a part of a file could not be read."""
    return any(problem.is_damage for problem in file.problems)


class InputPattern(Struct, frozen=True, kw_only=True):
    """One glob of an input, and the number of files that it matched.

    Attributes:
        kind: `tests` or `coverage`.
        given: False for the default patterns, which may match nothing.
    """

    kind: str
    text: str
    matched: int
    given: bool


class InputFiles(Struct, frozen=True, kw_only=True):
    """The files and jobs of a run.

    Attributes:
        needs: result of each needed job (`success`, `failure`, `cancelled`, `skipped`); None if not given.
        passed_over: files that a pattern found and that are not read, each with the reason.
    """

    files: tuple[ReadFile, ...] = ()
    patterns: tuple[InputPattern, ...] = ()
    needs: Mapping[str, str] | None = None
    passed_over: Mapping[str, str] = {}


def has_damage(evidence: InputFiles, kind: type[TestReport | CoverageReport]) -> bool:
    """Return whether a report of a kind, or an unreadable file that may be one, is damaged."""
    return any(is_damaged(file) for file in evidence.files if file.report is None or isinstance(file.report, kind))


class HeadRun(Struct, frozen=True, kw_only=True):
    """The head of a comparison: its snapshot, the details of single tests, and the evidence.

    Attributes:
        details: the details of tests that failed, errored or were skipped, by identity and leg.
        unplaced: files of coverage reports that may be files of the repository; their lines count nowhere.
        outside: the number of measured files that are not in the repository, such as packages and generated files;
            their lines count nowhere.
    """

    snapshot: Snapshot
    details: Mapping[tuple[TestId, str], FailureDetail]
    evidence: InputFiles
    unplaced: tuple[UnplacedFile, ...] = ()
    outside: Number = 0


class Baseline(Struct, frozen=True, kw_only=True):
    """The snapshot that a change is compared with, and its relation to the wanted commit.

    Attributes:
        wanted: the commit whose results were wanted; empty if the baseline was named explicitly.
        behind: the number of commits from the baseline to it on the first-parent line.
        branch: the base branch, empty if unknown.
        relation: what `wanted` is: "the merge base", "the base commit", "the commit before".
        history: the outcomes of the last runs of the base branch; None if unknown.
        details: the details of single tests, if its reports were read in this run; a stored snapshot has none.
    """

    snapshot: Snapshot
    wanted: str = ""
    behind: int = 0
    branch: str = ""
    relation: str = ""
    history: History | None = None
    details: Mapping[tuple[TestId, str], FailureDetail] = field(default_factory=dict)
