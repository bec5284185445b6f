"""Expressions that are compiled when they are first used do what compiled ones do."""

from __future__ import annotations

import re
import subprocess
import sys

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


def loaded(code: str) -> list[str]:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_a_module_is_loaded_when_something_is_taken_from_it() -> None:
    code = """
import sys
from readygate.model import late
with late.stand_ins(late.Module("colorsys")):
    import colorsys
    print("rgb_to_hsv" in vars(colorsys), colorsys is sys.modules["colorsys"])
print("colorsys" in sys.modules)
print(colorsys.rgb_to_hsv(0, 0, 1)[2], "colorsys" in sys.modules)
import colorsys as real
print("rgb_to_hsv" in vars(real))
"""
    assert loaded(code) == ["False", "True", "False", "1", "True", "True"]


def test_what_takes_something_at_once_gets_it() -> None:
    code = """
from readygate.model import late
with late.stand_ins(late.Module("colorsys")):
    from colorsys import rgb_to_hsv
    import colorsys
print(rgb_to_hsv is colorsys.rgb_to_hsv, "rgb_to_hsv" in vars(colorsys))
"""
    assert loaded(code) == ["True", "True"]


def test_what_is_loaded_stays() -> None:
    with late.stand_ins(late.Module("json")):
        import json  # noqa: PLC0415
    assert "loads" in vars(json)
    assert sys.modules["json"] is json


def test_expressions_of_a_library_are_compiled_when_they_are_first_used() -> None:
    with late.stand_ins(late.Expressions()):
        import re as stand_in  # noqa: PLC0415

    assert sys.modules["re"] is re
    stand_in.compile("(")  # a mistake is nobody's business as long as nobody uses it
    assert stand_in.compile("a+", stand_in.IGNORECASE).fullmatch("aA")
    assert stand_in.sub("a", "b", "aa") == "bb"


def test_a_start_does_without_what_looks_into_classes() -> None:
    assert loaded("import sys, readygate.action; print('inspect' in sys.modules)") == ["False"]
