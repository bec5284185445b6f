"""Work shared between processes gives what one process gives, whatever becomes of the helpers."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.builders import report

from readygate import reading
from readygate.crew import Crew, _Queue, processors
from readygate.formats import Source
from readygate.log import Log
from readygate.model.parcel import pack, unpack
from readygate.model.report import CoverageReport, Problem, Severity, TestReport
from readygate.model.secrets import Scrubber
from readygate.model.snapshot import ReadFile
from readygate.model.tests import Detail, Outcome
from readygate.sources.workspace import Found

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="without forks there are no helpers")

HERE = os.getpid()


def squares(count: int, work: object = None, workers: int = 3, pause: float = 0) -> tuple[list[int], list[int]]:
    told: list[int] = []

    def plain(number: int) -> int:
        time.sleep(pause)
        if callable(work) and os.getpid() != HERE:
            work(number)
        return number * number

    sizes = [None if number % 5 == 4 else number for number in range(count)]
    with Crew(range(count), sizes, plain, pack=str, unpack=int, workers=workers) as crew:
        return crew.results(told.append), told


@pytest.mark.parametrize("count", [0, 1, 2, 30])
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_results_come_in_order(count: int, workers: int) -> None:
    found, told = squares(count, workers=workers)
    assert found == [number * number for number in range(count)]
    assert set(told) <= set(found)
    assert {number * number for number in range(4, count, 5)} <= set(told)  # what must stay here does


def test_helpers_do_their_share() -> None:
    found, told = squares(30, pause=0.01)
    assert 0 < len(told) < len(found)


def test_who_has_other_work_does_less() -> None:
    slow = straight(12, _slowly)
    assert [number for number, _ in slow] == list(range(12))
    here = sum(process == HERE for _, process in slow)
    assert 0 < here < 5


def _slowly(number: int) -> tuple[int, int]:
    time.sleep(0.1 if os.getpid() == HERE else 0.01)
    return number, os.getpid()


def _pair(packed: list[int]) -> tuple[int, int]:
    return packed[0], packed[1]


def straight(count: int, work: Callable[[int], tuple[int, int]]) -> list[tuple[int, int]]:
    with Crew(range(count), [1] * count, work, pack=list, unpack=_pair, workers=2) as crew:
        return crew.results(lambda _: None)


def test_helpers_begin_at_once_and_this_process_when_it_is_asked() -> None:
    with Crew(range(8), [1] * 8, lambda number: (number, os.getpid()), pack=list, unpack=tuple, workers=2) as crew:
        assert crew.helped
        time.sleep(1)
        found = crew.results(lambda _: None)
    assert [number for number, _ in found] == list(range(8))
    assert HERE not in {process for _, process in found}


def test_helpers_end_though_nobody_asks_for_results() -> None:
    with Crew(range(8), [1] * 8, lambda _: time.sleep(60), pack=str, unpack=str, workers=3) as crew:
        assert crew.helped
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize("count", [999, 1000, 1001, 2500])
def test_many_are_handed_out_each_once(count: int) -> None:
    queue = _Queue(range(count))  # itself: what it lost would be done in the end all the same
    assert list(queue) == list(range(count))
    queue.close()


def test_a_helper_that_works_long_is_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readygate.helper._PATIENCE", 0.2)

    def work(number: int) -> tuple[int, int]:
        until = time.process_time() + (1 if os.getpid() != HERE else 0)
        while time.process_time() < until:
            pass
        time.sleep(0.1)  # so that the helper gets its share
        return number, os.getpid()

    found = straight(2, work)
    assert {process == HERE for _, process in found} == {True, False}


def crash(number: int) -> None:
    if number > 12:
        raise ValueError(number)


def die(number: int) -> None:
    if number > 12:
        os.kill(os.getpid(), signal.SIGKILL)


def leave(_number: int) -> None:
    os._exit(0)


@pytest.mark.parametrize("end", [crash, die, leave])
def test_what_a_helper_leaves_undone_is_done_here(end: object) -> None:
    found, told = squares(30, end)
    assert found == [number * number for number in range(30)]
    assert 29 * 29 in told


def test_a_helper_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readygate.helper._PATIENCE", 0.2)
    start = time.monotonic()
    found, _ = squares(30, lambda _number: time.sleep(60))
    assert found == [number * number for number in range(30)]
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("work", [None, die, lambda _number: time.sleep(60)])
def test_a_system_that_cannot_tell_when_a_helper_ends(work: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_process: int) -> int:
        raise OSError

    monkeypatch.setattr(os, "pidfd_open", refuse, raising=False)
    monkeypatch.setattr("readygate.helper._PATIENCE", 0.2)
    found, _ = squares(30, work)
    assert found == [number * number for number in range(30)]


def test_an_error_here_ends_the_helpers() -> None:
    def work(number: int) -> int:
        if os.getpid() != HERE:
            time.sleep(60)
        raise ValueError(number)

    with (
        pytest.raises(ValueError, match=r"[01]"),
        Crew([0, 1], [1, 1], work, pack=int, unpack=int, workers=2) as crew,
    ):
        crew.results(lambda _: None)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize("lacking", ["fork", "pipe"])
def test_without_room_for_processes_all_is_done_here(lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, lacking, refuse)
    found, told = squares(30)
    assert found == sorted(told) == [number * number for number in range(30)]


def test_there_is_a_processor() -> None:
    assert 1 <= processors() <= 4


names = st.text(st.characters(exclude_characters="\0"), max_size=8)
suites = st.dictionaries(names, st.dictionaries(names, st.sampled_from("pfes"), min_size=1, max_size=4), max_size=4)
details = st.builds(
    Detail,
    class_name=names,
    name=names,
    outcome=st.sampled_from(Outcome),
    type=names,
    message=names,
    text=names,
    file=names,
    line=st.integers(0, 9),
)


@given(suites=suites, details=st.lists(details, max_size=3), written=st.none() | st.floats(0, 1e9))
def test_a_parcel_holds_what_was_read(suites: dict[str, dict[str, str]], details: list[Detail], written: float) -> None:
    odd = Problem(severity=Severity.NOTE, what="a", place="b")
    given = replace(report(suites, details=tuple(details), problems=(odd,)), written=written, properties={"a": "b"})
    file = ReadFile(name="x", size=3, report=given, problems=given.problems, checksum="3-a")
    back = unpack(pack(file))
    assert back == file
    assert repr(back) == repr(file)  # durations, too, which do not count when two are compared


@pytest.mark.parametrize("file", [None, ReadFile(name="x", size=1, report=None, problems=())])
def test_a_parcel_of_anything_else(file: ReadFile | None) -> None:
    assert unpack(pack(file)) == file
    if file is not None:
        covered = replace(file, report=CoverageReport(format="lcov", files=()))
        assert unpack(pack(covered)) == covered


CASE = '<testcase classname="c{}" name="t{}" time="0.{}"/>'
TEXTS = [
    "<testsuite>" + "".join(CASE.format(part, number, number) for number in range(9)) + "</testsuite>"
    for part in range(3)
] + [
    '<testsuite><testcase classname="c" name="f"><failure message="m">ghp_'
    + "a1" * 20
    + "</failure></testcase></testsuite>",
    '<testsuite><testcase classname="c" name="cut"/>',
    "no report at all",
    "",
    "TN:\nSF:a.py\nDA:1,1\nDA:2,0\nend_of_record\n",
    '<testsuite><testcase classname="c" name="a&b"/></testsuite>',
]


@settings(max_examples=25, deadline=None)
@given(chosen=st.lists(st.sampled_from(TEXTS), max_size=8), workers=st.integers(2, 4))
def test_files_read_in_several_processes_are_what_one_reads(
    tmp_path_factory: pytest.TempPathFactory, chosen: list[str], workers: int
) -> None:
    folder: Path = tmp_path_factory.mktemp("reports")
    found = []
    for number, text in enumerate(chosen):
        path = folder / f"{number}.xml"
        path.write_text(text)
        found.append(Found(source=Source(name=path.name, path=path), discovered=number % 2 == 0))
    told = []
    for much, count in ((1 << 60, 1), (0, workers)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reading, "MUCH", much)
            patch.setattr(reading, "processors", lambda count=count: count)
            stream = io.StringIO()
            with reading.Reading(found, Scrubber()) as begun:
                told.append((repr(begun.results(Log(stream=stream), "reports")), stream.getvalue()))
    assert told[0] == told[1]
    assert "ghp_a1" not in told[0][0]


def test_the_report_type_is_the_one_that_is_packed() -> None:
    file = ReadFile(name="x", size=1, report=report({"c": {"a": "p"}}), problems=())
    back = unpack(pack(file))
    assert back is not None
    assert isinstance(back.report, TestReport)
    assert list(back.report.blocks["c"].durations()) == list(report({"c": {"a": "p"}}).blocks["c"].durations())
