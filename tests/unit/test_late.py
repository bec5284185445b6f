"""Expressions that are compiled when they are first used do what compiled ones do."""

from __future__ import annotations

import re

import pytest

from readygate.model import late


@pytest.mark.parametrize("text", ["", "a1", "b22-a3", "A4"])
def test_it_does_what_a_compiled_one_does(text: str) -> None:
    source, flags = r"(?P<letter>[a-z])(\d+)", re.IGNORECASE
    plain, delayed = re.compile(source, flags), late.compile(source, flags)
    for method in ("match", "search", "fullmatch"):
        found, same = getattr(plain, method)(text), getattr(delayed, method)(text)
        assert (found and found.groupdict()) == (same and same.groupdict())
    assert plain.findall(text) == delayed.findall(text)
    assert plain.sub("x", text) == delayed.sub("x", text)
    assert plain.split(text) == delayed.split(text)
    assert (delayed.pattern, delayed.groups, delayed.groupindex) == (source, 2, {"letter": 1})


def test_bytes() -> None:
    assert late.compile(rb"<(\w+)").findall(b"<a><b>") == [b"a", b"b"]


def test_a_mistake_is_raised_when_it_is_used() -> None:
    wrong = late.compile("(")
    with pytest.raises(re.error):
        wrong.search("")


def test_it_has_no_other_methods() -> None:
    with pytest.raises(AttributeError):
        getattr(late.compile("a"), "nothing")  # noqa: B009
