"""Format exact numbers for readers: percentages are floored, and a difference is that of the displayed values.

A displayed value never contradicts a decision, and displayed differences add up.
"""

from fractions import Fraction
from math import ceil, floor

MINUS = "\u2212"


def hundredths(share: Fraction) -> int:
    """Return a share in hundredths of a percent, floored: 0.99996 is 9999."""
    return floor(share * 10_000)


def percent(share: Fraction, *, beside: Fraction | None = None) -> str:
    """Format a share with two decimals, floored; "100%" and "0%" only when exact.

    Args:
        share: as a fraction of 1.
        beside: a limit that is displayed with it. If the share reaches it, the text does too, with more decimals
            if necessary.
    """
    if share == 1:
        return "100%"
    if share == 0:
        return "0%"
    shown = decimal(share * 100, least=None if beside is None else beside * 100)
    return f"{shown}%" if shown != "0.00" else "under 0.01%"


def points(head: Fraction, base: Fraction) -> str:
    """Format the difference of two shares in points, as the difference of their displayed values."""
    delta = hundredths(head) - hundredths(base)
    if head == base:
        return "±0"
    if delta == 0:
        return "under 0.01 points"
    sign = "+" if delta > 0 else MINUS
    return f"{sign}{abs(delta) // 100}.{abs(delta) % 100:02d} points"


def decimal(value: Fraction, *, above: Fraction | None = None, least: Fraction | None = None) -> str:
    """Format a number floored to two decimals, or to as many as show it above one limit and at least at another."""
    places = 2
    while True:
        scale = 10**places
        shown = Fraction(floor(value * scale), scale)
        seen_above = above is None or value <= above or shown > above
        seen_least = least is None or value < least or shown >= least
        if (seen_above and seen_least) or places > 14:
            return f"{floor(value * scale) // scale}.{floor(value * scale) % scale:0{places}d}"
        places += 1


def allowed(maximum: Fraction) -> str:
    """Format an allowed drop in points with two decimals, or with all decimals of the policy."""
    return decimal(maximum * 100) if (maximum * 10_000).denominator == 1 else limit(maximum).removesuffix("%")


def limit(share: Fraction) -> str:
    """Format a limit as written: 80%, 0.5%, 66.6%; infinite decimals are rounded to four."""
    value = share * 100
    places = next((places for places in range(13) if (value * 10**places).denominator == 1), 4)
    scaled = min(round(value * 10**places), ceil(100 * 10**places) - (value < 100))
    if not places:
        return f"{scaled}%"
    return f"{scaled // 10**places}.{scaled % 10**places:0{places}d}%"


def needed(covered: int, total: int, minimum: Fraction) -> int:
    """Return how many more of `total` must be covered to reach `minimum`, a fraction of 1."""
    return max(0, ceil(minimum * total) - covered)


def signed(delta: int) -> str:
    """Format a difference of counts: +5, −3, ±0."""
    if delta == 0:
        return "±0"
    return f"+{delta:,}" if delta > 0 else f"{MINUS}{-delta:,}"


def ranges(numbers: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Return ascending numbers as ranges: 3, 4, 5, 9 is (3, 5), (9, 9)."""
    joined: list[tuple[int, int]] = []
    for number in numbers:
        if joined and number == joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], number)
        else:
            joined.append((number, number))
    return tuple(joined)


def lines_text(numbers: tuple[int, ...]) -> str:
    """Format line numbers: "20–21, 928"."""
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in ranges(numbers))


def seconds_text(value: float) -> str:
    """Format a duration in seconds with two decimals."""
    return f"{value:,.2f} s"


def seconds_delta(now: float, before: float) -> str:
    """Format the difference of two durations in seconds, as that of their displayed values: +0.31 s, ±0."""
    delta = round(round(now, 2) - round(before, 2), 2)
    if not delta:
        return "±0"
    return f"{'+' if delta > 0 else MINUS}{abs(delta):,.2f} s"
