"""Reduce a message to what stays the same from run to run: variable parts become marks, in two strengths."""

import re

from readygate.support.ansi import strip_ansi

LONGEST = 400
"""Number of characters of a message that identify its cause."""

_KIND = re.compile(
    r"^(?P<kind>(?:[\w$]{1,100}(?:\.|::|\\)){0,12}"
    r"[A-Z][\w$]{0,100}(?:Error|Exception|Failure|Fault|Warning|Timeout|Exit))(?:\s?:\s*|\s*$)"
)
_PYTEST_KIND = re.compile(r"^(?:E\s+)")

_SAFE = re.compile(
    r"(?P<uuid>\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b)"
    r"|(?P<time>\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b)"
    r"|(?P<at>\b0x[0-9a-fA-F]{1,16}\b|@[0-9a-f]{5,8}\b)"
    r"|(?P<hex>\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{10,128}\b)"
    r"|(?P<temp>(?:/private)?/(?:tmp|var/folders|var/tmp)/[^\s'\"`,;:)\]]{0,300}"
    r"|(?i:[A-Z]:\\(?:[^\s'\"\\]{1,60}\\){0,5}Temp\\[^\s'\"`,;)\]]{0,300}))"
    r"|(?P<place>(?:[A-Za-z]:)?(?:[\\/][^\s'\"`\\/,;:()]{1,100}){2,30}(?=[:\s'\"`,;()]|$))"
    r"|(?P<amount>\b\d+(?:\.\d+)?\s?(?:ms|msec|milliseconds?|s|sec|seconds?|minutes?|bytes?|[KMG]i?B|µs|us|ns)\b)"
    r"|(?P<line>\b(?:[Ll]ine|col(?:umn)?) \d+)"
    r"|(?P<long>(?<![\w.])\d{5,}(?![\w.]))"
)
"""Parts that never identify a cause. A full path keeps its last segment."""

_STATUS = re.compile(
    r"(?i:\b(?:http|status|code|errno|winerror|exit|signal|error|returned|line)\b[^\w\n]{0,4}(?:\w+[^\w\n]{1,3})?)\Z"
)
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
_QUOTED = re.compile(r"'[^'\n]{0,200}'|\"[^\"\n]{0,200}\"|`[^`\n]{0,200}`|‘[^’\n]{0,200}’|<[^<>\n]{1,200}>")
_FRAME = re.compile(r"(?:at |#\d|---|===|\[|\W*\Z)")
_TAIL = re.compile(r"\s*\((?:object )?at <at>\)\s*$")

_COMPARES = re.compile(
    r"^(?:AssertionError:? ?|AssertionFailedError:? ?|ComparisonFailure:? ?)?\s*"
    r"(?:assert\b|expect\(|expected\b|Expected\b)"
)
_GOES_ON = re.compile(r"expect\(|Expected\b|Assert\.\w+\(")
"""Beginnings of messages whose next lines have the expected and the actual value."""
_WORD = re.compile(r"\w+")
# fmt: off
_NOTHING = frozenset({
    "0", "1", "a", "actual", "an", "and", "assert", "assertion", "be", "but", "equal", "equality", "equals",
    "error", "errors", "exception", "expect", "expected", "fail", "failed", "failure", "false", "got", "is",
    "nil", "none", "not", "null", "object", "of", "or", "panic", "received", "test", "tests", "the", "timeout",
    "to", "tobe", "toequal", "true", "undefined", "value", "was", "were",
})
# fmt: on
"""Words of messages that any test could have."""

NAMED = frozenset(
    {
        "AttributeError",
        "ClassNotFoundException",
        "ImportError",
        "ModuleNotFoundError",
        "NameError",
        "NoClassDefFoundError",
        "NoMethodError",
        "NoSuchFieldError",
        "NoSuchMethodError",
        "ReferenceError",
        "UnboundLocalError",
    }
)
"""Errors whose quoted name is the cause, wherever they are raised."""


def split_message(kind: str, message: str) -> tuple[str, str]:
    """Return the type of an error without its package, and its message without that type."""
    message = message[: 4 * LONGEST]
    rows = [row.strip() for row in strip_ansi(message).splitlines() if row.strip()]
    text = _PYTEST_KIND.sub("", rows[0]) if rows else ""
    found = _KIND.match(text)
    if found:
        text = text[found.end() :]
    name = last_part(found["kind"] if found else kind)
    if len(rows) > 1 and (says_nothing(text) or _GOES_ON.match(text)):
        text = " / ".join(filter(None, (text, *rows[1:5])))
    return name, text[:LONGEST]


def error_line(text: str) -> str:
    """Return the line of a trace that names the error: the last one for Python, the first one for most others."""
    rows = [row.strip() for row in text[-4_000:].splitlines() if row.strip()]
    named = next((row for row in reversed(rows) if row.startswith("E  ")), "")
    if named:
        return named
    if "Traceback (most recent call last)" in text:
        return rows[-1] if rows else ""
    first = [row.strip() for row in text[:4_000].splitlines() if row.strip()]
    start = next((number for number, row in enumerate(first) if not _FRAME.match(row)), None)
    return "" if start is None else "\n".join(first[start : start + 4])


def last_part(kind: str) -> str:
    """Return the name of a type without its package, module or namespace."""
    return re.split(r"[.\\]|::", kind.strip()[:300])[-1].strip()


def strict(text: str) -> str:
    """Replace what never identifies a cause: addresses, UUIDs, times, durations, sizes, folders, long numbers."""
    marked = " ".join(_SAFE.sub(_mark, text).split())
    return _TAIL.sub("", marked) if marked.endswith(")") else marked


def _mark(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    if kind == "place":
        return "<dir>/" + re.split(r"[\\/]", match[0])[-1]
    return f"<{kind}>"


def numberless(text: str) -> str:
    """Replace the numbers of a text, except those that identify an error: a status, an exit code, an errno."""

    def mark(match: re.Match[str]) -> str:
        before = text[max(0, match.start() - 24) : match.start()]
        return match[0] if _STATUS.search(before) else "<n>"

    return _NUMBER.sub(mark, text)


def valueless(text: str) -> str:
    """Replace numbers and quoted values."""
    return _QUOTED.sub("<q>", numberless(text))


def compares(kind: str, text: str) -> bool:
    """Return whether a message compares two values, so that its numbers are what failed."""
    return "Assert" in kind or kind == "ComparisonFailure" or bool(_COMPARES.match(text))


def says_nothing(text: str) -> bool:
    """Return whether any test could have a message: `assert False`, `expected true to be false`."""
    first = _WORD.search(text)  # decides most messages
    if first is not None and first[0].lower() not in _NOTHING:
        return False
    return all(word[0] in _NOTHING for word in _WORD.finditer(text.lower()))
