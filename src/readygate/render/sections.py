"""The sections of a report: one table each, cut to its cap with what is left out counted."""

from __future__ import annotations

from dataclasses import dataclass

from readygate.figures import ranges
from readygate.model.comparison import PatchFile, TestChange
from readygate.model.phrase import count
from readygate.model.tests import Outcome, TestId
from readygate.model.verdict import Status
from readygate.render.page import Page, level_cell, ratio_cell, said
from readygate.render.text import code, fenced, html_code

TESTS_SHOWN = 20
FILES_SHOWN = 20
RANGES_SHOWN = 20
LEGS_SHOWN = 3
TRACES_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; `columns` are (header, right-aligned)."""

    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Something that opens by a click; the title is HTML and gives the answer."""

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading, a table, what was left out of it, and folds below it."""

    title: str
    table: Table
    rest: str = ""
    folds: tuple[Fold, ...] = ()


def test_name(page: Page, change: TestChange) -> str:
    """A test as `name` in `class or file`, linked to where it stands if that is known."""
    place = page.locator.place(change)
    name = code(change.id.name)
    if place is not None:
        name = page.links.to(name, page.links.blob(place.path, place.line))
    where = change.id.class_name or (place.path if place else "")
    return f"{name} in {code(where)}" if where else name


def failing(page: Page, changes: tuple[TestChange, ...], header: str) -> Section | None:
    """Tests that fail, with the first line of what they say."""
    if not changes:
        return None
    number = len(changes)
    shown = changes[:TESTS_SHOWN]
    with_legs = any(change.legs for change in changes)
    # a lone failure tells its message in the title of its fold, where there is room for it
    message = number > 1 or not _has_trace(changes[0])
    rows = [
        (
            test_name(page, change),
            *((_legs(change),) if with_legs else ()),
            *((_message(change),) if message else ()),
        )
        for change in shown
    ]
    columns = (
        (header, False),
        *((("Fails on", False),) if with_legs else ()),
        *((("Message", False),) if message else ()),
    )
    return Section(
        title=f"{number:,} {header.lower()}{'' if number == 1 else 's'}",
        table=Table(columns=columns, rows=tuple(rows)),
        rest=more(page, number - len(shown)),
        folds=tuple(_trace(change, lone=not message) for change in shown[:TRACES_SHOWN] if _has_trace(change)),
    )


def _has_trace(change: TestChange) -> bool:
    return change.detail is not None and bool(change.detail.text.strip())


def _legs(change: TestChange) -> str:
    if len(change.legs) == change.all_legs:
        return f"all {change.all_legs} legs" if change.all_legs > 1 else code(change.legs[0])
    if len(change.legs) == 1:
        return f"only {code(change.legs[0])}"
    if len(change.legs) <= LEGS_SHOWN:
        return ", ".join(code(leg) for leg in change.legs)
    return f"{len(change.legs)} of {change.all_legs} legs"


def _message(change: TestChange) -> str:
    text = first_line(change)
    return code(text, 120) if text else "–"


def first_line(change: TestChange) -> str:
    """The first line of a failure's message, with its type if the message does not begin with it."""
    detail = change.detail
    if detail is None:
        return ""
    line = next((row for row in detail.message.splitlines() if row.strip()), "")
    kind = detail.type.rpartition(".")[2]
    if (
        kind
        and detail.outcome >= Outcome.FAILED
        and kind not in line
        and not line.startswith(("Failed", "AssertionError"))
    ):
        return f"{kind}: {line}" if line else kind
    return line


def _trace(change: TestChange, *, lone: bool) -> Fold:
    told = html_code(first_line(change)) if lone else html_code(change.id.name, 60, "(no name)")
    title = f"<b>Message:</b> {told}" if lone else f"<b>Trace</b> of {told}"
    return Fold(title=title, body=fenced(change.detail.text if change.detail else ""))


def named(
    page: Page, changes: tuple[TestChange, ...], title: str, header: str, *, reason: bool = False
) -> Section | None:
    """Tests by name, with the reason given for a skip."""
    if not changes:
        return None
    shown = changes[:TESTS_SHOWN]
    reasons = reason and any(change.detail and change.detail.message for change in shown)
    rows = [(test_name(page, change), *((_message(change),) if reasons else ())) for change in shown]
    columns = ((header, False), *((("Reason given", False),) if reasons else ()))
    return Section(
        title=title,
        table=Table(columns=columns, rows=tuple(rows)),
        rest=more(page, len(changes) - len(shown)),
    )


