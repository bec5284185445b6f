"""Reads rows of green tests without the XML parser, where it is certain that the parser would tell the same.

Most of a report are tests such as `<testcase classname="a" name="b" time="0.1"/>`, one behind the other. Cut at its
quotes, a row of them is a list in which every n-th part is a name, and the parts between are the same few. What those
few parts may be is checked against the grammar (https://www.w3.org/TR/xml/#sec-starttags); whatever is not exactly so
goes to the parser: entities, single quotes, white space other than blanks in a value, bytes that are no UTF-8.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from readygate.formats._rows import Row
from readygate.formats.results._junit_result import STATES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from readygate.formats.results._junit_green import Columns

    Enter = Callable[[Columns, int, int], None]
    """Takes columns and the places in them where the tests of a row begin and end."""

BEGIN: Final = b"<testcase "
FEWEST: Final = 800
"""Bytes of a row below which it is not worth the trouble."""

_START: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?"
    rb"""(?:<\?xml[ ]version=(?:"1\.0"|'1\.0')(?:[ ]encoding=["'](?:utf-8|UTF-8)["'])?"""
    rb"""(?:[ ]standalone=["'](?:yes|no)["'])?[ ]?\?>)?\s*<[A-Za-z]"""
)
"""A file in UTF-8 without a document type, which could give attributes other values than are written."""

_OTHER: Final = re.compile(rb"<(?!/?testcase[ >])")
_FIRST: Final = re.compile(r'<testcase((?: [A-Za-z_][A-Za-z_0-9.-]*="[^"]*")+)[ \t\r\n]*(?:/>|></testcase>)')
_NAMES: Final = re.compile(r' ([A-Za-z_][A-Za-z_0-9.-]*)="[^"]*"')
_END: Final = r"[ \t\r\n]*(?:/>|></testcase>)[ \t\r\n]*"
_LAST: Final = re.compile(_END)

_PLAIN: Final = bytes(set(range(32, 256)) - set(b"<&"))
_MOST_SEPARATORS: Final = 50
_PATIENCE: Final = 8


class _Shape(Struct, frozen=True, kw_only=True):
    """How the tests of a file are written.

    Attributes:
        first: what stands before the first value of a row.
        inner: what stands before each further value of a test.
        between: what may stand between two tests.
        at: where class, name and duration are among the values, -1 for none.
        states: where attributes are that may tell an outcome.
    """

    first: str
    inner: tuple[str, ...]
    between: re.Pattern[str]
    at: tuple[int, int, int]
    states: tuple[int, ...]


class Express:
    """Recognizes rows of green tests.

    Args:
        enter: takes what was read.
        at_rest: tells whether the reader stands where only tests and suites may begin.
    """

    def __init__(self, enter: Enter, at_rest: Callable[[], bool]) -> None:
        self._enter = enter
        self._at_rest = at_rest
        self._shape: _Shape | None = None
        self._patience = _PATIENCE

    def fits(self, start: bytes) -> bool:
        """Whether a file that begins so may be read this way at all."""
        return _START.match(start) is not None

    def worth(self) -> bool:
        """Whether rows are still worth looking at; not if they turned out to be something else, again and again."""
        return self._patience > 0

    def ready(self) -> bool:
        """Whether the reader stands where only tests and suites may begin."""
        return self._at_rest()

    def bounds(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Bounds of the rows that are worth reading.

        A row that reaches the last test of the data ends before it: that one may not be complete.
        """
        begin = end = stop = 0
        while (first := data.find(BEGIN, begin)) >= 0:
            if first >= end:
                other = _OTHER.search(data, first)
                end = len(data) if other is None else other.start()
                closes = data.startswith((b"</testsuite", b"<testsuite"), end)
                stop = end if closes else data.rfind(BEGIN, first, end)
            reference = data.find(b"&", first, stop)
            last = stop if reference < 0 else data.rfind(BEGIN, first, reference)  # the test with it is for the parser
            if last - first >= FEWEST:
                yield first, last
            begin = end if reference < 0 else reference

    def read(self, rows: list[bytes]) -> list[Row | None]:
        """Read rows, all together if they are written alike; None for each of which it is not certain what it says."""
        specials = [_special(row) for row in rows]
        whole = self._read(b"".join(rows), b"".join(specials)) if len(rows) > 1 else None
        if whole is None:
            return [self._alone(row, special) for row, special in zip(rows, specials, strict=True)]
        self._patience = _PATIENCE
        counts = [special.count(b"<") for special in specials]
        if sum(counts) != len(whole[1]):  # some tests are closed by a tag of their own
            counts = [count - row.count(b"</") for count, row in zip(counts, rows, strict=True)]
        found: list[Row | None] = []
        at = 0
        for count, special in zip(counts, specials, strict=True):
            begin, at = at, at + count
            found.append(self._row(whole, begin, at, special))
        return found

    def _alone(self, row: bytes, special: bytes) -> Row | None:
        found = self._read(row, special) if self._patience > 0 else None
        self._patience = self._patience - 1 if found is None else _PATIENCE
        return None if found is None else self._row(found, 0, len(found[1]), special)

    def _row(self, columns: Columns, begin: int, end: int, special: bytes) -> Row:
        lines = special.count(b"\n") + special.count(b"\r") - special.count(b"\r\n")
        return Row(lines, partial(self._enter, columns, begin, end))

    def _read(self, row: bytes, special: bytes) -> Columns | None:
        """The columns of a row; None if it is not certain what it says."""
        try:
            text = row.decode()
        except UnicodeDecodeError:
            return None
        if not text.isascii() and ("\ufffe" in text or "\uffff" in text):
            return None
        parts = text.split('"')
        shape = self._shape
        if shape is None or not _fits(parts, shape):
            shape = self._shape = _learn(text)
            if shape is None or not _fits(parts, shape):
                return None
        step = 2 * len(shape.inner) + 2
        between = parts[step:-1:step]
        if not _separate(special, between, parts[-1], shape):
            return None
        if any(not STATES.keys().isdisjoint(map(str.lower, set(parts[at::step]))) for at in shape.states):
            return None
        return [parts[at::step] if at > 0 else [""] * (len(between) + 1) for at in shape.at]


def _fits(parts: list[str], shape: _Shape) -> bool:
    """Whether the parts of a row, cut at its quotes, have the shape but for what stands between tests."""
    step = 2 * len(shape.inner) + 2
    if len(parts) % step != 1 or parts[0] != shape.first:
        return False
    tests = len(parts) // step
    return all(parts[at::step].count(told) == tests for at, told in zip(range(2, step, 2), shape.inner, strict=True))


def _separate(special: bytes, between: list[str], last: str, shape: _Shape) -> bool:
    """Whether what stands between tests is as it must be, and all special characters of the row stand there."""
    one = bool(between) and between.count(between[0]) == len(between)
    kinds = between[:1] if one else set(between)
    if len(kinds) > _MOST_SEPARATORS or not all(map(shape.between.fullmatch, kinds)) or not _LAST.fullmatch(last):
        return False
    expected = _special(between[0].encode()) * len(between) if one else _special("".join(between).encode())
    return special == b"".join((b"<", expected, _special(last.encode())))


def _special(data: bytes) -> bytes:
    """What may not stand in a value: its control characters, `<` and `&`, in their order."""
    return data.translate(None, _PLAIN)


def _learn(text: str) -> _Shape | None:
    """Tell from its first test how a row is written."""
    found = _FIRST.match(text)
    if found is None:
        return None
    names: list[str] = _NAMES.findall(found[1])
    if len(set(names)) != len(names) or "name" not in names or "class" in names:
        return None
    first = f"<testcase {names[0]}="
    places = {name: 2 * number + 1 for number, name in enumerate(names)}
    return _Shape(
        first=first,
        inner=tuple(f" {name}=" for name in names[1:]),
        between=re.compile(_END + re.escape(first)),
        at=(places.get("classname", -1), places["name"], places.get("time", -1)),
        states=tuple(places[name] for name in ("status", "result") if name in places),
    )
