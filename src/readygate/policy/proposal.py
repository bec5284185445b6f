"""Write a first policy file, for `readygate policy init`, that the measured results already meet."""

import json
import re
from collections.abc import Mapping
from math import floor
from typing import Any

from readygate.support.errors import DOCS

_LARGEST_PARTS = 8


def proposal(report: Mapping[str, Any] | None) -> str:
    """Return a commented policy file with the figures of a report.json, if one is given.

    Returns:
        YAML whose active settings the report meets.
    """
    lines = [
        f"# yaml-language-server: $schema={DOCS.replace('/blob/', '/raw/')}/policy.schema.json",
        f"# What makes a change ready. Every key: {DOCS}/policy.md",
        "# It is read from the base of a pull request: a change to this file counts once it is merged.",
        "",
        "preset: standard          # or strict, lenient",
        "mode: enforce             # inform: report the verdict and fail nothing, to try it out",
        "waiver: readygate-accept  # this label on a pull request excuses missing reports and a drop of coverage",
        "",
        "rules:",
        "  patch-coverage:",
        "    level: warn",
        "    minimum: 80           # percent of the changed lines",
        "  coverage-drop:",
        "    level: block",
        "    maximum: 0.5          # points",
        *_measured(report),
        "",
        *_components(report),
        "",
        "# Tests that may fail for a while; an entry that has expired is reported and excuses nothing.",
        "# quarantine:",
        "#   - tests: ['tests.test_mail::*']",
        "#     reason: the mail server of the test bed is being replaced",
        "#     expires: 2030-01-31",
    ]
    return "\n".join(lines) + "\n"


def _measured(report: Mapping[str, Any] | None) -> list[str]:
    """Return minimums just below the measured figures."""
    if report is None:
        return ["  # coverage-min:", "  #   minimum: 80         # percent of all lines"]
    lines = []
    coverage = (report.get("coverage") or {}).get("lines") or {}
    share = coverage.get("percent")
    if share is not None:
        lines += ["  coverage-min:", f"    minimum: {floor(share)}           # percent of all lines; measured: {share}"]
    rate = ((report.get("tests") or {}).get("head") or {}).get("pass_rate")
    if rate is not None:
        lines += [
            "  pass-rate:",
            f"    minimum: {floor(rate)}           # percent of the tests that ran; measured: {rate}",
        ]
    return lines


def _components(report: Mapping[str, Any] | None) -> list[str]:
    """Return the largest folders as components in comments."""
    folders: dict[str, list[int]] = {}
    for file in ((report or {}).get("coverage") or {}).get("files") or ():
        parts = str(file["path"]).split("/")
        folder = "/".join(parts[:2]) if len(parts) > 2 else parts[0] if len(parts) > 1 else ""
        if folder and re.fullmatch(r"[\w./@ +-]+", folder):
            known = folders.setdefault(folder, [0, 0])
            known[0] += file["lines"]["covered"]
            known[1] += file["lines"]["total"]
    found = sorted((item for item in folders.items() if item[1][1]), key=lambda item: -item[1][1])[:_LARGEST_PARTS]
    lines = ["# Parts of the repository with goals of their own."]
    if not found:
        found = [("src/auth", [9, 10])]
    lines += ["# components:"]
    for folder, (covered, total) in found:
        lines += [
            f"#   - name: {json.dumps(folder)}",
            f"#     paths: [{json.dumps(f'{folder}/**')}]",
            f"#     minimum: {100 * covered // total}           # percent"
            + (f"; {covered:,} of {total:,} lines" if report else ""),
            "#     critical: true        # missing it blocks; otherwise it is reported",
        ]
    return lines
