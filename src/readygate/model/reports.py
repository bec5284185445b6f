"""The content of one report file, as a format module returns it."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated

from msgspec import Meta, Struct, field

from readygate.model.coverage import FileCoverage, Ratio, add_ratios
from readygate.model.results import ClassBlock, Counts, FailureDetail, Number, Seconds

Moment = Annotated[float, Meta(ge=-62_135_596_800, lt=253_402_300_800)]
"""A time of the years 1 to 9999, in seconds since 1970; msgspec checks the limits of values that come from outside."""


class Severity(Enum):
    """The effect of a problem on the figures."""

    DAMAGE = "damage"
    """Part of the file could not be read: the figures are too low. Blocks."""
    LOSS = "loss"
    """The producer left out part of what it measured: the figures may be wrong. Warns."""
    NOTE = "note"
    """The file is odd and was read to the end; the figures are what its elements say."""


class Problem(Struct, frozen=True, kw_only=True):
    """A problem in a file: what it is, where, its probable cause, and the fix.

    Attributes:
        place: "line 40,112", "byte 12", "testsuite 'a'"; empty for the file as a whole.
    """

    severity: Severity
    what: str
    place: str = ""
    why: str = ""
    todo: str = ""

    @property
    def is_damage(self) -> bool:
        """Whether part of the file could not be read."""
        return self.severity is Severity.DAMAGE


class TestReport(Struct, frozen=True, kw_only=True, tag=True):
    """The tests of one file.

    Attributes:
        blocks: the tests by class name (or suite path), each block sorted.
        details: what the report says about executions that failed, errored or were skipped, in file order.
        executions: counts of all executions; namesakes count each.
        seconds: the sum of the tests' durations.
        properties: properties of the suites, for the names of matrix legs.
        written: the newest time that the report states with a zone, in seconds since 1970; None without one.
        words: how often the report uses each of its words for an outcome, where its format has such words.
        attempts: counts of all attempts at the tests, where the report lists each.
        repeats: by class and name, the outcomes of tests that the report lists several times, one byte each in file
            order; the blocks number them as namesakes.
    """

    __test__ = False

    format: str
    blocks: Mapping[str, ClassBlock]
    details: tuple[FailureDetail, ...] = ()
    executions: Counts
    seconds: Seconds = 0.0
    problems: tuple[Problem, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    written: Moment | None = None
    words: Mapping[str, Number] = field(default_factory=dict)
    attempts: Counts | None = None
    repeats: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)


COVERAGE_PY = "coverage.py"
"""The producer whose total counts lines and branches together."""


class MeasuredFile(Struct, frozen=True, kw_only=True):
    """The coverage of one file before its path is placed in the repository.

    Attributes:
        candidates: the paths that the report allows, the most telling first: with Cobertura one for each
            `<source>`, then the bare file name. Separators and roots are as written.
        coverage: its lines and branches; `coverage.path` is the first candidate.
    """

    candidates: tuple[str, ...]
    coverage: FileCoverage


class CoverageReport(Struct, frozen=True, kw_only=True, tag=True):
    """The coverage of one file of a report; a path may occur several times.

    Attributes:
        producer: `COVERAGE_PY` if the report says that this tool wrote it; otherwise empty.
    """

    format: str
    files: tuple[MeasuredFile, ...]
    has_branches: bool = False
    producer: str = ""
    problems: tuple[Problem, ...] = ()


class StatedFile(Struct, frozen=True, kw_only=True):
    """The totals that a report states for one file without its lines.

    Attributes:
        candidates: the paths that the report allows, as in `MeasuredFile`.
        branches: None if none are stated.
    """

    candidates: tuple[str, ...]
    lines: Ratio
    branches: Ratio | None = None


class StatedReport(CoverageReport, frozen=True, kw_only=True):
    """A report that states totals without the lines behind them.

    Attributes:
        stated: the totals by file; `files` holds what is measured nevertheless, often nothing.
    """

    stated: tuple[StatedFile, ...]

    def lines(self) -> Ratio:
        """Return the line totals of all files."""
        return add_ratios(file.lines for file in self.stated)

    def branches(self) -> Ratio | None:
        """Return the branch totals of all files; None without branches."""
        total = add_ratios(file.branches for file in self.stated if file.branches is not None)
        return total if total.total else None


Report = TestReport | CoverageReport | StatedReport
