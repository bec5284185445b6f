"""Reads the files that were found: each once, large ones in several processes, and tells of each what it holds."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from io import BufferedReader, FileIO, RawIOBase
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from isal import isal_zlib
from msgspec.structs import replace

from readygate.collect.discovery import Found
from readygate.crew import Crew, Hired, processors
from readygate.formats import Source, all_formats, parse
from readygate.formats.sniffing import HEAD_BYTES
from readygate.model.parcel import pack, unpack
from readygate.model.reports import Problem, Severity, TestReport
from readygate.model.rich_text import count
from readygate.model.snapshot import ReadFile
from readygate.support.console import Log
from readygate.support.redaction import Scrubber

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Aside = Callable[..., Callable[[], Any] | None]
"""Takes a function and arguments for another process, and gives what waits for the result; None if there is none."""

_CUT = re.compile(rb"\0+|(?:\xef\xbb\xbf)?\s*<(?:\?xml[^>]*(?:>\s*(?:<[^>!]*)?)?|\??x?m?|[\w:.-]+(?:\s[^>]*)?)")
"""All of a file: zero bytes, or XML without a whole first tag."""

FILES_TOLD = 200
"""Up to how many files the log has a line for each; above, only for those with a problem."""
MOST = 64 << 20
"""Bytes of files up to which a process that read them stays: its memory counts beside what is needed to compare."""
MUCH = 8 << 20
"""Bytes of files from which on they are read in several processes: that saves time, and costs a sixth of work more."""
SLOW = 5.0
"""Seconds after which reading reports how far it is."""


class Reading:
    """The reading of files. Large ones are read by other processes from the beginning; as a context, it ends them.

    Attributes:
        helped: whether others read meanwhile.
    """

    def __init__(self, found: Sequence[Found], scrub: Scrubber, ready: str = "", hired: Hired | None = None) -> None:
        """Begin.

        Args:
            found: the files.
            scrub: takes secrets out of what they say.
            ready: a module that a helper loads when nothing is left to read, so that it is fit for what `aside` gives.
            hired: a process that has called `prepare`; where there is little to read, it reads all of it.
        """
        self._found = found
        sizes = [_size(file) for file in found]
        much = sum(size or 0 for size in sizes)
        if hired is not None and much > MOST:
            hired.end()
            hired = None
        there = 1 if hired is None else 2  # this process, and that one
        workers = max(processors(), there) if much >= MUCH else there
        alone = threading.active_count() == 1  # else a helper must not load what another thread may be loading
        if workers > there:
            if not alone:
                all_formats()
            scrub.prepare()
        if hired is not None:
            plain = [file if size is not None else None for file, size in zip(found, sizes, strict=True)]
            hired.engage(_share, plain, scrub, then=ready)
        stays = bool(ready) and (hired is not None or alone) and much <= MOST
        self._crew = Crew(
            found,
            sizes,
            partial(_read, scrub),
            pack=pack,
            unpack=unpack,
            workers=workers,
            ready=partial(import_module, ready) if stays else None,
            hired=hired,
        )
        self.helped = self._crew.helped

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def aside(self) -> Aside | None:
        """Takes a function for another process, as `Crew.ask`; None if there is none that has read and stays."""
        return self._crew.ask if self._crew.spare else None

    def end(self) -> None:
        """End the processes that read."""
        self._crew.end()

    def results(self, log: Log, what: str) -> list[ReadFile]:
        """Read what is left, and tell of all files in their order."""
        started = told = time.monotonic()
        number = size = 0

        def tell(result: ReadFile | None) -> None:
            nonlocal told, number, size
            number, size = number + 1, size + (result.size if result else 0)
            if time.monotonic() - told > SLOW:
                told = time.monotonic()
                log.line(f"{number:,} of {len(self._found):,} files, {size >> 20:,} MiB, {told - started:.0f} s")

        with log.group(f"Reading {what}: {count(len(self._found), 'file')}"):
            read = [result for result in self._crew.results(tell) if result is not None]
            for result in read:
                if result.problems or len(self._found) <= FILES_TOLD:
                    _tell(result, log)
        return read


def prepare() -> None:
    """Load what most reports need; a process that was hired does so before it knows what there is to read."""
    import_module("readygate.formats.results.junit")
    Scrubber().prepare()


def _share(found: Sequence[Found | None], scrub: Scrubber, places: Iterable[int]) -> Iterator[tuple[int, object]]:
    """What a process reads that was hired: none of those that are None, which only this one can open."""
    return ((at, pack(_read(scrub, file))) for at in places if (file := found[at]) is not None)


def _read(scrub: Scrubber, file: Found) -> ReadFile | None:
    result = read_file(file)
    return None if result is None else scrub(result)


def _size(file: Found) -> int | None:
    """Bytes of a file that any process may read; None for what is in memory or in an archive."""
    source = file.source
    if file.problem is not None or not _is_plain(source):
        return None
    try:
        return source.size
    except OSError:
        return None


def read_file(file: Found) -> ReadFile | None:
    """Read one file; None for a file that only the discovery found and that is no report at all."""
    name = file.source.name
    if file.problem is not None:
        return None if file.discovered else ReadFile(name=name, size=0, report=None, problems=(file.problem,))
    witness = _Witness(file.source)
    result = parse(witness.source)
    try:
        size = file.source.size
    except OSError:  # it went while it was read
        size = 0
    if isinstance(result, Problem):
        if file.discovered and size and result.what.startswith("no known format"):
            if not _is_cut(file.source):
                return None
            result = Problem(
                severity=Severity.DAMAGE,
                what="the file ends before its first element",
                why="the tool that writes it was stopped, or the disk was full",
                todo="look for an error in the log of the job that makes it",
            )
        return ReadFile(name=name, size=size, report=None, problems=(result,))
    return ReadFile(name=name, size=size, report=result, problems=result.problems, checksum=witness.checksum())


def _is_plain(source: Source) -> bool:
    """Whether it is a file of its own."""
    return source.path is not None and source.opener is None


class _Witness:
    """Takes the checksum of a file while it is read: the number of bytes and their CRC-32.

    That is enough to see a file again, and not meant against forgery.

    Attributes:
        source: what to read instead of the source that was given.
    """

    def __init__(self, source: Source) -> None:
        self._given = source
        self._seen = ""
        self.source = source
        if _is_plain(source):
            with suppress(OSError):  # who reads it will be told
                self.source = replace(source, opener=self._open, packed=source.size)

    def checksum(self) -> str:
        """The checksum; the file is read again if nothing has read it to its end. Empty if that is not possible."""
        try:
            if not self._seen:
                with self._open() as stream:
                    while stream.read(1 << 20):
                        pass
        except OSError:
            return ""
        return self._seen

    def _open(self) -> BinaryIO:
        given = self._given
        stream = FileIO(given.path) if given.path is not None and _is_plain(given) else given.open()
        return BufferedReader(_Counted(stream, self._tell))

    def _tell(self, checksum: str) -> None:
        self._seen = checksum


class _Counted(RawIOBase):
    """A stream that tells its checksum when it has been read, once and from its beginning, to its end."""

    def __init__(self, stream: RawIOBase | BinaryIO, tell: Callable[[str], None]) -> None:
        self._stream = stream
        self._tell = tell
        self._crc = self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        read: int = self._stream.readinto(buffer) or 0  # type: ignore[union-attr]
        if read:
            self._crc = isal_zlib.crc32(memoryview(buffer)[:read], self._crc)
            self._size += read
        else:
            self._tell(f"{self._size}-{self._crc:08x}")
        return read

    def close(self) -> None:
        self._stream.close()
        super().close()


def _is_cut(source: Source) -> bool:
    """Whether a file that no format knows is what is left of one: XML without a whole first tag, or zero bytes only."""
    try:
        with source.open() as stream:
            data = stream.read(HEAD_BYTES)
            return not stream.read(1) and (_CUT.fullmatch(data) is not None)
    except OSError:
        return True


def _tell(file: ReadFile, log: Log) -> None:
    """Print what was read of a file, and each of its problems; damage also as a notice."""
    report = file.report
    if isinstance(report, TestReport):
        counts = report.executions
        told = f"{count(counts.total, 'test')}, {counts.failing:,} failing, {counts.skipped:,} skipped"
    elif report is not None:
        told = f"coverage of {count(len(report.files), 'file')}"
    else:
        told = "not readable"
    log.line(f"{file.name} ({report.format if report else 'unknown'}, {count(file.size, 'byte')}): {told}")
    for problem in file.problems:
        place = f" at {problem.place}" if problem.place else ""
        text = f"{file.name}: {problem.what}{place}."
        text += f" Probably: {problem.why}." if problem.why else ""
        text += f" To do: {problem.todo}." if problem.todo else ""
        log.line(text)
        if problem.severity is Severity.DAMAGE:
            log.notice(text)
