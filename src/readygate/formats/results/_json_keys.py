"""The outline of a JSON document from its first bytes: which keys stand where, however it goes on."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from readygate.formats import FileSample

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.){0,300}"(?P<key>\s*:)?|"(?:[^"\\]|\\.)*"|[{}\[\]]|"', re.DOTALL)
_DEEPEST: Final = 6
_MOST: Final = 2_000


class Outline(Struct, frozen=True, kw_only=True):
    """What can be told of a document.

    Attributes:
        kind: `{` or `[`, empty if it is no JSON document.
        keys: the paths of keys, as in `results.tests[].name`, at most some thousands and not the deepest.
    """

    kind: str = ""
    keys: frozenset[str] = frozenset()

    def has(self, *paths: str) -> bool:
        """Whether all these keys are there."""
        return self.keys.issuperset(paths)


def outline(sample: FileSample) -> Outline:
    """Return the outline of what a file begins with."""
    return _outline(sample.text)


@lru_cache(maxsize=8)
def _outline(text: str) -> Outline:
    kind = text.lstrip()[:1]
    if kind not in {"{", "["}:
        return Outline()
    keys: set[str] = set()
    path: list[str] = []  # of the open objects and lists, each with its own last key
    prefix = ""
    for token in _TOKEN.finditer(text):
        found = token[0]
        if token["key"] is not None:
            if path and len(path) <= _DEEPEST and len(keys) < _MOST:
                prefix = f"{path[-1]}.{found[1 : found.rindex(chr(34))]}".removeprefix(".")
                keys.add(prefix)
        elif found == '"':
            break  # a text that goes on behind the first bytes
        elif found == "{":
            path.append(prefix if path else "")
        elif found == "[":
            # deeper, no key is taken down; paths that go on growing there would fill gigabytes
            prefix = "" if len(path) >= _DEEPEST else f"{prefix}[]" if path else "[]"
            path.append(prefix)
        elif found in {"}", "]"} and path:
            path.pop()
            if not path:
                break
            prefix = path[-1]
    return Outline(kind=kind, keys=frozenset(keys))
