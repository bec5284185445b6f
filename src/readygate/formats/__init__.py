"""Formats of reports: one module each under `tests/` and `coverage/`, chosen by a file's content.

Exactly one format must claim a file. Its module defines `FORMAT`, a record of what tells it (`claims`) and what
reads it (`parse`). A parser never raises for what stands in a file: damage is a `Problem` beside what was read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from msgspec import Struct

from readygate.formats.sniffing import HEAD_BYTES, Head
from readygate.model.reports import Problem, Report, Severity
from readygate.support.errors import DOCS
from readygate.support.registry import members

__all__ = ["Format", "Head", "Source", "all_formats", "choose", "identify", "parse"]


class Source(Struct, frozen=True, kw_only=True):
    """One file to read: on disk, in memory, or unpacked while it is read.

    Attributes:
        name: how messages and tables call it; untrusted.
        path: where it lies; None if it lies in `data` or behind `opener`.
        opener: opens a member of an archive; raises OSError for damage.
        packed: what `opener` takes for its size, in bytes.
    """

    name: str
    path: Path | None = None
    data: bytes = b""
    opener: Callable[[], BinaryIO] | None = None
    packed: int = 0

    def open(self) -> BinaryIO:
        """Open the bytes.

        Raises:
            OSError: the file cannot be opened.
        """
        if self.opener is not None:
            return self.opener()
        return BytesIO(self.data) if self.path is None else self.path.open("rb")

    @property
    def size(self) -> int:
        """Bytes."""
        if self.opener is not None:
            return self.packed
        return len(self.data) if self.path is None else self.path.stat().st_size


class Format(Struct, frozen=True, kw_only=True):
    """One format.

    Attributes:
        name: as `inspect` and the tables show it, for example `junit`.
        title: its name in prose.
        claims: from the beginning of a file, why it is of this format; None if it is not.
        parse: reads a file that the format claims.
        url: where the format is described.
    """

    name: str
    title: str
    kind: Literal["tests", "coverage"]
    claims: Callable[[Head], str | None]
    parse: Callable[[Source], Report]
    url: str


@cache
def all_formats() -> tuple[Format, ...]:
    """Every format of the two folders."""
    from readygate.formats import coverage, results  # noqa: PLC0415  (the folders import Format from here)

    return (*members(results, "FORMAT", Format), *members(coverage, "FORMAT", Format))


def _usual() -> Format:
    """The format of most reports: a file that is of it needs none of the others, which take 10 ms to load."""
    from readygate.formats.results import junit  # noqa: PLC0415  (as in `all_formats`)

    return junit.FORMAT


def choose(head: Head) -> tuple[Format, str] | Problem:
    """Return the one format that claims a file and why, or the problem: none does, or several do.

    What the usual format claims is not shown to the others; tests hold that none of them claims it, too.
    """
    usual = _usual()
    if (why := usual.claims(head)) is not None:
        return usual, why
    claims = [(fmt, why) for fmt in all_formats() if (why := fmt.claims(head)) is not None]
    if len(claims) == 1:
        return claims[0]
    if claims:
        names = ", ".join(fmt.name for fmt, _ in claims)
        return Problem(
            severity=Severity.DAMAGE,
            what=f"several formats claim this file: {names}",
            why="two formats look alike here, which is a fault of Readygate",
            todo="report it with the first lines of the file",
        )
    if not head.data.strip():
        return Problem(
            severity=Severity.DAMAGE,
            what="the file is empty",
            why="the tool that writes it was stopped before it wrote anything",
            todo="look for an error in the log of the job that makes it",
        )
    return Problem(
        severity=Severity.DAMAGE,
        what=f"no known format: {head.summary()}",
        why="the pattern also matches files that are no reports, or the file is damaged at its beginning",
        todo=f"exclude it with a line such as `!path/of/it`, or see {DOCS}/formats.md for what can be read",
    )


def identify(source: Source) -> tuple[Format, str] | Problem:
    """Say from the beginning of a file what it is and why, or why that cannot be said.

    Raises:
        OSError: the file cannot be read.
    """
    with source.open() as stream:
        return choose(Head.read(source.name, stream.read(HEAD_BYTES)))


def parse(source: Source) -> Report | Problem:
    """Read one file, whatever it is; a problem if nothing of it can be told."""
    try:
        chosen = identify(source)
        return chosen if isinstance(chosen, Problem) else chosen[0].parse(source)
    except OSError as error:
        return Problem(
            severity=Severity.DAMAGE,
            what=f"the file cannot be read: {error.strerror or error}",
            todo="check its name"
            if isinstance(error, FileNotFoundError)
            else "check that it is a file and may be read",
        )
