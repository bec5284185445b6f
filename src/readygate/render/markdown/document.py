"""Lays a page out as Markdown: blocks are rendered one by one, measured, and dropped whole if the budget is short."""

from __future__ import annotations

from collections import Counter

from readygate.model.rich_text import count
from readygate.model.verdict import Status
from readygate.render import report_view as view
from readygate.render.escaping import code
from readygate.render.markdown import (
    changed_tests,
    details,
    elements,
    failing_tests,
    matrix,
    policy_measures,
    rules,
    sections,
    sources,
)
from readygate.render.markdown.tables import Room, Section, Table, by
from readygate.render.report_view import Page
from readygate.render.size_limits import (
    ADDED,
    BY_LEG,
    CHECK,
    COMMENT,
    FAILING,
    FIGURES,
    FIXED,
    FLAKY,
    FOLDED,
    GOAL,
    GONE,
    PARTS,
    READ,
    RULES,
    SKIPPED,
    STILL,
    STILL_TRACES,
    SUMMARY,
    TRACES,
    UNCOVERED,
    Block,
    Budget,
)

__all__ = ["CHECK", "COMMENT", "SUMMARY", "Budget", "markdown"]


def markdown(page: Page, budget: Budget, *, heading: str = "###", unwritten: str = "") -> str:
    """Write the report in Markdown.

    Args:
        page: what to tell.
        budget: how large the text may become, and whether it is the long form.
        heading: the level of the verdict's heading; sections stand one below.
        unwritten: what could not be written to GitHub, for the alert.
    """
    blocks = _blocks(page, budget, heading, unwritten)
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
        kinds = Counter(block.kind for block in dropped)
        told = ", ".join(f"{number} {kind}" if number > 1 else kind for kind, number in kinds.items())
        where = page.links.run()
        parts.append(f"Left out to fit: {told}." + (f" All of it is in the {where}." if where else ""))
    return "\n\n".join(parts)


def _blocks(page: Page, budget: Budget, heading: str, unwritten: str) -> list[Block]:
    lines = (view.verdict_line(page), view.figures_line(page), view.provenance_line(page))
    blocks = [Block(kind="verdict", keep=0, text=elements.head(heading, *lines))]
    carried = rules.carried_line(page)
    if carried:
        blocks.append(Block(kind="carried suites", keep=0, text=carried))
    clean = len(blocks)
    told = view.alert(page, unwritten)
    if told:
        blocks.append(Block(kind="alert", keep=0, text=elements.alert(*told)))
    told_open = [*_findings(page), *_sections(page, budget, heading)]
    if budget.long:
        return [*blocks, *told_open, *_names(page), *_long(page, heading)]
    if told_open:
        goal = policy_measures.goal_text(page)
        told_open += [Block(kind="the next target", keep=GOAL, text=goal)] if goal else []
        told_open.append(Block(kind="heading", keep=0, text=f"{heading}# Details"))
    blocks += [*told_open, *_names(page)]
    return [*blocks, *_folds(page, heading)] if len(blocks) > clean else blocks


def _findings(page: Page) -> list[Block]:
    rows = tuple(
        (view.level_cell(finding), rules.finding_cell(page, finding))
        for finding in page.verdict.findings
        if finding.status in (Status.BLOCK, Status.WARN)
    )
    table = Table(columns=by("Level", "Finding and what to do"), rows=rows)
    return [Block(kind="findings", keep=0, text=elements.table(table))] if rows else []


def _sections(page: Page, budget: Budget, heading: str) -> list[Block]:
    """What needs a reader, each kind in a section of its own."""
    tests, causes = page.comparison.tests, page.comparison.causes
    room = Room(each=budget.trace, left=budget.traces)
    newly = failing_tests.failing(page, tests.new_failures, causes.new_failures, _new_header(page), room)
    still = failing_tests.failing(page, tests.still_failing, causes.still_failing, "Still failing test", room)
    skips = count(len(tests.newly_skipped), "newly skipped test")
    skipped = sections.named(page, tests.newly_skipped, skips, "Newly skipped test", reason=True)
    ready = page.verdict.ready
    before = (
        Section(title="Before and after", table=details.figures(page, "Before", "After"))
        if _shows_before(page)
        else None
    )
    return [
        *_open("new failures", newly, FAILING, heading, TRACES),
        *_open("tests that still fail", still, STILL, heading, STILL_TRACES),
        *_legs(page, heading, long=budget.long),
        *_open("the figures before and after", before, FIGURES, heading),
        *_open("fixed tests", changed_tests.fixed(page) if ready else None, FIXED, heading, FOLDED),
        *_open("known flaky tests", changed_tests.known_flaky(page), FLAKY, heading),
        *_open("quarantined tests", changed_tests.quarantined(page), FLAKY, heading),
        *_open("flaky tests", changed_tests.flaky(page), FLAKY, heading),
        *_open("newly skipped tests", skipped, SKIPPED, heading),
        *_open(
            "tests that are gone",
            changed_tests.vanished(page) if view.is_judged(page, "vanished-tests") else None,
            GONE,
            heading,
        ),
        *_open(
            "uncovered lines", sections.uncovered(page) if _asked(page, "patch-coverage") else None, UNCOVERED, heading
        ),
        *_open("categories that miss their pass rate", policy_measures.missed_categories(page), PARTS, heading),
        *_open("components that miss their goals", policy_measures.missed_components(page), PARTS, heading),
    ]


