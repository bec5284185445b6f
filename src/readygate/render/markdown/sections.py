"""The sections of a report: one table each, cut to its cap with what is left out counted."""

from __future__ import annotations

from readygate.model.comparison import PatchFile, TestChange
from readygate.model.results import Outcome, TestId
from readygate.model.rich_text import count
from readygate.model.verdict import Status
from readygate.render.escaping import code
from readygate.render.markdown.tables import FILES_SHOWN, TESTS_SHOWN, Fold, Section, Table, by, more
from readygate.render.report_view import Page, level_cell, ratio_cell, said
from readygate.support.number_format import ranges

RANGES_SHOWN = 20
WORDS: dict[Outcome | None, str] = {
    Outcome.PASSED: "passed",
    Outcome.FLAKY: "flaky",
    Outcome.SKIPPED: "skipped",
    Outcome.FAILED: "failed",
    Outcome.ERRORED: "errored",
}


def test_name(page: Page, change: TestChange) -> str:
    """A test as `name` in `class or file`, linked to where it stands if that is known."""
    place = page.locator.place(change)
    name = code(change.id.name)
    if place is not None:
        name = page.links.to(name, page.links.blob(place.path, place.line))
    where = change.id.class_name or (place.path if place else "")
    return f"{name} in {code(where)}" if where else name


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


def message(change: TestChange) -> str:
    """The first line of what a report says of a test, for a cell."""
    text = first_line(change)
    return code(text, 120) if text else "–"


def named(
    page: Page,
    changes: tuple[TestChange, ...],
    title: str,
    header: str,
    *,
    reason: bool = False,
    told: str = "Reason given",
) -> Section | None:
    """Tests by name; `reason` adds what is said of each, in a column called `told`."""
    if not changes:
        return None
    shown = changes[:TESTS_SHOWN]
    reasons = reason and any(change.detail and change.detail.message for change in shown)
    rows = [(test_name(page, change), *((message(change),) if reasons else ())) for change in shown]
    columns = ((header, False), *(((told, False),) if reasons else ()))
    return Section(
        title=title,
        table=Table(columns=columns, rows=tuple(rows)),
        rest=more(page, len(changes) - len(shown)),
    )


def plain_name(test: TestId) -> str:
    """A test as `name` in `class`, without a link."""
    return f"{code(test.name)} in {code(test.class_name)}" if test.class_name else code(test.name)


def added(page: Page) -> Fold | None:
    """Names of the added tests with what became of them, folded; the title gives the answer."""
    names = page.comparison.tests.added
    if not names:
        return None
    blocks = page.comparison.head.snapshot.headline()
    classes = {(test.group, test.class_name) for test in names}
    known = {key: dict(blocks[key].items()) for key in classes if key in blocks}
    outcomes = [known.get((test.group, test.class_name), {}).get(test.name) for test in names]
    rows = tuple((plain_name(test), WORDS.get(o, "–")) for test, o in zip(names[:TESTS_SHOWN], outcomes, strict=False))
    table = Table(columns=by("Added test", "Outcome"), rows=rows)
    return Fold(
        title=f"{count(len(names), 'added test')}: {_became(outcomes)}",
        body=table,
        rest=more(page, len(names) - TESTS_SHOWN),
    )


def _became(outcomes: list[Outcome | None]) -> str:
    """What became of tests: "all 60 passed", "58 passed, 2 skipped"."""
    said = [WORDS[outcome] for outcome in outcomes if outcome is not None]
    numbers = {word: said.count(word) for word in dict.fromkeys(WORDS.values()) if word in said}
    if len(numbers) == 1 and len(said) > 1:
        return f"all {len(said):,} {said[0]}"
    return ", ".join(f"{number:,} {word}" if len(said) > 1 else word for word, number in numbers.items())


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
