"""Our Markdown as HTML: it says the same, and nothing comes out that is not ours."""

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.golden.cases import CASES
from tests.golden.test_golden import published
from tests.support.hostile import PIECES

from readygate.render.escaping import code, html_code
from readygate.render.html.from_markdown import ELEMENTS, inline, summary_html, to_html, to_plain_text

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import html5lib

CLASSES = {"number", "trace", "chart", "alert note", "alert warning"}
FORMS = [
    "<details>\n",
    "</details>\n",
    "<summary>a</summary>\n",
    "<summary>",
    "| a | b |\n| :-- | --: |\n| c | d |\n",
    "```text\n",
    "```\n",
    "> [!NOTE]\n> ",
    "**",
    "[",
    "](https://example.org/)",
    "](javascript:alert(1))",
    "<br>",
    "<b>",
    "\n\n",
    "# ",
]


def elements(text: str) -> Iterator[Any]:
    body = html5lib.parse(f"<!doctype html><body>{text}", namespaceHTMLElements=False).find("body")
    assert body is not None
    yield from (element for element in body.iter() if element is not body)


def is_ours(text: str) -> None:
    for element in elements(text):
        assert isinstance(element.tag, str), "a comment"
        assert element.tag in ELEMENTS, element.tag
        for name, value in element.attrib.items():
            if name == "href":
                assert value.startswith(("https://", "http://"))
            else:
                assert (name, value) in {("scope", "col"), ("role", "note")} or (name == "class" and value in CLASSES)


def words(text: str) -> str:
    return "".join(html5lib.parseFragment(text, namespaceHTMLElements=False).itertext())


@pytest.mark.parametrize("case", CASES)
def test_every_document_of_ours_is_understood(case: str) -> None:
    for document in (published(case).summary, published(case).comment.partition("<!-- readygate")[0]):
        made = to_html(document)
        is_ours(made)
        left = words("".join(part.partition("</code>")[2] for part in made.split("<code>")))
        for mark in ("**", "| ", "[!", "](", "<details", "<summary", "```", "#"):
            assert mark not in left, mark
        assert made.count("<table>") == document.count("\n| :-- ") + document.count("\n| --: ")
        assert made.count("<details>") == made.count("</details>") == document.count("<details>")


@given(st.lists(st.sampled_from(PIECES + FORMS), max_size=40).map("".join))
def test_nothing_comes_out_that_is_not_ours(text: str) -> None:
    is_ours(to_html(text))
    is_ours(f"<p>{inline(text)}</p>")
    is_ours(f"<p>{summary_html(text)}</p>")


@given(st.lists(st.sampled_from([piece for piece in PIECES if piece != "\n"]), min_size=1, max_size=8).map("".join))
def test_a_name_stays_one_span(name: str) -> None:
    found = [element.tag for element in elements(inline(f"{code(name)} in **{code(name)}**"))]
    assert found in (["code", "strong", "code"], ["strong"])  # an invisible name is said in words
    assert [element.tag for element in elements(summary_html(html_code(name)))] in (["code"], [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a `b` c", "a <code>b</code> c"),
        ("`` a`b ``", "<code>a`b</code>"),
        ("`open", "`open"),
        ("**3 tests** fail", "<strong>3 tests</strong> fail"),
        ("**open", "**open"),
        (r"\*x\* \<b\>", "*x* &lt;b&gt;"),
        ("[`a](b)`](https://e.org/x)", '<a href="https://e.org/x"><code>a](b)</code></a>'),
        ("**see [a](https://e.org/)**", '<strong>see <a href="https://e.org/">a</a></strong>'),
        ("[**a](https://e.org/)**", '<a href="https://e.org/">**a</a>**'),
        ("[a](javascript:x)", "[a](javascript:x)"),
        ('[a](https://e.org/ "title")', '<a href="https://e.org/">a</a>'),
        ("![a](https://e.org/a.png)", '!<a href="https://e.org/a.png">a</a>'),
        ("<https://e.org/> https://e.org/", "&lt;https://e.org/&gt; https://e.org/"),
        ("a<br>b<i>", "a<br>b&lt;i&gt;"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
    ],
)
def test_the_inside_of_a_block(text: str, expected: str) -> None:
    assert inline(text) == expected


def test_a_cell_holds_its_bar() -> None:
    made = to_html("| A | B |\n| :-- | --: |\n| `a\\|b` | 1 |")
    assert "<td><code>a|b</code></td>" in made
    assert '<td class="number">1</td>' in made


def test_a_fence_ends_with_its_own_length() -> None:
    assert to_html("````text\n```\n<b>\n````\nafter") == (
        '<pre class="trace"><code>```\n&lt;b&gt;</code></pre>\n<p>after</p>\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<div onclick=x>\n\nb\n\n</div>",
        "<!-- c -->",
        "    indented",
        "a\n===",
        "---",
        "1. one",
        "> quoted",
        "[a]: https://e.org/\n\n[a]",
        "<summary>no fold</summary>",
        "</details>",
        "> <details>",
    ],
)
def test_other_markdown_and_html_is_text(text: str) -> None:
    assert {element.tag for element in elements(to_html(text))} == {"p"}


def test_a_fold_cannot_be_open_at_the_end_or_in_a_list() -> None:
    assert to_html("<details>\n<summary><b>a</b> <i></summary>\n\ntext") == (
        "<details>\n<summary><b>a</b> &lt;i&gt;</summary>\n<p>text</p>\n</details>"
    )
    assert to_html("- <details>\n") == "<ul>\n<li>&lt;details&gt;</li>\n</ul>\n"


def test_an_alert_is_a_note() -> None:
    assert to_html("> [!WARNING]\n> **a**\n> b\n\nc") == (
        '<div class="alert warning" role="note">\n<p><strong>a</strong>\nb</p>\n</div>\n<p>c</p>\n'
    )


def test_plain_text_has_no_marks() -> None:
    assert to_plain_text(r"**3 tests** in `` a`b `` [run](https://e.org/)<br>\*") == "3 tests in a`b run*"
