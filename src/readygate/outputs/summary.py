"""Write the job summary: the long form of the report, on the page of the run, followed by the trends."""

from collections.abc import Sequence

from msgspec.structs import replace

from readygate.context import Published, RunContext, logged
from readygate.outputs import FORKS, Output, Stage
from readygate.render.markdown.document import render_markdown
from readygate.render.not_evaluated import NotEvaluated
from readygate.render.report_view import ReportView
from readygate.render.size_limits import SUMMARY
from readygate.render.trends import trends_markdown


def render(view: ReportView, skipped: Sequence[str] = ()) -> str:
    """Return the summary, which names the skipped outputs."""
    history = trends_markdown(view)
    end = f"\n\n{history}\n" if history else "\n"
    size = len(end.encode())
    limit = replace(SUMMARY, characters=SUMMARY.characters - size, bytes=SUMMARY.bytes - size)
    return render_markdown(view, limit, heading="##", skipped_note=_skipped_note(skipped)) + end


def _skipped_note(skipped: Sequence[str]) -> str:
    """Return the sentences on what is missing on GitHub; empty if nothing is."""
    if not skipped:
        return ""
    return (
        f"**There is no {' and no '.join(skipped)} for this run:** its token may only read, as it does for "
        "pull requests from forks. The verdict is here and in the exit code of this job, which branch "
        f"protection can require. [How a second workflow adds what is missing]({FORKS})."
    )


def enabled(_view: ReportView, context: RunContext) -> bool:
    """Return whether the runner shows summaries and the setting is on."""
    return context.settings.summary and context.runner.step_summary is not None


def publish(view: ReportView, context: RunContext, published: Published) -> Published:
    """Append the report to the file that the runner shows."""
    return _append(render(view, published.skipped), context)


def publish_failure(failure: NotEvaluated, context: RunContext, _published: Published) -> Published:
    """Append the error to the file that the runner shows, whatever the settings are."""
    return _append(f"## {failure.markdown}", context)


def _append(text: str, context: RunContext) -> Published:
    path = context.runner.step_summary
    if path is None:
        return Published()
    try:
        with path.open("a", encoding="utf-8", errors="replace") as stream:
            stream.write(text)
    except OSError as error:
        return logged(f"The job summary could not be written ({error.strerror or error}): {path}")
    return Published()


OUTPUT = Output(
    name="summary",
    title="job summary",
    stage=Stage.SUMMARY,
    enabled=enabled,
    publish=publish,
    publish_failure=publish_failure,
)
