"""LCOV tracefiles: `SF` … `end_of_record` for each source file and test.

Records: https://github.com/linux-test-project/lcov/blob/master/man/geninfo.1 (FILES). Written by lcov, gcovr, llvm-cov,
grcov, Istanbul, coverage.py, simplecov and many more, which differ in the details of each record.
"""

from typing import BinaryIO, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.coverage._lcov_branches import Branches, TakenCache
from readygate.formats.coverage._lcov_text import chunks, cut, pairs
from readygate.formats.coverage._report_builder import (
    BAD_BRANCH,
    NO_FILE,
    NO_NUMBER,
    Anomaly,
    CoverageBuilder,
    disagreement,
    hit_count,
    share,
    shown,
)
from readygate.model.coverage import HIT, MAX_LINE, MEASURED
from readygate.model.reports import CoverageReport, Problem, Severity

MAX_LINE_BYTES: Final = 1 << 24
"""Maximum bytes of one line of the file."""

_NAME: Final = "lcov"
_END: Final = b"end_of_record"
_SKIPPED: Final = frozenset(
    b"TN VER FN FNL FNA FNDA FNF FNH MCDC MCF MCH BA BRL BRS KF KH".split()  # records that do not count
)
_TOTALS: Final = {b"LH": 0, b"LF": 1, b"BRH": 2, b"BRF": 3}

_UNKNOWN_RECORD: Final = Anomaly(
    Severity.NOTE,
    "a line of no known kind: passed over",
    "a newer tool wrote it, or another program's output was mixed in",
    "look at the line; the records around it were read",
)
_NO_LINES: Final = Anomaly(
    Severity.NOTE,
    "totals (LF, LH) without lines (DA): nothing can be counted",
    "the tool was told to write a summary only",
    "let it write the lines, for example `llvm-cov export` without -summary-only",
)


def _matches(sample: FileSample) -> str | None:
    if sample.root:
        return None
    for line in sample.text.splitlines():
        if line.strip() and not line.startswith("#"):
            kind = line[:3]
            return f"its first record is {kind}" if kind in {"SF:", "TN:"} else None
    return None


