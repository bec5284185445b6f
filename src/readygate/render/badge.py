"""Badges: the verdict, the pass rate and the coverage in a few words, as a picture and for shields.io.

The picture is made here, so that a README needs no third party. https://shields.io/badges/endpoint-badge describes the
JSON that shields.io draws a badge from.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct

from readygate.render.escaping import shorten, visible
from readygate.render.report_view import DEFAULT_GATE, Page
from readygate.support.number_format import percent

NAMES = ("verdict", "pass-rate", "coverage")

GOOD, FAIR, BAD, UNKNOWN = "1a7f37", "8a5d00", "cf222e", "59636e"
"""White text on each has a contrast of at least 4.5 to 1."""
_LABEL = "24292f"

_FAIR_FROM = {"pass-rate": (Fraction(1), Fraction(95, 100)), "coverage": (Fraction(80, 100), Fraction(60, 100))}
"""From which share a figure is good, and from which it is fair. The colour only repeats what the number says."""

_NARROW, _WIDE = frozenset("iIjltf.,:;'|!()[] -"), frozenset("mwMW%@—")


class Badge(Struct, frozen=True, kw_only=True):
    """One badge.

    Attributes:
        color: six hexadecimal digits.
    """

    label: str
    message: str
    color: str

    def endpoint(self) -> bytes:
        """What shields.io asks for."""
        data = {"schemaVersion": 1, "label": self.label, "message": self.message, "color": self.color}
        return json.dumps(data, ensure_ascii=True, indent=1).encode() + b"\n"

    def svg(self) -> bytes:
        """The picture. Each text is drawn as wide as it was reckoned, whatever the font of the reader."""
        left, right = (_width(text) + 10 for text in (self.label, self.message))
        whole = left + right
        from html import escape  # noqa: PLC0415  (it comes with a list of all entities, and a change has no badges)

        label, message = escape(self.label), escape(self.message)
        made = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" '
            f'aria-label="{label}: {message}">'
            f"<title>{label}: {message}</title>"
            f'<clipPath id="r"><rect width="{whole}" height="20" rx="3"/></clipPath>'
            f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#{_LABEL}"/>'
            f'<rect x="{left}" width="{right}" height="20" fill="#{self.color}"/></g>'
            '<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" text-anchor="middle">'
            f'<text x="{left / 2:g}" y="14" textLength="{left - 10}">{label}</text>'
            f'<text x="{left + right / 2:g}" y="14" textLength="{right - 10}">{message}</text>'
            "</g></svg>\n"
        )
        return made.encode()


def _width(text: str) -> int:
    """About how many pixels a text takes in Verdana of 11 pixels."""
    return round(sum(_character(character) for character in text))


def _character(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 11.0
    if character in _NARROW:
        return 4.3
    if character in _WIDE:
        return 10.5
    return 7.6 if character.isupper() else 6.8


def badges(page: Page, *, complete: bool) -> Mapping[str, Badge]:
    """The badges by name.

    Args:
        page: what to tell.
        complete: False if results are missing, so that no share can be told.
    """
    tests, coverage = page.comparison.tests.head, page.comparison.coverage
    ready = page.verdict.ready
    gate = page.gate if page.gate != DEFAULT_GATE else ""
    verdict = Badge(label=_said(page.gate), message="ready" if ready else "not ready", color=GOOD if ready else BAD)
    shares = {
        "pass-rate": ("tests passed", tests.pass_rate),
        "coverage": ("coverage", coverage.lines.fraction if coverage else None),
    }
    found = {"verdict": verdict}
    for name, (label, share) in shares.items():
        found[name] = _share(name, _said(f"{gate} {label}".strip()), share, complete=complete)
    return found


def _said(text: str) -> str:
    return shorten(visible(text))


def _share(name: str, label: str, share: Fraction | None, *, complete: bool) -> Badge:
    if not complete:
        return Badge(label=label, message="incomplete", color=UNKNOWN)
    if share is None:
        return Badge(label=label, message="not measured", color=UNKNOWN)
    good, fair = _FAIR_FROM[name]
    color = GOOD if share >= good else FAIR if share >= fair else BAD
    return Badge(label=label, message=percent(share), color=color)
