"""`cobertura.xml`: the merged coverage of the run in one file, for tools that take only one.

https://github.com/cobertura/web/blob/master/htdocs/xml/coverage-04.dtd
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from readygate.model.coverage import HIT, MEASURED, Coverage, FileCoverage, Ratio
from readygate.outputs import Desk, Output, wants_files
from readygate.outputs._xml import quoted, xml_text
from readygate.render.report_view import Page


def render(coverage: Coverage) -> bytes:
    """Write the coverage, one package a folder and one class a file; a line that was hit has one hit."""
    return "\n".join(_document(coverage)).encode() + b"\n"


def _document(coverage: Coverage) -> Iterator[str]:
    lines, branches = coverage.lines(), coverage.branches() or Ratio(covered=0, total=0)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<coverage version="readygate" timestamp="0" {_totals("line", lines)} {_totals("branch", branches)} '
        'complexity="0">'
    )
    yield "<sources><source>.</source></sources>\n<packages>"
    for folder, files in groupby(coverage.files, key=lambda file: file.path.rpartition("/")[0]):
        members = tuple(files)
        total = Ratio(covered=sum(f.covered for f in members), total=sum(f.total for f in members))
        name = _attribute(folder.replace("/", ".") or ".")
        yield f'<package name={name} line-rate="{_rate(total)}" branch-rate="0" complexity="0">\n<classes>'
        for file in members:
            yield from _class(file)
        yield "</classes>\n</package>"
    yield "</packages>\n</coverage>"


def _class(file: FileCoverage) -> Iterator[str]:
    rate = _rate(Ratio(covered=file.covered, total=file.total))
    path = _attribute(file.path)
    name = _attribute(file.path.rpartition("/")[2])
    yield f'<class name={name} filename={path} line-rate="{rate}" branch-rate="0" complexity="0">\n<methods/>\n<lines>'
    for number, state in enumerate(file.lines):
        if state not in (MEASURED, HIT):
            continue
        taken, total = file.branches.get(number, (0, 0))
        told = f' branch="true" condition-coverage="{100 * taken // total}% ({taken}/{total})"' if total else ""
        yield f'<line number="{number}" hits="{int(state == HIT)}"{told}/>'
    yield "</lines>\n</class>"


def _attribute(text: str) -> str:
    return quoted(xml_text(text))


def _totals(kind: str, ratio: Ratio) -> str:
    plural = "lines" if kind == "line" else "branches"
    return f'{plural}-valid="{ratio.total}" {plural}-covered="{ratio.covered}" {kind}-rate="{_rate(ratio)}"'


def _rate(ratio: Ratio) -> str:
    return f"{ratio.covered / ratio.total:.4f}" if ratio.total else "0"


def publish(page: Page, desk: Desk) -> None:
    """Write the file."""
    coverage = page.comparison.head.snapshot.coverage
    if coverage is not None:
        desk.write_file("cobertura.xml", render(coverage))


OUTPUT = Output(name="merged-cobertura", order=34, wants=wants_files, publish=publish)
