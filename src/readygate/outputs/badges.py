"""`badge-*.svg` and `badge-*.json`: verdict, pass rate and coverage, as pictures and for shields.io."""

from __future__ import annotations

from collections.abc import Mapping

from readygate.outputs import Desk, Output, wants_files
from readygate.render.badge import badges
from readygate.render.report_view import Page


def render(page: Page, *, complete: bool) -> Mapping[str, bytes]:
    """The files by name: `verdict.svg`, `verdict.json` and so on; `complete` is False if results are missing."""
    files: dict[str, bytes] = {}
    for name, badge in badges(page, complete=complete).items():
        files |= {f"{name}.svg": badge.svg(), f"{name}.json": badge.endpoint()}
    return files


def publish(page: Page, desk: Desk) -> None:
    """Write the files."""
    for name, data in render(page, complete=page.comparison.head.snapshot.provenance.complete).items():
        if desk.write_file(f"badge-{name}", data) is None:
            return


OUTPUT = Output(name="badges", order=36, wants=wants_files, publish=publish)
