"""`cobertura.xml`: the merged coverage of the run in one file, for tools that accept only one file.

Format: https://github.com/cobertura/web/blob/master/htdocs/xml/coverage-04.dtd
"""

from itertools import groupby

from readygate.context import Published, RunContext
from readygate.model.coverage import HIT, MEASURED, Coverage, FileCoverage, Ratio
from readygate.outputs import Output, Stage, write_file, writes_files
from readygate.outputs._xml import XmlWriter
from readygate.render.report_view import ReportView


def render(coverage: Coverage) -> bytes:
    """Return the coverage as XML: one package a folder, one class a file, one hit for each covered line."""
    xml = XmlWriter()
    lines, branches = coverage.lines(), coverage.branches() or Ratio(covered=0, total=0)
    totals = _totals("line", "lines", lines) | _totals("branch", "branches", branches)
    with xml.element("coverage", {"version": "readygate", "timestamp": "0", **totals, "complexity": "0"}):
        with xml.element("sources"):
            xml.leaf("source", text=".")
        with xml.element("packages"):
            for folder, files in groupby(coverage.files, key=lambda file: file.path.rpartition("/")[0]):
                _package(xml, folder, tuple(files))
    return xml.finish()


def _package(xml: XmlWriter, folder: str, files: tuple[FileCoverage, ...]) -> None:
    total = Ratio(covered=sum(file.covered for file in files), total=sum(file.total for file in files))
    with xml.element("package", {"name": folder.replace("/", ".") or ".", **_rates(total)}), xml.element("classes"):
        for file in files:
            _class(xml, file)


def _class(xml: XmlWriter, file: FileCoverage) -> None:
    rates = _rates(Ratio(covered=file.covered, total=file.total))
    with xml.element("class", {"name": file.path.rpartition("/")[2], "filename": file.path, **rates}):
        xml.leaf("methods")
        with xml.element("lines"):
            for number, state in enumerate(file.lines):
                if state in (MEASURED, HIT):
                    branches = _branches(*file.branches.get(number, (0, 0)))
                    xml.leaf("line", {"number": str(number), "hits": str(int(state == HIT)), **branches})


def _branches(taken: int, total: int) -> dict[str, str]:
    if not total:
        return {}
    return {"branch": "true", "condition-coverage": f"{100 * taken // total}% ({taken}/{total})"}


def _totals(kind: str, plural: str, ratio: Ratio) -> dict[str, str]:
    return {f"{plural}-valid": str(ratio.total), f"{plural}-covered": str(ratio.covered), f"{kind}-rate": _rate(ratio)}


def _rates(lines: Ratio) -> dict[str, str]:
    return {"line-rate": _rate(lines), "branch-rate": "0", "complexity": "0"}


def _rate(ratio: Ratio) -> str:
    return f"{ratio.covered / ratio.total:.4f}" if ratio.total else "0"


def publish(view: ReportView, context: RunContext, _published: Published) -> Published:
    """Write the file."""
    coverage = view.comparison.head.snapshot.coverage
    return Published() if coverage is None else write_file(context, "cobertura.xml", render(coverage))


OUTPUT = Output(name="merged-cobertura", stage=Stage.FILES, order=5, enabled=writes_files, publish=publish)
