"""The job summary: the long form of the report, on the page of the run, with the history of the figures below it."""

from __future__ import annotations

from msgspec.structs import replace

from readygate.outputs import Desk, Output
from readygate.render.markdown.document import render_markdown
from readygate.render.report_view import Page
from readygate.render.size_limits import SUMMARY
from readygate.render.trends import trends_markdown


def render(page: Page, unwritten: str = "") -> str:
    """The summary; `unwritten` says what could not be written to GitHub."""
    history = trends_markdown(page)
    end = f"\n\n{history}\n" if history else "\n"
    size = len(end.encode())
    room = replace(SUMMARY, characters=SUMMARY.characters - size, bytes=SUMMARY.bytes - size)
    return render_markdown(page, room, heading="##", skipped_note=unwritten) + end


def wants(_page: Page, desk: Desk) -> bool:
    """A runner that shows summaries, and not switched off."""
    return desk.settings.summary and desk.workplace.step_summary is not None


def publish(page: Page, desk: Desk) -> None:
    """Append to the file that the runner shows."""
    path = desk.workplace.step_summary
    if path is None:
        return
    try:
        with path.open("a", encoding="utf-8", errors="replace") as stream:
            stream.write(render(page, desk.unwritten_note()))
    except OSError as error:
        desk.log.notice(f"The job summary could not be written ({error.strerror or error}): {path}")


OUTPUT = Output(name="summary", order=50, wants=wants, publish=publish)
