"""`comment.md`: the comment as a file, for a second workflow or to look at."""

from __future__ import annotations

from readygate.outputs import Desk, Output, wants_files
from readygate.outputs.comment import render
from readygate.render.report_view import Page


def publish(page: Page, desk: Desk) -> None:
    """Write the file."""
    desk.write_file("comment.md", render(page, desk).encode("utf-8", "replace"))


OUTPUT = Output(name="comment-file", order=31, wants=wants_files, publish=publish)
