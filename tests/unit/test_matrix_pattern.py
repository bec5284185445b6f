"""The pattern of the input `legs`, held against a regular expression and against paths that would make one hang."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readygate.snapshot.matrix_pattern import LegPattern


@pytest.mark.parametrize(
    ("pattern", "path", "part", "values"),
    [
        ("results-{os}-{python}", "results-linux-3.12/junit.xml", "results-linux-3.12", ("linux", "3.12")),
        ("results-{os}-{python}", "all/results-a-b-c/deep/junit.xml", "results-a-b-c", ("a", "b-c")),
        ("junit-{os}", "out/junit-linux.xml", "junit-linux", ("linux",)),
        ("junit-{os}.xml", "out/junit-linux.xml", "junit-linux.xml", ("linux",)),
        ("{os}/{python}", "linux/3.12/junit.xml", "linux/3.12", ("linux", "3.12")),
        ("{a}{b}", "xyz/junit.xml", "xyz", ("x", "yz")),
        ("r.{a}", "rxa/r.b/junit.xml", "r.b", ("b",)),
    ],
)
def test_it_names_the_leg(pattern: str, path: str, part: str, values: tuple[str, ...]) -> None:
    hit = LegPattern(pattern).find(path)
    assert hit is not None
    assert (hit.part, hit.values) == (part, values)


@pytest.mark.parametrize("path", ["results-/junit.xml", "results-a/junit.xml", "xresults-a-b/junit.xml", "", "/"])
def test_what_does_not_fit_is_no_leg(path: str) -> None:
    assert LegPattern("results-{os}-{python}").find(path) is None


LETTERS = st.text("ab-", max_size=8)


@given(st.lists(LETTERS, min_size=2, max_size=5), LETTERS)
def test_it_finds_what_a_lazy_expression_finds(literals: list[str], name: str) -> None:
    pattern = literals[0] + "".join(f"{{v{at}}}{text}" for at, text in enumerate(literals[1:]))
    expression = "(.+?)".join(re.escape(text) for text in literals)
    expected = re.fullmatch(expression, name)
    hit = LegPattern(pattern).find(f"{name}/junit.xml")
    assert (hit.values if hit and hit.part == name else None) == (expected.groups() if expected else None)


def test_a_hostile_path_takes_no_time() -> None:
    wanted = LegPattern("".join(f"{{v{at}}}a" for at in range(30)) + "!")
    start = time.perf_counter()
    for path in ("a" * 100_000, "/".join(["a" * 50] * 2_000)):
        assert wanted.find(f"{path}/junit.xml") is None
    assert time.perf_counter() - start < 5  # an expression that backtracks would not end within a lifetime