def vanished(page: Page) -> Section | None:
    """Tests that are gone, with what they did on the base."""
    gone = page.comparison.tests.vanished
    if len(gone) < 2:  # a single one is named by its finding
        return None
    words = {Outcome.PASSED: "passed", Outcome.FLAKY: "passed", Outcome.SKIPPED: "skipped"}
    shown = gone[:TESTS_SHOWN]
    rows = tuple((_plain_name(change.id), words.get(change.before or Outcome.PASSED, "failed")) for change in shown)
    number = len(gone)
    return Section(
        title=f"{count(number, 'test')} {'is' if number == 1 else 'are'} gone",
        table=Table(columns=(("Test of the base", False), ("On the base", False)), rows=rows),
        rest=more(page, number - len(shown)),
    )


def _plain_name(test: TestId) -> str:
    return f"{code(test.name)} in {code(test.class_name)}" if test.class_name else code(test.name)


def added(page: Page) -> Fold | None:
    """Names of the added tests, folded."""
    names = page.comparison.tests.added
    if not names:
        return None
    rows = [f"- {_plain_name(test)}" for test in names[:TESTS_SHOWN]]
    rest = more(page, len(names) - TESTS_SHOWN)
    return Fold(
        title=f"{count(len(names), 'test')} added",
        body="\n".join(rows) + (f"\n\n{rest}" if rest else ""),
    )


def uncovered(page: Page) -> Section | None:
    """Changed lines that are not covered, by file, the most first."""
    coverage = page.comparison.coverage
    patch = coverage.patch if coverage else None
    if patch is None:
        return None
    files = sorted((file for file in patch.files if file.uncovered), key=lambda f: (-len(f.uncovered), f.path))
    if not files:
        return None
    number = sum(len(file.uncovered) for file in files)
    shown = files[:FILES_SHOWN]
    rows = tuple(
        (page.links.file(file.path), _lines(page, file), f"{file.lines.total:,}", ratio_cell(file.lines))
        for file in shown
    )
    whole = [file.path for file in files if file.whole]
    note = (
        f"GitHub leaves out the diff of {', '.join(map(code, whole[:3]))}: all of its measured lines count as changed."
    )
    rest = more(page, len(files) - len(shown), "file")
    return Section(
        title=f"{count(number, 'changed line')} {'is' if number == 1 else 'are'} not covered",
        table=Table(
            columns=(
                ("File", False),
                ("Lines not covered", False),
                ("Changed lines", True),
                ("Covered", True),
            ),
            rows=rows,
        ),
        rest="\n\n".join(filter(None, (rest, note if whole else ""))),
    )


def _lines(page: Page, file: PatchFile) -> str:
    spans = ranges(file.uncovered)
    cells = [
        page.links.to(f"{a}" if a == b else f"{a}–{b}", page.links.lines(file.path, a, b))
        for a, b in spans[:RANGES_SHOWN]
    ]
    left = sum(b - a + 1 for a, b in spans[RANGES_SHOWN:])
    return ", ".join(cells) + (f" and {count(left, 'more line')}" if left else "")


def unmeasured(page: Page) -> Fold | None:
    """Changed source files that no report measures."""
    coverage = page.comparison.coverage
    patch = coverage.patch if coverage else None
    if patch is None or not patch.unmeasured:
        return None
    names = patch.unmeasured
    rows = [f"- {page.links.file(path)}" for path in names[:FILES_SHOWN]]
    rest = more(page, len(names) - FILES_SHOWN, "file")
    return Fold(
        title=f"{count(len(names), 'changed source file')} {'is' if len(names) == 1 else 'are'} measured by no report",
        body="\n".join(rows) + (f"\n\n{rest}" if rest else ""),
    )


def rules(page: Page) -> Table:
    """Every rule with what it found."""
    rows = tuple(
        (
            level_cell(f),
            f"`{f.rule}`",
            "" if f.status is Status.NOT_EVALUATED else f.level.name.lower(),
            said(f.summary),
        )
        for f in page.verdict.findings
    )
    columns = (("Result", False), ("Rule", False), ("Level", False), ("What was found", False))
    return Table(columns=columns, rows=tuple((a, b, c or "–", d) for a, b, c, d in rows))


def more(page: Page, left: int, noun: str = "") -> str:
    """What a list left out: "and 4,688 more in the Readygate report"."""
    if left <= 0:
        return ""
    what = f"{left:,} more" + (f" {noun}{'s' if left > 1 else ''}" if noun else "")
    where = page.links.run()
    return f"… and {what}, in the {where}." if where else f"… and {what}."
