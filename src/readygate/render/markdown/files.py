"""Coverage by file: tiers, the order in which to close gaps, and what is missing to the next target."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct

from readygate.model.coverage import HIT, MEASURED, FileCoverage, Ratio, add_ratios
from readygate.model.once import once
from readygate.model.reports import CoverageReport
from readygate.model.rich_text import count
from readygate.render.escaping import code
from readygate.render.markdown.tables import FILES_SHOWN, Table, by, more
from readygate.render.report_view import Page, comparable, ratio_cell
from readygate.support.number_format import needed, points

TIERS = (
    ("Critical, below 50%", Fraction(0)),
    ("Low, 50% to 75%", Fraction(1, 2)),
    ("Good, 75% to 95%", Fraction(3, 4)),
    ("Excellent, 95% and more", Fraction(19, 20)),
)
TARGETS = (25, 35, 50, 60, 70, 75, 80, 85, 90, 95, 97, 98, 99, 100)
"""Percent; the next one above what is covered is told."""
PRIORITIES = (Fraction(1, 2), Fraction(4, 5))
"""Priority 1 are the fewest files that hold half of all uncovered lines, 2 those up to four fifths, 3 the rest."""
LONGEST_LINES = 60


class FileRow(Struct, frozen=True, kw_only=True):
    """One file.

    Attributes:
        tier: its place in `TIERS`.
        priority: from 1; 0 if all of its lines are covered.
        base: its coverage on the base; None if that is unknown.
    """

    file: FileCoverage
    lines: Ratio
    tier: int
    priority: int
    base: Ratio | None


@once
def file_rows(page: Page) -> tuple[FileRow, ...]:
    """The measured files, the most uncovered lines first."""
    coverage = page.comparison.coverage
    if coverage is None:
        return ()
    base_side = page.comparison.base
    known = base_side.coverage if base_side and comparable(page, CoverageReport) else None
    base = {file.path: Ratio(covered=file.covered, total=file.total) for file in known.files} if known else {}
    files = [(file, Ratio(covered=file.covered, total=file.total)) for file in coverage.head.files]
    files = sorted((row for row in files if row[1].total), key=lambda row: (row[1].covered - row[1].total, row[0].path))
    missing = sum(ratio.total - ratio.covered for _, ratio in files)
    rows, before = [], 0
    for file, ratio in files:
        priority = 0
        if ratio.covered < ratio.total:
            priority = 1 + sum(_reaches(before, missing, share) for share in PRIORITIES)
        before += ratio.total - ratio.covered
        tier = max(n for n, (_, least) in enumerate(TIERS) if _reaches(ratio.covered, ratio.total, least))
        rows.append(FileRow(file=file, lines=ratio, tier=tier, priority=priority, base=base.get(file.path)))
    return tuple(rows)


def _reaches(part: int, whole: int, share: Fraction) -> bool:
    """Whether a part is at least such a share of the whole; by whole numbers, as files are many."""
    return part * share.denominator >= share.numerator * whole


def tier_table(page: Page) -> Table | None:
    """How many files and lines are in each tier; None if nothing was measured."""
    rows = file_rows(page)
    if not rows:
        return None
    cells = []
    for number, (title, _) in enumerate(TIERS):
        ratios = [row.lines for row in rows if row.tier == number]
        if ratios:
            cells.append(_tier(title, len(ratios), add_ratios(ratios)))
    every = _tier("All files", len(rows), add_ratios(row.lines for row in rows))
    return Table(
        columns=by("Tier", ">Files", ">Lines", ">Covered", ">Not covered"),
        rows=(*cells, tuple(f"**{cell}**" for cell in every)),
    )


def _tier(title: str, files: int, lines: Ratio) -> tuple[str, ...]:
    return (title, f"{files:,}", f"{lines.total:,}", ratio_cell(lines), f"{lines.total - lines.covered:,}")


def file_table(page: Page, *, long: bool) -> tuple[Table, str] | None:
    """The files with most uncovered lines and what is left out; `long` tells the lines, too."""
    rows = file_rows(page)
    if not rows:
        return None
    compared = any(row.base is not None for row in rows)
    gaps = [row for row in rows if row.priority or (row.base and row.base != row.lines)]
    shown = gaps[: 2 * FILES_SHOWN if long else FILES_SHOWN]
    columns = ["File", "Tier", ">Priority", ">Lines", ">Not covered", ">Covered"]
    columns += [*([">Difference"] if compared else []), *(["Lines not covered"] if long else [])]
    cells = [_row(row, compared=compared, long=long) for row in shown]
    whole = sum(not row.priority for row in rows) - sum(not row.priority for row in shown)
    notes = [more(page, len(gaps) - len(shown), "file")]
    if whole:
        notes.append(f"{count(whole, 'more file')} {'is' if whole == 1 else 'are'} covered in full.")
    if any(row.priority for row in shown):
        notes.append(
            "Priority 1: the fewest files that hold half of all lines not covered; 2: up to four fifths; 3: the rest."
        )
    return Table(columns=by(*columns), rows=tuple(cells)), "\n\n".join(filter(None, notes))


def _row(row: FileRow, *, compared: bool, long: bool) -> tuple[str, ...]:
    now, before = row.lines.fraction, row.base.fraction if row.base else None
    delta = "new" if row.base is None else points(now, before) if now is not None and before is not None else "–"
    return (
        code(row.file.path),
        TIERS[row.tier][0].partition(",")[0],
        str(row.priority or "–"),
        f"{row.lines.total:,}",
        f"{row.lines.total - row.lines.covered:,}",
        ratio_cell(row.lines),
        *((delta,) if compared else ()),
        *((_missing(row.file),) if long else ()),
    )


def _missing(file: FileCoverage) -> str:
    """The lines that are not covered; lines that nobody measures do not part a range."""
    spans: list[list[int]] = []
    open_ = False
    for number, state in enumerate(file.lines):
        if state == MEASURED:
            if open_:
                spans[-1][1] = number
            else:
                spans.append([number, number])
            open_ = True
        elif state == HIT:
            open_ = False
    told = [f"{a}" if a == b else f"{a}–{b}" for a, b in spans]
    text, used = "", 0
    for part in told:
        if len(text) + len(part) > LONGEST_LINES:
            break
        text += f"{', ' if text else ''}{part}"
        used += 1
    return (text or "none") + (f" and {count(len(told) - used, 'more range')}" if used < len(told) else "")


def target_line(page: Page) -> str:
    """What is missing to the next target, and where the largest gaps are; empty if every line is covered."""
    coverage = page.comparison.coverage
    share = coverage.lines.fraction if coverage else None
    if coverage is None or share is None or share == 1 or not comparable(page, CoverageReport):
        return ""
    target = next(percent_ for percent_ in TARGETS if Fraction(percent_, 100) > share)
    number = needed(coverage.lines.covered, coverage.lines.total, Fraction(target, 100))
    gaps = [f"{code(r.file.path)} {r.lines.total - r.lines.covered:,}" for r in file_rows(page)[:3] if r.priority]
    return (
        f"**Next target, {target}%:** {count(number, 'more covered line')}. Most lines not covered: {', '.join(gaps)}."
    )
