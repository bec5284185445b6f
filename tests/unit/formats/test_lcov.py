"""LCOV: all kinds of records, the variants of producers, and damage."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.coverage_reading import damages, is_chosen, parse_coverage, states

from readygate.formats.coverage import _lcov_text, _report_builder, lcov
from readygate.formats.coverage.lcov import FORMAT
from readygate.formats.sniffing import HEAD_BYTES, FileSample
from readygate.model.coverage import HIT, MAX_LINE, MEASURED, FileCoverage
from readygate.model.reports import CoverageReport, Severity


def read(data: bytes | str) -> CoverageReport:
    return parse_coverage(FORMAT, data)


def only(report: CoverageReport) -> FileCoverage:
    (file,) = report.files
    return file.coverage


def head(text: str | bytes) -> FileSample:
    data = text.encode() if isinstance(text, str) else text
    return FileSample.read("a.info", data[:HEAD_BYTES])


FULL = """TN:unit tests
SF:src/a.c
VER:7c2adb8c2d04277ae316f0bc581968cc
FN:1,3,add
FNDA:4,add
FNL:0,3,4
FNA:0,1,add
FNF:1
FNH:1
MCDC:2,2,t,1,0,'a' in 'a && b'
MCF:1
MCH:0
BRDA:2,0,0,3
BRDA:2,0,1,-
BRF:2
BRH:1
DA:1,4
DA:2,3,2598ea30dbb711a590a1617919c5cfba
DA:3,0,abc==
LF:3
LH:2
end_of_record
"""


class TestClaims:
    @pytest.mark.parametrize("text", ["TN:\nSF:a\n", "SF:a\n", "\n\n# made by lcov\nTN:x\n", "\ufeffTN:\n", "SF:x\r\n"])
    def test_by_the_first_record(self, text: str) -> None:
        assert FORMAT.matches(head(text))

    @pytest.mark.parametrize("text", ["", "mode: set\n", "{}", "<coverage/>", "DA:1,1\n", " TN", "# only a comment\n"])
    def test_nothing_else(self, text: str) -> None:
        assert FORMAT.matches(head(text)) is None

    def test_utf_16_of_windows_powershell(self) -> None:
        assert FORMAT.matches(head("TN:\nSF:a\n".encode("utf-16")))

    def test_no_other_format_matches(self) -> None:
        assert is_chosen(FORMAT, FULL)


class TestRecords:
    def test_all_kinds(self) -> None:
        report = read(FULL)

        assert states(report) == {1: HIT, 2: HIT, 3: MEASURED}
        assert only(report).branches == {2: (1, 2)}
        assert report.has_branches
        assert report.problems == ()
        assert report.files[0].candidates == ("src/a.c",)

    def test_without_branches(self) -> None:
        report = read("SF:a\nDA:1,1\nBRF:0\nBRH:0\nend_of_record\n")

        assert not report.has_branches

    def test_windows_line_ends_drive_letters_and_blanks(self) -> None:
        report = read("TN:\r\nSF:C:\\x\\a.cs\r\nDA:5,1\r\nend_of_record \r\n")

        assert only(report).path == "C:\\x\\a.cs"
        assert states(report) == {5: HIT}
        assert report.problems == ()

    def test_utf_16(self) -> None:
        assert states(read("SF:ä\nDA:1,1\nend_of_record\n".encode("utf-16"))) == {1: HIT}

    def test_byte_order_mark(self) -> None:
        assert read(b"\xef\xbb\xbfSF:a\nDA:1,1\nend_of_record\n").problems == ()

    def test_a_name_that_is_not_utf_8(self) -> None:
        assert only(read(b"SF:\xff.c\nDA:1,1\nend_of_record\n")).path == "\ufffd.c"

    def test_a_file_without_lines_was_measured(self) -> None:
        report = read("SF:empty.py\nend_of_record\n")

        assert only(report).total == 0
        assert report.problems == ()

    def test_only_a_test_name(self) -> None:
        assert read("TN:\n") == CoverageReport(format="lcov", files=())

    def test_comments(self) -> None:
        assert read("# made by a tool\nSF:a\n#DA:1,1\nend_of_record\n").problems == ()

    def test_two_files_joined_without_a_line_end_between(self) -> None:
        report = read("SF:a\nDA:1,1\nend_of_recordTN:\nSF:b\nDA:2,1\nend_of_record")

        assert [file.coverage.path for file in report.files] == ["a", "b"]
        assert report.problems == ()

    def test_joined_directly_to_a_source_file(self) -> None:
        report = read("SF:a\nDA:1,1\nend_of_recordSF:b\nDA:2,1\nend_of_record")

        assert [states(report, at) for at in (0, 1)] == [{1: HIT}, {2: HIT}]

    def test_a_record_of_an_unknown_kind_is_noted(self) -> None:
        (note,) = read("SF:a\nNEW:1\nDA:1,1\nwarning\nend_of_record\n").problems

        assert note.severity is Severity.NOTE
        assert note.what == "a line of no known kind: passed over (2 times)"
        assert note.place == "'NEW:1'"

    def test_lines_outside_of_a_record_are_noted(self) -> None:
        report = read("TN:\nDA:1,1\nBRDA:1,0,0,1\nLF:3\nend_of_record\n")

        assert report.files == ()
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]

    def test_no_name(self) -> None:
        report = read("SF:\nDA:1,1\nend_of_record\n")

        assert only(report).covered == 1
        assert "without a name" in report.problems[0].what


class TestHits:
    @pytest.mark.parametrize("hits", ["1", "18446744073709551611", "1.5", "1e3", "007", "9" * 5000, "inf", " 2 "])
    def test_it_ran(self, hits: str) -> None:
        report = read(f"SF:a\nDA:1,{hits}\nend_of_record\n")

        assert states(report) == {1: HIT}
        assert report.problems == ()

    @pytest.mark.parametrize("hits", ["0", "00", "0.0", "#####", "=====", "-"])
    def test_it_did_not(self, hits: str) -> None:
        report = read(f"SF:a\nDA:1,{hits}\nend_of_record\n")

        assert states(report) == {1: MEASURED}
        assert report.problems == ()

    @pytest.mark.parametrize("hits", ["-4", "undefined", "", "nan", "-inf"])
    def test_what_cannot_be_told_is_not_hit_and_noted(self, hits: str) -> None:
        report = read(f"SF:a\nDA:1,{hits}\nend_of_record\n")

        assert states(report) == {1: MEASURED}
        assert [problem.severity for problem in report.problems] == [Severity.NOTE]

    def test_a_line_that_is_hit_once_is_hit(self) -> None:
        assert states(read("SF:a\nDA:1,1\nDA:1,0\nDA:2,0\nDA:2,7\nend_of_record\n")) == {1: HIT, 2: HIT}

    def test_checksums_of_any_kind(self) -> None:
        report = read("SF:a\nDA:1,0,12\nDA:2,5,a+/=,b\nDA:3,1\nDA:4,2,\nend_of_record\n")

        assert states(report) == {1: MEASURED, 2: HIT, 3: HIT, 4: HIT}
        assert report.problems == ()

    def test_missing_hits_are_not_taken_from_the_next_line(self) -> None:
        assert states(read("SF:a\nDA:1\nDA:2,3,4\nend_of_record\n")) == {1: MEASURED, 2: HIT}


class TestNumbers:
    @pytest.mark.parametrize("number", ["0", "-1", "undefined", "", "1.5", "9" * 5000])
    def test_no_line_number(self, number: str) -> None:
        report = read(f"SF:a\nDA:{number},1\nDA:7,1\nend_of_record\n")

        assert states(report) == {7: HIT}
        assert "line number" in report.problems[0].what
        assert report.problems[0].severity is Severity.NOTE

    def test_leading_zeros(self) -> None:
        assert states(read("SF:a\nDA:007,1\nend_of_record\n")) == {7: HIT}

    def test_the_greatest_number(self) -> None:
        assert only(read(f"SF:a\nDA:{MAX_LINE},1\nend_of_record\n")).covered == 1

    def test_a_greater_one_is_damage_and_takes_no_memory(self) -> None:
        data = f"SF:a\nDA:{10**12},1\nDA:2,1\nDA:{MAX_LINE + 1},1\nend_of_record\n"
        tracemalloc.start()
        try:
            report = read(data)
            assert tracemalloc.get_traced_memory()[1] < 10_000_000
        finally:
            tracemalloc.stop()

        assert states(report) == {2: HIT}
        assert damages(report) == ["a line number above 1,000,000: passed over (2 times)"]

    def test_many_long_files_are_damage(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_report_builder, "MAX_LINES", 1000)

        report = read("".join(f"SF:{i}\nDA:400,1\nend_of_record\n" for i in range(4)))

        assert sum(file.coverage.covered for file in report.files) == 2
        assert len(damages(report)) == 1


class TestMerging:
    def test_a_file_in_several_tests(self) -> None:
        report = read(
            "TN:one\nSF:a\nDA:1,1\nDA:2,0\nBRDA:1,0,0,1\nBRDA:1,0,1,0\nLF:2\nLH:1\nend_of_record\n"
            "TN:two\nSF:a\nDA:2,4\nDA:3,0\nBRDA:1,0,0,0\nBRDA:1,0,1,2\nLF:2\nLH:1\nend_of_record\n"
        )

        assert states(report) == {1: HIT, 2: HIT, 3: MEASURED}
        assert only(report).branches == {1: (2, 2)}
        assert report.problems == ()

    def test_branches_by_text_with_commas_and_exceptions(self) -> None:
        report = read(
            "SF:a\nDA:4,1\nBRDA:4,0,jump to line 5, 6,1\nBRDA:4,0,jump to line 8,0\n"
            "BRDA:9,e3,1,-\nBRDA:9,3,1,1\nend_of_record\n"
        )

        assert only(report).branches == {4: (1, 2), 9: (1, 1)}

    def test_a_branch_without_its_line(self) -> None:
        report = read("SF:a\nBRDA:3,0,0,0\nend_of_record\n")

        assert only(report).branches == {3: (0, 1)}
        assert only(report).total == 0

    @pytest.mark.parametrize("record", ["x,0,0,1", "0,0,0,1", "99999999999,0,0,1", "4,1", "", ",,,"])
    def test_a_branch_that_cannot_be_counted(self, record: str) -> None:
        report = read(f"SF:a\nBRDA:{record}\nBRDA:2,0,0,1\nend_of_record\n")

        assert only(report).branches == {2: (1, 1)}
        assert "branches" in report.problems[0].what

    def test_many_records_of_one_file_do_not_add_up(self) -> None:
        one = "SF:a\n" + "".join(f"BRDA:{i},0,{i % 2},{i % 3}\n" for i in range(1, 2000)) + "end_of_record\n"

        assert only(read(one * 30)).branches == only(read(one)).branches

    @given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 1), st.integers(0, 2), st.sampled_from("-012"))))
    def test_branches_are_merged_by_their_ids(self, records: list[tuple[int, int, int, str]]) -> None:
        lines = "".join(f"BRDA:{line},{block},{branch},{taken}\n" for line, block, branch, taken in records)

        report = read(f"SF:a\n{lines}end_of_record\n")

        every = {record[:3] for record in records}
        taken = {record[:3] for record in records if record[3] in "12"}
        assert only(report).branches == {
            line: (sum(key[0] == line for key in taken), sum(key[0] == line for key in every))
            for line in {key[0] for key in every}
        }

    @given(st.permutations(["DA:1,1", "DA:2,0", "DA:9,5,md5", "BRDA:1,0,0,1", "BRDA:1,0,1,-", "FNF:0", "LF:3", "LH:2"]))
    def test_the_order_within_a_record_makes_no_difference(self, lines: list[str]) -> None:
        report = read("SF:a\n" + "\n".join(lines) + "\nend_of_record\n")

        assert states(report) == {1: HIT, 2: MEASURED, 9: HIT}
        assert only(report).branches == {1: (1, 2)}
        assert report.problems == ()


class TestTotals:
    def test_one_note_for_all_files_that_disagree(self) -> None:
        report = read("SF:a\nDA:1,1\nLF:6\nLH:6\nend_of_record\nSF:b\nDA:1,1\nBRF:1\nBRH:0\nend_of_record\n")

        (note,) = report.problems
        assert note.severity is Severity.NOTE
        assert "2 files, the first is file 'a': lines 6 of 6 claimed, 1 of 1 counted" in note.what

    def test_branches(self) -> None:
        (note,) = read("SF:b\nDA:1,1\nLF:1\nLH:1\nBRF:2\nBRH:0\nend_of_record\n").problems

        assert "branches 0 of 2 claimed, 0 of 0 counted" in note.what

    def test_a_summary_without_lines_measures_nothing(self) -> None:
        report = read("SF:a\nLF:14\nLH:12\nend_of_record\n")

        assert only(report).total == 0
        assert "nothing can be counted" in report.problems[0].what


class TestDamage:
    def test_cut_anywhere(self) -> None:
        whole = states(read(FULL))
        for cut in range(1, len(FULL) - 1):
            report = read(FULL[:cut])
            if cut == len("TN:unit tests\n"):
                assert report.files == ()
            elif not FULL[:cut].endswith("end_of_record"):
                assert damages(report) == ["the file ends in the middle of a record"], cut
                assert report.problems[0].place
                assert report.problems[0].todo
            for at in range(len(report.files)):
                assert states(report, at).items() <= whole.items(), cut

    def test_what_was_read_before_counts(self) -> None:
        report = read("SF:a\nDA:1,1\nend_of_record\nSF:b\nDA:1,1\nDA:2,0\nDA:33")

        assert [file.coverage.total for file in report.files] == [1, 2]
        assert report.problems[0].place == "line 7, file 'b'"

    def test_a_record_that_is_not_closed_in_between(self) -> None:
        report = read("SF:a\nDA:1,1\nSF:b\nDA:2,0\nend_of_record\n")

        assert [states(report, at) for at in (0, 1)] == [{1: HIT}, {2: MEASURED}]
        assert damages(report) == ["a record is not closed before the next one begins"]
        assert report.problems[0].place == "file 'a'"

    def test_a_line_without_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lcov, "MAX_LINE_BYTES", 1000)

        assert damages(read("SF:" + "x" * 2000)) == ["a line is longer than 0 MiB"]

    @given(
        st.lists(
            st.sampled_from(
                [
                    "SF:a",
                    "SF:b",
                    "DA:1,1",
                    "DA:2,0,x",
                    "DA:",
                    "DA:3,-1",
                    "BRDA:1,0,0,1",
                    "BRDA:x",
                    "end_of_record",
                    "LF:1",
                ]
            )
        ),
        st.integers(1, 40),
    )
    def test_the_size_of_the_chunks_makes_no_difference(self, lines: list[str], size: int) -> None:
        data = "\r\n".join(lines)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_lcov_text, "CHUNK", size)
            small = read(data)

        assert small.files == read(data).files
        assert damages(small) == damages(read(data))
