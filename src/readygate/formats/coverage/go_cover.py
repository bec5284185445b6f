"""Go cover profiles: a line `mode: set`, `count` or `atomic`, then one line per block of statements.

Description: https://pkg.go.dev/golang.org/x/tools/cover#Profile . A line has the file and the ends of the block
(`a.go:3.1,5.2`), the number of statements, and how often they ran. A source line counts if a block covers it, and is
hit if one of its blocks ran. `go tool cover` counts statements instead; a note has these counts. With `-coverpkg` the
tests of each package write all blocks again: equal blocks are one block, which ran if any of them did.

A profile has no end mark: one that is truncated between two lines looks complete.
"""

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.coverage._lcov_text import chunks
from readygate.formats.coverage._report_builder import NO_NUMBER, TOO_FAR, Anomaly, CoverageBuilder, share, shown
from readygate.model.coverage import HIT, MAX_LINE, MEASURED
from readygate.model.reports import CoverageReport, Problem, Severity

MAX_LINE_BYTES: Final = 1 << 20
"""Maximum bytes of one line of the file."""

_NAME: Final = "go-cover"
_MODE: Final = re.compile(r"\s*mode: (set|count|atomic)\s*$", re.MULTILINE)
_BLOCK: Final = re.compile(rb"^(.+):(\d{1,9}\.\d{1,9},\d{1,9}\.\d{1,9}) (\d{1,9}) (\d+)$", re.MULTILINE)
_FORGES: Final = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"})
_MAJOR: Final = re.compile(r"v[2-9]\d*")

_BROKEN: Final = Anomaly(
    Severity.DAMAGE,
    "a line that is no block: passed over",
    "two programs wrote to the file, or the one that wrote it was stopped",
    "look at the line; let each run of `go test` write a profile of its own",
)

_Blocks = dict[bytes, tuple[int, bool]]
"""Number of statements and whether they ran, by position."""


def _matches(sample: FileSample) -> str | None:
    found = _MODE.match(sample.text)
    return f"its first line is `mode: {found[1]}`" if found else None


class _Reader:
    """Parses the blocks of one profile."""

    def __init__(self) -> None:
        self.builder = CoverageBuilder(_NAME)
        self.files: dict[bytes, _Blocks] = {}
        self._line = 0

    def read(self, stream: BinaryIO) -> None:
        """Parse the whole stream."""
        rest = b""
        for chunk in chunks(stream):
            block = rest + chunk
            end = block.rfind(b"\n") + 1
            rest = block[end:]
            self._lines(block[:end])
            if len(rest) > MAX_LINE_BYTES:
                break
        self._lines(rest[:MAX_LINE_BYTES])

    def _lines(self, lines: bytes) -> None:
        lines = lines.replace(b"\r\n", b"\n")
        found = _BLOCK.findall(lines)
        for name, position, statements, count in found:
            blocks = self.files.get(name)
            if blocks is None:
                blocks = self.files[name] = {}
            known = blocks.get(position)
            if known is None or not known[1]:
                blocks[position] = (int(statements), count.strip(b"0") != b"")
        if len(found) != lines.count(b"\n") + bool(lines and not lines.endswith(b"\n")):
            self._others(lines)
        self._line += lines.count(b"\n")

    def _others(self, lines: bytes) -> None:
        """Record the lines that are neither a block nor a mode."""
        for at, line in enumerate(lines.split(b"\n"), self._line + 1):
            text = line.decode("utf-8", errors="replace").strip()
            if text and not _BLOCK.match(line) and not _MODE.fullmatch(text):
                self.builder.record(_BROKEN, f"line {at:,}: '{text[:60]}'")

    def finish(self) -> CoverageReport:
        """Mark the lines of all files and return the report."""
        covered = statements = 0
        for name, blocks in self.files.items():
            self._mark(name.decode("utf-8", errors="replace"), blocks)
            statements += sum(size for size, _ in blocks.values())
            covered += sum(size for size, ran in blocks.values() if ran)
        hit, lines, *_ = self.builder.totals()
        note = Problem(
            severity=Severity.NOTE,
            what=f"lines are counted, {share(hit, lines)}; in statements it is {share(covered, statements)}",
            why="a profile names blocks of statements; `go tool cover` counts these",
            todo="nothing: see docs/counting.md",
        )
        return self.builder.report(candidates=lambda name: (name,), problems=(note if self.files else None,))

    def _mark(self, name: str, blocks: _Blocks) -> None:
        """Mark the lines of each block that has statements; ranges are merged first, so that the time is linear.

        An empty function (`func Noop() {}`) is a block without statements, which `go tool cover` does not count.
        """
        missed: list[tuple[int, int]] = []
        hit: list[tuple[int, int]] = []
        for position, (statements, ran) in blocks.items():
            if not statements:
                continue
            first, last = (int(end.partition(b".")[0]) for end in position.split(b","))
            if 1 <= first <= last <= MAX_LINE:
                (hit if ran else missed).append((first, last))
            else:
                self.builder.record(TOO_FAR if last > MAX_LINE else NO_NUMBER, shown(name))
        states = self.builder.states(name, max((last for _, last in missed + hit), default=-1) + 1)
        if states is None:
            return
        for ranges, state in ((missed, MEASURED), (hit, HIT)):
            for first, last in _merged(ranges):
                states[first : last + 1] = bytes((state,)) * (last - first + 1)


def _merged(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield ranges without overlap that cover the same numbers."""
    first, last = 0, -1
    for start, end in sorted(ranges):
        if start > last:
            if last >= 0:
                yield first, last
            first, last = start, end
        else:
            last = max(last, end)
    if last >= 0:
        yield first, last


def _parse(source: Source) -> CoverageReport:
    reader = _Reader()
    with source.open() as stream:
        reader.read(stream)
    return reader.finish()


FORMAT = Format(
    name=_NAME,
    title="Go cover profile",
    kind="coverage",
    matches=_matches,
    parse=_parse,
    url="https://pkg.go.dev/golang.org/x/tools/cover#Profile",
)
