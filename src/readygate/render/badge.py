"""Make the badges of verdict, pass rate and coverage, as SVG images and as JSON for shields.io.

With the SVG files a README depends on no third party. The format of the JSON:
https://shields.io/badges/endpoint-badge
"""

import json
from collections.abc import Mapping
from fractions import Fraction
from html import escape
from unicodedata import east_asian_width

from msgspec import Struct

from readygate.model.subject import DEFAULT_GATE
from readygate.render.escaping import shorten, visible
from readygate.render.report_view import ReportView
from readygate.support.number_format import percent

NAMES = ("verdict", "pass-rate", "coverage")

GOOD, FAIR, BAD, UNKNOWN = "1a7f37", "8a5d00", "cf222e", "59636e"
"""Background colors of the message; white text on each has a contrast of at least 4.5 to 1 (WCAG 2 AA)."""
_LABEL_COLOR = "24292f"

_THRESHOLDS = {"pass-rate": (Fraction(1), Fraction(95, 100)), "coverage": (Fraction(80, 100), Fraction(60, 100))}
"""The minimum shares for `GOOD` and for `FAIR`, by badge."""

_NARROW, _WIDE = frozenset("iIjltf.,:;'|!()[] -"), frozenset("mwMW%@—")


class Badge(Struct, frozen=True, kw_only=True):
    """One badge: a label on the left, a message on the right.

    Attributes:
        color: the background of the message, as six hexadecimal digits.
    """

    label: str
    message: str
    color: str

    def endpoint(self) -> bytes:
        """Return the JSON document that shields.io draws the badge from."""
        data = {"schemaVersion": 1, "label": self.label, "message": self.message, "color": self.color}
        return json.dumps(data, ensure_ascii=True, indent=1).encode() + b"\n"

    def svg(self) -> bytes:
        """Return the badge as an SVG image.

        `textLength` stretches each text to its estimated width, because the reader's font may differ.
        """
        left, right = (_text_width(text) + 10 for text in (self.label, self.message))
        width = left + right
        label, message = escape(self.label), escape(self.message)
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" '
            f'aria-label="{label}: {message}">'
            f"<title>{label}: {message}</title>"
            f'<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>'
            f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#{_LABEL_COLOR}"/>'
            f'<rect x="{left}" width="{right}" height="20" fill="#{self.color}"/></g>'
            '<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" text-anchor="middle">'
            f'<text x="{left / 2:g}" y="14" textLength="{left - 10}">{label}</text>'
            f'<text x="{left + right / 2:g}" y="14" textLength="{right - 10}">{message}</text>'
            "</g></svg>\n"
        )
        return svg.encode()


def _text_width(text: str) -> int:
    """Estimate the width of a text in Verdana of 11 pixels, in pixels."""
    return round(sum(map(_character_width, text)))


def _character_width(character: str) -> float:
    if east_asian_width(character) in "WF":
        return 11.0
    if character in _NARROW:
        return 4.3
    if character in _WIDE:
        return 10.5
    return 7.6 if character.isupper() else 6.8


def badges(view: ReportView, *, complete: bool) -> Mapping[str, Badge]:
    """Return the badges by name, one for each of `NAMES`; they say so if the results are incomplete."""
    tests, coverage = view.comparison.tests.head, view.comparison.coverage
    ready = view.verdict.ready
    gate = view.gate if view.gate != DEFAULT_GATE else ""
    verdict = Badge(label=_clean(view.gate), message="ready" if ready else "not ready", color=GOOD if ready else BAD)
    shares = {
        "pass-rate": ("tests passed", tests.pass_rate),
        "coverage": ("coverage", coverage.lines.fraction if coverage else None),
    }
    made = {"verdict": verdict}
    for name, (label, share) in shares.items():
        made[name] = _share_badge(name, _clean(f"{gate} {label}".strip()), share, complete=complete)
    return made


def _clean(text: str) -> str:
    return shorten(visible(text))


def _share_badge(name: str, label: str, share: Fraction | None, *, complete: bool) -> Badge:
    if not complete:
        return Badge(label=label, message="incomplete", color=UNKNOWN)
    if share is None:
        return Badge(label=label, message="not measured", color=UNKNOWN)
    good, fair = _THRESHOLDS[name]
    color = GOOD if share >= good else FAIR if share >= fair else BAD
    return Badge(label=label, message=percent(share), color=color)
