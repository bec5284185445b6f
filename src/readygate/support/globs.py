"""Patterns that users write, matched against names that a pull request writes, in time linear to the name.

Python's own `re` backtracks: `(a+)+$` on forty characters takes hours. Regular expressions are therefore matched by
RE2 (https://github.com/google/re2/wiki/Syntax), which knows no look-around and no back-references and holds its memory
to a limit. Globs are matched by `re` without giving anything back: each `*` ends at the first place where what
follows it stands, which is enough for a glob, so that there is nothing to try again.

In a glob of test names `*` stands for any characters, `/`, `.` and `::` among them, `?` for one, and a backslash takes
its meaning from the character after it. Brackets are themselves: names of tests are full of them (`test_sum[1-2]`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

from msgspec import Struct

LONGEST_PATTERN: Final = 1000
"""Characters of one pattern."""
MOST_PATTERNS: Final = 500
"""Patterns of one list."""
MEMORY: Final = 8 << 20
"""Bytes that RE2 may use for one expression; a program that needs more is refused when it is compiled."""

_HINTS: Final = {
    "invalid perl operator": "look-around is not supported, as matching it can take time without bound",
    "invalid escape sequence": "back-references and `\\Z` are not supported; the end of the text is `\\z`",
    "invalid repetition size": "an expression may repeat a part up to 1,000 times, all nested repeats together",
    "missing ): (?:": "end what `\\Q` begins with `\\E`",
    "pattern too large": "repeat fewer or smaller parts",
}


class PatternError(ValueError):
    """A pattern cannot be used.

    Attributes:
        what: what is wrong with it, with the pattern.
        todo: what to do about it; empty if `what` says it all.
    """

    def __init__(self, what: str, todo: str = "") -> None:
        super().__init__(f"{what}; {todo}" if todo else what)
        self.what = what
        self.todo = todo


class Pattern(Struct, frozen=True, kw_only=True):
    """One pattern of a user; made by `glob` and `regex`, which check it.

    Attributes:
        source: as the user wrote it.
        is_glob: it must fit the whole text; a regular expression may fit anywhere in it.
    """

    source: str
    is_glob: bool

    def matches(self, text: str) -> bool:
        """Say whether a name fits, in time linear to its length."""
        if self.is_glob:
            return _glob(self.source).match(text) is not None
        return _regex(self.source).search(_encodable(text)) is not None


def glob(source: str) -> Pattern:
    """Check a glob of test names.

    Raises:
        PatternError: it is empty, too long, or ends in a single backslash.
    """
    _check(source)
    _glob_expression(source)
    return Pattern(source=source, is_glob=True)


def regex(source: str) -> Pattern:
    """Check a regular expression in the syntax of RE2, which is found anywhere in a text.

    Raises:
        PatternError: it is empty, too long, not one that RE2 can read, or one that it would need too much memory for.
    """
    _check(source)
    _regex(source)
    _regex(f"(?:{source})")  # as `any_of` joins them: `\\Q`, which quotes all that follows, would take the bracket
    return Pattern(source=source, is_glob=False)


def any_of(patterns: Iterable[Pattern]) -> Callable[[str], bool]:
    """Return a function that says whether a name fits any of them, in one pass over the name for each kind.

    Raises:
        PatternError: together they are more than can be matched at once.
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
        # as bytes, which spares counting where the characters of what was found stand
        return inside is not None and inside.search(text.encode("utf-8", "replace")) is not None

    return fits


def literal_start(pattern: Pattern) -> str:
    """The characters with which every text begins that fits; empty where that is open."""
    return re.split(r"[*?\\]", pattern.source, maxsplit=1)[0] if pattern.is_glob else ""


def replacer(patterns: Iterable[Pattern], by: str) -> Callable[[str], str]:
    """Return a function that replaces whatever fits one of some regular expressions, in linear time.

    Raises:
        PatternError: one is a glob, or fits the empty text and so would replace nothing everywhere.
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


def to_hide(sources: Iterable[str], where: str, problems: list[str]) -> tuple[Pattern, ...]:
    """Check regular expressions for what is to be replaced; what is wrong with one is added to the problems.

    Args:
        sources: as the user wrote them.
        where: the input or option that they stand in, for the reader.
        problems: gets a sentence for each that cannot be used.
    """
    found: list[Pattern] = []
    for source in sources:
        try:
            pattern = regex(source)
            replacer((*found, pattern), "")  # all that were good so far with it, as they are matched together
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
    """Translate a glob; https://docs.python.org/3/library/re.html tells of `(?>…)`, which gives nothing back."""
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
    # The last run is held by the end of the text, so that the star before it has one length that fits.
    stars = "".join(f"(?>.*?{run})" for run in middle if run)
    return rf"(?s:{first}{stars}.*{last})\Z"


@cache
def _glob(source: str) -> re.Pattern[str]:
    return re.compile(_glob_expression(source))


@cache
def _regex(source: str) -> Any:
    import re2  # noqa: PLC0415  (20 ms that runs without a regular expression do not pay)

    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False  # RE2 would write to the log of the step itself
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
    """RE2 reads UTF-8, in which half a character, as JSON can hold it, has no place."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def paths_fit(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Return a function that says whether a path of the repository fits any of some globs.

    `*` and `?` stand for no `/`, `**` as a whole part stands for any number of folders, a folder (`src/`) for all
    that it holds, and a pattern after `!` takes paths out again that fitted before it.

    Raises:
        PatternError: a pattern cannot be used.
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


def _parts(text: str) -> tuple[Pattern | None, ...]:
    """The parts of a path glob; None for `**`."""
    _check(text)
    whole = text.removeprefix("./").lstrip("/")
    whole = f"{whole}**" if whole.endswith("/") else whole
    return tuple(None if part == "**" else glob(part) for part in whole.split("/"))


def _parts_fit(wanted: tuple[Pattern | None, ...], parts: list[str]) -> bool:
    """Match part by part, keeping all ways open at once, so that the time is bounded by their product."""
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


def _free(wanted: tuple[Pattern | None, ...], ways: set[int]) -> set[int]:
    """Add the ways on which a `**` stands for nothing."""
    found = set(ways)
    for way in ways:
        at = way
        while at < len(wanted) - 1 and wanted[at] is None:
            at += 1
            found.add(at)
    return found
