"""Go cover profiles: blocks to lines, statements in the note, module paths, and lines that are no blocks."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.coverage_reading import is_chosen, parse_coverage, states

from readygate.formats.coverage.go_cover import FORMAT
from readygate.formats.sniffing import FileSample
from readygate.model.coverage import HIT, MEASURED
from readygate.model.paths import PathRules
from readygate.model.reports import CoverageReport, Severity
from readygate.snapshot.coverage_merge import place_all


def read(data: str | bytes) -> CoverageReport:
    return parse_coverage(FORMAT, data)


@pytest.mark.parametrize("text", ["mode: set\n", "mode: count\r\nx", "\ufeffmode: atomic", "\n mode: set \na.go:1"])
def test_matches(text: str) -> None:
    assert is_chosen(FORMAT, text)


@pytest.mark.parametrize("text", ["", "mode: other\n", "mode: settled\n", "a.go:1.1,2.2 1 1\n", "x\nmode: set\n"])
def test_matches_nothing_else(text: str) -> None:
    assert FORMAT.matches(FileSample.read("cover.out", text.encode())) is None


class TestBlocks:
    def test_all_lines_of_a_block(self) -> None:
        assert states(read("mode: set\na.go:2.1,4.2 3 1\na.go:6.1,6.9 1 0\n")) == {2: HIT, 3: HIT, 4: HIT, 6: MEASURED}

    @pytest.mark.parametrize("order", [1, -1])
    def test_a_line_of_two_blocks_is_hit_if_one_ran(self, order: int) -> None:
        blocks = ["a.go:1.1,3.8 2 5\n", "a.go:3.8,5.3 2 0\n"][::order]

        assert states(read("mode: count\n" + "".join(blocks))) == {1: HIT, 2: HIT, 3: HIT, 4: MEASURED, 5: MEASURED}

    def test_a_block_again_is_one_block(self) -> None:
        report = read("mode: set\na.go:1.1,2.2 7 0\na.go:1.1,2.2 7 1\na.go:1.1,2.2 7 0\n")

        assert states(report) == {1: HIT, 2: HIT}
        assert "in statements it is 7 of 7" in report.problems[0].what

    def test_a_block_without_statements_measures_no_line(self) -> None:
        assert states(read("mode: set\na.go:1.1,2.2 1 1\na.go:4.14,4.15 0 0\n")) == {1: HIT, 2: HIT}

    def test_statements_are_noted(self) -> None:
        (note,) = read("mode: set\na.go:1.1,9.2 2 1\nb.go:1.1,1.2 5 0\n").problems

        assert note.severity is Severity.NOTE
        assert note.what == "lines are counted, 9 of 10; in statements it is 2 of 7"

    def test_profiles_one_behind_the_other_with_other_ends(self) -> None:
        report = read("mode: set\r\na.go:1.1,1.2 1 1\r\nmode: count\r\na.go:2.1,2.2 1 0")

        assert states(report) == {1: HIT, 2: MEASURED}
        assert len(report.problems) == 1

    def test_utf_16(self) -> None:
        assert states(read("mode: set\na.go:1.1,1.2 1 1\n".encode("utf-16"))) == {1: HIT}

    def test_counts_of_any_size(self) -> None:
        assert states(read(f"mode: count\na.go:1.1,1.2 1 {10**30}\na.go:2.1,2.2 1 00\n")) == {1: HIT, 2: MEASURED}

    def test_large_overlapping_blocks_take_no_longer(self) -> None:
        text = "mode: set\n" + "".join(f"a.go:1.{at},1000000.9 1 {at % 2}\n" for at in range(3_000))
        begun = time.perf_counter()

        assert read(text).files[0].coverage.covered == 1_000_000
        assert time.perf_counter() - begun < 5

    @given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 9), st.integers(0, 9), st.booleans()), max_size=12))
    def test_the_same_as_marking_each_line(self, blocks: list[tuple[int, int, int, bool]]) -> None:
        text = "mode: set\na.go:40.1,40.1 1 0\n"
        ran: dict[int, bool] = {40: False}
        seen = set()
        for first, size, column, hit in blocks:
            if (first, size, column) not in seen:
                seen.add((first, size, column))
                text += f"a.go:{first}.{column},{first + size}.9 1 {hit:d}\n"
                ran |= {line: ran.get(line, False) or hit for line in range(first, first + size + 1)}

        assert states(read(text)) == {line: HIT if hit else MEASURED for line, hit in ran.items()}


class TestNames:
    text = "mode: set\ngithub.com/o/r/main.go:1.1,1.2 1 1\ngithub.com/o/r/x/y.go:1.1,1.2 1 1\n"

    def test_the_module_is_the_root_of_the_repository_or_the_folder_of_go_mod(self) -> None:
        report = read("mode: set\nacme.io/m/v2/main.go:1.1,1.2 1 1\nacme.io/m/v2/x/y.go:1.1,1.2 1 1\n")
        for folder in ("", "go/"):
            names = ("go.mod", "main.go", "x/y.go", "x/main.go")
            rules = PathRules(files=frozenset(folder + name for name in names))
            found = place_all([("c.out", report)], rules).coverage.files
            assert [file.path for file in found] == [f"{folder}main.go", f"{folder}x/y.go"]

    def test_the_standard_library_and_other_modules_are_not_ours(self) -> None:
        others = "errors/errors.go:1.1,1.2 1 1\ngithub.com/else/dep/other.go:1.1,1.2 1 1\n"
        rules = PathRules(files=frozenset({"go.mod", "main.go", "x/y.go", "errors/errors.go"}))
        placed = place_all([("c.out", read(self.text + others))], rules)
        assert [file.path for file in placed.coverage.files] == ["main.go", "x/y.go"]
        assert (placed.outside, placed.unplaced) == (2, ())

    @pytest.mark.parametrize("name", ["example.com/m/a.go", "C:\\work\\m\\a.go", "./a.go", "github.com/o/a.go"])
    def test_other_names_stand_alone(self, name: str) -> None:
        assert read(f"mode: set\n{name}:1.1,1.2 1 1\n").files[0].candidates == (name,)

    def test_placed(self) -> None:
        rules = PathRules(files=frozenset({"main.go", "x/y.go", "x/main.go"}))

        assert [file.path for file in place_all([("c.out", read(self.text))], rules).coverage.files] == [
            "main.go",
            "x/y.go",
        ]


class TestDamage:
    @pytest.mark.parametrize(
        "line", ["a.go:1.1,1.2 1", "a.go:1.1,1.2 x 1", "panic: oh", "a.go:1.1 1 1", "a.go:1.1,1.2 1 -1", ":1.1,1.2 1 1"]
    )
    def test_a_line_that_is_no_block(self, line: str) -> None:
        report = read(f"mode: set\na.go:5.1,5.2 1 1\n{line}\na.go:6.1,6.2 1 0\n")

        assert states(report) == {5: HIT, 6: MEASURED}
        assert report.problems[1].severity is Severity.DAMAGE
        assert report.problems[1].place.startswith("line 3:")

    @pytest.mark.parametrize("ends", ["0.1,2.1", "3.1,2.1"])
    def test_ends_that_cannot_be(self, ends: str) -> None:
        report = read(f"mode: set\na.go:5.1,5.2 1 1\na.go:{ends} 1 1\n")

        assert states(report) == {5: HIT}
        assert len(report.problems) == 2

    def test_a_very_long_line(self) -> None:
        report = read(b"mode: set\n" + b"x" * (3 << 20))

        assert report.problems[0].severity is Severity.DAMAGE
