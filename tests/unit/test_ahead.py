"""What another process works out beside the comparison is what this one would."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.builders import leg, snapshot

from readygate.compare import ahead
from readygate.compare.durations import SHOWN, SLOWER_BY, SLOWER_TIMES, slower, slowest
from readygate.compare.suites import suites
from readygate.crew import processors
from readygate.model.snapshot import Snapshot

names = st.text("ab./ ", max_size=4)
tests = st.dictionaries(names, st.dictionaries(names, st.sampled_from("pfes"), min_size=1, max_size=3), max_size=5)


def told(head: Snapshot, base: Snapshot) -> tuple[Any, ...]:
    return (
        suites(head, base),
        slowest(head, base, SHOWN),
        slower(head, base, factor=SLOWER_TIMES, seconds=SLOWER_BY),
    )


@settings(deadline=None)
@given(head=tests, base=tests, group=st.sampled_from(["", "g"]), seconds=st.sampled_from([0.25, 3.0]))
def test_it_is_told_as_if_it_was_worked_out_here(
    head: dict[str, dict[str, str]], base: dict[str, dict[str, str]], group: str, seconds: float
) -> None:
    def side(suite: dict[str, dict[str, str]], time: float) -> Snapshot:
        return snapshot("a", leg(suite, group=group, seconds=time), leg(suite, group="z", name="l", seconds=time))

    asked: list[str] = []

    def ask(function: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
        def answer() -> Any:
            asked.append("")
            return function(*arguments)

        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ahead, "FEWEST", 0)
        one, other = side(head, seconds), side({**base, **head}, 0.25)
        ahead.begin(ask, one, other)
        beside = told(one, other)
        assert asked == [""]
    assert beside == told(side(head, seconds), side({**base, **head}, 0.25))


def test_what_nobody_does_is_worked_out_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "FEWEST", 0)
    head, base = (snapshot("a", leg({"c": {"a": "p", "b": letter}})) for letter in "fp")
    ahead.begin(lambda *_: None, head, base)
    assert [suite.head.failing for suite in suites(head, base)] == [1]


def test_a_large_base_is_not_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "FEWEST", 0)
    monkeypatch.setattr(ahead, "MOST", 2)
    head, base = snapshot("a", leg({"c": {"a": "p"}})), snapshot("b", leg({"c": {"a": "p", "b": "p", "d": "p"}}))
    asked: list[object] = []

    def ask(*given: object) -> Callable[[], Any]:
        asked.append(given)
        return lambda: ahead.work_out(*given[1:])

    ahead.begin(ask, head, base)
    assert not asked
    ahead.begin(ask, head, head)
    assert asked


@pytest.mark.parametrize(("fewest", "most", "based"), [(9, 10, True), (0, 0, True), (0, 10, False)])
def test_a_run_for_which_it_does_not_pay_asks_nobody(
    fewest: int, most: int, based: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(*_: object) -> Callable[[], Any]:
        raise AssertionError

    monkeypatch.setattr(ahead, "FEWEST", fewest)
    monkeypatch.setattr(ahead, "MOST", most)
    side = snapshot("a", leg({"c": {"a": "p", "b": "f"}}))
    ahead.begin(ask, side, side if based else None)


RUN = """
import os, sys
from pathlib import Path
from readygate import cli, reading
from readygate.compare import ahead, durations, suites

reading.MUCH, ahead.FEWEST = 0, int(sys.argv.pop(1))
here = os.getpid()
def told(*packed, original=ahead.work_out):
    Path(sys.argv[-1], "who").write_text(str(os.getpid() != here))
    return original(*packed)
def watch(module, name):
    original = getattr(module, name)
    def watched(*given):
        if os.getpid() == here:
            Path(sys.argv[-1], "here").touch()
        return original(*given)
    setattr(module, name, watched)
for module, name in ((durations, "_longest"), (durations, "_flags"), (suites, "_paths")):
    watch(module, name)
told.__module__, told.__qualname__ = "readygate.compare.ahead", "work_out"
ahead.work_out = told
cli.run_program()
"""


@pytest.mark.skipif(processors() < 2, reason="there is one processor only")
def test_the_whole_road_tells_the_same_with_another_process(tmp_path: Path) -> None:
    row = '<testcase classname="tests.{}.C" name="t{}" time="{}"/>'
    for side, slow in (("base", 0.1), ("head", 2.0)):
        (tmp_path / side).mkdir()
        for part in range(6):
            rows = "".join(row.format(part, number, 0.2 if number % 7 else slow) for number in range(40))
            last = '<testcase classname="tests.0.C" name="last">{}</testcase>'
            rows += last.format("<failure/>" if side == "head" else "") if part == 0 else ""
            (tmp_path / side / f"junit-{part}.xml").write_text(f'<testsuite name="s">{rows}</testsuite>')
    printed = []
    for fewest in (0, 1 << 30):
        out = tmp_path / f"out-{fewest}"
        out.mkdir()
        command = [sys.executable, "-c", RUN, str(fewest), "report", "--root", str(tmp_path / "head")]
        command += ["--base", str(tmp_path / "base"), "--format", "markdown", "--output", str(out)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stderr
        printed.append(done.stdout)
        assert (out / "who").exists() == (fewest == 0)
        assert (out / "here").exists() == (fewest > 0)  # no document works out again what the other process did
    assert (tmp_path / "out-0" / "who").read_text() == "True"
    assert printed[0] == printed[1]
    assert "Slower than on the base" in printed[0]
    assert "Tests by suite" in printed[0]
