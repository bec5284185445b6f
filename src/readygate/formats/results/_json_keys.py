"""Find the keys of a JSON document in its first bytes, which may end anywhere."""

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

from readygate.formats import FileSample

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.){0,300}"(?P<key>\s*:)?|"(?:[^"\\]|\\.)*"|[{}\[\]]|"', re.DOTALL)
_DEEPEST: Final = 6
_MOST: Final = 2_000


class Outline(Struct, frozen=True, kw_only=True):
    """The beginning of a document.

    Attributes:
        kind: `{` or `[`; empty if it is not a JSON document.
        keys: the paths of keys, such as `results.tests[].name`; bounded in number and depth.
    """

    kind: str = ""
    keys: frozenset[str] = frozenset()

    def has(self, *paths: str) -> bool:
        """Return whether all of these keys are present."""
        return self.keys.issuperset(paths)


def outline(sample: FileSample) -> Outline:
    """Return the outline of a sample."""
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
            break  # a string that does not end in the sample
        elif found == "{":
            path.append(prefix if path else "")
        elif found == "[":
            # below this depth no key is kept; growing paths would need gigabytes
            prefix = "" if len(path) >= _DEEPEST else f"{prefix}[]" if path else "[]"
            path.append(prefix)
        elif found in {"}", "]"} and path:
            path.pop()
            if not path:
                break
            prefix = path[-1]
    return Outline(kind=kind, keys=frozenset(keys))
