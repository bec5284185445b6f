"""coverage.py's data file: lines from the sources, refused databases, and missing sources."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import coverage
import pytest
from tests.support.coverage_reading import damages, is_chosen, parse_coverage, states

from readygate.formats import Source
from readygate.formats.coverage import coverage_py_sqlite
from readygate.formats.coverage.coverage_py_sqlite import FORMAT
from readygate.formats.sniffing import FileSample
from readygate.model.coverage import EXCLUDED, HIT, MEASURED
from readygate.model.reports import CoverageReport, Severity

CODE = """\
def f(a):
    if a:
        return 1
    return 2
def g():  # pragma: no cover
    return 3
"""


def write(path: Path, name: str, *, branch: bool = False, tracer: str = "") -> Path:
    data = coverage.CoverageData(basename=str(path))
    if branch:
        data.add_arcs({name: [(-1, 1), (1, 5), (5, -1), (-1, 2), (2, 3), (3, -1)]})
    else:
        data.add_lines({name: [1, 2, 3, 5]})
    if tracer:
        data.add_file_tracers({name: tracer})
    data.write()
    data.close(force=True)
    return path


def read(path: Path) -> CoverageReport:
    return parse_coverage(FORMAT, path)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a source file."""
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/a.py").write_text(CODE)
    return tmp_path


class TestClaims:
    def test_by_its_tables(self, tmp_path: Path) -> None:
        path = write(tmp_path / "x", "a.py")
        assert is_chosen(FORMAT, path.read_bytes())

    def test_no_other_database(self, tmp_path: Path) -> None:
        with sqlite3.connect(tmp_path / ".coverage") as database:
            database.execute("CREATE TABLE t (a)")
        database.close()

        assert FORMAT.matches(FileSample.read(".coverage", (tmp_path / ".coverage").read_bytes())) is None

    def test_the_format_before_version_5_is_damage(self) -> None:
        data = b"!coverage.py: This is a private format, don't read it directly!{}"
        assert FORMAT.matches(FileSample.read("x", data))
        report = FORMAT.parse(Source(name="x", data=data))

        assert "coverage.py 4 or older" in report.problems[0].what
        assert report.problems[0].severity is Severity.DAMAGE


class TestReading:
    def test_lines(self, project: Path) -> None:
        report = read(write(project / ".coverage", "pkg/a.py"))

        assert states(report) == {1: HIT, 2: HIT, 3: HIT, 4: MEASURED, 5: EXCLUDED, 6: EXCLUDED}
        assert not report.has_branches
        assert report.files[0].candidates == (str(project / "pkg/a.py"), "pkg/a.py")
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]

    def test_branches(self, project: Path) -> None:
        report = read(write(project / ".coverage", "pkg/a.py", branch=True))

        assert report.has_branches
        assert report.files[0].coverage.branches == {2: (1, 2)}

    def test_an_absolute_path_in_the_folder(self, project: Path) -> None:
        assert states(read(write(project / ".coverage", str(project / "pkg/a.py"))))[4] == MEASURED

    def test_the_path_of_a_runner(self, project: Path) -> None:
        report = read(write(project / ".coverage", "/home/runner/work/r/r/pkg/a.py"))

        assert states(report)[4] == MEASURED

    def test_above_it_up_to_the_root(self, project: Path) -> None:
        (project / ".git").mkdir()
        (project / "out/deep").mkdir(parents=True)

        assert damages(read(write(project / "out/deep/.coverage", "pkg/a.py"))) == []

    def test_from_memory_and_the_working_folder(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        data = write(project / ".coverage", "pkg/a.py").read_bytes()
        monkeypatch.chdir(project)
        report = FORMAT.parse(Source(name="x", data=data))

        assert isinstance(report, CoverageReport)
        assert states(report)[4] == MEASURED

    def test_nothing_is_written_beside_it(self, project: Path) -> None:
        path = write(project / ".coverage", "pkg/a.py")
        before, seen = path.read_bytes(), sorted(project.rglob("*"))
        read(path)

        assert path.read_bytes() == before
        assert sorted(project.rglob("*")) == seen

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            (".coveragerc", "[run]\nplugins = no_such_plugin\n[report]\nexclude_also = return 2\n"),
            ("pyproject.toml", "[tool.coverage.report]\nexclude_also = ['return 2']\n"),
            ("setup.cfg", "[coverage:report]\nexclude_also = return 2\n"),
        ],
    )
    def test_exclusions_of_the_project_are_taken_and_plugins_are_not(self, project: Path, name: str, text: str) -> None:
        (project / name).write_text(text)
        report = read(write(project / ".coverage", "pkg/a.py"))

        assert states(report)[4] == EXCLUDED
        assert states(report)[3] == HIT
        assert f"the exclusions of {name}" in report.problems[0].what

    def test_a_configuration_that_cannot_be_read_is_left_out(self, project: Path) -> None:
        (project / ".coveragerc").write_text("[report\nexclude_also = (\n")

        assert states(read(write(project / ".coverage", "pkg/a.py")))[4] == MEASURED


