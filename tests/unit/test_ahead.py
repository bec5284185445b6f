"""What another process reads of failing tests is what this one would."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.builders import compared, leg, measure, report, snapshot

from readygate.compare import Terms, ahead
from readygate.compare.durations import SHOWN, SLOWER_BY, SLOWER_TIMES, slower_first, slowest
from readygate.compare.suites import suites
from readygate.crew import processors
from readygate.model.results import Detail, Outcome
from readygate.model.snapshot import Measured, Snapshot

TRACE = 'Traceback (most recent call last):\n  File "src/acme/{}.py", line {}, in load\nKeyError: {}\n'
traces = st.builds(TRACE.format, st.sampled_from(["store", "api"]), st.integers(1, 3), st.integers(1, 3)) | st.just("")
said = st.tuples(
    st.sampled_from(["", "KeyError", "a.b.AssertionError", "Failed"]),
    st.sampled_from(["", "Failed", "assert 1 == 2", "assert 7 == 2", "'a' is gone", "'b' is gone", "KeyError: 'a'"]),
    traces,
)


def run(told: list[tuple[str, str, str]]) -> Measured:
    details = [
        Detail(class_name="c", name=f"t{at}", outcome=Outcome.FAILED, type=kind, message=message, text=trace)
        for at, (kind, message, trace) in enumerate(told)
    ]
    return measure(report({"c": {f"t{at}": "f" for at in range(len(told))}} if told else {}, details=details))


@settings(deadline=None)
@given(told=st.lists(said, max_size=12))
def test_causes_are_the_same_by_readings_of_another_process(told: list[tuple[str, str, str]]) -> None:
    asked: list[str] = []

    def ask(function: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
        def answer() -> Any:
            asked.append("")
            return function(*arguments)

        return answer

    head = run(told)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ahead, "FEWEST", 0)
        readings = ahead.begin(ask, head.evidence)
    assert asked == []  # it is waited for when it is needed
    assert len(readings()) == len(told)
    by_another = [compared(head, terms=Terms(readings=readings)).causes for _ in range(2)]
    assert asked == [""]
    assert by_another == [compared(head).causes] * 2


def test_what_nobody_reads_is_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "FEWEST", 0)
    head = run([("", "'a' is gone", "")])
    assert ahead.begin(lambda *_: None, head.evidence)() == {}


@pytest.mark.parametrize(("fewest", "most"), [(3, 10), (0, 1)])
def test_a_run_for_which_it_does_not_pay_asks_nobody(fewest: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(*_: object) -> Callable[[], Any]:
        raise AssertionError

    monkeypatch.setattr(ahead, "FEWEST", fewest)
    monkeypatch.setattr(ahead, "MOST", most)
    assert ahead.begin(ask, run([("", "a", ""), ("", "b", "")]).evidence)() == {}


names = st.text("ab./ ", max_size=4)
sides = st.dictionaries(names, st.dictionaries(names, st.sampled_from("pfes"), min_size=1, max_size=3), max_size=5)


def told_of(head: Snapshot, base: Snapshot) -> tuple[Any, ...]:
    return (
        suites(head, base),
        slowest(head, base, SHOWN),
        slower_first(head, base, factor=SLOWER_TIMES, seconds=SLOWER_BY, most=SHOWN),
    )


@settings(deadline=None)
@given(head=sides, base=sides, group=st.sampled_from(["", "g"]), seconds=st.sampled_from([0.25, 3.0]))
def test_all_tests_are_looked_at_by_another_process_as_by_this_one(
    head: dict[str, dict[str, str]], base: dict[str, dict[str, str]], group: str, seconds: float
) -> None:
    def side(suite: dict[str, dict[str, str]], time: float) -> Snapshot:
        return snapshot("a", leg(suite, group=group, seconds=time), leg(suite, group="z", name="l", seconds=time))

    asked: list[str] = []

    def ask(function: Callable[..., Any], *arguments: Any, last: bool) -> Callable[[], Any]:
        assert last
        packed = pickle.dumps(arguments)

        def answer() -> Any:
            asked.append("")
            return function(*pickle.loads(packed))

        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ahead, "LARGE", 0)
        one, other = side(head, seconds), side({**base, **head}, 0.25)
        ahead.look(ask, one, other)
        beside = told_of(one, other)
        assert asked == [""]
    assert beside == told_of(side(head, seconds), side({**base, **head}, 0.25))


@pytest.mark.parametrize(("large", "based", "legs"), [(9, True, 1), (0, False, 1), (0, True, 2)])
def test_nobody_is_asked_to_look_at_what_is_small_or_alone_or_there_twice(
    large: int, based: bool, legs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(*_: object, **__: object) -> Callable[[], Any]:
        raise AssertionError

    monkeypatch.setattr(ahead, "LARGE", large)
    side = snapshot("a", *(leg({"c": {"a": "p", "b": "f"}}, name=str(number)) for number in range(legs)))
    ahead.look(ask, side, side if based else None)


def test_what_nobody_looks_at_is_looked_at_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "LARGE", 0)
    head, base = (snapshot("a", leg({"c": {"a": "p", "b": letter}})) for letter in "fp")
    ahead.look(lambda *_, **__: None, head, base)
    assert [suite.head.failing for suite in suites(head, base)] == [1]


RUN = """
import os, sys
from pathlib import Path
from readygate.commands import program
from readygate.collect import read_files
from readygate.compare import ahead, failure_causes, durations

