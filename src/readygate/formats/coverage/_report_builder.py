"""Build the coverage report of any format, in bounded memory, with one problem for each kind of anomaly."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from readygate.model.coverage import (
    EXCLUDED,
    HIT,
    MAX_LINE,
    MEASURED,
    FileCoverage,
    count_branches,
    merge_branches,
    merge_lines,
    merge_named,
    name_branches,
)
from readygate.model.reports import CoverageReport, MeasuredFile, Problem, Severity

MAX_LINES = 100_000_000
"""Maximum lines, measured or not, of all files of one report; each needs one byte."""

MAX_BRANCHES = 1_000_000
"""Maximum branches of one line."""

_SHOWN = 200


class Anomaly(Struct, frozen=True):
    """A kind of anomaly; a report lists it once, with the number of times and the first place."""

    severity: Severity
    what: str
    why: str
    todo: str = "nothing for the other lines: they were read"


NO_NUMBER = Anomaly(
    Severity.NOTE,
    "a line number below 1 or no number: passed over",
    "the tool measured generated code that has no place in the source",
)
TOO_FAR = Anomaly(
    Severity.DAMAGE,
    f"a line number above {MAX_LINE:,}: passed over",
    "the file is damaged: no source file is that long",
    "look at the file and at what wrote it",
)
TOO_MUCH = Anomaly(
    Severity.DAMAGE,
    f"the files of the report have more than {MAX_LINES:,} lines together: the rest was passed over",
    "the file is damaged, or it measures far more than one code base",
    "split the report, or exclude what is not yours from measurement",
)
BAD_HITS = Anomaly(
    Severity.NOTE,
    "a hit count that is no number: counted as not hit",
    "the tool could not tell how often the line ran",
)
NEGATIVE_HITS = Anomaly(
    Severity.NOTE,
    "a negative hit count: counted as not hit",
    "counters of several threads or processes were added up without a lock",
    "compile with atomic counters (gcc, clang: -fprofile-update=atomic)",
)
BAD_BRANCH = Anomaly(
    Severity.NOTE,
    "branches that cannot be counted: passed over",
    "the tool says that a line has branches and not how many were taken",
)
NO_NAME = Anomaly(
    Severity.NOTE,
    "lines of a file without a name: they count nowhere, because the file is not known",
    "the tool removed the paths, for example to make builds reproducible",
    "let the tool write paths",
)
NO_FILE = Anomaly(
    Severity.NOTE,
    "a line that belongs to no file: passed over",
    "the tool wrote it outside of a file's record",
)


class CoverageBuilder:
    """Builds one report. Files are identified by their names in the report."""

    def __init__(self, format_name: str) -> None:
        self._format = format_name
        self._states: dict[str, bytearray] = {}
        self._branches: dict[str, Mapping[int, tuple[int, int]]] = {}
        self._named: dict[str, Mapping[tuple[int, str], int]] = {}
        self._size = 0
        self._anomalies: dict[Anomaly, tuple[int, str]] = {}

    def record(self, kind: Anomaly, place: str, times: int = 1) -> None:
        """Record an anomaly; the first place of its kind is shown."""
        count, first = self._anomalies.get(kind, (0, place))
        self._anomalies[kind] = (count + times, first)

    def states(self, name: str, size: int) -> bytearray | None:
        """Return the line states of a file, at least `size` bytes, to be changed in place.

        Return None, and record an anomaly, if a file or the whole report would exceed its maximum size.
        """
        found = self._states.get(name)
        if found is None:
            found = self._states[name] = bytearray()
        more = size - len(found)
        if more > 0:
            if size > MAX_LINE + 1 or self._size + more > MAX_LINES:
                self.record(TOO_FAR if size > MAX_LINE + 1 else TOO_MUCH, shown(name))
                return None
            self._size += more
            found.extend(bytes(more))
        return found

    def add(self, name: str, hit: Sequence[int], missed: Sequence[int], excluded: Sequence[int] = ()) -> None:
        """Add lines of a file by their numbers; a line that was hit before stays hit."""
        for numbers, state in ((hit, HIT), (missed, MEASURED), (excluded, EXCLUDED)):
            usable = numbers
            if numbers and not 1 <= min(numbers) <= max(numbers) <= MAX_LINE:
                usable = self._usable(name, numbers)
            states = self.states(name, max(usable, default=-1) + 1)
            if states is not None:
                for number in usable:
                    states[number] |= state

    def _usable(self, name: str, numbers: Sequence[int]) -> list[int]:
        low = sum(number < 1 for number in numbers)
        far = sum(number > MAX_LINE for number in numbers)
        if low:
            self.record(NO_NUMBER, shown(name), low)
        if far:
            self.record(TOO_FAR, shown(name), far)
        return [number for number in numbers if 1 <= number <= MAX_LINE]

    def branches(self, name: str, by_line: Mapping[int, tuple[int, int]]) -> None:
        """Add (taken, total) by line number; of two entries for a line the larger counts win."""
        usable = {
            line: (taken, total)
            for line, (taken, total) in by_line.items()
            if 1 <= line <= MAX_LINE and 0 <= taken <= total <= MAX_BRANCHES and total
        }
        if len(usable) < len(by_line):
            odd = sum(total != 0 for _, total in by_line.values()) - len(usable)
            if odd:
                self.record(BAD_BRANCH, shown(name), odd)
        if usable:
            known = self._branches.get(name)
            self._branches[name] = usable if known is None else merge_branches(known, usable)

    def named_branches(self, name: str, branches: Iterable[tuple[int, str, bool]]) -> None:
        """Add branches of a file: line, name of the branch on its line, and whether it was taken.

        A measurement of the same file by another report is merged branch by branch if it has the same names.
        """
        named = name_branches(branches)
        counts = count_branches(named)
        self.branches(name, counts)
        usable = {
            key: mask for key, mask in named.items() if 1 <= key[0] <= MAX_LINE and counts[key[0]][1] <= MAX_BRANCHES
        }
        self._named[name] = merge_named(self._named.get(name, {}), usable)

    def counts(self, name: str) -> tuple[int, int, int, int]:
        """Return lines covered and measured, branches taken and measured, of one file."""
        states = self._states.get(name, bytearray())
        hit = states.count(HIT) + states.count(HIT | EXCLUDED)
        missed = states.count(MEASURED) + states.count(MEASURED | EXCLUDED)
        branches = self._branches.get(name, {}).values()
        return (hit, hit + missed, sum(taken for taken, _ in branches), sum(total for _, total in branches))

    def totals(self) -> tuple[int, int, int, int]:
        """Return the sum of `counts` over all files."""
        lines_hit = lines = taken = branches = 0
        for name in self._states:
            counts = self.counts(name)
            lines_hit += counts[0]
            lines += counts[1]
            taken += counts[2]
            branches += counts[3]
        return (lines_hit, lines, taken, branches)

    def report(
        self,
        *,
        candidates: Callable[[str], tuple[str, ...]] = lambda name: (name,),
        problems: Iterable[Problem | None] = (),
        has_branches: bool | None = None,
        producer: str = "",
    ) -> CoverageReport:
        """Return the report; the builder is empty afterwards.

        Args:
            candidates: returns the paths that a name may refer to, the most specific first.
            problems: further problems; None is skipped.
            has_branches: whether branches were measured; None: whether any line has branches.
            producer: as in `CoverageReport`.
        """
        if "" in self._states:
            self.record(NO_NAME, "")
        files = []
        for name in list(self._states):
            paths = candidates(name)
            lines = merge_lines(bytes(self._states.pop(name)), b"")  # measured wins over excluded
            branches = dict(sorted(self._branches.get(name, {}).items()))
            named = self._named.get(name, {})
            coverage = FileCoverage(path=paths[0], lines=lines, branches=branches, named=named)
            files.append(MeasuredFile(candidates=paths, coverage=coverage))
        return CoverageReport(
            format=self._format,
            files=tuple(files),
            has_branches=bool(self._branches) if has_branches is None else has_branches,
            producer=producer,
            problems=(*(p for p in problems if p is not None), *self._problems()),
        )

    def _problems(self) -> Iterable[Problem]:
        for kind, (count, place) in self._anomalies.items():
            times = f" ({count:,} times)" if count > 1 else ""
            yield Problem(severity=kind.severity, what=kind.what + times, place=place, why=kind.why, todo=kind.todo)


def hit_count(text: str) -> bool | Anomaly:
    """Return whether a hit count is above zero; an anomaly if it is negative or not a number.

    gcov's `#####` and `=====` and LCOV's `-` mean that the line did not run.
    """
    if text.isdigit() and text.isascii():
        return text.strip("0") != ""
    if text in {"#####", "=====", "-"}:
        return False
    try:
        count = float(text)
    except ValueError:
        return BAD_HITS
    if count != count:  # noqa: PLR0124  (not a number)
        return BAD_HITS
    return count > 0 if count >= 0 else NEGATIVE_HITS


def shown(name: str) -> str:
    """Format the name of a file for a problem."""
    return f"file '{name[:_SHOWN]}'"


def share(covered: int, total: int) -> str:
    """Format two counts for a problem."""
    return f"{covered:,} of {total:,}"


def disagreement(what: str, place: str = "") -> Problem:
    """Return a note that the totals of a report differ from its lines."""
    return Problem(
        severity=Severity.NOTE,
        what=f"its own totals differ from its lines: {what}",
        place=place,
        why="the tool counts a line once per function or class, or the report was cut or merged afterwards",
        todo="nothing: the figures here are counted from the lines",
    )
