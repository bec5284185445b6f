"""The record of a format: how to recognise and parse its files."""

from collections.abc import Callable
from typing import Literal

from readygate.formats.sniffing import FileSample
from readygate.formats.source import Source
from readygate.model.reports import Report
from readygate.support.registry import Extension


class Format(Extension, frozen=True, kw_only=True):
    """One format.

    `name` is shown by `inspect` and in tables, for example `junit`.

    Attributes:
        title: the name in prose.
        kind: what the reports hold.
        matches: returns why a file is of this format, judged by its first bytes; None if it is not.
        parse: parses a file that matches. It does not raise for the content of a file: damage is a `Problem` in
            the report, next to everything before it. It raises OSError if the file cannot be read.
        url: a description of the format.
        elements: local names of XML elements below the root, one of which is in every report that has any. A file
            without them that holds other elements was not understood.
    """

    title: str
    kind: Literal["tests", "coverage"]
    matches: Callable[[FileSample], str | None]
    parse: Callable[[Source], Report]
    url: str
    elements: frozenset[str] = frozenset()
