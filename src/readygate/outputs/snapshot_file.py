"""`readygate.snapshot`: the results of this run, as the base of another one (`readygate report --base`)."""

from __future__ import annotations

from readygate.baseline.snapshot_codec import encode
from readygate.outputs import Desk, Output, wants_files
from readygate.render.report_view import Page


def publish(page: Page, desk: Desk) -> None:
    """Write the file."""
    desk.write_file("readygate.snapshot", encode(page.comparison.head.snapshot))


OUTPUT = Output(name="snapshot-file", order=32, wants=wants_files, publish=publish)
