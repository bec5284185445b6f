"""Match patterns of users against untrusted names, in time linear to the name.

Python's `re` backtracks: `(a+)+$` takes hours on forty characters. RE2 (https://github.com/google/re2/wiki/Syntax)
therefore matches regular expressions; it has no look-around, no back-references, and a memory limit. `re` matches
globs without backtracking: each `*` ends at the first place where the next part follows, which suffices for a glob.

In a glob of test names `*` matches any characters including `/`, `.` and `::`, `?` matches one character, and a
backslash escapes the next one. Brackets are literal, because test names contain them (`test_sum[1-2]`).
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

import re2
from msgspec import Struct

LONGEST_PATTERN: Final = 1000
"""Maximum characters of one pattern."""
MOST_PATTERNS: Final = 500
"""Maximum patterns of one list."""
MEMORY: Final = 8 << 20
"""Maximum bytes that RE2 may use for one expression; RE2 refuses to compile larger ones."""

_HINTS: Final = {
    "invalid perl operator": "look-around is not supported, as matching it can take time without bound",
    "invalid escape sequence": "back-references and `\\Z` are not supported; the end of the text is `\\z`",
    "invalid repetition size": "an expression may repeat a part up to 1,000 times, all nested repeats together",
    "missing ): (?:": "end what `\\Q` begins with `\\E`",
    "pattern too large": "repeat fewer or smaller parts",
}


class PatternError(ValueError):
    """A pattern is invalid.

    Attributes:
        what: the problem, with the pattern.
        todo: the fix; empty if `what` implies it.
    """

    def __init__(self, what: str, todo: str = "") -> None:
        super().__init__(f"{what}; {todo}" if todo else what)
        self.what = what
        self.todo = todo


class NamePattern(Struct, frozen=True, kw_only=True):
    """One valid pattern of a user; `glob` and `regex` create it.

    Attributes:
        source: the text of the user.
        is_glob: it must match the whole text; a regular expression may match anywhere.
    """

    source: str
    is_glob: bool

    def matches(self, text: str) -> bool:
        """Return whether a name matches, in time linear to its length."""
        if self.is_glob:
            return _glob(self.source).match(text) is not None
        return _regex(self.source).search(_encodable(text)) is not None


def glob(source: str) -> NamePattern:
    """Parse a glob of test names.

    Raises:
        PatternError: it is empty, too long, or ends in a single backslash.
    """
    _check(source)
    _glob_expression(source)
    return NamePattern(source=source, is_glob=True)


def regex(source: str) -> NamePattern:
    """Parse a regular expression in the syntax of RE2, which may match anywhere in a text.

    Raises:
        PatternError: it is empty, too long, invalid for RE2, or needs too much memory.
    """
    _check(source)
    _regex(source)
    _regex(f"(?:{source})")  # as `any_of` joins them: an open `\\Q` would quote the bracket
    return NamePattern(source=source, is_glob=False)


def any_of(patterns: Iterable[NamePattern]) -> Callable[[str], bool]:
    """Return a function that returns whether a name matches any of the patterns.

    Raises:
        PatternError: the patterns are too many or too large together.
    """
    given = tuple(patterns)
    if len(given) > MOST_PATTERNS:
        raise PatternError(f"{len(given):,} patterns are more than {MOST_PATTERNS:,}", "write fewer with `*` in them")
    globs = [_glob_expression(pattern.source) for pattern in given if pattern.is_glob]
    expressions = [pattern.source for pattern in given if not pattern.is_glob]
    whole = re.compile("|".join(f"(?:{each})" for each in globs)) if globs else None
    inside = _regex("|".join(f"(?:{each})" for each in expressions)) if expressions else None

    def fits(text: str) -> bool:
        if whole is not None and whole.match(text) is not None:
            return True
        return inside is not None and inside.search(text.encode("utf-8", "replace")) is not None

    return fits


def literal_start(pattern: NamePattern) -> str:
    """Return the prefix that all matching texts share; empty if there is none."""
    return re.split(r"[*?\\]", pattern.source, maxsplit=1)[0] if pattern.is_glob else ""


def replacer(patterns: Iterable[NamePattern], by: str) -> Callable[[str], str]:
    """Return a function that replaces all matches of regular expressions, in linear time.

    Raises:
        PatternError: a pattern is a glob, or matches the empty text.
    """
    given = tuple(patterns)
    if len(given) > MOST_PATTERNS:
        raise PatternError(f"{len(given):,} patterns are more than {MOST_PATTERNS:,}", "join some with `|`")
    for pattern in given:
        if pattern.is_glob or pattern.matches(""):
            raise PatternError(f"{pattern.source[:80]!r} fits an empty text", "write what must stand there")
    if not given:
        return _same
    expression = _regex("|".join(f"(?:{pattern.source})" for pattern in given))

    def replaced(text: str) -> str:
        return str(expression.sub(lambda _match: by, _encodable(text)))

    return replaced


def to_hide(sources: Iterable[str], where: str, problems: list[str]) -> tuple[NamePattern, ...]:
    """Parse regular expressions for `replacer`.

    Args:
        sources: the texts of the user.
        where: the name of their input or option, for messages.
        problems: receives a sentence for each invalid one.
    """
    found: list[NamePattern] = []
    for source in sources:
        try:
            pattern = regex(source)
            replacer((*found, pattern), "")  # with all valid ones so far, as they are matched together
        except PatternError as error:
            problems.append(f"{where}: {error}")
        else:
            found.append(pattern)
    return tuple(found)


def _same(text: str) -> str:
    return text


def _check(source: str) -> None:
    if not source:
        raise PatternError("an empty pattern fits everything", "remove it, or write `*`")
    if len(source) > LONGEST_PATTERN:
        raise PatternError(
            f"the pattern {source[:40]!r}… has {len(source):,} characters, more than {LONGEST_PATTERN:,}"
        )


def _glob_expression(source: str) -> str:
    """Return a glob as a regular expression with atomic groups, `(?>…)`, of https://docs.python.org/3/library/re.html."""
    runs: list[str] = [""]
    rest = iter(source)
    for character in rest:
        if character == "*":
            runs.append("")
        elif character == "?":
            runs[-1] += "."
        elif character == "\\":
            escaped = next(rest, None)
            if escaped is None:
                raise PatternError(f"{source[:80]!r} ends in a backslash", "write two for one that is meant")
            runs[-1] += re.escape(escaped)
        else:
            runs[-1] += re.escape(character)
    if len(runs) == 1:
        return rf"(?s:{runs[0]})\Z"
    first, *middle, last = runs
    # The end of the text fixes the last run, so that the star before it has one possible length.
    stars = "".join(f"(?>.*?{run})" for run in middle if run)
    return rf"(?s:{first}{stars}.*{last})\Z"


