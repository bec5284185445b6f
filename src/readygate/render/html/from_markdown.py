"""Our own Markdown to HTML: the forms that render/document.py writes, and nothing else.

The page and the Markdown must never tell different things, so the page is made of the same document. What is not one
of our forms comes out as text: whatever stands in the input, the result has only the elements below, balanced.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TABLES = ("table", "thead", "tbody", "tr", "th", "td")
_OTHERS = ("p", "ul", "li", "pre", "code", "strong", "b", "a", "br", "div", "details", "summary")
ELEMENTS = frozenset((*_HEADINGS, *_TABLES, *_OTHERS))
"""All that can come out; of attributes `class` with words of ours, `scope`, `role`, and `href` with http or https."""

_HEADING = re.compile(r"(#{1,6}) (.*)")
_FENCE = re.compile(r"(`{3,})(\w*)$")
_DELIMITER = re.compile(r"\|(?: :?-+:? \|)+$")
_ALERT = re.compile(r"> \[!(NOTE|WARNING)\]$")
_SUMMARY = re.compile(r"<summary>(.*)</summary>$")
_PAIR = re.compile(r"<(b|code)>([^<]*)</\1>")
_CELL = re.compile(r"(?<!\\)\|")
_TICKS = re.compile(r"`+")
_PIECE = re.compile(
    r"(?P<ticks>`+)|\\(?P<escaped>[!-/:-@\[-`{-~])|(?P<bold>\*\*)|(?P<begin>\[)|(?P<line><br>)"
    r"|\]\((?P<address>https?://[^\s()<>\"]+)\)|(?P<plain>[^`\\*\[\]<]+|.)",
    re.DOTALL,
)


def to_html(markdown: str) -> str:
    """Turn a document of ours into HTML."""
    return "\n".join(_Blocks(markdown.split("\n")).made())


class _Blocks:
    """Reads a document line by line."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.at = 0
        self.open = 0  # details that are open: an end without a beginning is text

    def made(self) -> Iterator[str]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.strip():
                yield self._block(line)
            else:
                self.at += 1
        yield "</details>" * self.open

    def _block(self, line: str) -> str:
        heading, fence, summary = _HEADING.match(line), _FENCE.match(line), _SUMMARY.match(line)
        if heading:
            self.at += 1
            level = len(heading[1])
            return f"<h{level}>{inline(heading[2])}</h{level}>"
        if fence:
            return self._fenced(fence[1], fence[2])
        if line == "<details>":
            self.at += 1
            self.open += 1
            return line
        if line == "</details>" and self.open:
            self.at += 1
            self.open -= 1
            return line
        if summary and self.open:
            self.at += 1
            return f"<summary>{summary_html(summary[1])}</summary>"
        if _ALERT.match(line):
            return self._alert(line)
        if line.startswith("|") and self.at + 1 < len(self.lines) and _DELIMITER.match(self.lines[self.at + 1]):
            return self._table()
        if line.startswith("- "):
            items = "".join(f"<li>{inline(row[2:])}</li>" for row in self._while("- "))
            return f"<ul>{items}</ul>"
        return f"<p>{inline(' '.join(self._paragraph()))}</p>"

    def _while(self, start: str) -> Iterator[str]:
        while self.at < len(self.lines) and self.lines[self.at].startswith(start):
            self.at += 1
            yield self.lines[self.at - 1]

    def _paragraph(self) -> Iterator[str]:
        yield self.lines[self.at]
        self.at += 1
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip() or line in ("<details>", "</details>") or _HEADING.match(line) or _FENCE.match(line):
                return
            self.at += 1
            yield line

    def _fenced(self, fence: str, info: str) -> str:
        end = self.at + 1
        while end < len(self.lines) and self.lines[end] != fence:
            end += 1
        text = html.escape("\n".join(self.lines[self.at + 1 : end]))
        self.at = end + 1
        return f'<pre class="{"chart" if info == "mermaid" else "trace"}"><code>{text}</code></pre>'

    def _alert(self, line: str) -> str:
        self.at += 1
        kind = "warning" if "WARNING" in line else "note"
        text = " ".join(row[2:] for row in self._while("> "))
        return f'<div class="alert {kind}" role="note"><p>{inline(text)}</p></div>'

    def _table(self) -> str:
        head = _cells(self.lines[self.at])
        right = [cell.endswith(":") and not cell.startswith(":") for cell in _cells(self.lines[self.at + 1])]
        number = ' class="number"'
        self.at += 2

        def row(cells: list[str], tag: str) -> str:
            scope = ' scope="col"' if tag == "th" else ""
            made = (
                f"<{tag}{scope}{number if at < len(right) and right[at] else ''}>{inline(cell)}</{tag}>"
                for at, cell in enumerate(cells)
            )
            return f"<tr>{''.join(made)}</tr>"

        body = "".join(row(_cells(line), "td") for line in self._while("|"))
        return f"<table><thead>{row(head, 'th')}</thead><tbody>{body}</tbody></table>"


