"""Escaping of text from reports: one visible line, limited length, no markup, no secrets."""

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.gfm import problems, read
from tests.support.hostile import PIECES

from readygate.model.rich_text import Untrusted
from readygate.render.escaping import (
    LONGEST_MESSAGE,
    code,
    escape_markdown,
    fenced,
    html_code,
    plain,
    render_rich_text,
    shorten,
)
from readygate.support.redaction import redact
from readygate.support.text import visible

hostile = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=14).map("".join)


@given(hostile)
def test_visible_text_is_one_line_without_hidden_characters(text: str) -> None:
    shown = visible(text)
    assert len(shown.splitlines()) <= 1
    for character in shown:
        assert unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;https://example.org\x07link\x1b]8;;\x07", "link"),
        ("\x1bq", r"\x1bq"),
        ("a\u202eb\u200bc\ufeff", r"a\u202eb\u200bc\ufeff"),
        ("soft\u00adhyphen", r"soft\xadhyphen"),
        ("\u3164\u115f\u034f\u2800", r"\u3164\u115f\u034f\u2800"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("тест 漢字 🎉 é", "тест 漢字 🎉 é"),
        ("\x00\x7f\x85", r"\x00\x7f\x85"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(hostile)
def test_code_is_one_span_with_the_whole_text(text: str) -> None:
    span = code(text, 500)
    seen = read(f"before {span} after")
    expected = visible(redact(text)).strip()
    if not expected:
        assert span == "(no name)"
        return
    assert seen.code == [shorten(expected, 500)]
    assert seen.bare == ["before ", " after"]
    assert (seen.links, seen.images, dict(seen.tags)) == ([], [], {})


@given(hostile)
def test_code_in_a_summary_has_no_other_elements(text: str) -> None:
    seen = read(f"<details>\n<summary>{html_code(text)}</summary>\n\nbody\n\n</details>")
    expected = visible(redact(text)).strip()
    assert set(seen.tags) <= {"details", "/details", "summary", "/summary", "code", "/code"}
    assert [part for part in seen.code if part] == ([shorten(expected, LONGEST_MESSAGE)] if expected else [])


def test_empty_text_in_a_summary_has_a_placeholder() -> None:
    assert html_code("") == "(no message)"
    assert html_code(" \x1b[0m") == "(no message)"


@given(st.lists(hostile, max_size=40).map("\n".join))
def test_trace_stays_in_its_fence(text: str) -> None:
    block = fenced(text)
    seen = read(f"before\n\n{block}\n\nafter")
    assert seen.bare == ["before", "after"]
    assert len(seen.code) == 1
    rows = seen.code[0].splitlines()
    assert len(rows) <= 30
    assert all(len(row) <= 500 for row in rows)


def test_long_trace_keeps_its_start_and_its_end() -> None:
    rows = read(fenced("\n".join(f"row {n}" for n in range(1_000)))).code[0].splitlines()
    assert rows[:3] == ["row 0", "row 1", "row 2"]
    assert rows[3] == "… 971 lines left out …"
    assert rows[4:] == [f"row {n}" for n in range(974, 1_000)]
    exact = read(fenced("\n".join(f"row {n}" for n in range(30)))).code[0].splitlines()
    assert exact == [f"row {n}" for n in range(30)]


@given(st.text(max_size=200), st.integers(10, 80))
def test_shortened_text_keeps_both_ends(text: str, longest: int) -> None:
    shown = shorten(text, longest)
    assert len(shown) <= longest
    if len(text) <= longest:
        assert shown == text
    elif "…" not in text:
        head, tail = shown.split("…")
        assert head
        assert tail
        assert text.startswith(head)
        assert text.endswith(tail)


@given(hostile)
def test_user_text_never_becomes_markup(text: str) -> None:
    seen = read(f"### {escape_markdown(text)}".rstrip())
    assert (seen.images, seen.comments, dict(seen.tags)) == ([], [], {})
    assert len(seen.code) <= 1
    assert len(seen.headings) == 1
    assert problems(f"### {escape_markdown(text)}".rstrip()) == []


@pytest.mark.parametrize("text", ["team @octocat", r"\@octocat", "fixes #12", "x&#64;y", ":tada:", "see e4f5a6b0"])
def test_name_that_github_could_link_is_code(text: str) -> None:
    assert escape_markdown(text) == f"`{text}`"
    assert "`" not in escape_markdown("back_end *web*")


@given(hostile)
def test_phrases_keep_names_apart(text: str) -> None:
    parts = ("We say ", Untrusted(text), ".")
    assert read(render_rich_text(parts)).bare[0].startswith("We say ")
    assert len(plain(parts).splitlines()) == 1
    assert html.escape("<") not in plain(("a < b",))


A_TOKEN = "ghp_" + "a1B2" * 9
SECRETS = [
    A_TOKEN,
    "ghs_" + "0" * 36,
    "github_pat_" + "a" * 22 + "_" + "b" * 59,
    "glpat-" + "x" * 20,
    "xoxb-1234567890-abcdef",
    "AKIA" + "A1" * 8,
    "sk-" + "a" * 48,
    "sk-proj-" + "a_-b" * 12,
    "AIza" + "b" * 35,
    "npm_" + "c" * 36,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc=\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQVYBF\n-----END PGP PRIVATE KEY BLOCK-----",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("around", ["{}", "token={} end", '"{}"', "\x1b[31m{}\x1b[0m", "?x={}&y", "a\n{}\nb", "({})"])
def test_secret_is_redacted(secret: str, around: str) -> None:
    text = around.format(secret)
    for shown in (redact(text), code(text, 500), html_code(text), fenced(text), plain((Untrusted(text),))):
        assert "[redacted]" in shown
        for part in secret.splitlines():
            assert part not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://user:hunter2@example.org/x", "https://[redacted]@example.org/x"),
        ("redis://:hunter2@cache:6379/0", "redis://[redacted]@cache:6379/0"),
        ("postgres://app:p%40ss@db/x", "postgres://[redacted]@db/x"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [redacted]"),
        ("authorization: basic dXNlcg==", "authorization: basic [redacted]"),
        ("https://example.org:8080/a@b", "https://example.org:8080/a@b"),
        ("mail@example.org", "mail@example.org"),
        ("ghp_short", "ghp_short"),
        ("task-runner-with-a-very-long-name-indeed", "task-runner-with-a-very-long-name-indeed"),
        ("the key is not here", "the key is not here"),
    ],
)
def test_redaction_is_exact(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    ["://" + "a" * 20_000, "://a:" + "b" * 20_000, "eyJ" + "a" * 20_000, "-----BEGIN " + "A " * 10_000, "sk-" * 9_000],
)
def test_redaction_of_long_text_is_fast(text: str) -> None:
    redact(text * 3)
