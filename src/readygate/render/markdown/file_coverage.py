"""Write the coverage by file: tiers, files ordered by their uncovered lines, and the next coverage target."""

from fractions import Fraction

from msgspec import Struct

from readygate.model.coverage import HIT, MEASURED, FileCoverage, Ratio, add_ratios
from readygate.model.measures import NextGoal
from readygate.model.reports import CoverageReport
from readygate.model.rich_text import RichText, Untrusted, count
from readygate.render.escaping import code
from readygate.render.markdown.elements import FILES_SHOWN, Table, columns_from, more_note, paragraphs
from readygate.render.report_view import ReportView, is_complete, ratio_cell
from readygate.support.number_format import limit, needed, percent, points

TIERS = (
    ("Critical, below 50%", Fraction(0)),
    ("Low, 50% to 75%", Fraction(1, 2)),
    ("Good, 75% to 95%", Fraction(3, 4)),
    ("Excellent, 95% and more", Fraction(19, 20)),
)
"""Titles and minimum shares, ascending."""
TARGETS = (25, 35, 50, 60, 70, 75, 80, 85, 90, 95, 97, 98, 99, 100)
"""Default coverage targets in percent, for a policy without goals."""
PRIORITIES = (Fraction(1, 2), Fraction(4, 5))
"""Shares of all uncovered lines.

Priority 1 are the fewest files that have the first share of the uncovered lines, priority 2 those up to the second,
priority 3 the rest.
"""
LONGEST_LINES = 60
"""Characters of the list of uncovered lines of one file."""
GOAL_FILES_SHOWN = 3


class FileRow(Struct, frozen=True, kw_only=True):
    """The coverage of one file.

    Attributes:
        tier: an index into `TIERS`.
        priority: from 1; 0 if all lines are covered.
        base: the file's coverage in the baseline; None if it is unknown.
    """

    file: FileCoverage
    lines: Ratio
    tier: int
    priority: int
    base: Ratio | None


def file_rows(view: ReportView) -> tuple[FileRow, ...]:
    """Return the measured files, those with most uncovered lines first."""
    coverage = view.comparison.coverage
    if coverage is None:
        return ()
    base_side = view.comparison.base
    known = base_side.coverage if base_side and is_complete(view, CoverageReport) else None
    base = {file.path: Ratio(covered=file.covered, total=file.total) for file in known.files} if known else {}
    pairs = ((file, Ratio(covered=file.covered, total=file.total)) for file in coverage.head.files)
    files = sorted((row for row in pairs if row[1].total), key=lambda row: (row[1].covered - row[1].total, row[0].path))
    all_uncovered = sum(ratio.total - ratio.covered for _, ratio in files)
    rows, uncovered_before = [], 0
    for file, ratio in files:
        priority = 0
        if ratio.covered < ratio.total:
            priority = 1 + sum(_reaches(uncovered_before, all_uncovered, share) for share in PRIORITIES)
        uncovered_before += ratio.total - ratio.covered
        tier = max(n for n, (_, minimum) in enumerate(TIERS) if _reaches(ratio.covered, ratio.total, minimum))
        rows.append(FileRow(file=file, lines=ratio, tier=tier, priority=priority, base=base.get(file.path)))
    return tuple(rows)


def _reaches(part: int, whole: int, share: Fraction) -> bool:
    return part * share.denominator >= share.numerator * whole


def tier_table(rows: tuple[FileRow, ...]) -> Table:
    """Return the number of files and lines in each tier."""
    cells = []
    for number, (title, _) in enumerate(TIERS):
        ratios = [row.lines for row in rows if row.tier == number]
        if ratios:
            cells.append(_tier_cells(title, len(ratios), add_ratios(ratios)))
    total = _tier_cells("All files", len(rows), add_ratios(row.lines for row in rows))
    return Table(
        columns=columns_from("Tier", ">Files", ">Lines", ">Covered", ">Not covered"),
        rows=(*cells, tuple(f"**{cell}**" for cell in total)),
    )