def _cells(line: str) -> list[str]:
    inner = line.strip()
    inner = inner[1:-1] if inner.endswith("|") and len(inner) > 1 else inner[1:]
    return [cell.strip().replace("\\|", "|") for cell in _CELL.split(inner)]


def summary_html(text: str) -> str:
    """The title of a fold: HTML of ours with `<b>` and `<code>`, which hold text only."""
    made, at = [], 0
    for pair in _PAIR.finditer(text):
        made += [_again(text[at : pair.start()]), f"<{pair[1]}>{_again(pair[2])}</{pair[1]}>"]
        at = pair.end()
    return "".join((*made, _again(text[at:])))


def _again(text: str) -> str:
    """Text that is escaped already, escaped for certain."""
    return html.escape(html.unescape(text))


def inline(text: str) -> str:
    """The inside of a block: code spans, bold, links, line breaks, backslash escapes."""
    return _Inline(text).made()


class _Inline:
    """Reads a text from left to right; what is opened becomes an element only when it is closed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.out: list[str] = []
        self.bold: int | None = None  # where in `out` it was opened
        self.link: int | None = None

    def made(self) -> str:
        at = 0
        while at < len(self.text):
            piece = _PIECE.match(self.text, at)
            assert piece is not None  # noqa: S101  (its last part is any character)
            at = piece.end()
            kind = piece.lastgroup
            if kind == "ticks":
                at = self._code(at, len(piece[0]))
            elif kind == "bold":
                self._bold()
            elif kind == "begin" and self.link is None:
                self.link = len(self.out)
                self.out.append("[")
            elif kind == "address" and self.link is not None:
                self._link(piece["address"])
            elif kind == "line":
                self.out.append("<br>")
            else:
                self.out.append(html.escape(piece["escaped"] or piece[0]))
        return "".join(self.out)

    def _code(self, start: int, length: int) -> int:
        """A code span, and where it ends; backticks that none close are text."""
        closing = next((run for run in _TICKS.finditer(self.text, start) if len(run[0]) == length), None)
        if closing is None:
            self.out.append("`" * length)
            return start
        inside = self.text[start : closing.start()]
        if len(inside) > 2 and inside[0] == inside[-1] == " " and inside.strip():
            inside = inside[1:-1]
        self.out.append(f"<code>{html.escape(inside)}</code>")
        return closing.end()

    def _bold(self) -> None:
        if self.bold is None:
            self.bold = len(self.out)
            self.out.append("**")
            return
        if self.link is not None and self.link > self.bold:
            self.link = None  # a link that the bold text does not hold whole is none
        self.out[self.bold], self.bold = "<strong>", None
        self.out.append("</strong>")

    def _link(self, address: str) -> None:
        assert self.link is not None  # noqa: S101
        if self.bold is not None and self.bold > self.link:
            self.bold = None
        self.out[self.link], self.link = f'<a href="{html.escape(address)}">', None
        self.out.append("</a>")
