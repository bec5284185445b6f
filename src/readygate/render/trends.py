"""The story of the figures over the last runs of the base branch, ending with this run: in numbers, then as curves."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from msgspec import Struct

from readygate.model.comparison import Comparison
from readygate.model.history import PastRun
from readygate.model.rich_text import count
from readygate.render.escaping import code
from readygate.render.report_view import Page
from readygate.support.number_format import hundredths, percent

FEWEST = 2
"""Runs that a series needs beside this one: a line between two points tells nothing."""
SHOWN = 20
"""Runs that a sparkline shows; a wider one would break its line."""

_BARS = "▁▂▃▄▅▆▇█"


class Point(Struct, frozen=True, kw_only=True):
    """What one run measured.

    Attributes:
        commit: empty for this run, whose figure is told beside the series.
        value: a share from 0 to 1, or seconds.
    """

    commit: str
    value: Fraction


class Trend(Struct, frozen=True, kw_only=True):
    """One figure over the runs of the base branch.

    Attributes:
        title: what is measured.
        points: the oldest first, without this run.
        now: the figure of this run, None if it was not measured.
        show: writes a value as the page does everywhere.
    """

    title: str
    points: tuple[Point, ...]
    now: Fraction | None
    show: Callable[[Fraction], str]

    @property
    def lowest(self) -> Fraction:
        """The lowest value of the base branch."""
        return min(point.value for point in self.points)

    @property
    def highest(self) -> Fraction:
        """The highest value of the base branch."""
        return max(point.value for point in self.points)

    @property
    def values(self) -> tuple[Fraction, ...]:
        """All values, that of this run last."""
        past = tuple(point.value for point in self.points)
        return past if self.now is None else (*past, self.now)

    def words(self, most: int = 0) -> str:
        """The series in one sentence, for a reader who sees no curve; `most` limits it to the newest runs."""
        points = self.points[-most:] if most else self.points
        values = [point.value for point in points]
        told = (
            f"{self.title} over {count(len(points), 'run')}: first {self.show(values[0])}, "
            f"lowest {self.show(min(values))}, highest {self.show(max(values))}, last {self.show(values[-1])}"
        )
        return f"{told}, this change {self.show(self.now)}." if self.now is not None else f"{told}."


def seconds(value: Fraction) -> str:
    """Show a duration: 1,071.90 s."""
    return f"{float(value):,.2f} s"


def trends(comparison: Comparison) -> tuple[Trend, ...]:
    """Pass rate, coverage and duration, as far as at least `FEWEST` complete runs measured them."""
    runs = _runs(comparison)
    tests, coverage = comparison.tests.head, comparison.coverage
    read = bool(comparison.head.snapshot.legs)
    spent = Fraction(comparison.head.snapshot.seconds) if read else None
    made = (
        _trend("Pass rate", runs, lambda run: run.counts.pass_rate, tests.pass_rate, percent),
        _trend(
            "Coverage",
            runs,
            lambda run: run.lines.fraction if run.lines else None,
            coverage.lines.fraction if coverage else None,
            percent,
        ),
        _trend("Time of all tests", runs, _spent, spent, seconds),
    )
    return tuple(trend for trend in made if len(trend.points) >= FEWEST)


def _spent(run: PastRun) -> Fraction | None:
    return Fraction(run.seconds) if run.counts.total else None


def _runs(comparison: Comparison) -> tuple[PastRun, ...]:
    baseline = comparison.baseline
    history = baseline.history if baseline else None
    return tuple(run for run in history.runs if run.complete) if history else ()


def _trend(
    title: str,
    runs: tuple[PastRun, ...],
    of: Callable[[PastRun], Fraction | None],
    now: Fraction | None,
    show: Callable[[Fraction], str],
) -> Trend:
    found = ((run.commit, of(run)) for run in runs)
    points = tuple(Point(commit=commit, value=value) for commit, value in found if value is not None)
    return Trend(title=title, points=points, now=now, show=show)


def left_out(comparison: Comparison) -> int:
    """How many runs of the history were incomplete and are in no series."""
    baseline = comparison.baseline
    history = baseline.history if baseline else None
    return sum(not run.complete for run in history.runs) if history else 0


def sparkline(values: tuple[Fraction, ...]) -> str:
    """One bar a value, from the lowest to the highest of them; bars of equal height if nothing moved."""
    low, high = min(values), max(values)
    if low == high:
        return _BARS[3] * len(values)
    return "".join(_BARS[min(7, int((value - low) * 8 / (high - low)))] for value in values)


def branch_words(page: Page, runs: int) -> str:
    """Whose runs these are: "Last 20 runs of `main`"."""
    baseline = page.comparison.baseline
    branch = f" of {code(baseline.branch)}" if baseline and baseline.branch else ""
    return f"Last {count(runs, 'run')}{branch}"


def trends_markdown(page: Page, heading: str = "###") -> str:
    """The section of the job summary: the figures as a table, and charts that repeat it; empty without a history."""
    found = trends(page.comparison)
    if not found:
        return ""
    runs = min(SHOWN, max(len(trend.points) for trend in found))
    title = branch_words(page, runs).replace("|", "\\|")
    columns = (title, "First", "Lowest", "Highest", "Last", "This change", "Oldest to newest")
    lines = [f"{heading} History", "", f"| {' | '.join(columns)} |", "| :-- | --: | --: | --: | --: | --: | :-- |"]
    for trend in found:
        points = tuple(point.value for point in trend.points[-SHOWN:])
        now = "–" if trend.now is None else trend.show(trend.now)
        line = points if trend.now is None else (*points, trend.now)
        shown = (points[0], min(points), max(points), points[-1])
        cells = (trend.title, *(trend.show(value) for value in shown), now, f"`{sparkline(line)}`")
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", _scale(page, found)]
    for trend in found:
        chart = mermaid(trend)
        if chart:
            lines += ["", chart]
    return "\n".join(lines)


def _scale(page: Page, found: tuple[Trend, ...]) -> str:
    told = "Each curve runs from its own lowest to its own highest value, not from zero"
    told += "; this change is its last bar." if any(trend.now is not None for trend in found) else "."
    lost = left_out(page.comparison)
    return f"{told} {count(lost, 'incomplete run')} {'is' if lost == 1 else 'are'} left out." if lost else told


def mermaid(trend: Trend) -> str:
    """A chart in a fold, where a curve of eight steps hides too much: nothing for a series that hardly moves.

    Form: https://mermaid.js.org/syntax/xyChart.html
    """
    values = tuple(point.value for point in trend.points[-SHOWN:])
    line = values if trend.now is None else (*values, trend.now)
    share = trend.show is percent
    numbers = [hundredths(value) / 100 if share else round(float(value), 2) for value in line]
    low, high = min(numbers), max(numbers)
    if len(values) < 5 or high - low < 0.01:
        return ""
    room = max((high - low) / 10, 0.01)
    bottom = max(0.0, low - room)
    top = min(100.0, high + room) if share else high + room
    unit = "percent" if share else "seconds"
    then = ", then this change" if trend.now is not None else ""
    body = "\n".join(
        (
            "```mermaid",
            "xychart-beta",
            f'    title "{trend.title} in {unit}: {count(len(values), "run")}{then}"',
            f"    x-axis 1 --> {len(line)}",
            f"    y-axis {bottom:.2f} --> {top:.2f}",
            f"    line [{', '.join(f'{number:g}' for number in numbers)}]",
            "```",
        )
    )
    title = f"Chart: {trend.title[:1].lower()}{trend.title[1:]} of the last {count(len(values), 'run')}{then}"
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"
