"""`cobertura.xml`: the merged coverage of the run in one file, for tools that accept only one file.

Format: https://github.com/cobertura/web/blob/master/htdocs/xml/coverage-04.dtd
"""

from collections.abc import Callable, Iterator
from itertools import groupby

from readygate.context import Published, RunContext
from readygate.model.coverage import HIT, MEASURED, Coverage, FileCoverage, Ratio
from readygate.outputs import Output, Stage, not_written, write_file, writes_files
from readygate.outputs._xml import XmlWriter
from readygate.render.report_view import ReportView
from readygate.support.errors import TimeBudgetError


def render(coverage: Coverage, check_time: Callable[[], None] = lambda: None) -> bytes:
    """Return the coverage as XML: one package a folder, one class a file, one hit for each covered line.

    Args:
        coverage: the merged coverage of the run.
        check_time: called for each file; it raises when no time is left.
    """
    xml = XmlWriter()
    lines, branches = coverage.lines(), coverage.branches() or Ratio(covered=0, total=0)
    totals = _totals("line", "lines", lines) | _totals("branch", "branches", branches)
    with xml.element("coverage", {"version": "readygate", "timestamp": "0", **totals, "complexity": "0"}):
        with xml.element("sources"):
            xml.leaf("source", text=".")
        with xml.element("packages"):
            for folder, files in groupby(coverage.files, key=lambda file: file.path.rpartition("/")[0]):
                _package(xml, folder, tuple(files), check_time)
    return xml.finish()


def _package(xml: XmlWriter, folder: str, files: tuple[FileCoverage, ...], check_time: Callable[[], None]) -> None:
    total = Ratio(covered=sum(file.covered for file in files), total=sum(file.total for file in files))
    with xml.element("package", {"name": folder.replace("/", ".") or ".", **_rates(total)}), xml.element("classes"):
        for file in files:
            check_time()
            _class(xml, file)


def _class(xml: XmlWriter, file: FileCoverage) -> None:
    rates = _rates(Ratio(covered=file.covered, total=file.total))
    with xml.element("class", {"name": file.path.rpartition("/")[2], "filename": file.path, **rates}):
        xml.leaf("methods")
        with xml.element("lines"):
            xml.rows("".join(_lines(file)))


def _lines(file: FileCoverage) -> Iterator[str]:
    """Yield one element for each measured line; they hold numbers only, so that nothing needs to be escaped."""
    branches = file.branches.get
    for number, state in enumerate(file.lines):
        if state in (MEASURED, HIT):
            taken, total = branches(number, (0, 0))
            rate = f' branch="true" condition-coverage="{100 * taken // total}% ({taken}/{total})"' if total else ""
            yield f'<line number="{number}" hits="{int(state == HIT)}"{rate}/>\n'


def _totals(kind: str, plural: str, ratio: Ratio) -> dict[str, str]:
    return {f"{plural}-valid": str(ratio.total), f"{plural}-covered": str(ratio.covered), f"{kind}-rate": _rate(ratio)}


def _rates(lines: Ratio) -> dict[str, str]:
    return {"line-rate": _rate(lines), "branch-rate": "0", "complexity": "0"}


def _rate(ratio: Ratio) -> str:
    return f"{ratio.covered / ratio.total:.4f}" if ratio.total else "0"


def publish(view: ReportView, context: RunContext, _published: Published) -> Published:
    """Write the file, unless the time budget ends before."""
    coverage = view.comparison.head.snapshot.coverage
    if coverage is None:
        return Published()
    try:
        data = render(coverage, context.deadline.check)
    except TimeBudgetError as error:
        return not_written("file cobertura.xml", error)
    return write_file(context, "cobertura.xml", data)


OUTPUT = Output(name="merged-cobertura", stage=Stage.FILES, order=5, enabled=writes_files, publish=publish)
