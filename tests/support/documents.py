"""Documents that could be reports: made of the words that a format's module knows, and real ones that were spoilt."""

import ast
import importlib
import inspect
import json
import random
import re
from functools import cache
from types import ModuleType
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st
from tests.support.hostile import PIECES

NUMBERS = ("0", "-1", "1", "7", "1.5", "1e999", "-1e-9", "NaN", "Infinity", "9" * 40, "0x10", "1,5", "٣", "", "true")
_WORD = re.compile(r"[A-Za-z_#@!:$%.][\w #@!:$%./-]{0,30}")


def module_of(parse: object) -> ModuleType:
    """The module that a parser is written in."""
    return importlib.import_module(inspect.unwrap(parse).__module__)  # type: ignore[arg-type]


@cache
def words(module: ModuleType) -> tuple[str, ...]:
    """Every short text that stands in a format's module and in the helpers it imports, but for its documentation."""
    found: dict[str, None] = {}
    helpers = [vars(module)[name] for name in vars(module)]
    names = {getattr(helper, "__module__", "") for helper in helpers} | {module.__name__}
    for name in sorted(each for each in names if each and each.startswith("readygate.formats")):
        for node in ast.walk(ast.parse(inspect.getsource(importlib.import_module(name)))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _WORD.fullmatch(node.value):
                found[node.value] = None
    return tuple(found)


def _text(known: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from([*known, *NUMBERS, *PIECES, "a.py", "src/a.py"]) | st.text(max_size=8)


@st.composite
def xml_documents(draw: st.DrawFn, known: tuple[str, ...]) -> bytes:
    """Elements and attributes with the names that the format knows, in any order and depth."""
    names = [word for word in known if re.fullmatch(r"[A-Za-z_][\w.-]*", word)] or ["a"]
    text = _text(known)
    budget = draw(st.integers(1, 25))

    def element(depth: int) -> str:
        nonlocal budget
        budget -= 1
        tag = draw(st.sampled_from(names))
        given = draw(st.dictionaries(st.sampled_from(names), text, max_size=5))
        shown = "".join(f" {name}={quoteattr(value)}" for name, value in given.items())
        inner = escape(draw(text)) if draw(st.booleans()) else ""
        while budget > 0 and depth < 8 and draw(st.booleans()):
            inner += element(depth + 1)
        return f"<{tag}{shown}>{inner}</{tag}>"

    return f'<?xml version="1.0"?>{element(0)}'.encode("utf-8", "surrogatepass")


def json_values(known: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Objects with the keys that the format knows, and lists of them."""
    text = _text(known)
    leaf = st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats() | text
    key = st.sampled_from(known or ("a",)) | st.text(max_size=5)
    return st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(key, inner, max_size=6), max_leaves=30
    )


def json_documents(known: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    """One JSON value, or one a line."""
    values = json_values(known).map(json.dumps)
    return values.map(str.encode) | st.lists(values, max_size=8).map(lambda rows: "\n".join(rows).encode())


def line_documents(known: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    """Lines of the format's words, numbers and the signs that stand between them."""
    part = _text(known) | st.sampled_from([":", ",", " ", "-", "=", "\t", "ok ", "not ok ", "1..3"])
    row = st.lists(part, max_size=7).map("".join)
    return st.lists(row, max_size=15).map(lambda rows: "\n".join(rows).encode("utf-8", "surrogatepass"))


def documents(module: ModuleType) -> st.SearchStrategy[bytes]:
    """Anything that the format of a module may be given."""
    known = words(module)
    return xml_documents(known) | json_documents(known) | line_documents(known) | st.binary(max_size=200)


def spoilt(data: bytes, seed: int, known: tuple[str, ...]) -> bytes:
    """A real file with some of it changed, cut, doubled or swapped."""
    luck = random.Random(seed)
    found = bytearray(data)
    for _ in range(luck.randint(1, 6)):
        at, length = luck.randrange(len(found) + 1), luck.choice((1, 2, 8, 40, 400))
        piece = bytes(found[at : at + length])
        match luck.randrange(7):
            case 0:
                del found[at : at + length]
            case 1:
                found[at:at] = piece * luck.randint(1, 5)
            case 2:
                found[at : at + 1] = bytes((luck.randrange(256),))
            case 3:
                found[at:at] = luck.choice(known or ("",)).encode()
            case 4:
                found[at:at] = luck.choice((*NUMBERS, *PIECES)).encode("utf-8", "surrogatepass")
            case 5:
                other = luck.randrange(len(found) + 1)
                found[other:other] = piece
            case _:
                numbers = [m.span() for m in re.finditer(rb"\d+", bytes(found))]
                if numbers:
                    start, end = luck.choice(numbers)
                    found[start:end] = luck.choice(NUMBERS).encode()
    return bytes(found[: luck.choice((len(found), len(found), luck.randrange(len(found) + 1)))])
