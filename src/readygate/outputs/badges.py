"""Write `badge-*.svg` and `badge-*.json`: verdict, pass rate and coverage as pictures and for shields.io."""

from collections.abc import Mapping

from readygate.context import Published, RunContext
from readygate.outputs import Output, Stage, write_file, writes_files
from readygate.render.badge import badges
from readygate.render.report_view import ReportView


def render(view: ReportView, *, complete: bool) -> Mapping[str, bytes]:
    """Return the files by name, such as `verdict.svg`; `complete` is False if results are missing."""
    files: dict[str, bytes] = {}
    for name, badge in badges(view, complete=complete).items():
        files |= {f"{name}.svg": badge.svg(), f"{name}.json": badge.endpoint()}
    return files


def publish(view: ReportView, context: RunContext, _published: Published) -> Published:
    """Write the files, until one cannot be written."""
    done = Published()
    for name, data in render(view, complete=view.comparison.head.snapshot.provenance.complete).items():
        done += write_file(context, f"badge-{name}", data)
        if done.messages:
            break
    return done


OUTPUT = Output(name="badges", stage=Stage.FILES, order=7, enabled=writes_files, publish=publish)
