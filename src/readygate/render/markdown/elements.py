"""The pieces of a Markdown document. What goes into them is finished Markdown.

They are plain functions and no template: a document has little layout and much text, and loading a template engine took
a tenth of a run that has little to read.
"""

from __future__ import annotations

from collections.abc import Iterable

from readygate.render.markdown.tables import Section, Table


def head(heading: str, verdict: str, figures: str, provenance: str) -> str:
    """The verdict under a heading, as "###", the figures, and where they come from."""
    return f"{heading} {verdict}\n\n{figures}\n\n{provenance}"


def alert(kind: str, text: str) -> str:
    """An alert: https://docs.github.com/en/get-started/writing-on-github/basic-writing-and-formatting-syntax ."""
    return f"> [!{kind}]\n> {text}"


def table(given: Table) -> str:
    """A table; a bar in a cell is escaped."""
    headers = "".join(f" {header} |" for header, _ in given.columns)
    rules = "".join(f"{' --:' if right else ' :--'} |" for _, right in given.columns)
    rows = (" | ".join(cell.replace("|", "\\|") for cell in row) for row in given.rows)
    return "\n".join((f"|{headers}", f"|{rules}", *(f"| {row} |" for row in rows)))


def fold(title: str, body: str) -> str:
    """Something that opens by a click; the title is HTML."""
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def section(heading: str, given: Section) -> str:
    """A table under a heading, one level below that of the verdict, and what was left out of it."""
    return with_rest(f"{heading}# {given.title}\n\n{table(given.table)}", given.rest)


def with_rest(text: str, rest: str) -> str:
    """Some text, and what was left out of it."""
    return f"{text}\n\n{rest}" if rest else text


def listed(text: str, items: Iterable[str]) -> str:
    """Some text and a list below it."""
    return "\n".join((text, "", *(f"- {item}" for item in items)))
