"""Recognize the place of a test in its name or class: an index, or a line of a file.

A number is an index only if it can be one: a class of five tests has no 404th test, so the number in
`404 - not found` is a part of the name.
"""

from __future__ import annotations

import re
from operator import and_
from typing import Final

from msgspec import Struct

from readygate.model.results import SEPARATOR, ClassBlock

MOST: Final = 20
"""An index up to this number is possible in a class of any size: retries and filters leave tests out."""

LONGEST: Final = 500
"""Characters of the longest name in which a place is looked for."""

_MAYBE: Final = re.compile(r"\d[\]).:]|\d - |[:#(]\d|\bline \d|case_\d|(?:^|\0)\d+ ")
_WORDS: Final = r"(?:test|case|example|scenario|step|row)"
_INDEX: Final = re.compile(
    # JUnit 5 `[3] c`, prove `4 - d`, `3) c`, `3. c`, `#3 c`, `(3) c`, `test 3: c`
    rf"^(?:\[(?P<bracket>\d+)\]|\((?P<paren>\d+)\)|(?P<dash>\d+) -|(?P<dot>\d+)[.:)]|\#(?P<hash>\d+)[.:)]?(?: -)?"
    rf"|(?i:{_WORDS}) \#?(?P<word>\d+)(?:[.:)]| -))\s+(?=\S)"
    # surefire `t(String)[3] c` and `t [3] c`, TestNG `t[3](c)`
    r"|(?<=\))\[(?P<call>\d+)\](?=\s+\S)|(?<=\s)\[(?P<after>\d+)\](?=\s+\S)|(?<=\w)\[(?P<before>\d+)\](?=\s?\()"
    # JUnit 4 `t[3: c]`, rstest `case_3_c`, PHPUnit `data set #3 (c)`
    r"|(?<=\[)(?P<colon>\d+): (?=\S)|\bcase_(?P<case>\d+)(?=_\w)|(?<=\bdata set )\#(?P<set>\d+)(?=:? \S)"
)
_SUFFIXES: Final = (
    "bats|cc?|cjs|clj|cpp|cs|cxx|dart|erl|exs?|feature|fs|go|h|hpp|hs|java|jl|jsx?|kts?|lua|md|mjs|mli?|mm?|php|pl"
    "|py|rb|robot|rs|rst|scala|sh|spec|swift|tsx?|t"
)
_LINE: Final = re.compile(
    # `spec/a.lua:12`, rustdoc `(line 12)`, Karate `[1.2:45] c`
    rf"(?<=\.)(?P<suffix>{_SUFFIXES}):\d+(?::\d+)?(?!\w)|(?<=\()line \d+(?=\))|\bline \d+\Z"
    r"|^\[\d+(?:\.\d+)?:\d+\](?=\s+\S)"
)
_MODULE_LINE: Final = re.compile(r"^(?!localhost)([A-Za-z_][\w@.]*):\d+(?=\s|_|$)")
_DIGITS: Final = re.compile(r"\d+")


class Place(Struct, frozen=True):
    """A name without its place.

    Attributes:
        sure: the number is a place and no value: a line number after any word, as in `m:12`, may be a value.
    """

    rest: str
    sure: bool = True


class ClassPlaces(Struct, frozen=True):
    """Reads the places in the names of one class.

    Attributes:
        class_name: the class without a place.
        sure: whether the number in the class is a place and no value.
        total: the number of tests of the leg.
        impossible: the forms of an index that occur with a number that is no index.
    """

    class_name: str
    sure: bool
    total: int
    impossible: frozenset[str]

    @classmethod
    def of(cls, class_name: str, block: ClassBlock, total: int) -> ClassPlaces | None:
        """Return what reads the places of a class; None if no name can have one."""
        names = block.names
        if len(names) > LONGEST * block.size:  # hostile names
            names = SEPARATOR.join(name for name in names.split(SEPARATOR) if len(name) <= LONGEST)
        if not any(_DIGITS.search(text) and _MAYBE.search(text) for text in (names, class_name)):
            return None
        most = max(MOST, block.size)
        impossible = frozenset(
            match.lastgroup or ""
            for name, _ in block.items()
            if len(name) <= LONGEST
            and (match := _INDEX.search(name)) is not None
            and int(match[match.lastgroup or 0][:18]) > most
        )
        place = _without(class_name, frozenset(), max(MOST, total))
        return cls(place.rest, place.sure, max(MOST, total), impossible)

    def read(self, name: str) -> Place:
        """Return a name without its place."""
        place = _without(name, self.impossible, self.total)
        return Place(place.rest, place.sure and self.sure)


def place_order(test: tuple[str, str]) -> tuple[list[int], tuple[str, str]]:
    """Return a key that sorts classes and names by the numbers in them."""
    return [int(digits[:18]) for digits in _DIGITS.findall(" ".join(test))], test


def _without(text: str, impossible: frozenset[str], total: int) -> Place:
    if len(text) > LONGEST:
        return Place(text)
    tree = _tree(text, total)
    if tree:
        return Place(tree)
    found = _INDEX.search(text)
    if found is not None and found.lastgroup not in impossible:
        text = text[: found.start()] + text[found.end() :]
    text = _LINE.sub(lambda match: f"{match['suffix'] or ''}:", text)
    rest = _MODULE_LINE.sub(r"\1:", text)
    return Place(rest, sure=rest == text)


def _tree(text: str, total: int) -> str:
    """Return a path of OUnit, such as `root:0:a:1:x`, without its indexes; empty if the text is none."""
    root, *steps = text.split(":")
    if len(steps) < 2 or not root.isidentifier() or not steps[0].isdecimal() or not all(steps):
        return ""
    labels = [not step.isdecimal() for step in steps]
    if any(map(and_, labels, labels[1:])) or any(step.isdecimal() and int(step[:18]) > total for step in steps):
        return ""
    return ":".join((root, *("" if step.isdecimal() else step for step in steps)))
