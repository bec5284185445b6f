"""Branches of several reports: joined by name where the formats name them, as `coverage combine` does."""

import json
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import coverage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readygate.formats import Source
from readygate.formats.registry import parse
from readygate.model.coverage import Coverage, FileCoverage, Ratio, count_branches, name_branches
from readygate.model.paths import PathRules
from readygate.model.reports import CoverageReport, MeasuredFile
from readygate.snapshot.coverage_merge import place_all

Named = tuple[int, str, bool]


def merged(*reports: CoverageReport) -> Coverage:
    return place_all([(f"{at}.x", report) for at, report in enumerate(reports)], PathRules(files=None)).coverage


def read(source: bytes | str | Path) -> CoverageReport:
    if isinstance(source, Path):
        report = parse(Source(name=source.name, path=source))
    else:
        report = parse(Source(name="report", data=source.encode() if isinstance(source, str) else source))
    assert isinstance(report, CoverageReport)
    return report


def branches(*reports: bytes | str) -> tuple[int, int]:
    """Return how many branches were taken, and how many there are."""
    ratio = merged(*map(read, reports)).branches()
    assert ratio is not None
    return ratio.covered, ratio.total


CONDITIONS = ("a > 1", "b", "a == b", "a and b", "not a")


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A function of two numbers with branches of several kinds, which ends for all of them."""

    def block(depth: int) -> list[str]:
        lines = []
        for _ in range(draw(st.integers(1, 3))):
            kind = draw(st.sampled_from(["if", "else", "for", "while", "try", "return", "lambda", "plain"]))
            condition = draw(st.sampled_from(CONDITIONS))
            inner = ["    " + line for line in block(depth - 1)] if depth and kind != "plain" else ["    pass"]
            lines += {
                "if": [f"if {condition}:", *inner],
                "else": [f"if {condition}:", *inner, "else:", *inner],
                "for": ["for i in range(a):", *inner, f"    if {condition}:", "        break"],
                "while": ["while b > 0:", "    b -= 1", *inner],
                "try": ["try:", *inner, "    a / b", "except ZeroDivisionError:", "    a -= 1"],
                "return": [f"if {condition}:", "    return a"],
                "lambda": [f"c = lambda: b if {condition} else a", f"a = c() if {condition} else a"],
                "plain": ["a += 1"],
            }[kind]
        return lines

    return "\n".join(["def f(a, b):", *("    " + line for line in block(2)), "f(A, B)", ""])


class Measured:
    """A program that was measured with two inputs, and what coverage.py says of both together."""

    def __init__(self, folder: Path, program: str, inputs: Iterable[tuple[int, int]]) -> None:
        self.source = folder / "m.py"
        self.source.write_text(program)
        code = compile(program, str(self.source), "exec")
        self.data: list[Path] = []
        for number, (a, b) in enumerate(inputs):
            self.data.append(folder / f".coverage.{number}")
            measurement = self._coverage(self.data[-1])
            with measurement.collect():
                exec(code, {"A": a, "B": b})
            measurement.save()
        self.combined = self._coverage(folder / ".coverage")
        self.combined.combine([str(path) for path in self.data], keep=True)
        out = folder / "combined.json"
        self.combined.json_report(outfile=str(out))
        self.totals: dict[str, Any] = json.loads(out.read_bytes())["totals"]

    def _coverage(self, data: Path) -> coverage.Coverage:
        return coverage.Coverage(
            data_file=str(data), branch=True, config_file=False, include=[str(self.source)], messages=False
        )

    def reports(self, kind: str) -> list[CoverageReport]:
        """Return a report of each run."""
        if kind == "data":
            return [read(path) for path in self.data]
        found = []
        for path in self.data:
            measurement = self._coverage(path)
            measurement.load()
            out = path.with_suffix(f".{kind}")
            write = measurement.json_report if kind == "json" else measurement.lcov_report
            write(outfile=str(out))
            found.append(read(out))
        return found


@pytest.mark.parametrize("kind", ["json", "lcov", "data"])
@settings(max_examples=15, deadline=None)
@given(program=programs(), inputs=st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * 2))
def test_as_coverage_combine_counts(kind: str, program: str, inputs: Iterable[tuple[int, int]]) -> None:
    with TemporaryDirectory() as folder:
        measured = Measured(Path(folder), program, inputs)

        found = merged(*measured.reports(kind))

    counted = found.branches() or Ratio(covered=0, total=0)  # LCOV without branches does not say that it looked
    assert (found.lines().covered, found.lines().total) == (
        measured.totals["covered_lines"],
        measured.totals["num_statements"],
    )
    assert (counted.covered, counted.total) == (measured.totals["covered_branches"], measured.totals["num_branches"])


def test_data_and_json_name_branches_alike(tmp_path: Path) -> None:
    program = "def f(a, b):\n    if a:\n        b = 1\n    return b\nf(A, B)\n"
    measured = Measured(tmp_path, program, [(0, 0), (1, 1)])

    found = merged(measured.reports("json")[0], measured.reports("data")[1])

    assert [file.branches for file in found.files] == [{2: (2, 2)}]


def lcov(*records: str, line: int = 3) -> str:
    text = "".join(f"BRDA:{line},{record}\n" for record in records)
    return f"SF:a.js\nDA:{line},1\n{text}end_of_record\n"


class TestLcov:
    def test_each_report_took_another_branch(self) -> None:
        assert branches(lcov("0,0,1", "0,1,0"), lcov("0,0,0", "0,1,4")) == (2, 2)

    def test_both_took_the_same_branch(self) -> None:
        assert branches(lcov("0,0,1", "0,1,0"), lcov("0,1,-", "0,0,4")) == (1, 2)

    def test_a_report_with_more_branches_of_the_line(self) -> None:
        assert branches(lcov("0,0,1", "0,1,0"), lcov("0,0,0", "0,1,1", "1,0,0")) == (2, 3)

    def test_numbers_of_another_run_are_not_joined(self) -> None:
        """V8 numbers the blocks of a file by what ran: block 4 of one run is not block 4 of another."""
        assert branches(lcov("3,0,1", "4,0,0"), lcov("4,0,1", "5,0,0")) == (1, 2)

    def test_coverage_py_before_7_6_numbered_missing_branches_first(self) -> None:
        first = lcov("0,0,-", line=4) + lcov("0,1,1", line=5)
        second = lcov("0,1,1", line=4) + lcov("0,0,-", line=5)

        assert branches(first, second) == (2, 2)


def istanbul(hits: list[int], *, key: str = "0", column: int = 2) -> str:
    where = {"start": {"line": 3, "column": column}, "end": {"line": 5, "column": 3}}
    entry = {
        "path": "a.js",
        "statementMap": {"0": where},
        "s": {"0": 1},
        "fnMap": {},
        "f": {},
        "branchMap": {key: {"loc": where, "type": "if", "locations": [where, where], "line": 3}},
        "b": {key: hits},
    }
    return json.dumps({"a.js": entry})


class TestOthers:
    def test_istanbul_by_location(self) -> None:
        assert branches(istanbul([1, 0]), istanbul([0, 1], key="7")) == (2, 2)

    def test_istanbul_at_another_location(self) -> None:
        assert branches(istanbul([1, 0]), istanbul([0, 1], column=9)) == (1, 2)

    def test_gcovr_by_order(self) -> None:
        def report(*taken: int) -> str:
            line = {"line_number": 3, "count": 1, "branches": [{"count": count} for count in taken]}
            return json.dumps({"gcovr/format_version": "0.6", "files": [{"file": "a.c", "lines": [line]}]})

        assert branches(report(1, 0), report(0, 2)) == (2, 2)

    def test_llvm_by_condition(self) -> None:
        def report(true: int, false: int) -> str:
            file = {
                "filename": "a.c",
                "segments": [[3, 1, 1, True, True, False], [4, 1, 0, False, False, False]],
                "branches": [[3, 5, 3, 9, true, false, 0, 0, 4]],
            }
            return json.dumps({"type": "llvm.coverage.json.export", "version": "2.0.1", "data": [{"files": [file]}]})

        assert branches(report(1, 0), report(0, 2)) == (2, 2)

    def test_simplecov_by_condition(self) -> None:
        def report(then: int, otherwise: int) -> str:
            ways = {"[:then, 1, 3, 4, 3, 9]": then, "[:else, 2, 3, 12, 3, 17]": otherwise}
            files = {"/app/a.rb": {"lines": [None, None, 1], "branches": {"[:if, 0, 3, 4, 5, 7]": ways}}}
            return json.dumps({"RSpec": {"coverage": files, "timestamp": 1}})

        assert branches(report(1, 0), report(0, 2)) == (2, 2)

    def test_cobertura_states_only_a_number(self) -> None:
        report = (
            '<coverage line-rate="1"><packages><package><classes><class filename="a.py"><lines>'
            '<line number="3" hits="1" branch="true" condition-coverage="50% (1/2)"/>'
            "</lines></class></classes></package></packages></coverage>"
        )

        assert branches(report, report) == (1, 2)
        assert branches(report, lcov("0,0,1", "0,1,1").replace("a.js", "a.py")) == (2, 2)


NAMED = st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["a", "b", "c", "d e"]), st.booleans()), max_size=8)


def file_of(path: str, named: Iterable[Named], *, names: bool = True) -> MeasuredFile:
    by_name = name_branches(named)
    size = max((line for line, _ in by_name), default=0) + 1
    measured = FileCoverage(
        path=path, lines=bytes(size), branches=count_branches(by_name), named=by_name if names else {}
    )
    return MeasuredFile(candidates=(path,), coverage=measured)


FILES = st.builds(file_of, path=st.sampled_from("pq"), named=NAMED, names=st.booleans())


def report_of(files: Iterable[MeasuredFile]) -> CoverageReport:
    return CoverageReport(format="lcov", files=tuple(files), has_branches=True)


@given(st.lists(FILES, min_size=1, max_size=6), st.data())
def test_order_split_and_repetition_make_no_difference(files: list[MeasuredFile], data: st.DataObject) -> None:
    whole = merged(report_of(files))
    shuffled = data.draw(st.permutations(files))
    cut = data.draw(st.integers(0, len(files)))

    assert merged(report_of(shuffled)) == whole
    assert merged(report_of(shuffled[:cut]), report_of(shuffled[cut:])) == whole
    assert merged(*(report_of([file]) for file in (*files, *shuffled))) == whole


@given(NAMED, NAMED)
def test_never_more_branches_than_a_report_has(one: list[Named], other: list[Named]) -> None:
    joined = merged(report_of([file_of("p", one)]), report_of([file_of("p", other)])).files[0].branches
    single = [count_branches(name_branches(named)) for named in (one, other)]

    for line, (taken, total) in joined.items():
        counts = [each.get(line, (0, 0)) for each in single]
        assert total == max(count for _, count in counts)
        assert max(ran for ran, _ in counts) <= taken <= total
    assert all(not file.named for file in merged(report_of([file_of("p", one)])).files)