read_files.MUCH, ahead.FEWEST = 0, int(sys.argv.pop(1))
ahead.LARGE = ahead.FEWEST
here = os.getpid()
def longest(*given, original=durations.longest):
    Path(sys.argv[-1], "looked" if os.getpid() != here else "looked-here").touch()
    return original(*given)
durations.longest = longest
def read_all(told, original=failure_causes.read_all):
    Path(sys.argv[-1], "who").write_text(str(os.getpid() != here))
    return original(told)
read_all.__module__, read_all.__qualname__ = "readygate.compare.failure_causes", "read_all"
failure_causes.read_all = ahead.read_all = read_all
def told(kind, message, original=failure_causes.normal.told):
    if os.getpid() == here and message != "AError: assert 'a' == 12":
        Path(sys.argv[-1], "here").touch()
    return original(kind, message)
failure_causes.normal.told = told
program.run_program()
"""


@pytest.mark.skipif(processors() < 2, reason="there is one processor only")
def test_the_whole_road_tells_the_same_with_another_process(tmp_path: Path) -> None:
    row = '<testcase classname="tests.{}.C" name="t{}" time="{}"><failure message="assert {} == {}"/></testcase>'
    for side, wrong in (("base", 8), ("head", 29)):
        (tmp_path / side).mkdir()
        for part in range(6):
            rows = "".join(
                row.format(part, number, 0.2 if number % 7 else wrong / 10, number % 3, wrong) for number in range(10)
            )
            (tmp_path / side / f"junit-{part}.xml").write_text(f'<testsuite name="s">{rows}</testsuite>')
    printed = []
    for fewest in (0, 1 << 30):
        out = tmp_path / f"out-{fewest}"
        out.mkdir()
        command = [sys.executable, "-c", RUN, str(fewest), "report", "--root", str(tmp_path / "head")]
        command += ["--base", str(tmp_path / "base"), "--format", "markdown", "--output", str(out)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stderr
        printed.append(done.stdout)
        assert (out / "who").exists() == (fewest == 0)
        assert (out / "here").exists() == (fewest > 0)  # nothing is read again that the other process has read
        assert (out / "looked").exists() == (fewest == 0)
        assert (out / "looked-here").exists() == (fewest > 0)
    assert (tmp_path / "out-0" / "who").read_text() == "True"
    assert printed[0] == printed[1]
    assert "assert 1 == 29" in printed[0]
    assert "Slower than on the base: 12 tests" in printed[0]
    assert "Tests by suite" in printed[0]
