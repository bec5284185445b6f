"""`readygate.snapshot`: the results of this run, as the base of another one (`readygate report --base`)."""

from readygate.baseline.snapshot_codec import encode
from readygate.baseline.snapshot_file import pack_snapshot
from readygate.context import Published, RunContext
from readygate.outputs import Output, Stage, write_file, writes_files
from readygate.render.report_view import ReportView


def publish(view: ReportView, context: RunContext, _published: Published) -> Published:
    """Write the file."""
    return write_file(context, "readygate.snapshot", pack_snapshot(encode(view.comparison.head.snapshot)))


OUTPUT = Output(name="snapshot-file", stage=Stage.FILES, order=3, enabled=writes_files, publish=publish)
