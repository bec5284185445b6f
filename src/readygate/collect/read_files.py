"""Read the files that were found, each once, and log what each of them holds."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import BufferedReader, FileIO, RawIOBase
from typing import TYPE_CHECKING, BinaryIO

from isal import isal_zlib
from msgspec.structs import replace

from readygate.collect.discovery import Found
from readygate.formats import Source, parse
from readygate.formats.sniffing import HEAD_BYTES
from readygate.model.reports import Problem, Severity, TestReport
from readygate.model.rich_text import count
from readygate.model.snapshot import ReadFile
from readygate.support.console import Log
from readygate.support.redaction import Scrubber

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CUT = re.compile(rb"\0+|(?:\xef\xbb\xbf)?\s*<(?:\?xml[^>]*(?:>\s*(?:<[^>!]*)?)?|\??x?m?|[\w:.-]+(?:\s[^>]*)?)")
"""All of a file: zero bytes, or XML without a whole first tag."""

LOGGED_FILES = 200
"""Number of files up to which the log has a line for each file. Above it, only files with a problem have one."""
PROGRESS_SECONDS = 5.0
"""Seconds between two lines of progress."""


def read_files(found: Sequence[Found], scrub: Scrubber, log: Log, what: str) -> tuple[ReadFile, ...]:
    """Read files in their order and log what each of them holds.

    Args:
        found: the files.
        scrub: removes secrets from what was read.
        log: the console.
        what: the name of the files in the log, such as `reports`.

    Returns:
        the contents of the files that are reports, or that were named as reports.
    """
    read: list[ReadFile] = []
    started = logged = time.monotonic()
    with log.group(f"Reading {what}: {count(len(found), 'file')}"):
        for number, file in enumerate(found, 1):
            result = read_file(file)
            if result is not None:
                result = scrub(result)
                read.append(result)
                if result.problems or len(found) <= LOGGED_FILES:
                    _log_file(result, log)
            now = time.monotonic()
            if now - logged > PROGRESS_SECONDS:
                logged = now
                size = sum(done.size for done in read)
                log.line(f"{number:,} of {len(found):,} files, {size >> 20:,} MiB, {now - started:.0f} s")
    return tuple(read)


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


def _log_file(file: ReadFile, log: Log) -> None:
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