def _open(kind: str, section: Section | None, keep: int, heading: str, folds: int = TRACES) -> list[Block]:
    """A section and its folds; of the folds the last goes first."""
    if section is None:
        return []
    blocks = [Block(kind=kind, keep=keep, text=elements.section(heading, section))]
    name = "names" if folds == FOLDED else "traces"
    blocks += [
        Block(kind=name, keep=folds + number, text=elements.fold(fold.title, _text(fold.body)))
        for number, fold in enumerate(section.folds)
    ]
    return blocks


def _legs(page: Page, heading: str, *, long: bool) -> list[Block]:
    made = matrix.by_leg(page)
    if made is None:
        return []
    title, table, rest = made
    body = elements.with_rest(elements.table(table), rest)
    text = f"{heading}## {title}\n\n{body}" if long else elements.fold(title, body)
    return [Block(kind="outcomes by leg", keep=BY_LEG, text=text)]


def _shows_before(page: Page) -> bool:
    """Whether the figures before and after stand open: something was fixed, and nothing blocks."""
    return page.verdict.ready and bool(page.comparison.tests.fixed)


def _names(page: Page) -> list[Block]:
    """What nobody has to act on: names that were added, and what the policy lets pass."""
    blocks = []
    section = changed_tests.renamed(page)
    if section:
        blocks.append(_folded("renamed tests", section, section.title))
    section = None if _asked(page, "patch-coverage") else sections.uncovered(page)
    if section:
        blocks.append(_folded("uncovered lines", section, f"{section.title}; the policy allows that"))
    section = None if page.verdict.ready else changed_tests.fixed(page)
    if section:
        blocks.append(_folded("fixed tests", section, section.title))
    folds = (
        ("changes of the policy", rules.policy_fold(page)),
        ("added tests", sections.added(page)),
        ("unmeasured files", sections.unmeasured(page)),
    )
    for kind, item in folds:
        if item is not None:
            body = elements.with_rest(_text(item.body), item.rest)
            blocks.append(Block(kind=kind, keep=ADDED, text=elements.fold(item.title, body)))
    return blocks


def _folded(kind: str, section: Section, title: str) -> Block:
    return Block(
        kind=kind,
        keep=FOLDED,
        text=elements.fold(title, elements.with_rest(elements.table(section.table), section.rest)),
    )


def _asked(page: Page, rule: str) -> bool:
    """Whether a rule asks the reader for something, so that what it is about stands open."""
    return any(f.rule == rule and f.status in (Status.BLOCK, Status.WARN) for f in page.verdict.findings)


def _new_header(page: Page) -> str:
    return "Newly failing test" if page.comparison.baseline else "Failing test"


def _part(part: details.Part) -> str:
    return "\n\n".join(map(_text, part.pieces))


def _text(piece: Table | str) -> str:
    return piece if isinstance(piece, str) else elements.table(piece)


def _folds(page: Page, heading: str) -> list[Block]:
    """The three folds at the end of a comment: all figures, the rules, what was read."""
    made = details.parts(page, long=False, with_figures=not _shows_before(page))
    kinds = ", ".join(part.kind for part in made if part.kind)
    plain = [_part(part) for part in made[:1] if part.title in ("What changed", "Figures")]
    body = "\n\n".join([*plain, *(f"{heading}## {part.title}\n\n{_part(part)}" for part in made[len(plain) :])])
    figures = elements.fold(f"All figures: {kinds}" if kinds else "All figures", body)
    return [
        *([Block(kind="all figures", keep=FIGURES, text=figures)] if made else []),
        Block(
            kind="rules",
            keep=RULES,
            text=elements.fold(rules.rules_title(page), _rules(page, long=False)),
        ),
        Block(
            kind="what was read",
            keep=READ,
            text=elements.fold(f"What was read: {sources.read_title(page)}", _read(page)),
        ),
    ]


def _long(page: Page, heading: str) -> list[Block]:
    """The same for the long form, under headings of their own."""
    made = [
        (part.title, _part(part), FIGURES)
        for part in details.parts(page, long=True, with_figures=not _shows_before(page))
    ]
    judged = (rules.rules_title(page), _rules(page, long=True), RULES)
    read = (f"What was read: {sources.read_title(page)}", _read(page), READ)
    return [
        Block(kind=title.partition(":")[0].lower(), keep=keep, text=f"{heading}# {title}\n\n{body}")
        for title, body, keep in (*made, judged, read)
    ]


def _rules(page: Page, *, long: bool) -> str:
    verdict = page.verdict
    off = f"Off in this policy: `{'`, `'.join(verdict.off)}`. " if verdict.off else ""
    policy = f"{off}Policy: preset `{verdict.preset}`{_file(page)}. The strongest finding decides."
    return "\n\n".join((elements.table(sections.rules(page)), policy, *map(_text, rules.around(page, long=long))))


def _file(page: Page) -> str:
    return f" and {code(page.verdict.policy, 200)}" if page.verdict.policy else ""


def _read(page: Page) -> str:
    table, rest = sources.read_table(page)
    return elements.listed(elements.with_rest(elements.table(table), rest), sources.provenance(page))
