"""Parse stack traces in the notations of Python, Java, JavaScript, .NET, Go, Ruby, PHP and Rust.

Sources of the notations:
Python: https://docs.python.org/3/library/traceback.html ·
Java: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Throwable.html#printStackTrace() ·
V8: https://v8.dev/docs/stack-trace-api · .NET: https://learn.microsoft.com/dotnet/api/system.exception.stacktrace ·
Go: https://pkg.go.dev/runtime/debug#Stack ·
Ruby: https://docs.ruby-lang.org/en/master/Exception.html#method-i-full_message ·
PHP: https://www.php.net/manual/en/exception.gettraceasstring.php · Rust: https://doc.rust-lang.org/std/macro.panic.html
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from msgspec import Struct

MOST_READ = 6_000
"""Characters of a trace that are parsed, half from its beginning and half from its end."""
MOST_FRAMES = 60


class Frame(NamedTuple):
    """One frame of a trace.

    Attributes:
        path: the file as in the trace, or its path in the repository once it is resolved.
        line: from 1.
        function: empty if the trace does not name it.
    """

    path: str
    line: int
    function: str = ""


class _Notation(Struct, frozen=True):
    """The notation of a language.

    Attributes:
        mark: a part of every frame; the pattern is only tried on lines that contain it.
        pattern: matches a frame from the beginning of its line, within this line.
        innermost_last: the trace lists the innermost frame last.
        anywhere: a frame may begin within a line.
    """

    mark: str
    pattern: re.Pattern[str]
    innermost_last: bool = False
    anywhere: bool = False
    path: Callable[[re.Match[str]], str] = lambda match: match["path"]


def _java_path(match: re.Match[str]) -> str:
    """Return the path below a source root: the package of `com.acme.Store$Inner.replace` is `com/acme`."""
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
    """Return at most `MOST_FRAMES` frames of a trace, the innermost first, the root cause of a Java chain first."""
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
    """Match the pattern against the lines that contain the mark."""
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
    """Return the source locations at the beginning of lines, in the order of the text.

    Unlike `frames`, this also accepts lines outside of a trace, such as `src/store.cc:12: Failure`. A long text
    yields its first and its last `_MOST_PLACES` places.
    """
    lines = (line for line in text.split("\n") if ":" in line or '", line ' in line)
    matches = [match for line in lines if (match := _PLACE.match(line)) is not None]
    if len(matches) > 2 * _MOST_PLACES:
        matches = matches[:_MOST_PLACES] + matches[-_MOST_PLACES:]
    return [Frame(path=match["a"] or match["c"], line=int(match["b"] or match["d"])) for match in matches]
