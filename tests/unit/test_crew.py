"""Work shared between processes gives what one process gives, whatever becomes of the helpers."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.builders import report

from readygate.collect import read_files
from readygate.collect.discovery import Found
from readygate.crew import Crew, Hired, Queue, processors
from readygate.formats import Source
from readygate.model.parcel import pack, unpack
from readygate.model.reports import CoverageReport, Problem, Severity, TestReport
from readygate.model.results import Detail, Outcome
from readygate.model.snapshot import ReadFile
from readygate.support.console import Log
from readygate.support.redaction import Scrubber

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
    queue = Queue()  # itself: what it lost would be done in the end all the same
    queue.fill(range(count))
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


def where(number: int) -> tuple[int, int]:
    return number, os.getpid()


def where_else(number: int, how: str) -> tuple[int, int]:
    if os.getpid() != HERE:
        if how == "crashes":
            raise ValueError(number)
        if how == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "hangs":
            time.sleep(60)
        if how == "works long":
            until = time.process_time() + 1
            while time.process_time() < until:
                pass
    return where(number)


@contextmanager
def idle(ready: Callable[[], object] = dict, workers: int = 3) -> Iterator[Crew[int, tuple[int, int]]]:
    """A crew that has done all it was made for, and one of which stays."""
    with Crew(range(9), [1] * 9, where, pack=list, unpack=_pair, workers=workers, ready=ready) as crew:
        assert [number for number, _ in crew.results(lambda _: None)] == list(range(9))
        yield crew
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def asked(crew: Crew[Any, Any], function: Callable[..., Any], *arguments: object) -> Any:
    answer = crew.ask(function, *arguments)
    assert answer is not None
    return answer()


@pytest.mark.parametrize("workers", [2, 4])
def test_one_stays_and_can_be_asked(workers: int) -> None:
    with idle(workers=workers) as crew:
        assert crew.spare
        first, second = crew.ask(where_else, 7, ""), crew.ask(where_else, 8, "", last=True)
        assert first is not None
        assert second is not None
        assert not crew.spare
        number, process = second()
        assert number == 8
        assert process != HERE
        assert first() == first() == (7, process)
        assert second() == (8, process)
        assert crew.ask(where, 9) is None  # nobody is left


@pytest.mark.parametrize("how", ["crashes", "dies", "hangs", "works long"])
def test_what_is_asked_for_is_told_whatever_becomes_of_the_helper(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readygate.helper._PATIENCE", 0.3)
    with idle() as crew:
        number, process = asked(crew, where_else, 7, how)
        assert number == 7
        assert (process == HERE) == (how != "works long")


def test_who_fails_at_one_thing_does_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readygate.helper._PATIENCE", 0.3)
    with idle() as crew:
        answers = [crew.ask(where_else, number, how) for number, how in ((1, ""), (2, "hangs"), (3, ""))]
        assert [answer()[1] == HERE for answer in answers if answer is not None] == [False, True, True]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("ready", [_die, lambda: 1 / 0])
def test_who_ends_before_it_is_asked_is_nobody(ready: Callable[[], object]) -> None:
    with idle(ready) as crew:
        time.sleep(0.3)
        assert crew.ask(where, 7) is None


def test_large_orders_arrive_whole() -> None:
    with idle() as crew:
        assert asked(crew, len, "ü" * (5 << 20)) == 5 << 20


def test_nobody_stays_if_nobody_will_ask() -> None:
    with Crew(range(9), [1] * 9, where, pack=list, unpack=_pair, workers=2) as crew:
        crew.results(lambda _: None)
        assert not crew.spare
        assert crew.ask(where, 1) is None


def test_a_helper_that_hung_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readygate.helper._PATIENCE", 0.2)

    def work(number: int) -> tuple[int, int]:
        time.sleep(60 if os.getpid() != HERE else 0.1)
        return where(number)

    with Crew(range(4), [1] * 4, work, pack=list, unpack=_pair, workers=2, ready=dict) as crew:
        assert {process for _, process in crew.results(lambda _: None)} == {HERE}
        assert not crew.spare


def refuse(_name: str) -> int:
    raise PermissionError


def test_it_does_without_files_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "memfd_create", refuse)
    with idle() as crew:
        assert asked(crew, where, 7)[1] != HERE


def _shared_files() -> int:
    found = 0
    for link in list(Path("/proc/self/fd").iterdir()):
        with suppress(OSError):  # the folder itself was open, too
            found += "memfd:readygate" in str(link.readlink())
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no list of open files")
def test_who_stays_holds_no_files_of_the_others() -> None:
    with idle(workers=4) as crew:
        assert asked(crew, _shared_files) == 2  # for what it hands over, and for its order


def share(queue: Queue) -> Iterator[tuple[int, object]]:
    """What one does that was hired."""
    return ((at, list(where(at))) for at in queue)


def _badly(how: str, queue: Queue) -> Iterator[tuple[int, object]]:
    return ((at, list(where_else(at, how if at > 3 else ""))) for at in queue)


def _refuse_to_fork() -> int:
    raise BlockingIOError


class TestHired:
    """One that was there before there was anything to do."""

    @pytest.fixture(autouse=True)
    def several(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("readygate.crew.processors", lambda: 2)

    def crew(self, hired: Hired, count: int, workers: int = 2, **more: Any) -> list[tuple[int, int]]:
        with Crew(
            range(count), [1] * count, where, pack=list, unpack=_pair, workers=workers, hired=hired, **more
        ) as crew:
            time.sleep(0.5)
            found = crew.results(lambda _: None)
        assert [number for number, _ in found] == list(range(count))
        with pytest.raises(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
        return found

    @pytest.mark.parametrize("workers", [2, 4])
    def test_it_does_what_it_was_engaged_for(self, workers: int) -> None:
        hired = Hired.make(dict)
        assert hired is not None
        hired.engage(share)
        found = self.crew(hired, 9, workers)
        assert HERE not in {process for _, process in found}
        assert len({process for _, process in found}) <= workers - 1
        hired.end()  # a second time does no harm

    def test_it_does_nothing_where_there_is_nothing(self) -> None:
        hired = Hired.make(dict)
        assert hired is not None
        hired.engage(share)
        assert self.crew(hired, 0) == []

    @pytest.mark.parametrize("how", ["crashes", "dies", "hangs"])
    def test_what_it_leaves_undone_is_done_here(self, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("readygate.helper._PATIENCE", 0.3)
        hired = Hired.make(dict)
        assert hired is not None
        hired.engage(_badly, how)
        found = self.crew(hired, 9)
        assert HERE in {process for _, process in found}

    @pytest.mark.parametrize("load", [_die, lambda: 1 / 0])
    def test_it_may_fail_to_make_itself_fit(self, load: Callable[[], object]) -> None:
        hired = Hired.make(load)
        assert hired is not None
        hired.engage(share)
        time.sleep(0.3)
        assert {process for _, process in self.crew(hired, 9)} == {HERE}

    def test_it_stays_to_be_asked(self) -> None:
        hired = Hired.make(dict)
        assert hired is not None
        hired.engage(share, then="json")
        with Crew(range(4), [1] * 4, where, pack=list, unpack=_pair, workers=2, hired=hired, ready=dict) as crew:
            crew.results(lambda _: None)
            assert asked(crew, where, 7)[1] != HERE

    def test_nobody_is_hired_where_there_is_no_room(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "fork", _refuse_to_fork)
        assert Hired.make(dict) is None

    def test_nobody_is_hired_by_one_processor(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("readygate.crew.processors", lambda: 1)
        assert Hired.make(dict) is None


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
            patch.setattr(read_files, "MUCH", much)
            patch.setattr(read_files, "processors", lambda count=count: count)
            stream = io.StringIO()
            with read_files.Reading(found, Scrubber()) as begun:
                told.append((repr(begun.results(Log(stream=stream), "reports")), stream.getvalue()))
    assert told[0] == told[1]
    assert "ghp_a1" not in told[0][0]


@pytest.mark.parametrize(
    ("most", "second", "stays"), [(1 << 20, False, True), (0, False, False), (1 << 20, True, False)]
)
def test_a_process_that_read_stays_where_it_can_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, second: bool, stays: bool
) -> None:
    """Not where its memory counts, and not where it could wait for ever for what another thread was loading."""
    path = tmp_path / "a.xml"
    path.write_text(TEXTS[0])
    monkeypatch.setattr(read_files, "MUCH", 0)
    monkeypatch.setattr(read_files, "MOST", most)
    monkeypatch.setattr(read_files, "processors", lambda: 2)
    monkeypatch.setattr("threading.active_count", lambda: 2 if second else 1)
    found = [Found(source=Source(name="a.xml", path=path), discovered=False)]
    with read_files.Reading(found, Scrubber(), "json") as begun:
        begun.results(Log(stream=io.StringIO()), "reports")
        assert (begun.aside() is not None) == stays


@pytest.mark.parametrize("most", [1 << 20, 0])
def test_one_that_was_hired_reads_what_any_process_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Not what lies in memory or in an archive, and nothing where all it hands over would be too much."""
    monkeypatch.setattr("readygate.crew.processors", lambda: 2)
    monkeypatch.setattr(read_files, "MOST", most)
    found = [Found(source=Source(name="memory.xml", data=TEXTS[1].encode()), discovered=False)]
    for number, text in enumerate(TEXTS):
        path = tmp_path / f"{number}.xml"
        path.write_text(text)
        found.append(Found(source=Source(name=path.name, path=path), discovered=False))
    told = []
    for hired in (None, Hired.make(read_files.prepare)):
        stream = io.StringIO()
        with read_files.Reading(found, Scrubber(), "json", hired) as begun:
            assert begun.helped == (hired is not None and most > 0)
            time.sleep(0.5 if hired else 0)
            told.append((repr(begun.results(Log(stream=stream), "reports")), stream.getvalue()))
            assert (begun.aside() is not None) == begun.helped
    assert told[0] == told[1]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_the_report_type_is_the_one_that_is_packed() -> None:
    file = ReadFile(name="x", size=1, report=report({"c": {"a": "p"}}), problems=())
    back = unpack(pack(file))
    assert back is not None
    assert isinstance(back.report, TestReport)
    assert list(back.report.blocks["c"].durations()) == list(report({"c": {"a": "p"}}).blocks["c"].durations())
