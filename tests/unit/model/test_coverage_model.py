"""Merging coverage is a union: the order, the grouping and repetition make no difference."""

from collections.abc import Mapping
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from readygate.model.coverage import (
    EXCLUDED,
    HIT,
    MEASURED,
    Coverage,
    FileCoverage,
    Ratio,
    merge_branches,
    merge_files,
    merge_lines,
)

LINES = st.lists(st.sampled_from((0, MEASURED, HIT, EXCLUDED)), max_size=12).map(bytes)
COUNT = st.integers(0, 4).flatmap(lambda taken: st.tuples(st.just(taken), st.integers(max(taken, 1), 6)))
BRANCHES = st.dictionaries(st.integers(1, 5), COUNT, max_size=4)
FILES = st.lists(st.builds(FileCoverage, path=st.sampled_from("abc"), lines=LINES, branches=BRANCHES), max_size=6)

Branches = Mapping[int, tuple[int, int]]


class TestLines:
    @given(LINES, LINES, LINES)
    def test_associative(self, a: bytes, b: bytes, c: bytes) -> None:
        assert merge_lines(merge_lines(a, b), c) == merge_lines(a, merge_lines(b, c))

    @given(LINES, LINES)
    def test_commutative(self, a: bytes, b: bytes) -> None:
        assert merge_lines(a, b) == merge_lines(b, a)

    @given(LINES)
    def test_idempotent_with_an_identity(self, a: bytes) -> None:
        assert merge_lines(a, a) == merge_lines(a, b"") == a

    @given(LINES, LINES)
    def test_line_by_line(self, a: bytes, b: bytes) -> None:
        merged = merge_lines(a, b)

        for number in range(max(len(a), len(b))):
            states = {a[number] if number < len(a) else 0, b[number] if number < len(b) else 0}
            strongest = next(state for state in (HIT, MEASURED, EXCLUDED, 0) if state in states)
            assert merged[number] == strongest


class TestBranches:
    @given(BRANCHES, BRANCHES, BRANCHES)
    def test_associative(self, a: Branches, b: Branches, c: Branches) -> None:
        assert merge_branches(merge_branches(a, b), c) == merge_branches(a, merge_branches(b, c))

    @given(BRANCHES, BRANCHES)
    def test_commutative(self, a: Branches, b: Branches) -> None:
        assert merge_branches(a, b) == merge_branches(b, a)

    @given(BRANCHES)
    def test_idempotent_with_an_identity(self, a: Branches) -> None:
        assert merge_branches(a, a) == merge_branches(a, {}) == merge_branches({}, a) == a

    @given(BRANCHES, BRANCHES)
    def test_no_more_taken_than_there_are(self, a: Branches, b: Branches) -> None:
        assert all(taken <= total for taken, total in merge_branches(a, b).values())

    def test_the_larger_counts(self) -> None:
        assert merge_branches({1: (1, 2), 9: (0, 2)}, {1: (0, 4), 3: (1, 1)}) == {1: (1, 4), 3: (1, 1), 9: (0, 2)}


class TestFiles:
    @given(FILES.flatmap(lambda files: st.tuples(st.just(files), st.permutations(files), st.integers(0, 6))))
    def test_order_and_grouping(self, drawn: tuple[list[FileCoverage], list[FileCoverage], int]) -> None:
        files, others, cut = drawn

        merged = merge_files(files)

        assert merge_files(others) == merged
        assert merge_files((*merge_files(files[:cut]), *merge_files(files[cut:]))) == merged
        assert merge_files((*files, *merged)) == merged

    @given(FILES)
    def test_each_path_once_and_sorted(self, files: list[FileCoverage]) -> None:
        paths = [file.path for file in merge_files(files)]

        assert paths == sorted({file.path for file in files})


def test_counts() -> None:
    file = FileCoverage(path="a", lines=bytes((0, HIT, MEASURED, EXCLUDED, HIT)), branches={1: (1, 2), 4: (0, 3)})
    coverage = Coverage(files=(file, file), has_branches=True)

    assert (file.covered, file.total, file.branches_covered, file.branches_total) == (2, 3, 1, 5)
    assert coverage.lines().fraction == Fraction(2, 3)
    assert coverage.branches() == Ratio(covered=2, total=10)


def test_nothing_measured_has_no_share() -> None:
    assert Coverage(files=()).lines().fraction is None
    assert Coverage(files=()).branches() is None
