"""Coverage of both sides, joined by the diff: worked by hand, one case after the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import change, changes, coverage

from readygate.compare.coverage import compare_coverage, patch_coverage
from readygate.model.changes import Changes
from readygate.model.comparison import CoverageComparison, CoverageDelta
from readygate.model.coverage import Coverage, Ratio


def compared(head: Coverage | None, base: Coverage | None, diff: Changes | None) -> CoverageComparison | None:
    note = "" if diff else "not known"
    return compare_coverage(head, base, changes=diff, changes_note=note, since_baseline=diff)


def delta(head: dict[str, str], base: dict[str, str], diff: Changes | None) -> CoverageDelta:
    found = compared(coverage(head), coverage(base), diff)
    assert found is not None
    assert found.delta is not None
    return found.delta


def ratio(covered: int, total: int) -> Ratio:
    return Ratio(covered=covered, total=total)


def test_what_was_not_measured_is_not_compared() -> None:
    assert compared(None, coverage({"a.py": "h"}), changes()) is None
    found = compared(coverage({"a.py": "hm"}), None, changes())
    assert found is not None
    assert found.delta is None
    assert found.lines == ratio(1, 2)


class TestProject:
    """The whole project, with what the change itself takes away left out."""

    def test_removing_covered_lines_is_no_drop(self) -> None:
        # 8 of 10 covered; the change removes 5 covered lines: 3 of 5 remain, exactly what is measured now
        found = delta({"a.py": "hhhmm"}, {"a.py": "hhhhhhhhmm"}, changes(change("a.py", removed=range(4, 9))))
        assert found.base == ratio(8, 10)
        assert found.adjusted == ratio(3, 5)
        assert (found.unchanged_base, found.unchanged_head) == (ratio(3, 5), ratio(3, 5))

    def test_lines_that_are_no_longer_covered_are_found_among_shifted_ones(self) -> None:
        # two lines are added in front, the file is otherwise the same, and its last line is no longer covered
        found = delta({"a.py": "mm.hhm"}, {"a.py": ".hhh"}, changes(change("a.py", added=[1, 2])))
        assert found.unchanged_base == ratio(3, 3)
        assert found.unchanged_head == ratio(2, 3)

    def test_a_changed_line_belongs_to_neither_side_of_the_unchanged(self) -> None:
        found = delta({"a.py": "hmh"}, {"a.py": "hhh"}, changes(change("a.py", added=[2], removed=[2])))
        assert found.unchanged_base == ratio(2, 2)
        assert found.unchanged_head == ratio(2, 2)
        assert found.adjusted == ratio(2, 2)

    def test_a_file_that_the_change_does_not_touch_is_compared_whole(self) -> None:
        found = delta({"a.py": "hm", "b.py": "h"}, {"a.py": "hh", "b.py": "h"}, changes(change("b.py")))
        assert (found.unchanged_base, found.unchanged_head) == (ratio(3, 3), ratio(2, 3))

    def test_a_renamed_file_is_followed(self) -> None:
        moved = change("new/a.py", [1], [2], status="renamed", old_path="old/a.py")
        found = delta({"new/a.py": "mhm"}, {"old/a.py": "hhh"}, changes(moved))
        # old lines 1 and 3 against new lines 2 and 3
        assert (found.unchanged_base, found.unchanged_head) == (ratio(2, 2), ratio(1, 2))
        assert found.gone == ()

    def test_a_removed_file_is_no_drop_and_not_gone(self) -> None:
        found = delta({"a.py": "h"}, {"a.py": "h", "b.py": "hhhh"}, changes(change("b.py", status="removed")))
        assert found.adjusted == ratio(1, 1)
        assert found.gone == ()

    def test_an_added_file_of_the_same_name_takes_nothing_from_the_base(self) -> None:
        found = delta({"a.py": "mm"}, {"a.py": "hh"}, changes(change("a.py", [1, 2], status="added")))
        assert found.adjusted == ratio(2, 2)

    def test_a_file_that_is_still_there_and_not_measured_is_gone(self) -> None:
        found = delta({"a.py": "h"}, {"a.py": "h", "b.py": "hm", "c.py": "h"}, changes(change("c.py", [1])))
        assert found.gone == ("b.py", "c.py")
        assert found.adjusted == ratio(3, 4)
        assert (found.unchanged_base, found.unchanged_head) == (ratio(1, 1), ratio(1, 1))

    def test_a_renamed_file_that_is_not_measured_is_gone_by_its_new_name(self) -> None:
        moved = change("n.py", status="renamed", old_path="o.py")
        assert delta({"a.py": "h"}, {"a.py": "h", "o.py": "h"}, changes(moved)).gone == ("n.py",)

    def test_a_file_without_a_measured_line_cannot_be_gone(self) -> None:
        found = delta({"a.py": "h"}, {"a.py": "h", "__init__.py": "..", "b.py": ".h"}, changes(change("b.py", [], [2])))
        assert found.gone == ()

    @pytest.mark.parametrize(
        "diff",
        [
            None,
            changes(change("a.py", [1]), complete=False),
        ],
    )
    def test_without_the_whole_diff_only_the_totals_are_compared(self, diff: Changes | None) -> None:
        found = delta({"a.py": "hm"}, {"a.py": "hh"}, diff)
        assert found == CoverageDelta(base=ratio(2, 2), base_branches=None, base_by_path={"a.py": ratio(2, 2)})

    @pytest.mark.parametrize(
        "diff",
        [
            None,
            changes(
                change("c.py", status="removed"), change("n.py", status="renamed", old_path="o.py"), complete=False
            ),
        ],
    )
    def test_without_the_whole_diff_a_file_that_may_still_be_there_is_gone(self, diff: Changes | None) -> None:
        found = delta({"a.py": "h"}, {"a.py": "h", "b.py": "h", "c.py": "h", "o.py": "h", "e.py": ".."}, diff)
        assert found.gone == (("b.py", "n.py") if diff else ("b.py", "c.py", "o.py"))

    def test_without_the_diff_the_files_of_the_repository_tell_what_was_deleted(self) -> None:
        found = compare_coverage(
            coverage({"a.py": "h"}),
            coverage({"a.py": "h", "b.py": "h", "c.py": "h"}),
            changes=None,
            changes_note="",
            since_baseline=None,
            files=frozenset({"a.py", "c.py"}),
        )
        assert found is not None
        assert found.delta is not None
        assert found.delta.gone == ("c.py",)

    def test_a_file_that_was_rewritten_and_is_not_measured_is_gone(self) -> None:
        diff = changes(change("b.py", [1], [1]), change("__init__.py", [1]))
        assert delta({"a.py": "h"}, {"a.py": "h", "b.py": "h", "__init__.py": "."}, diff).gone == ("b.py",)

    def test_a_file_that_nobody_measures_may_lack_its_diff(self) -> None:
        diff = changes(change("a.py"), change("package-lock.json", shown=False))
        found = delta({"a.py": "hm"}, {"a.py": "hh", "gone.py": "h"}, diff)
        assert (found.unchanged_base, found.unchanged_head) == (ratio(2, 2), ratio(1, 2))
        assert found.gone == ("gone.py",)

    def test_a_measured_file_without_its_diff_hides_no_loss_elsewhere(self) -> None:
        diff = changes(change("big.py", shown=False))
        found = delta({"a.py": "mm", "big.py": "hhhh"}, {"a.py": "hh", "big.py": "h"}, diff)
        assert (found.unchanged_base, found.unchanged_head) == (ratio(2, 2), ratio(0, 2))
        assert found.adjusted is None

    def test_numbers_beyond_the_end_of_a_file_do_no_harm(self) -> None:
        found = delta({"a.py": "h"}, {"a.py": "h"}, changes(change("a.py", [5, 9], [7, 8])))
        assert (found.unchanged_base, found.unchanged_head) == (ratio(1, 1), ratio(1, 1))


@given(
    st.dictionaries(st.sampled_from(["a.py", "b.py", "c.py"]), st.text("hm.x", max_size=12), max_size=3),
)
def test_a_project_compared_with_itself_lost_nothing(files: dict[str, str]) -> None:
    found = delta(files, files, changes())
    assert found.base == found.adjusted == found.unchanged_base == found.unchanged_head
    assert found.gone == ()


@given(st.lists(st.tuples(st.sampled_from("-+ "), st.sampled_from("hm."), st.sampled_from("hm.")), max_size=15))
def test_unchanged_lines_pair_up_for_any_diff(rows: list[tuple[str, str, str]]) -> None:
    """Each row is a line that is removed, added, or kept with its state before and after."""
    base = "".join(before for mark, before, _ in rows if mark != "+")
    head = "".join(after for mark, _, after in rows if mark != "-")
    removed, added, old, new = [], [], 0, 0
    for mark, _, _ in rows:
        old += mark != "+"
        new += mark != "-"
        if mark == "-":
            removed.append(old)
        if mark == "+":
            added.append(new)
    found = delta({"a.py": head, "z": "h"}, {"a.py": base, "z": "h"}, changes(change("a.py", added, removed)))
    kept = [(before, after) for mark, before, after in rows if mark == " "]
    both = [states for states in kept if "." not in states]

    def count(states: list[str]) -> Ratio:
        return ratio(states.count("h") + 1, len(states) - states.count(".") + 1)

    assert found.adjusted == count([before for before, _ in kept])
    assert found.unchanged_base == count([before for before, _ in both])
    assert found.unchanged_head == count([after for _, after in both])
    missing = [before for before, after in kept if before != "." and after == "."]
    assert found.missing_lines == ratio(missing.count("h"), len(missing))
    fresh = [after for before, after in kept if before == "." and after != "."]
    assert found.fresh == ratio(fresh.count("h"), len(fresh))
    numbers = [number for number, (mark, _, _) in enumerate((row for row in rows if row[0] != "-"), 1) if mark == " "]
    places = [place for place, (before, after) in zip(numbers, kept, strict=True) if before != "." and after == "."]
    assert [line for file in found.missing for line in file.lines] == places


class TestPatch:
    """The changed lines that a report measures."""

    def test_only_added_lines_that_are_measured_count(self) -> None:
        head = coverage({"a.py": "hm.hxm"})
        found = patch_coverage(head, changes(change("a.py", [1, 2, 3, 5, 6, 40], [1, 2])))
        assert found.lines == ratio(1, 3)
        assert [(file.path, file.uncovered, file.diff_omitted) for file in found.files] == [("a.py", (2, 6), False)]

    def test_a_file_whose_diff_is_left_out_counts_whole(self) -> None:
        head = coverage({"big.py": "hmmh", "a.py": "h"})
        found = patch_coverage(head, changes(change("big.py", shown=False), change("a.py", [1])))
        assert found.lines == ratio(3, 5)
        assert found.left_out == ("big.py",)
        assert [(file.path, file.diff_omitted) for file in found.files] == [("a.py", False), ("big.py", True)]

    def test_a_removed_file_has_no_changed_line(self) -> None:
        found = patch_coverage(coverage({"a.py": "hm"}), changes(change("a.py", [], [1, 2], status="removed")))
        assert found.lines == ratio(0, 0)
        assert found.files == ()

    def test_a_renamed_file_is_measured_by_its_new_name(self) -> None:
        moved = change("b.py", [2], status="renamed", old_path="a.py")
        found = patch_coverage(coverage({"b.py": "hm"}), changes(moved))
        assert [file.uncovered for file in found.files] == [(2,)]

    def test_changed_source_files_that_no_report_measures_are_named(self) -> None:
        found = patch_coverage(
            coverage({"src/a.py": "h"}),
            changes(
                change("src/new.py", [1], status="added"),
                change("src/other.js", [1]),
                change("README.md", [1]),
                change("tests/test_a.py", [1]),
                change("src/conftest.py", [1]),
                change("src/only_removed.py", [], [1]),
                change("src/huge.py", shown=False),
                change("src/deleted.py", [], [1], status="removed"),
            ),
        )
        assert found.unmeasured == ("src/huge.py", "src/new.py")
        assert found.left_out == ("src/huge.py",)

    @pytest.mark.parametrize("path", ["src/contest.py", "src/latest/a.py", "attest/a.py", "src/testing_tools.py"])
    def test_a_name_that_only_resembles_a_test_is_missed(self, path: str) -> None:
        assert patch_coverage(coverage({"src/a.py": "h"}), changes(change(path, [1]))).unmeasured == (path,)

    def test_a_cut_list_of_files_is_said(self) -> None:
        assert not patch_coverage(coverage({}), changes(complete=False)).complete

    def test_files_are_sorted(self) -> None:
        head = coverage({"b.py": "m", "a.py": "h", "c.py": "m"})
        found = patch_coverage(head, changes(*(change(path, [1]) for path in ("c.py", "b.py", "a.py"))))
        assert [file.path for file in found.files] == ["a.py", "b.py", "c.py"]
        assert found.lines == ratio(1, 3)