def _tier_cells(title: str, files: int, lines: Ratio) -> tuple[str, ...]:
    return (title, f"{files:,}", f"{lines.total:,}", ratio_cell(lines), f"{lines.total - lines.covered:,}")


def file_table(view: ReportView, rows: tuple[FileRow, ...], *, long: bool) -> tuple[Table, str]:
    """Return the files whose coverage is incomplete or changed, and notes about the others."""
    compared = any(row.base is not None for row in rows)
    gaps = [row for row in rows if row.priority or (row.base and row.base != row.lines)]
    shown = gaps[: 2 * FILES_SHOWN if long else FILES_SHOWN]
    columns = ["File", "Tier", ">Priority", ">Lines", ">Not covered", ">Covered"]
    columns += [*([">Difference"] if compared else []), *(["Lines not covered"] if long else [])]
    cells = [_file_cells(row, compared=compared, long=long) for row in shown]
    covered = sum(not row.priority for row in rows) - sum(not row.priority for row in shown)
    notes = [more_note(view, len(gaps) - len(shown), "file")]
    if covered:
        notes.append(f"{count(covered, 'more file')} {'is' if covered == 1 else 'are'} covered in full.")
    if any(row.priority for row in shown):
        notes.append(
            "Priority 1: the fewest files that hold half of all lines not covered; 2: up to four fifths; 3: the rest."
        )
    return Table(columns=columns_from(*columns), rows=tuple(cells)), paragraphs(*notes)


def _file_cells(row: FileRow, *, compared: bool, long: bool) -> tuple[str, ...]:
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
        *((_uncovered_lines(row.file),) if long else ()),
    )


def _uncovered_lines(file: FileCoverage) -> str:
    """Return the ranges of uncovered lines; lines without code do not split a range."""
    spans: list[list[int]] = []
    in_span = False
    for number, state in enumerate(file.lines):
        if state == MEASURED:
            if in_span:
                spans[-1][1] = number
            else:
                spans.append([number, number])
            in_span = True
        elif state == HIT:
            in_span = False
    ranges = [f"{a}" if a == b else f"{a}–{b}" for a, b in spans]
    text, shown = "", 0
    for part in ranges:
        if len(text) + len(part) > LONGEST_LINES:
            break
        text += f"{', ' if text else ''}{part}"
        shown += 1
    return (text or "none") + (f" and {count(len(ranges) - shown, 'more range')}" if shown < len(ranges) else "")


def target_line(view: ReportView, rows: tuple[FileRow, ...]) -> str:
    """Return the lines needed for the next default target and the largest gaps; empty if every line is covered."""
    coverage = view.comparison.coverage
    share = coverage.lines.fraction if coverage else None
    if coverage is None or share is None or share >= 1 or not is_complete(view, CoverageReport):
        return ""
    target = next(target for target in TARGETS if Fraction(target, 100) > share)
    number = needed(coverage.lines.covered, coverage.lines.total, Fraction(target, 100))
    gaps = [f"{code(r.file.path)} {r.lines.total - r.lines.covered:,}" for r in rows[:3] if r.priority]
    return (
        f"**Next target, {target}%:** {count(number, 'more covered line')}. Most lines not covered: {', '.join(gaps)}."
    )


def goal_line(goal: NextGoal) -> RichText:
    """Return "22.90% → 25%: 276 more covered lines; largest uncovered: `routes/chat.py` 684, …"."""
    share = goal.lines.fraction
    now = "nothing" if share is None else percent(share, beside=goal.goal)
    by = f" by {goal.by}" if goal.by else ""
    parts: list[str | Untrusted] = [f"{now} → {limit(goal.goal)}{by}: {count(goal.needed, 'more covered line')}"]
    for file in goal.largest[:GOAL_FILES_SHOWN]:
        parts += [", " if len(parts) > 1 else "; largest uncovered: ", Untrusted(file.path), f" {file.lines:,}"]
    return tuple(parts)