@cache
def _glob(source: str) -> re.Pattern[str]:
    return re.compile(_glob_expression(source))


@cache
def _regex(source: str) -> Any:
    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False  # RE2 would otherwise write to stderr
    try:
        return re2.compile(source, options)
    except re2.error as error:
        said = error.args[0]
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        hint = next((hint for begin, hint in _HINTS.items() if text.startswith(begin)), "")
        raise PatternError(f"{source[:80]!r} is no regular expression that can be used ({text})", hint) from None
    except UnicodeEncodeError:
        raise PatternError(f"{source[:80]!r} holds half a character") from None


def _encodable(text: str) -> str:
    """Return a text without lone surrogates, which JSON can contain and UTF-8 cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def paths_fit(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Return a function that returns whether a path of the repository matches any of the globs.

    `*` and `?` do not match `/`, `**` as a whole segment matches any number of folders, a folder (`src/`) includes
    its files, and a pattern after `!` excludes paths that earlier ones matched.

    Raises:
        PatternError: a pattern is invalid.
    """
    if len(patterns) > MOST_PATTERNS:
        raise PatternError(f"{len(patterns):,} patterns are more than {MOST_PATTERNS:,}", "write fewer with `**`")
    rules = [(text.startswith("!"), _parts(text.removeprefix("!"))) for text in patterns]

    def fits(path: str) -> bool:
        parts = path.split("/")
        found = False
        for out, wanted in rules:
            if found is out and _parts_fit(wanted, parts):
                found = not out
        return found

    return fits


def _parts(text: str) -> tuple[NamePattern | None, ...]:
    """Return the segments of a path glob; None for `**`."""
    _check(text)
    whole = text.removeprefix("./").lstrip("/")
    whole = f"{whole}**" if whole.endswith("/") else whole
    return tuple(None if part == "**" else glob(part) for part in whole.split("/"))


def _parts_fit(wanted: tuple[NamePattern | None, ...], parts: list[str]) -> bool:
    """Match segment by segment, following all alternatives at once, so that the time is bounded by their product."""
    ways = {0}
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        ways = _free(wanted, ways)
        ways = {
            way if wanted[way] is None else way + 1
            for way in ways
            if way < len(wanted) and ((one := wanted[way]) is None or one.matches(part))
        }
        if not ways and not last:
            return False
    return len(wanted) in ways or (bool(wanted) and wanted[-1] is None and len(wanted) - 1 in ways)


def _free(wanted: tuple[NamePattern | None, ...], ways: set[int]) -> set[int]:
    """Add the alternatives in which a `**` matches nothing."""
    found = set(ways)
    for way in ways:
        at = way
        while at < len(wanted) - 1 and wanted[at] is None:
            at += 1
            found.add(at)
    return found
