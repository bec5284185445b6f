"""Convert our own Markdown to HTML by markdown-it-py.

The HTML page is made of the same document as the comment, so that both say the same. Raw HTML is off: the result has
only the elements of `ELEMENTS`, balanced, whatever the input holds. The HTML that our documents do use has rules of its
own: folds (`<details>` and `<summary>`) and `<br>`. GitHub's alerts are not part of its Markdown specification and have
a rule, too.

https://markdown-it-py.readthedocs.io/en/latest/architecture.html
"""

import html
import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, list_block
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TABLES = ("table", "thead", "tbody", "tr", "th", "td")
_OTHERS = ("p", "ul", "li", "pre", "code", "strong", "em", "b", "a", "br", "div", "details", "summary")
ELEMENTS = frozenset((*_HEADINGS, *_TABLES, *_OTHERS))
"""All elements of the result; their attributes are `class` and `role` with fixed words, `scope`, and `href`."""

_FOLD = re.compile(r"<(/?)details>|<summary>(.*)</summary>")
_ALERT = re.compile(r"> \[!(NOTE|WARNING)\]")
_PAIR = re.compile(r"<(b|code)>([^<]*)</\1>")


def to_html(markdown: str) -> str:
    """Return a document as HTML."""
    env: dict[str, int] = {}
    made: str = _parser().render(markdown, env)
    return made + "</details>" * env.get("folds", 0)


def inline(text: str) -> str:
    """Return the content of a paragraph as HTML: code spans, emphasis, links, line breaks and escapes."""
    made: str = _parser().renderInline(text)
    return made


def to_plain_text(text: str) -> str:
    """Return the content of a paragraph without markup."""
    (token,) = _parser().parseInline(text)
    return "".join(child.content for child in token.children or () if child.type != "html_inline")


def summary_html(text: str) -> str:
    """Return the title of a fold as HTML: `<b>` and `<code>` that hold only text stay, all else becomes text."""
    parts, at = [], 0
    for pair in _PAIR.finditer(text):
        parts += [_again(text[at : pair.start()]), f"<{pair[1]}>{_again(pair[2])}</{pair[1]}>"]
        at = pair.end()
    return "".join((*parts, _again(text[at:])))


def _again(text: str) -> str:
    return html.escape(html.unescape(text))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero")
    parser.enable(["table", "fence", "heading", "list", "backticks", "emphasis", "escape", "link"])
    parser.validateLink = lambda url: re.match("https?://", url) is not None  # type: ignore[method-assign]
    parser.block.ruler.at("list", _bullets, {"alt": ["paragraph"]})
    parser.block.ruler.before("paragraph", "fold", _fold, {"alt": ["paragraph"]})
    parser.block.ruler.before("paragraph", "alert", _alert)
    parser.inline.ruler.before("escape", "line_break", _line_break)
    parser.core.ruler.push("attributes", _set_attributes)
    return parser


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] : state.eMarks[number]]


def _bullets(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a list with `- `; other lists are text."""
    return state.src.startswith("- ", state.bMarks[start] + state.tShift[start]) and list_block(
        state, start, end, silent
    )


def _fold(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """Read a line that opens, names or closes a fold; an end without a beginning is text."""
    line = _FOLD.fullmatch(_line(state, start))
    folds = state.env.setdefault("folds", 0)
    if line is None or state.level or (line[0] != "<details>" and not folds):
        return False
    if not silent:
        state.env["folds"] += {"<details>": 1, "</details>": -1}.get(line[0], 0)
        token = state.push("html_block", "", 0)
        token.content = f"{line[0]}\n" if line[2] is None else f"<summary>{summary_html(line[2])}</summary>\n"
        state.line = start + 1
    return True


def _alert(state: StateBlock, start: int, end: int, _silent: bool) -> bool:
    """Read an alert: https://docs.github.com/en/get-started/writing-on-github#alerts ."""
    kind = _ALERT.fullmatch(_line(state, start))
    if kind is None or state.level:
        return False
    last = start + 1
    while last < end and _line(state, last).startswith("> "):
        last += 1
    state.push("alert_open", "div", 1).attrs = {"class": f"alert {kind[1].lower()}", "role": "note"}
    state.push("paragraph_open", "p", 1)
    token = state.push("inline", "", 0)
    token.content = "\n".join(_line(state, row)[2:] for row in range(start + 1, last))
    token.children = []
    state.push("paragraph_close", "p", -1)
    state.push("alert_close", "div", -1)
    state.line = last
    return True


def _line_break(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("<br>", state.pos):
        return False
    if not silent:
        state.push("html_inline", "", 0).content = "<br>"
    state.pos += len("<br>")
    return True


def _set_attributes(state: StateCore) -> None:
    """Set the classes of our style sheet on cells and fences, and remove all attributes of links but their address."""
    for token in state.tokens:
        if token.type in ("th_open", "td_open"):
            right = token.attrGet("style") == "text-align:right"  # the policy of the page forbids inline styles
            scope = {"scope": "col"} if token.type == "th_open" else {}
            token.attrs = {**scope, **({"class": "number"} if right else {})}
        elif token.type == "fence":
            kind = "chart" if token.info == "mermaid" else "trace"
            text = html.escape(token.content.removesuffix("\n"))
            token.type, token.content = "html_block", f'<pre class="{kind}"><code>{text}</code></pre>\n'
        for child in token.children or ():
            if child.type == "link_open":
                child.attrs = {"href": child.attrs["href"]}
