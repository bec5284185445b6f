"""The frames of a trace, in the notations of Python, Java, JavaScript, .NET, Go, Ruby, PHP and Rust.

Where each notation is defined or shown:
Python: https://docs.python.org/3/library/traceback.html ·
Java: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Throwable.html#printStackTrace() ·
V8: https://v8.dev/docs/stack-trace-api · .NET: https://learn.microsoft.com/dotnet/api/system.exception.stacktrace ·
Go: https://pkg.go.dev/runtime/debug#Stack ·
Ruby: https://docs.ruby-lang.org/en/master/Exception.html#method-i-full_message ·
PHP: https://www.php.net/manual/en/exception.gettraceasstring.php · Rust: https://doc.rust-lang.org/std/macro.panic.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from msgspec import Struct

MOST_READ = 6_000
"""Characters of a trace that are looked at, half of them from its beginning and half from its end."""
MOST_FRAMES = 60


class Frame(NamedTuple):
    """One place of a trace; a tuple, as there are many.

    Attributes:
        path: the file as the trace names it, or where it stands in the repository if that has been settled.
        line: from 1.
        function: what runs there; empty if the trace does not say.
    """

    path: str
    line: int
    function: str = ""


class _Notation(Struct, frozen=True):
    """How a language writes frames.

    Attributes:
        mark: stands in every frame; where it is not, the pattern is not tried.
        pattern: fits a frame from the beginning of its line, and ends in that line.
        anywhere: it may begin within a line.
    """

    mark: str
    pattern: re.Pattern[str]
    innermost_last: bool = False
    anywhere: bool = False
    path: Callable[[re.Match[str]], str] = lambda match: match["path"]


def _java_path(match: re.Match[str]) -> str:
    """The path below a source root: the package of `com.acme.Store$Inner.replace` is `com/acme`."""
    package = match["type"].rpartition(".")[0].replace(".", "/")
    return f"{package}/{match['file']}" if package else match["file"]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.MULTILINE)


_NOTATIONS = (
    _Notation(
        'File "',
        _pattern(
            r'^[^\S\n]{0,20}File "(?P<path>[^"\n]{1,400})", line (?P<line>\d{1,7})(?:, in (?P<function>\S{1,200}))?'
        ),
        innermost_last=True,
    ),
    _Notation(
        ".py:",
        _pattern(r"^(?P<path>[^\s:][^:\n]{0,400}\.py):(?P<line>\d{1,7}): ?(?:in (?P<function>\S{1,200})|\w*)"),
        innermost_last=True,
    ),
    _Notation(
        ":line ",
        _pattern(
            r"^[^\S\n]{0,20}at (?P<function>[^\n(]{1,300})\([^\n]{0,300}?\)"
            r" in (?P<path>[^\n]{1,400}?):line (?P<line>\d{1,7})"
        ),
    ),
    _Notation(
        "at ",
        _pattern(
            r"^[^\S\n]{0,20}at (?:[\w.@-]{0,100}/){0,2}(?P<type>[\w.$]{1,300})\.(?P<function>[\w$<>]{1,200})"
            r"\((?P<file>[\w$-]{1,200}\.(?:java|kt|scala|groovy)):(?P<line>\d{1,7})\)"
        ),
        path=_java_path,
    ),
    _Notation(
        "at ",
        _pattern(
            r"^[^\S\n]{0,20}at (?:(?:async )?(?P<function>[^\n(]{1,200}?) \()?"
            r"(?P<path>(?:file://)?(?:[A-Za-z]:)?[^\s():]{1,400}):(?P<line>\d{1,7}):\d{1,7}\)?[^\S\n]{0,9}$"
        ),
    ),
    _Notation(
        ".rb:",
        _pattern(
            r"^[^\S\n]{0,20}(?:# |from )?(?P<path>[^\s:'`]{1,400}\.rb):(?P<line>\d{1,7})"
            r"(?::in [`'](?P<function>[^'\n]{1,200})')?"
        ),
    ),
    _Notation(
        ".go:",
        _pattern(r"^[^\S\n]{0,20}(?P<path>[^\s:()]{1,400}\.go):(?P<line>\d{1,7})\b"),
    ),
    _Notation(
        ".php",
        _pattern(
            r"^[^\S\n]{0,20}(?:#\d{1,4} )?(?P<path>[^\s:()]{1,400}\.php)(?::|\()(?P<line>\d{1,7})\)?"
            r"(?:: (?P<function>[\w\\:>-]{1,200}))?"
        ),
    ),
    _Notation(
        ".rs:",
        _pattern(
            r"(?:^[^\S\n]{0,20}at |panicked at (?:'[^\n]{0,300}', )?)(?P<path>[^\s:']{1,400}\.rs):(?P<line>\d{1,7})"
        ),
        anywhere=True,
    ),
)
_CAUSED = "\nCaused by: "
_PLACE = re.compile(
    r"""(?:[^\S\n]*File\ "(?P<a>[^"\n]{1,400})",\ line\ (?P<b>\d{1,7})   # Python's own traceback
    |[^\S\n]*(?:at\ .{0,200}?\()?(?P<c>[^\s():"'<>]{1,400}\.\w{1,6}):(?P<d>\d{1,7})\b)""",
    re.VERBOSE,
)
_MOST_PLACES = 20


def frames(text: str) -> tuple[Frame, ...]:
    """Return the frames of a trace, the innermost first, at most `MOST_FRAMES`; of a chain of Java the root first."""
    if len(text) > MOST_READ:
        text = f"{text[: MOST_READ // 2]}\n{text[-MOST_READ // 2 :]}"
    if _CAUSED in text:
        text = "\n".join(reversed(text.split(_CAUSED)))
    for notation in _NOTATIONS:
        if notation.mark in text:
            found = _read(notation, text)
            if found:
                found = found[::-1] if notation.innermost_last else found
                return tuple(found[:MOST_FRAMES])
    return ()


def _read(notation: _Notation, text: str) -> list[Frame]:
    named = "function" in notation.pattern.groupindex
    matches = notation.pattern.finditer(text) if notation.anywhere else _in_lines(notation, text)
    return [
        Frame(
            path=notation.path(match),
            line=int(match["line"]),
            function=(match["function"] or "").strip() if named else "",
        )
        for match in matches
    ]


def _in_lines(notation: _Notation, text: str) -> list[re.Match[str]]:
    """The frames among the lines that hold the mark, which are few: the pattern takes longer to refuse a line."""
    mark, match, matches = notation.mark, notation.pattern.match, []
    at = text.find(mark)
    while at >= 0:
        found = match(text, text.rfind("\n", 0, at) + 1)
        if found:
            matches.append(found)
        end = text.find("\n", at)
        at = text.find(mark, end) if end >= 0 else -1
    return matches


def named_places(text: str) -> list[Frame]:
    """Return the places that lines of a text begin with, in the order of the text, whatever wrote them.

    Unlike `frames`, this also accepts lines outside of a trace, such as `src/store.cc:12: Failure`. A long text
    yields its first and its last `_MOST_PLACES` places.
    """
    lines = (line for line in text.split("\n") if ":" in line or '", line ' in line)
    matches = [match for line in lines if (match := _PLACE.match(line)) is not None]
    if len(matches) > 2 * _MOST_PLACES:
        matches = matches[:_MOST_PLACES] + matches[-_MOST_PLACES:]
    return [Frame(path=match["a"] or match["c"], line=int(match["b"] or match["d"])) for match in matches]
