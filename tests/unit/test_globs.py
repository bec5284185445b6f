"""Patterns of users: what they fit, which are refused, and that none takes long, whatever the name is."""

import fnmatch
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readygate.support.globs import LONGEST_PATTERN, MOST_PATTERNS, PatternError, any_of, glob, regex, replacer, to_hide

NAMES = st.text(alphabet="ab*?[]\\.:\n", max_size=12)


@pytest.mark.parametrize(
    ("source", "text", "fits"),
    [
        ("tests/*::test_login", "tests/unit/test_a.py::test_login", True),
        ("test_*", "my_test_login", False),
        ("*login*", "a login\nb", True),
        ("test_sum[*]", "test_sum[1-2]", True),
        ("test_sum[12]", "test_sum1", False),
        ("test_?", "test_ä", True),
        ("test_?", "test_", False),
        (r"a\*b", "a*b", True),
        (r"a\*b", "axb", False),
        ("a*", "a", True),
        ("*a*a", "a", False),
        ("exact", "exact\n", False),
        ("*", "", True),
        ("a*b", "\ud800ab", False),
        ("*b", "\ud800ab", True),
    ],
)
def test_globs(source: str, text: str, fits: bool) -> None:
    assert glob(source).matches(text) is fits
    assert any_of([glob("never"), glob(source)])(text) is fits


@given(st.text(alphabet="ab*?[]", min_size=1, max_size=8), NAMES)
def test_a_glob_means_what_a_search_with_retries_finds(source: str, text: str) -> None:
    by_retries = fnmatch.translate("".join(f"[{each}]" if each in "[]" else each for each in source))
    assert glob(source).matches(text) is (re.match(by_retries, text) is not None)


@pytest.mark.parametrize(
    ("source", "text", "fits"),
    [
        ("login", "test_login_works", True),
        (r"^test_\d+$", "test_12", True),
        (r"^test_\d+$", "test_1x", False),
        ("(?i)LOGIN", "login", True),
        ("ä+", "\ud800ää", True),
        (r"\.", "a", False),
    ],
)
def test_regular_expressions(source: str, text: str, fits: bool) -> None:
    assert regex(source).matches(text) is fits
    assert any_of([regex("never"), glob("never"), regex(source)])(text) is fits


@given(
    st.lists(st.sampled_from(["a", "b", ".", "a*", "(ab)+", "b?", "[^a]", "^", "a|b"]), min_size=1, max_size=5), NAMES
)
def test_a_regular_expression_means_what_it_means_in_python(parts: list[str], text: str) -> None:
    source = "".join(parts)
    assert regex(source).matches(text) is (re.search(source, text) is not None)


@pytest.mark.parametrize(
    ("make", "source", "said"),
    [
        (regex, "", "an empty pattern fits everything"),
        (glob, "", "an empty pattern fits everything"),
        (glob, "a\\", "ends in a backslash"),
        (regex, "(a", r"'(a' is no regular expression that can be used (missing ): (a)"),
        (regex, "(?=a)b", "look-around is not supported"),
        (regex, r"(a)\1", "back-references"),
        (regex, r"\Qab", r"end what `\Q` begins with `\E`"),
        (regex, "a{1001}", "up to 1,000 times"),
        (regex, "((a{10}){10}){100}", "up to 1,000 times"),
        (regex, r"(\pL{500}|\pN{500}|\pS{500}|\pP{500}|\pM{500}){2}", "pattern too large"),
        (regex, "a" * (LONGEST_PATTERN + 1), "1,001 characters, more than 1,000"),
        (glob, "*" * (LONGEST_PATTERN + 1), "1,001 characters, more than 1,000"),
        (regex, "\ud800", "half a character"),
    ],
)
def test_what_cannot_be_used_is_refused(
    make: object, source: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert callable(make)
    with pytest.raises(PatternError) as caught:
        make(source)
    assert said in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_list_has_an_end() -> None:
    with pytest.raises(PatternError, match="501 patterns are more than 500"):
        any_of([glob("a")] * (MOST_PATTERNS + 1))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("(a+)+$", "a" * 100_000 + "b"),
        ("^(a|a)*$", "a" * 100_000 + "b"),
        (r"(.*,){20}x", "," * 20_000),
        (r"^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 100_000),
        (r"(\w+\s?)+$", "word " * 20_000 + "!"),
        ("(?:a?){300}a{300}$", "a" * 2000 + "b"),
    ],
)
def test_no_regular_expression_takes_long(source: str, text: str) -> None:
    pattern = regex(source)
    start = time.process_time()
    assert not pattern.matches(text)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("source", "text"),
    [("*a" * 400 + "b", "a" * 20_000), ("*aa" * 300 + "*b", "a" * 20_000), ("?*" * 400 + "b", "a" * 20_000)],
)
def test_no_glob_takes_long(source: str, text: str) -> None:
    pattern = glob(source)
    start = time.process_time()
    assert not pattern.matches(text)
    assert not any_of([pattern, glob("c*")])(text)
    assert time.process_time() - start < 2


def test_what_fits_is_replaced() -> None:
    hide = replacer([regex(r"id=\d+"), regex("(?i)acme-[a-z]+")], "[redacted]")
    assert hide("id=12 ä ACME-key\ud800 \\1") == "[redacted] ä [redacted]? \\1"
    assert replacer([], "x")("id=1") == "id=1"


def test_all_that_is_wrong_with_a_list_is_told() -> None:
    problems: list[str] = []
    good = to_hide(["a", "(", "b*", "c"], "--redact", problems)

    assert good == (regex("a"), regex("c"))
    assert [problem.split(":")[0] for problem in problems] == ["--redact", "--redact"]


def test_patterns_that_are_too_much_together_are_a_problem_and_no_crash() -> None:
    problems: list[str] = []
    many = [rf"\pL{{{number}}}\pN{{{number}}}" for number in (301, 302)]
    good = to_hide(many, "--redact", problems)

    assert good == (regex(many[0]),)
    assert "pattern too large" in problems[0]


@pytest.mark.parametrize("pattern", [regex("a*"), regex("x|"), glob("a")])
def test_a_replacement_must_be_of_something(pattern: object) -> None:
    with pytest.raises(PatternError, match="fits an empty text"):
        replacer([pattern], "x")  # type: ignore[list-item]
