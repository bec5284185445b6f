"""Lays a page out as Markdown: blocks are rendered one by one, measured, and dropped whole if the budget is short."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from readygate.model.phrase import count
from readygate.model.verdict import Status
from readygate.render import figure_table, sections
from readygate.render import page as view
from readygate.render import read as sources
from readygate.render.page import Page

COMMENT_CHARACTERS = 65_000
"""GitHub refuses a comment above 65,536 characters; a little room stays for the marker.

https://docs.github.com/en/rest/issues/comments
"""
CHECK_BYTES = 65_535
SUMMARY_BYTES = 1_048_576
"""https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How large a document may become."""

    characters: int
    bytes: int

    def holds(self, text: str) -> bool:
        """Whether a text fits."""
        return len(text) <= self.characters and len(text.encode("utf-8", "replace")) <= self.bytes


COMMENT = Budget(characters=COMMENT_CHARACTERS, bytes=4 * COMMENT_CHARACTERS)
CHECK = Budget(characters=CHECK_BYTES, bytes=CHECK_BYTES)
SUMMARY = Budget(characters=SUMMARY_BYTES, bytes=SUMMARY_BYTES - 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of a document.

    Attributes:
        kind: what it tells, for the notice of what was left out.
        keep: 0 stays always; of the others the highest goes first.
    """

    kind: str
    text: str
    keep: int


@cache
def _macros() -> Any:
    environment = Environment(
        loader=PackageLoader("readygate", "templates"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  (Markdown, not HTML: names are escaped where they become text)
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.md.j2").module


def _render(macro: str, *values: Any) -> str:
    return str(getattr(_macros(), macro)(*values))


def markdown(page: Page, budget: Budget, *, heading: str = "###", unwritten: str = "") -> str:
    """Write the report in Markdown.

    Args:
        page: what to tell.
        budget: how large the text may become.
        heading: the level of the verdict's heading; sections stand one below.
        unwritten: what could not be written to GitHub, for the alert.
    """
    blocks = _blocks(page, heading, unwritten)
    dropped: list[Block] = []
    text = _join(page, blocks, dropped)
    while not budget.holds(text):
        candidates = [block for block in blocks if block.keep]
        if not candidates:
            break
        worst = max(candidates, key=lambda block: block.keep)
        blocks.remove(worst)
        dropped.append(worst)
        text = _join(page, blocks, dropped)
    return text


def _join(page: Page, blocks: list[Block], dropped: list[Block]) -> str:
    parts = [block.text for block in blocks]
    if dropped:
        kinds = ", ".join(dict.fromkeys(block.kind for block in dropped))
        where = page.links.run()
        parts.append(f"Left out to fit: {kinds}." + (f" All of it is in the {where}." if where else ""))
    return "\n\n".join(parts)


def _blocks(page: Page, heading: str, unwritten: str) -> list[Block]:
    lines = (view.verdict_line(page), view.figures_line(page), view.provenance_line(page))
    blocks = [Block(kind="verdict", keep=0, text=_render("head", heading, *lines))]
    told = view.alert(page, unwritten)
    if told:
        blocks.append(Block(kind="alert", keep=0, text=_render("alert", *told)))
    told_open = [*_findings(page), *_sections(page, heading)]
    if told_open:
        told_open.append(Block(kind="heading", keep=0, text=f"{heading}# Details"))
    blocks += [*told_open, *_folds(page)]
    return [*blocks, *_details(page)] if len(blocks) > 1 else blocks


def _findings(page: Page) -> list[Block]:
    rows = tuple(
        (view.level_cell(finding), view.finding_cell(finding))
        for finding in page.verdict.findings
        if finding.status in (Status.BLOCK, Status.WARN)
    )
    columns = (("Level", False), ("Finding and what to do", False))
    table = sections.Table(columns=columns, rows=rows)
    return [Block(kind="findings", keep=0, text=_render("table", table))] if rows else []


def _sections(page: Page, heading: str) -> list[Block]:
    tests = page.comparison.tests
    newly = sections.failing(page, tests.new_failures, _new_header(page))
    still = sections.failing(page, tests.still_failing, "Still failing test")
    fixed = sections.named(page, tests.fixed, count(len(tests.fixed), "fixed test"), "Fixed test")
    skips = count(len(tests.newly_skipped), "newly skipped test")
    skipped = sections.named(page, tests.newly_skipped, skips, "Newly skipped test", reason=True)
    uncovered = sections.uncovered(page)
    blocks: list[Block] = []
    for kind, section, keep in (
        ("new failures", newly, 2),
        ("tests that still fail", still, 6),
        ("fixed tests", fixed if page.verdict.ready else None, 7),
        ("newly skipped tests", skipped, 4),
        ("tests that are gone", sections.vanished(page) if view.is_judged(page, "vanished-tests") else None, 3),
        ("uncovered lines", uncovered if _asked(page, "patch-coverage") else None, 5),
    ):
        if section is None:
            continue
        blocks.append(Block(kind=kind, keep=keep, text=_render("section", heading, section)))
        blocks += [
            Block(kind="traces", keep=8 + number, text=_render("fold", fold.title, fold.body))
            for number, fold in enumerate(section.folds)
        ]
    return blocks


def _folds(page: Page) -> list[Block]:
    """What nobody has to act on: names that were added, and what the policy lets pass."""
    blocks = []
    section = None if _asked(page, "patch-coverage") else sections.uncovered(page)
    if section:
        blocks.append(_folded("uncovered lines", section, f"{section.title}; the policy allows that"))
    fixed = page.comparison.tests.fixed
    section = None if page.verdict.ready else sections.named(page, fixed, count(len(fixed), "fixed test"), "Fixed test")
    if section:
        blocks.append(_folded("fixed tests", section, section.title))
    for kind, item in (("added tests", sections.added(page)), ("unmeasured files", sections.unmeasured(page))):
        if item is not None:
            blocks.append(Block(kind=kind, keep=28, text=_render("fold", item.title, item.body)))
    return blocks


def _folded(kind: str, section: sections.Section, title: str) -> Block:
    body = _render("table", section.table) + (f"\n\n{section.rest}" if section.rest else "")
    return Block(kind=kind, keep=27, text=_render("fold", title, body))


def _asked(page: Page, rule: str) -> bool:
    """Whether a rule asks the reader for something, so that what it is about stands open."""
    return any(f.rule == rule and f.status in (Status.BLOCK, Status.WARN) for f in page.verdict.findings)


def _new_header(page: Page) -> str:
    return "Newly failing test" if page.comparison.baseline else "Failing test"


def _details(page: Page) -> list[Block]:
    columns = (("Measured", False), ("Base", True), ("This change", True), ("Difference", True))
    figures = sections.Table(columns=columns, rows=tuple(figure_table.figures_rows(page)))
    read, rest = sources.read_table(page)
    verdict = page.verdict
    rules = (view.rules_title(verdict), sections.rules(page), verdict.off, verdict.preset)
    files = (sources.read_title(page), read, rest, sources.provenance(page))
    compared = page.comparison.baseline is not None
    return [
        Block(kind="all figures", keep=30, text=_render("figures", figures, compared)),
        Block(kind="rules", keep=1, text=_render("rules", *rules)),
        Block(kind="what was read", keep=29, text=_render("read", *files)),
    ]
