"""What a reader of GitHub's Markdown sees of a text: parsed with tables, links without brackets, and raw HTML."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark", {"linkify": True, "html": True}).enable(["table", "strikethrough", "linkify"])
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^<>]*)>|<!--.*?-->|<[!?]", re.DOTALL)
_OWN_TAGS = {"details", "summary", "b", "code", "br"}


@dataclass
class Seen:
    """What a text turns into.

    Attributes:
        links: addresses of links.
        images: addresses of images.
        headings: their text.
        tags: raw HTML tags, with their attributes.
        comments: raw HTML comments.
        bare: text outside of code, fences and tags.
        code: text in code spans, in `<code>` and in fences.
        rows: number of cells of each row, table by table.
        indented: blocks of code that nobody fenced.
        lists: number of list items.
        rules: horizontal lines.
    """

    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    tags: Counter[str] = field(default_factory=Counter)
    comments: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)
    indented: list[str] = field(default_factory=list)
    lists: int = 0
    rules: int = 0

    @property
    def text(self) -> str:
        """All bare text."""
        return "\n".join(self.bare)


def read(text: str) -> Seen:
    """Parse a text."""
    seen = Seen()
    for token in _MARKDOWN.parse(text):
        _block(token, seen)
    return seen


def _block(token: Token, seen: Seen) -> None:
    simple = {"fence": seen.code, "code_block": seen.indented}
    if token.type in simple:
        simple[token.type].append(token.content)
    elif token.type == "html_block":
        _html(token.content, seen)
    elif token.type == "table_open":
        seen.rows.append([])
    elif token.type == "tr_open":
        seen.rows[-1].append(0)
    elif token.type in ("td_open", "th_open"):
        seen.rows[-1][-1] += 1
    elif token.type == "heading_open":
        seen.headings.append(token.tag)
    seen.lists += token.type == "list_item_open"
    seen.rules += token.type == "hr"
    for child in _flat(token):
        _inline(child, seen)


def _flat(token: Token) -> Iterator[Token]:
    for child in token.children or ():
        yield child
        yield from _flat(child)


def _inline(token: Token, seen: Seen) -> None:
    if token.type == "link_open":
        seen.links.append(str(token.attrs["href"]))
    elif token.type == "image":
        seen.images.append(str(token.attrs["src"]))
    elif token.type == "code_inline":
        seen.code.append(token.content)
    elif token.type == "html_inline":
        _html(token.content, seen)
    elif token.type == "text":
        seen.bare.append(token.content)


def _html(raw: str, seen: Seen) -> None:
    """Raw HTML: tags are counted, the text of `<code>` is code, other text is bare."""
    at, inside = 0, False
    for match in _TAG.finditer(raw):
        text = html.unescape(raw[at : match.start()])
        (seen.code if inside else seen.bare).append(text)
        at = match.end()
        if match[0].startswith("<!--"):
            seen.comments.append(match[0])
            continue
        name = match[2] or match[0]
        seen.tags[f"{match[1] or ''}{name}{match[3] or ''}"] += 1
        if name == "code":
            inside = not match[1]
    text = html.unescape(raw[at:])
    (seen.code if inside else seen.bare).append(text)


def problems(text: str, repository: str = "https://github.com/acme/widgets/") -> list[str]:
    """What in a report of ours comes from somebody else: dead text that has come to life."""
    seen = read(text)
    found = [f"an image: {address}" for address in seen.images]
    found += [f"a link: {address}" for address in seen.links if not address.startswith(repository)]
    found += [f"an indented block: {text}" for text in seen.indented]
    found += [f"a tag: {tag}" for tag in seen.tags if tag.strip("/") not in _OWN_TAGS]
    for name in _OWN_TAGS - {"br"}:
        if seen.tags[name] != seen.tags[f"/{name}"]:
            found.append(f"<{name}> is opened {seen.tags[name]} times and closed {seen.tags[f'/{name}']} times")
    if seen.tags["details"] != seen.tags["summary"]:
        found.append("a fold without a title")
    for table in seen.rows:
        if len(set(table)) != 1:
            found.append(f"a table whose rows have {table} cells")
    for live in re.findall(r"(?:^|[^\w`])(@[\w-]+|#\d+|GH-\d+|https?://\S+|www\.\S+)", seen.text):
        found.append(f"live text: {live}")
    return found
