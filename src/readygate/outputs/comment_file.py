"""Write `comment.md`: the comment as a file, for a second workflow or for reading."""

from readygate.context import Published, RunContext
from readygate.outputs import Output, Stage, write_file, writes_files
from readygate.outputs.comment import render_once
from readygate.render.report_view import ReportView


def publish(view: ReportView, context: RunContext, published: Published) -> Published:
    """Write the file."""
    done = render_once(view, context, published)
    return done + write_file(context, "comment.md", done.comment.encode("utf-8", "replace"))


OUTPUT = Output(name="comment-file", stage=Stage.FILES, order=2, enabled=writes_files, publish=publish)
