"""Charts of the history as inline SVG: a line, its scale, a title for each point, and a text alternative.

https://www.w3.org/TR/SVG2/ ; for screen readers: https://www.w3.org/TR/svg-aam-1.0/
"""

import html
from fractions import Fraction

from readygate.render.escaping import visible
from readygate.render.trends import Trend

WIDTH, HEIGHT = 380, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 370, 14, 122


def chart(trend: Trend, number: int) -> str:
    """Return the chart of a series; `number` makes its element ids unique in the page.

    The line has the color of the text, and this run has a mark of another shape, so that no meaning depends on color.
    """
    values = trend.values
    low, high = _scale(values)

    def place(index: int, value: Fraction) -> tuple[str, str]:
        x = _LEFT + (_RIGHT - _LEFT) * index / max(1, len(values) - 1)
        y = _BOTTOM - float((value - low) / (high - low)) * (_BOTTOM - _TOP)
        return f"{x:.1f}", f"{y:.1f}"

    points = [place(index, value) for index, value in enumerate(values)]
    marks = []
    for at, point in enumerate(trend.points):
        x, y = points[at]
        name = html.escape(f"{visible(point.commit)[:7] or 'a run'}: {trend.show(point.value)}")
        marks.append(f'<circle class="point" cx="{x}" cy="{y}" r="3"><title>{name}</title></circle>')
    if trend.now is not None:
        right, middle = (float(part) for part in points[-1])
        name = html.escape(f"this change: {trend.show(trend.now)}")
        path = f"M{right:.1f} {middle - 6:.1f}l6 6-6 6-6-6z"
        marks.append(f'<path class="now" d="{path}"><title>{name}</title></path>')
    line = " ".join(f"{x},{y}" for x, y in points)
    title, words = html.escape(trend.title), html.escape(trend.words())
    return "".join(
        (
            f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" ',
            f'aria-labelledby="chart-{number}-title chart-{number}-words">',
            f'<title id="chart-{number}-title">{title}</title><desc id="chart-{number}-words">{words}</desc>',
            *_grid(trend, low, high),
            f'<polyline class="line" points="{line}"/>',
            *marks,
            "</svg>",
        )
    )


def _scale(values: tuple[Fraction, ...]) -> tuple[Fraction, Fraction]:
    """Return the lowest and the highest value of the scale; a constant series is drawn in the middle."""
    low, high = min(values), max(values)
    if low == high:
        room = abs(low) / 10 or Fraction(1, 10)
        return low - room, high + room
    return low, high


def _grid(trend: Trend, low: Fraction, high: Fraction) -> tuple[str, ...]:
    """Return the grid lines of the lowest and the highest value with their labels."""
    values = trend.values
    rows = []
    for value in sorted({min(values), max(values)}):
        y = _BOTTOM - float((value - low) / (high - low)) * (_BOTTOM - _TOP)
        rows.append(f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        rows.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{html.escape(trend.show(value))}</text>')
    first = f'<text x="{_LEFT}" y="{HEIGHT - 6}">{len(trend.points)} runs ago</text>'
    last = "this change" if trend.now is not None else "last run"
    return (*rows, first, f'<text x="{_RIGHT}" y="{HEIGHT - 6}" text-anchor="end">{last}</text>')
