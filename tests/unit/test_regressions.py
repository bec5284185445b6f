"""Ways in which a change could have been called ready, or a run have crashed, that a review found."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from tests.support.builders import (
    baseline,
    change,
    changes,
    compared,
    cover,
    measure,
    numbered,
    page,
    report,
    snapshot,
    target,
    with_legs,
)

from readygate.baseline.store_results import mark_incomplete
from readygate.collect.artifacts import count
from readygate.collect.discovery import Found
from readygate.collect.read_files import read_file
from readygate.commands.action import _refuse_own_baseline, _with_folder
from readygate.compare.match_suites import match_suites
from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import Settings
from readygate.context import RunContext
from readygate.formats import Source
from readygate.github.commits import MOST_LISTED, first_parents, origin
from readygate.github.event import read_subject
from readygate.model.reports import TestReport
from readygate.model.results import Counts, Leg
from readygate.model.snapshot import InputPattern
from readygate.model.subject import Role
from readygate.model.verdict import Status
from readygate.outputs.comment import read_conversation
from readygate.outputs.step_outputs import values
from readygate.snapshot import similarity
from readygate.snapshot.matrix import Bucket, Named, assign
from readygate.support.console import Console
from readygate.support.errors import NotFoundError, SettingsError

UNIT, WHOLE = report({"Unit": numbered("p" * 20)}), report({"Whole": numbered("p" * 20)})


def buckets(files: dict[str, TestReport]) -> list[tuple[str, str, str]]:
    return [(b.group, b.leg, b.path) for b in assign(Named(path=path, report=of) for path, of in files.items())]


def legs(*paths: str, of: TestReport = UNIT) -> tuple[Leg, ...]:
    def one(bucket: Bucket) -> Leg:
        blocks = bucket.reports[0].blocks
        return Leg(
            group=bucket.group, leg=bucket.leg, path=bucket.path, blocks=blocks, executions=Counts(passed=20), seconds=1
        )

    return tuple(one(bucket) for bucket in assign(Named(path=f"{path}/junit.xml", report=of) for path in paths))


class TestSuitesAndLegs:
    def test_two_suites_on_the_same_legs_stay_two(self) -> None:
        rows = buckets(
            {
                "r/unit-linux/j.xml": UNIT,
                "r/unit-windows/j.xml": UNIT,
                "r/whole-linux/j.xml": WHOLE,
                "r/whole-windows/j.xml": WHOLE,
            }
        )
        assert [(group, leg) for group, leg, _ in rows] == [
            ("unit", "unit-linux"),
            ("unit", "unit-windows"),
            ("whole", "whole-linux"),
            ("whole", "whole-windows"),
        ]

    def test_two_suites_without_a_common_beginning_stay_two(self) -> None:
        rows = buckets({"a/j.xml": UNIT, "b/j.xml": UNIT, "ab/j.xml": WHOLE, "bb/j.xml": WHOLE})
        assert len({group for group, _, _ in rows}) == 2

    def test_of_several_legs_each_has_a_name(self) -> None:
        assert buckets({"r/j.xml": UNIT, "r/windows/j.xml": UNIT}) == [("", "r", "r"), ("", "windows", "r/windows")]

    def test_a_leg_without_a_name_of_its_own_is_missed(self) -> None:
        base = snapshot("b" * 40, *legs("results", "results/windows"))
        found = match_suites(base, snapshot("c" * 40, *legs("results/windows")))
        assert found.missing_legs == (("", "results"),)
        assert sorted(leg.leg for leg in found.base.legs) == ["", "results"]

    def test_the_base_of_an_older_version_had_legs_without_a_name(self) -> None:
        old = [
            Leg(path=path, leg=leg, blocks={}, executions=Counts(), seconds=0) for path, leg in (("r", ""), ("w", "w"))
        ]
        found = match_suites(snapshot("b" * 40, *old), snapshot("c" * 40, *legs("w")))
        assert found.missing_legs == (("", "r"),)

    def test_a_suite_that_gets_legs_lost_none(self) -> None:
        found = match_suites(snapshot("b" * 40, *legs("results")), snapshot("c" * 40, *legs("linux", "windows")))
        assert (found.missing_legs, found.missing_groups) == ((), ())

    def test_a_crowd_under_one_class_name_is_compared_by_tests(self, monkeypatch: pytest.MonkeyPatch) -> None:
        compared_pairs = 0
        really = similarity._same_suite

        def counted(one: similarity.SuiteCandidate, other: similarity.SuiteCandidate) -> bool:
            nonlocal compared_pairs
            compared_pairs += 1
            return really(one, other)

        monkeypatch.setattr(similarity, "_same_suite", counted)
        files = {f"d{i}/j.xml": report({"Root": numbered("p" * 5, f"t{i}_")}) for i in range(200)}
        files |= {f"e{i}/j.xml": files[f"d{i}/j.xml"] for i in range(200)}
        assert len({group for group, _, _ in buckets(files)}) == 200
        assert compared_pairs < 2_000


class TestEvidence:
    @pytest.mark.parametrize(
        "data", [b"<?xml", b"<?xml version='1.0'?>\n", b"<?xml version='1.0'?><testsui", b"<testsuites", b"\0\0\0"]
    )
    def test_the_stump_of_a_report_that_was_discovered_is_told(self, data: bytes) -> None:
        read = read_file(Found(source=Source(name="TEST-a.xml", data=data), discovered=True))
        assert read is not None
        assert [problem.what for problem in read.problems] == ["the file ends before its first element"]

    @pytest.mark.parametrize("data", [b"<html></html>", b"{}", b"hello", b"<!DOCTYPE html>"])
    def test_what_is_no_report_is_passed_over(self, data: bytes) -> None:
        assert read_file(Found(source=Source(name="report.xml", data=data), discovered=True)) is None

    def test_an_artifact_that_is_not_there_is_missed(self) -> None:
        told = count((Source(name="results-linux"),), ("results-*", "coverage", "!results-old"))
        assert [(pattern.kind, pattern.text, pattern.matched) for pattern in told] == [
            ("artifacts", "results-*", 1),
            ("artifacts", "coverage", 0),
        ]
        lost = InputPattern(kind="artifacts", text="coverage", matched=0, given=True)
        verdict = page(compared(measure(UNIT, patterns=(lost,)))).verdict
        assert [finding.rule for finding in verdict.of(Status.BLOCK)] == ["reports-found"]

    def test_coverage_without_a_line_is_none(self) -> None:
        base = measure(UNIT, cover({"a.py": "hh"}))
        verdict = page(compared(measure(UNIT, cover({})), base, diff=changes(change("a.py", [1])))).verdict
        # that the file is no longer measured is told, too; first comes that nothing is
        assert next(finding.rule for finding in verdict.of(Status.BLOCK)) == "reports-found"

    def test_no_report_gives_no_figures(self) -> None:
        found = values(page(compared(measure())), {})
        assert {found[name] for name in ("tests", "passed", "failed", "errored", "skipped", "new-failures")} == {""}


class TestBaseline:
    @pytest.mark.parametrize(("needs", "complete"), [({"t": "success"}, True), ({"t": "failure"}, False), (None, True)])
    def test_a_crashed_job_shrinks_no_baseline(self, needs: dict[str, str] | None, complete: bool) -> None:
        head = with_legs(*legs("linux"), needs=needs)
        comparison = compared(head, baseline(with_legs(*legs("linux", "windows"))))
        assert mark_incomplete(head.snapshot, comparison).provenance.complete is complete

    def test_a_job_that_failed_by_its_tests_is_a_baseline(self) -> None:
        head = measure(report({"A": numbered("pf")}), needs={"t": "failure"})
        assert mark_incomplete(head.snapshot, compared(head)).provenance.complete

    # a link or a submodule may lead to other files, and not all file systems tell upper from lower case
    @pytest.mark.parametrize("name", ["/readygate/history.jsonl", "/readygate", "", "/Readygate/History.jsonl"])
    def test_a_change_does_not_bring_its_own(self, tmp_path: Path, name: str) -> None:
        place, theirs = RunnerEnvironment(workspace=tmp_path), frozenset({f"cache{name}", "src/app.py"})
        with pytest.raises(SettingsError, match="could bring its baseline"):
            _refuse_own_baseline(place, Settings(baseline="folder:./x/../cache"), theirs)
        for harmless in ("folder:other", "branch", "folder:../cache"):
            _refuse_own_baseline(place, Settings(baseline=harmless), theirs)
        _refuse_own_baseline(place, Settings(baseline="folder:cache"), frozenset({"cache/.gitkeep", "readygate/a"}))

    def test_a_protected_tag_is_no_base_branch(self) -> None:
        place = RunnerEnvironment(
            event_name="push",
            event={"repository": {"default_branch": "main"}, "before": "0" * 40},
            repository="acme/widgets",
            sha="a" * 40,
            ref="refs/tags/v1",
            ref_protected=True,
        )
        found = read_subject(place, Settings(), "")
        assert (found.role, found.base_ref) == (Role.CHANGE, "main")

    def test_a_history_full_of_merges_does_not_use_up_the_rate_limit(self) -> None:
        class Hub:
            listed = 0

            def pages(self, _path: str, **_parameters: Any) -> Any:
                while True:
                    self.listed += 1
                    yield {"sha": f"{self.listed:040x}", "parents": [{"sha": "f" * 40}]}

        hub = Hub()
        assert list(first_parents(hub, "a" * 40)) == []  # type: ignore[arg-type]
        assert hub.listed == MOST_LISTED

    def test_a_commit_of_the_base_says_nothing_of_a_pull_request(self) -> None:
        class Hub:
            def get(self, _path: str, **_parameters: Any) -> Any:
                return {"merge_base_commit": {"sha": "a" * 40}, "parents": []}

        with pytest.raises(SettingsError, match="holds nothing of the change"):
            origin(Hub(), target(measured="a" * 40))  # type: ignore[arg-type]
        assert origin(Hub(), target(measured="a" * 40, head_sha="a" * 40)).note  # type: ignore[arg-type]


class TestCrashes:
    @pytest.mark.parametrize("answer", [{"repository": None}, {"repository": {"pullRequest": None}}])
    def test_a_pull_request_that_github_does_not_show(self, answer: dict[str, Any]) -> None:
        class Hub:
            repository = "acme/widgets"

            def query(self, _text: str, _variables: object, *, tries: int) -> Any:
                return answer

        with pytest.raises(NotFoundError, match="no pull request 7"):
            read_conversation(Hub(), target(number=7), "readygate")  # type: ignore[arg-type]

    def test_a_folder_for_files_stays_in_the_workspace(self, tmp_path: Path) -> None:
        root = tmp_path / "work"
        root.mkdir()
        (root / "link").symlink_to(tmp_path)

        def folder(report: str) -> Path | None:
            context = RunContext(
                settings=Settings(report=report),
                runner=RunnerEnvironment(workspace=root),
                console=Console(stream=StringIO()),
            )
            return _with_folder(context).folder

        assert folder("") is None
        assert folder("out/readygate") == root / "out/readygate"
        for path in ("../elsewhere", "link", "/tmp"):
            with pytest.raises(SettingsError, match="leads out of the workspace"):
                folder(path)
