"""Compute pass rate, coverage and duration over the last runs of the base branch, and write them for the summary."""

from collections.abc import Callable
from fractions import Fraction

from msgspec import Struct

from readygate.model.comparison import Comparison
from readygate.model.history import PastRun
from readygate.model.rich_text import count
from readygate.render.escaping import code
from readygate.render.markdown.elements import Table, columns_from, write_fold, write_table
from readygate.render.report_view import ReportView
from readygate.support.number_format import hundredths, percent

MIN_RUNS = 2
"""Past runs that a trend needs: a curve of fewer points shows no trend."""
SHOWN = 20
"""Runs that a sparkline shows; a longer one would not fit in one line."""
MIN_CHART_RUNS = 5
"""Past runs that a chart needs."""

_BARS = "▁▂▃▄▅▆▇█"


class Point(Struct, frozen=True, kw_only=True):
    """The value of one past run.

    Attributes:
        commit: the commit that was measured.
        value: a share from 0 to 1, or seconds.
    """

    commit: str
    value: Fraction


class Trend(Struct, frozen=True, kw_only=True):
    """One measure over the past runs of the base branch.

    Attributes:
        title: the name of the measure.
        points: the past runs, the oldest first.
        now: the value of this run, None if it was not measured.
        show: formats a value.
    """

    title: str
    points: tuple[Point, ...]
    now: Fraction | None
    show: Callable[[Fraction], str]

    @property
    def lowest(self) -> Fraction:
        """The lowest value of the past runs."""
        return min(point.value for point in self.points)

    @property
    def highest(self) -> Fraction:
        """The highest value of the past runs."""
        return max(point.value for point in self.points)

    @property
    def values(self) -> tuple[Fraction, ...]:
        """The values of the past runs, followed by that of this run."""
        past = tuple(point.value for point in self.points)
        return past if self.now is None else (*past, self.now)

    def words(self) -> str:
        """Return the trend in one sentence, as the text alternative of a curve."""
        values = [point.value for point in self.points]
        text = (
            f"{self.title} over {count(len(values), 'run')}: first {self.show(values[0])}, "
            f"lowest {self.show(self.lowest)}, highest {self.show(self.highest)}, last {self.show(values[-1])}"
        )
        return f"{text}, this change {self.show(self.now)}." if self.now is not None else f"{text}."


def seconds(value: Fraction) -> str:
    """Format a duration in seconds: "1,071.90 s"."""
    return f"{float(value):,.2f} s"


def trends(comparison: Comparison) -> tuple[Trend, ...]:
    """Return the trends of pass rate, coverage and duration that at least `MIN_RUNS` complete runs measured."""
    tests, coverage = comparison.tests.head, comparison.coverage
    has_reports = bool(comparison.head.snapshot.legs)
    duration = Fraction(comparison.head.snapshot.seconds) if has_reports else None
    share = coverage.lines.fraction if coverage else None
    runs = tuple(run for run in _history(comparison) if run.complete)
    made = (
        _trend("Pass rate", runs, lambda run: run.counts.pass_rate, tests.pass_rate, percent),
        _trend("Coverage", runs, lambda run: run.lines.fraction if run.lines else None, share, percent),
        _trend("Time of all tests", runs, _duration, duration, seconds),
    )
    return tuple(trend for trend in made if len(trend.points) >= MIN_RUNS)


def _duration(run: PastRun) -> Fraction | None:
    return Fraction(run.seconds) if run.counts.total else None


def _history(comparison: Comparison) -> tuple[PastRun, ...]:
    baseline = comparison.baseline
    return baseline.history.runs if baseline and baseline.history else ()


def _trend(
    title: str,
    runs: tuple[PastRun, ...],
    measure: Callable[[PastRun], Fraction | None],
    now: Fraction | None,
    show: Callable[[Fraction], str],
) -> Trend:
    values = ((run.commit, measure(run)) for run in runs)
    points = tuple(Point(commit=commit, value=value) for commit, value in values if value is not None)
    return Trend(title=title, points=points, now=now, show=show)


def count_incomplete(comparison: Comparison) -> int:
    """Return how many past runs were incomplete and are therefore in no trend."""
    return sum(not run.complete for run in _history(comparison))


def sparkline(values: tuple[Fraction, ...]) -> str:
    """Return one bar for each value, scaled from the lowest to the highest; bars of equal height if all are equal."""
    low, high = min(values), max(values)
    if low == high:
        return _BARS[3] * len(values)
    return "".join(_BARS[min(7, int((value - low) * 8 / (high - low)))] for value in values)


def branch_words(view: ReportView, runs: int) -> str:
    """Return the number of past runs and their branch: "Last 20 runs of `main`"."""
    baseline = view.comparison.baseline
    branch = f" of {code(baseline.branch)}" if baseline and baseline.branch else ""
    return f"Last {count(runs, 'run')}{branch}"


def trends_markdown(view: ReportView) -> str:
    """Return the job summary's section on history: a table, then charts of the same values; empty without trends."""
    found = trends(view.comparison)
    if not found:
        return ""
    runs = min(SHOWN, max(len(trend.points) for trend in found))
    title = branch_words(view, runs)
    columns = columns_from(title, ">First", ">Lowest", ">Highest", ">Last", ">This change", "Oldest to newest")
    table = Table(columns=columns, rows=tuple(map(_row, found)))
    charts = filter(None, map(mermaid, found))
    return "\n\n".join(("### History", write_table(table), _scale_note(view, found), *charts))


def _row(trend: Trend) -> tuple[str, ...]:
    points = _newest(trend)
    now = "–" if trend.now is None else trend.show(trend.now)
    line = points if trend.now is None else (*points, trend.now)
    shown = (points[0], min(points), max(points), points[-1])
    return (trend.title, *map(trend.show, shown), now, f"`{sparkline(line)}`")


def _newest(trend: Trend) -> tuple[Fraction, ...]:
    return tuple(point.value for point in trend.points[-SHOWN:])


def _scale_note(view: ReportView, found: tuple[Trend, ...]) -> str:
    note = "Each curve runs from its own lowest to its own highest value, not from zero"
    note += "; this change is its last bar." if any(trend.now is not None for trend in found) else "."
    omitted = count_incomplete(view.comparison)
    verb = "is" if omitted == 1 else "are"
    return f"{note} {count(omitted, 'incomplete run')} {verb} left out." if omitted else note


def mermaid(trend: Trend) -> str:
    """Return a folded Mermaid chart, which shows smaller differences than the eight bars of a sparkline.

    Syntax: https://mermaid.js.org/syntax/xyChart.html

    Returns:
        Markdown; empty for a short trend, or one that varies by less than 0.01.
    """
    values = _newest(trend)
    line = values if trend.now is None else (*values, trend.now)
    share = trend.show is percent
    numbers = [hundredths(value) / 100 if share else round(float(value), 2) for value in line]
    low, high = min(numbers), max(numbers)
    if len(values) < MIN_CHART_RUNS or high - low < 0.01:
        return ""
    margin = max((high - low) / 10, 0.01)
    bottom = max(0.0, low - margin)
    top = min(100.0, high + margin) if share else high + margin
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
    return write_fold(title, body)
