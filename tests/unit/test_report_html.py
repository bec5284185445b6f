"""report.html: what it holds, what it leaves out and says so, and that nothing of a report becomes part of the page."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.builders import (
    BASE,
    baseline,
    change,
    changes,
    compared,
    cover,
    file_coverage,
    leg,
    measure,
    page,
    report,
    with_legs,
)
from tests.support.history import past_run, with_history
from tests.support.hostile import PIECES
from tests.support.webcheck import page_data_of, page_problems, page_text

from readygate.model.comparison import Comparison, Rename
from readygate.model.history import History
from readygate.model.results import FailureDetail, Outcome, TestId
from readygate.outputs.report_html import MOST_FILES, read_sources
from readygate.render.html import test_list
from readygate.render.html.charts import chart
from readygate.render.html.document import content_policy, webpage
from readygate.render.html.source_listing import AROUND, MOST_LINES, WHOLE_LINES, Sources, annotate
from readygate.render.html.test_list import embedded, file_rows
from readygate.render.trends import trends

HEAD_SUITE = {"A": {"new": "f", "still": "e", "fixed": "p", "lazy": "s", "plain": "p", "added": "p", "shaky": "k"}}
BASE_SUITE = {"A": {"new": "p", "still": "e", "fixed": "f", "lazy": "p", "plain": "p", "gone": "p", "shaky": "p"}}
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\nabc\n-----END RSA PRIVATE KEY-----"


def comparison(**files: str) -> Comparison:
    covered = {name.replace("_py", ".py").replace("__", "/"): lines for name, lines in files.items()} or {
        "a.py": "hhmm"
    }
    diff = changes(*(change(path, [2, 3]) for path in covered))
    base = measure(report(BASE_SUITE), cover(dict.fromkeys(covered, "hhhm")), commit=BASE)
    return compared(measure(report(HEAD_SUITE), cover(covered)), baseline(base), diff=diff)


def made(of: Comparison, sources: Sources | None = None) -> str:
    text = webpage(page(of), sources or Sources())
    assert page_problems(text) == []
    return text


def test_every_test_is_in_the_data_with_what_became_of_it() -> None:
    data = page_data_of(made(comparison()))
    ((group, klass, names, letters, times, marks, details),) = data["tests"]
    assert (group, klass) == ("", "A")
    found = {name: (letters[at], marks.get(str(at), "")) for at, name in enumerate(names)}
    assert found == {
        "new": ("f", "n"),
        "still": ("e", "s"),
        "fixed": ("p", "x"),
        "lazy": ("s", "w"),
        "plain": ("p", ""),
        "added": ("p", "a"),
        "shaky": ("k", ""),
    }
    assert times == [250] * 7
    told = {names[int(at)]: detail for at, detail in details.items()}
    assert told["new"][:2] == ["AssertionError: assert 1 == 2", "def test():\n>   assert 1 == 2\nE   assert 1 == 2"]
    assert told["lazy"][0] == "needs a server"
    assert set(told) == {"new", "still", "lazy"}
    assert data["left_out"] == 0


def test_renamed_flaky_and_quarantined_tests_are_marked() -> None:
    of = comparison()
    (new,) = of.tests.new_failures
    (still,) = of.tests.still_failing
    (added,) = of.tests.added
    renamed = Rename(before=TestId(name="old"), after=added, was=Outcome.PASSED, now=Outcome.PASSED, how="name")
    tests = replace(
        of.tests,
        new_failures=(),
        still_failing=(),
        added=(),
        known_flaky=(new,),
        quarantined=(still,),
        renamed=(renamed,),
    )
    ((_, _, names, _, _, marks, _),) = page_data_of(made(replace(of, tests=tests)))["tests"]
    found = {names[int(at)]: mark for at, mark in marks.items()}
    assert (found["new"], found["still"], found["added"]) == ("u", "q", "r")


def test_every_file_is_in_the_data_the_least_covered_first() -> None:
    of = comparison(a_py="hhmm", b_py="hhhh", c_py="mmmm")
    data = page_data_of(made(of))
    assert data["files"] == [
        ["c.py", 4, 4, "0%", 0, "−75.00 points", "1–4"],
        ["a.py", 4, 2, "50.00%", 5000, "−25.00 points", "3–4"],
        ["b.py", 4, 0, "100%", 10000, "+25.00 points", ""],
    ]
    assert [row.path for row in file_rows(of)] == ["c.py", "a.py", "b.py"]


def test_tests_that_passed_are_left_out_of_a_huge_run_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_list, "MOST_TESTS", 5)
    data = page_data_of(made(comparison()))
    assert sorted(data["tests"][0][2]) == ["lazy", "new", "shaky", "still"]
    assert data["left_out"] == 3


def test_traces_have_a_bound() -> None:
    suite = {"A": {f"t{n:04}": "f" for n in range(test_list.MOST_TRACES + 9)}}
    data = page_data_of(made(compared(measure(report(suite)))))
    details = data["tests"][0][6].values()
    assert sum(bool(detail[1]) for detail in details) == test_list.MOST_TRACES
    assert all(detail[0] == "AssertionError: assert 1 == 2" for detail in details)


def test_a_long_trace_keeps_its_ends() -> None:
    text = "begin\n" + "x" * 100_000 + "\n" * 9 + "y\n" * 30_000 + "the end"
    detail = FailureDetail(class_name="A", name="t", outcome=Outcome.FAILED, message="m", text=text)
    data = page_data_of(made(compared(measure(report({"A": {"t": "f"}}, details=[detail])))))
    (_, trace, _) = data["tests"][0][6]["0"]
    assert trace.startswith("begin\n")
    assert trace.endswith("the end")
    assert len(trace) <= test_list.LONGEST_TEXT + 3


def test_legs_are_named() -> None:
    legs = [leg({"A": {"t": letter}}, group="unit", name=name) for name, letter in (("linux", "p"), ("windows", "f"))]
    data = page_data_of(made(compared(with_legs(*legs))))
    (row,) = data["tests"]
    assert row[:4] == ["unit", "A", ["t"], "f"]
    assert row[6]["0"][2] == "windows"


def test_without_coverage_there_is_no_list_of_files() -> None:
    text = made(compared(measure(report(HEAD_SUITE))))
    assert 'id="files-list"' not in text
    assert "Coverage by file" not in text
    assert "Coverage was not measured." in page_text(text)


def test_what_matters_stands_there_without_a_script() -> None:
    told = page_text(made(comparison()))
    assert "❌ Not ready" in told
    assert "1 newly failing test" in told
    assert "assert 1 == 2" in told
    assert "a.py" in told
    assert "How the verdict was reached" in told
    assert "The list of all tests needs a browser that runs the script" in told


def test_the_policy_allows_only_what_the_page_holds() -> None:
    text = made(comparison())
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    for part in (style, script):
        assert base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() in content_policy()
    assert content_policy().startswith("default-src 'none'; ")
    assert "unsafe" not in content_policy()
    assert not re.search(r"url\(|@import|https?:", style)
    assert not re.search(r"https?:|innerHTML|insertAdjacent|document\.write|eval|new Function", script)
    assert not re.search(r" (?:style|on\w+)=| src=|<link|<img|<iframe", text.replace(style, "").replace(script, ""))


@pytest.mark.slow
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join))
def test_nothing_from_a_report_becomes_part_of_the_page(text: str) -> None:
    name = text.replace("\0", "") or "x"
    detail = FailureDetail(class_name=name, name=name, outcome=Outcome.FAILED, type=name, message=text, text=text)
    paths = {f"src/{name}.py": "hmm"}
    head = measure(report({name: {name: "f"}}, details=[detail]), cover(paths), names=[f"{name}.xml"])
    base = measure(report({name: {name: "p", "gone": "p"}}), cover(paths), commit=BASE)
    known = baseline(base, branch=name, history=History(runs=tuple(past_run(n, passed=n, failed=1) for n in (1, 2))))
    of = compared(head, known, diff=changes(change(f"src/{name}.py", [1, 2, 3])))
    source = annotate(f"src/{name}.py", f"{text}\n<script>alert(1)</script>\n</code>", b"\0\3\1\1", [1, 2, 3])
    out = made(of, Sources(listings=(source,), notes=(text,)))
    assert out.count("</script>") == 2


def test_data_cannot_end_its_element() -> None:
    assert embedded({"a": "</script><!--<script>&\u2028"}) == (
        '{"a":"\\u003c/script\\u003e\\u003c!--\\u003cscript\\u003e\\u0026\\u2028"}'
    )


class TestCharts:
    def of(self, *passed: int) -> str:
        runs = tuple(past_run(n, passed=each, failed=10 - each) for n, each in enumerate(passed, start=1))
        base = measure(report(BASE_SUITE), commit=BASE)
        return made(with_history(compared(measure(report(HEAD_SUITE)), base), History(runs=runs)))

    def test_each_has_its_figures_in_words_and_in_a_table(self) -> None:
        text = self.of(10, 5, 8)
        assert text.count("<svg ") == 2
        told = page_text(text)
        assert (
            "Pass rate over 3 runs: first 100%, lowest 50.00%, highest 100%, last 80.00%, this change 66.66%." in told
        )
        rows = re.findall(r'<tr><th scope="row"><code>(\w[\w ]*)</code></th><td class="number">([\d.%]+)</td>', text)
        assert rows == [("0000000", "100%"), ("0000000", "50.00%"), ("0000000", "80.00%"), ("this change", "66.66%")]

    def test_without_a_history_there_is_none(self) -> None:
        assert "<svg" not in made(comparison())

    @pytest.mark.parametrize("passed", [(10, 10, 10), (0, 0), (0, 10)])
    def test_a_series_that_does_not_move_can_be_drawn(self, passed: tuple[int, ...]) -> None:
        assert "NaN" not in self.of(*passed)
        assert "nan" not in self.of(*passed)

    def test_points_stay_inside(self) -> None:
        runs = tuple(past_run(n, passed=n % 7, failed=3) for n in range(1, 51))
        of = with_history(
            compared(measure(report(HEAD_SUITE)), measure(report(BASE_SUITE), commit=BASE)), History(runs=runs)
        )
        for trend in trends(of):
            drawn = chart(trend, 1)
            (points,) = re.findall(r'points="([^"]+)"', drawn)
            places = [tuple(map(float, point.split(","))) for point in points.split()]
            assert len(places) == 51
            assert all(0 <= x <= 380 and 0 <= y <= 150 for x, y in places)
            assert [x for x, _ in places] == sorted(x for x, _ in places)


class TestAnnotate:
    def test_lines_have_their_state_and_their_number(self) -> None:
        found = annotate("a.py", "one\r\ntwo\nthree\x0cstill\nfour\n", bytes((0, 3, 1, 4)), [2, 4])
        assert [(line.number, line.text, line.state, line.changed) for line in found.lines] == [
            (1, "one", "covered", False),
            (2, "two", "not covered", True),
            (3, "three\\x0cstill", "excluded", False),
            (4, "four", "", True),
        ]
        assert (found.missed, found.changed, found.note) == (1, 2, "")

    def test_of_a_long_file_the_surroundings_are_shown(self) -> None:
        text = "x\n" * (WHOLE_LINES + 1)
        found = annotate("a.py", text, b"", [100, 103, 500])
        numbers = [line.number for line in found.lines if line.number]
        assert numbers == [*range(100 - AROUND, 103 + AROUND + 1), *range(500 - AROUND, 500 + AROUND + 1)]
        assert [line.text for line in found.lines if not line.number] == [
            "95 lines not shown",
            "388 lines not shown",
            "97 lines not shown",
        ]
        assert found.note == "Of 601 lines, 21 are shown: those around changed lines."

    def test_a_file_changed_throughout_has_a_bound(self) -> None:
        found = annotate("a.py", "x\n" * 9_000, b"", range(1, 9_001))
        assert sum(line.number > 0 for line in found.lines) == MOST_LINES
        assert "Of 9,000 lines, 1,500 are shown" in found.note

    def test_a_file_of_another_commit_is_told(self) -> None:
        assert "may be of another commit" in annotate("a.py", "one\n", bytes((0, 3, 3)), [1]).note
        assert "may be of another commit" in annotate("a.py", "one\n", b"", [2]).note

    def test_secrets_are_taken_out_and_no_line_with_them(self) -> None:
        found = annotate("a.py", f"one\n{KEY}\nx = 'ghp_{'a' * 36}'\nlast\n", b"", [1])
        told = [line.text for line in found.lines]
        assert told == ["one", *["[redacted]"] * 4, "x = '[redacted]'", "last"]

    def test_a_whole_file_counts_its_measured_lines(self) -> None:
        found = annotate("a.py", "a\nb\nc\n", bytes((0, 3, 0, 1)), (), measured_whole=True)
        assert [line.changed for line in found.lines] == [True, False, True]
        assert (found.missed, found.changed) == (1, 2)


class TestSources:
    def test_those_with_most_uncovered_lines_come_first(self, tmp_path: Path) -> None:
        for name in ("a.py", "b.py"):
            (tmp_path / name).write_text("1\n2\n3\n4\n")
        found = read_sources(comparison(a_py="hhhm", b_py="hmmm"), tmp_path)
        assert [(each.path, each.missed) for each in found.listings] == [("b.py", 2), ("a.py", 0)]
        assert found.notes == ()

    def test_without_a_checkout_the_page_says_so(self, tmp_path: Path) -> None:
        found = read_sources(comparison(a_py="hhmm"), tmp_path)
        assert found.listings == ()
        told = (
            "1 changed file was measured. The sources are not in the workspace of this step, so they are not shown: "
            "check out the measured commit before it."
        )
        assert found.notes == (told,)

    def test_some_that_cannot_be_read_are_counted(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_text("1\n2\n3\n4\n")
        found = read_sources(comparison(a_py="hhmm", b_py="hhmm"), tmp_path)
        assert len(found.listings) == 1
        assert found.notes == ("1 changed file cannot be read in the workspace and is not shown.",)

    @pytest.mark.parametrize("inside", [True, False])
    def test_no_link_is_followed(self, tmp_path: Path, *, inside: bool) -> None:
        root = tmp_path / "root"
        (root / ".git").mkdir(parents=True)
        secret = root / ".git" / "config" if inside else tmp_path / "secret"
        secret.write_text("token = s3cr3t\n" * 4)
        (root / "a.py").symlink_to(secret)
        assert read_sources(comparison(a_py="hhmm"), root).listings == ()

    def test_nor_a_linked_folder(self, tmp_path: Path) -> None:
        root = tmp_path / "root"
        (root / ".git").mkdir(parents=True)
        (root / ".git" / "a.py").write_text("token\n" * 4)
        (root / "src").symlink_to(root / ".git")
        of = comparison(src__a_py="hhmm")
        assert of.coverage is not None
        assert of.coverage.patch is not None
        assert [file.path for file in of.coverage.patch.files] == ["src/a.py"]
        assert read_sources(of, root).listings == ()

    @pytest.mark.parametrize("kind", ["folder", "large", "binary"])
    def test_only_a_plain_file_is_read(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / "a.py"
        if kind == "folder":
            path.mkdir()
        elif kind == "large":
            path.write_bytes(b"x" * 2_000_001)
        else:
            path.write_bytes(b"\xff\xfe\0\n" * 4)
        found = read_sources(comparison(a_py="hhmm"), tmp_path)
        assert len(found.listings) == (kind == "binary")

    def test_more_files_than_a_page_holds_are_counted(self, tmp_path: Path) -> None:
        names = [f"f{number:03}" for number in range(MOST_FILES + 3)]
        for name in names:
            (tmp_path / f"{name}.py").write_text("1\n2\n3\n4\n")
        found = read_sources(comparison(**{f"{name}_py": "hhmm" for name in names}), tmp_path)
        assert len(found.listings) == MOST_FILES
        assert found.notes == ("3 more changed files with fewer lines not covered are not shown.",)

    def test_unknown_changes_are_told(self, tmp_path: Path) -> None:
        of = compared(measure(report(HEAD_SUITE), cover({"a.py": "hh"})))
        assert read_sources(of, tmp_path).notes == ("The changed lines are not known.",)


def test_a_file_without_measured_lines_has_no_share() -> None:
    assert file_coverage("a.py", "..").total == 0
    (row,) = file_rows(compared(measure(report(HEAD_SUITE), cover({"a.py": ".."}))))
    assert (row.shown, row.share, row.delta) == ("–", None, "–")