class _Reader:
    """Parses the records of one file; `_name` is the source file of the open record, None outside of one."""

    def __init__(self) -> None:
        self.builder = CoverageBuilder(_NAME)
        self.damage: Problem | None = None
        self._name: str | None = None
        self._line = 0
        self._records: dict[str, int] = {}
        self._claimed: dict[str, list[int | None]] = {}
        self._branches: dict[str, Branches] = {}
        self._ran = TakenCache()

    def read(self, stream: BinaryIO) -> None:
        """Parse the whole stream."""
        rest = b""
        for chunk in chunks(stream):
            block = rest + chunk
            end = block.rfind(b"\n") + 1
            rest = block[end:]
            self._block(block[:end])
            if len(rest) > MAX_LINE_BYTES:
                self._broken(
                    f"a line is longer than {MAX_LINE_BYTES >> 20} MiB", "it is not a text file", self._line + 1
                )
                return
        if rest.startswith(_END):
            self._close()
        elif rest.strip() or self._name is not None:
            self._broken(
                "the file ends in the middle of a record",
                "the tool that wrote it was stopped: the job ran out of time or memory, or was cancelled",
                self._line + 1,
            )

    def _broken(self, what: str, why: str, line: int = 0) -> None:
        if self.damage is None:
            name = "" if self._name is None else shown(self._name)
            self.damage = Problem(
                severity=Severity.DAMAGE,
                what=what,
                place=", ".join(filter(None, (f"line {line:,}" if line else "", name))),
                why=why,
                todo="look for an error in the log of the job that makes the file, and run it again",
            )

    def _block(self, block: bytes) -> None:
        """Parse whole lines, which may begin and end in the middle of a record."""
        lines = block.count(b"\n")
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n")
        *closed, open_ = (b"\n" + block).split(b"\n" + _END)
        for piece in closed:
            self._piece(piece)
            self._close()
        self._piece(open_)
        self._line += lines

    def _piece(self, piece: bytes) -> None:
        """Parse lines without `end_of_record`: those of the open record, then of new ones."""
        first, *others = (b"\n" + piece).split(b"\nSF:")
        self._lines(first)
        for other in others:
            name, _, lines = other.partition(b"\n")
            if self._name is not None:
                self._broken(
                    "a record is not closed before the next one begins",
                    "a piece of the file is missing, or two programs wrote to it at the same time",
                )
                self._close()
            self._name = _text(name)
            self._lines(b"\n" + lines)

    def _lines(self, lines: bytes) -> None:
        """Parse lines of one record: `DA` and `BRDA` as a whole, the others one by one."""
        measured, lines = cut(lines, b"\nDA:")
        branches, lines = cut(lines, b"\nBRDA:")
        more: dict[bytes, list[bytes]] = {b"DA": [], b"BRDA": []}
        for line in lines.split(b"\n"):
            kind, _, value = line.partition(b":")
            if kind in _SKIPPED:
                continue
            if kind in more:
                more[kind].append(value)
            elif kind in _TOTALS:
                self._claim(_TOTALS[kind], value.strip())
            elif line.strip() and not line.startswith(b"#"):
                self.builder.record(_UNKNOWN_RECORD, f"'{_text(line[:60])}'")
        for segment in (measured, b"\nDA:".join(more[b"DA"])):
            if segment:
                self._measured(segment)
        for segment in (branches.replace(b"\nBRDA:", b"\n"), b"\n".join(more[b"BRDA"])):
            if segment:
                self._branch(segment)

    def _claim(self, which: int, value: bytes) -> None:
        if self._name is not None and value.isdigit() and len(value) < 12:
            self._claimed.setdefault(self._name, [None] * 4)[which] = int(value)

    def _close(self) -> None:
        if self._name is not None:
            self.builder.states(self._name, 0)  # a file without lines is measured, too
            self._records[self._name] = self._records.get(self._name, 0) + 1
        self._name = None

    def _measured(self, segment: bytes) -> None:
        """Parse `DA` values (line, hits, optional checksum), separated by the marker."""
        if self._name is None:
            self.builder.record(NO_FILE, f"'DA:{_text(segment[:40])}'")
            return
        values = pairs(segment)
        highest = max(values[::2], default=MAX_LINE + 1)
        if highest > MAX_LINE:
            self._odd_lines(self._name, segment.split(b"\nDA:"))
            return
        states = self.builder.states(self._name, highest + 1)
        if states is None:
            return
        each = iter(values)
        for number, hits in zip(each, each, strict=True):
            if hits:
                states[number] = HIT
            elif not states[number]:
                states[number] = MEASURED
        if states[0]:
            states[0] = 0
            self.builder.record(NO_NUMBER, f"{shown(self._name)}, line 0")

    def _odd_lines(self, name: str, records: list[bytes]) -> None:
        """Parse `DA` values one by one."""
        hit: list[int] = []
        missed: list[int] = []
        for record in records:
            number, _, rest = record.partition(b",")
            count = _text(rest.partition(b",")[0]).strip()
            try:
                line = int(number)
            except ValueError:
                self.builder.record(NO_NUMBER, f"{shown(name)}, 'DA:{_text(record[:40])}'")
                continue
            ran = hit_count(count)
            if isinstance(ran, Anomaly):
                self.builder.record(ran, f"{shown(name)}, 'DA:{_text(record[:40])}'")
            (hit if ran is True else missed).append(line)
        self.builder.add(name, hit, missed)

    def _branch(self, segment: bytes) -> None:
        """Keep `BRDA` values, one per line, until all records of the source file are parsed."""
        if self._name is None:
            self.builder.record(NO_FILE, f"'BRDA:{_text(segment[:40])}'")
        else:
            self._branches.setdefault(self._name, Branches(self._ran)).add(segment)

    def finish(self) -> CoverageReport:
        """Count the branches and return the report."""
        for name, branches in self._branches.items():
            self.builder.states(name, 0)
            named, odd = branches.named()
            self.builder.named_branches(name, named)
            if odd:
                self.builder.record(BAD_BRANCH, f"{shown(name)}, 'BRDA:{_text(odd[:60])}'")
        problems = (self.damage, None if self.damage else self._disagreement())
        return self.builder.report(problems=problems)

    def _disagreement(self) -> Problem | None:
        """Return a note if totals differ from the counts; files with several records have partial totals."""
        first, files = "", 0
        for name, stated in self._claimed.items():
            counts = self.builder.counts(name)
            if stated[1] and not counts[1]:
                self.builder.record(_NO_LINES, shown(name))
            elif self._records.get(name) == 1 and any(
                total is not None and total != count for total, count in zip(stated, counts, strict=True)
            ):
                files += 1
                first = first or f"{shown(name)}: {_difference(stated, counts)}"
        if not files:
            return None
        return disagreement(first if files == 1 else f"{files:,} files, the first is {first}")


def _difference(stated: list[int | None], counts: tuple[int, int, int, int]) -> str:
    """Describe the totals that differ: `lines 6 of 6 claimed, 5 of 10 counted`."""
    at, what = (0, "lines")
    if all(stated[i] in {None, counts[i]} for i in (0, 1)):
        at, what = (2, "branches")
    covered, total = (counts[i] if stated[i] is None else stated[i] for i in (at, at + 1))
    return f"{what} {share(covered or 0, total or 0)} claimed, {share(counts[at], counts[at + 1])} counted"


def _text(value: bytes) -> str:
    return value.decode("utf-8", errors="replace")


def _parse(source: Source) -> CoverageReport:
    reader = _Reader()
    with source.open() as stream:
        reader.read(stream)
    return reader.finish()


FORMAT = Format(
    name=_NAME,
    title="LCOV",
    kind="coverage",
    matches=_matches,
    parse=_parse,
    url="https://github.com/linux-test-project/lcov/blob/master/man/geninfo.1",
)