class TestSources:
    @pytest.mark.parametrize("name", ["pkg/b.py", "/elsewhere/a.py", "../a.py", "pkg", "a\0.py", "C:\\x\\a.py"])
    def test_a_missing_one_is_noted(self, project: Path, name: str) -> None:
        report = read(write(project / ".coverage", name))

        assert states(report) == {}
        (problem,) = report.problems
        assert problem.severity is Severity.DAMAGE
        assert "source is not here" in problem.what
        assert "coverage json" in problem.todo

    def test_one_outside_is_not_read(self, project: Path) -> None:
        (project / "in").mkdir()
        (project / "in/a.py").symlink_to(project / "pkg/a.py")

        assert "source is not here" in damages(read(write(project / "in/.coverage", "a.py")))[0]

    @pytest.mark.parametrize("text", ["def (", "x = '\0'", "(" * 5000, "\xff"])
    def test_one_that_is_no_python(self, project: Path, text: str) -> None:
        (project / "pkg/a.py").write_text(text, encoding="latin-1")

        assert "cannot be read as Python" in damages(read(write(project / ".coverage", "pkg/a.py")))[0]

    def test_one_of_a_plugin(self, project: Path) -> None:
        report = read(write(project / ".coverage", "pkg/a.py", tracer="django.plugin"))

        assert "a plugin of coverage.py" in damages(report)[0]


def spoil(statement: str) -> Callable[[sqlite3.Connection], object]:
    return lambda database: database.executescript(statement)


class TestHostile:
    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x FROM c) SELECT x FROM c",
            "CREATE TRIGGER t AFTER INSERT ON file BEGIN DELETE FROM file; END",
            "CREATE TABLE other (a)",
            "CREATE INDEX i ON file (path)",
            "CREATE VIRTUAL TABLE words USING fts5(a)",
            "UPDATE line_bits SET numbits = zeroblob(500000)",
            "UPDATE line_bits SET numbits = 'text'",
            "UPDATE file SET path = x'00'",
            "INSERT INTO arc VALUES (1, 1, 9000000000000000000, 1)",
            "INSERT INTO arc VALUES (1, 1, -9223372036854775808, 1)",
            "INSERT INTO arc VALUES (1, 1, 'a', 1)",
            "INSERT INTO tracer VALUES (1, x'00')",
            "DROP TABLE arc",
            "UPDATE coverage_schema SET version = 99",
            "DELETE FROM coverage_schema",
            "DELETE FROM meta; DELETE FROM coverage_schema; INSERT INTO coverage_schema VALUES ('x')",
        ],
    )
    def test_what_coverage_py_does_not_write(self, project: Path, statement: str) -> None:
        path = write(project / ".coverage", "pkg/a.py")
        database = sqlite3.connect(path)
        try:
            database.executescript(statement)
            database.commit()
        except sqlite3.Error:
            pytest.skip("this SQLite makes no such thing")
        finally:
            database.close()
        report = read(path)

        assert report.files == ()
        assert len(damages(report)) == 1
        assert report.problems[0].todo

    def test_cut_anywhere(self, project: Path) -> None:
        data = write(project / ".coverage", "pkg/a.py").read_bytes()
        rng = random.Random(7)
        for cut in (16, 100, 4096, 8192, len(data) - 1, *(rng.randrange(17, len(data)) for _ in range(40))):
            (project / "cut").write_bytes(data[:cut])
            report = read(project / "cut")
            assert report.files == ()
            assert len(damages(report)) == 1

    def test_changed_anywhere(self, project: Path) -> None:
        data = write(project / ".coverage", "pkg/a.py").read_bytes()
        rng = random.Random(8)
        for _ in range(80):
            changed = bytearray(data)
            for _ in range(20):
                changed[rng.randrange(16, len(data))] = rng.randrange(256)
            (project / "changed").write_bytes(changed)
            read(project / "changed")

    def test_too_large(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(coverage_py_sqlite, "MAX_BYTES", 100)

        assert "more than the 100 that are read" in damages(read(write(project / ".coverage", "pkg/a.py")))[0]


@pytest.mark.parametrize("branch", [False, True])
@pytest.mark.parametrize("odd", ["²", "1e999", -1, 2**62, 1e300, "9" * 5000, "", None, b"\xff" * 9])
def test_odd_values_never_raise(project: Path, odd: object, branch: bool) -> None:
    whole = write(project / ".coverage", str(project / "pkg/a.py"), branch=branch, tracer="x").read_bytes()
    with sqlite3.connect(project / ".coverage") as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = [(table, row[1]) for table in tables for row in database.execute(f"PRAGMA table_info({table})")]
    database.close()
    for table, column in columns:
        (project / ".coverage").write_bytes(whole)
        with suppress(sqlite3.Error), sqlite3.connect(project / ".coverage") as database:
            database.execute(f"UPDATE {table} SET {column} = ?", (odd,))
        database.close()
        read(project / ".coverage")
