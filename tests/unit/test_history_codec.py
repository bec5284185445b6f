"""What the last runs of a base branch leave behind: letters, their bounds, and their way through bytes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.builders import leg, snapshot
from tests.support.stores import Memory

from readygate.baseline import history_codec as past
from readygate.baseline.history_codec import decode, encode, grow, pack, unpack
from readygate.baseline.record import record
from readygate.baseline.select import choose
from readygate.baseline.store_keys import history_key
from readygate.model.history import RUNS_KEPT, History, Past
from readygate.model.results import TestId
from readygate.model.snapshot import Snapshot
from readygate.support.errors import StoreError

T = TestId(class_name="A", name="t")


def sha(number: int) -> str:
    return f"{number:040x}"


def run(number: int, letter: str, *, commit: int = 0, **more: str) -> Snapshot:
    return snapshot(sha(commit or number), leg({"A": {"t": letter, "green": "p", **more}}), run_id=number)


def grown(letters: str) -> History:
    history = History()
    for number, letter in enumerate(letters, start=1):
        history = grow(history, run(number, letter), when=number)
    return history


def test_a_green_test_has_no_story() -> None:
    assert grown("ppp").tests == {}
    assert grown("sss").tests == {}
    assert [each.commit for each in grown("ppp").runs] == [sha(1), sha(2), sha(3)]


def test_a_test_that_failed_once_is_known_from_then_on() -> None:
    assert grown("ppfpsek").tests == {(T, ""): "  F.sE~"}
    assert grown("pf").of(T, "") == Past(letters=" F")
    assert grown("pf").of(TestId(class_name="A", name="green"), "") is None


def test_a_rerun_replaces_what_its_commit_said() -> None:
    history = grow(grown("pfp"), run(9, "p", commit=2))
    assert history.tests == {}
    assert [each.commit for each in history.runs] == [sha(1), sha(3), sha(2)]


def test_a_run_that_stores_late_takes_its_place() -> None:
    history = grow(grow(grow(History(), run(1, "f")), run(3, "f")), run(2, "p"))
    assert [each.run_id for each in history.runs] == [1, 2, 3]
    assert history.tests == {(T, ""): "F.F"}


def test_only_so_many_runs_are_kept() -> None:
    history = grown("f" + "p" * RUNS_KEPT)
    assert len(history.runs) == RUNS_KEPT
    assert history.tests == {}  # its only failure fell out
    assert grown("pf" + "p" * (RUNS_KEPT - 1)).tests[T, ""].startswith("F")


def test_only_so_many_tests_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "MOST_TESTS", 2)
    history = grow(grow(History(), run(1, "f", a="f", b="f")), run(2, "p", a="f", b="e"))
    assert sorted(test.name for test, _ in history.tests) == ["a", "b"]


def test_the_same_test_on_two_legs_has_two_stories() -> None:
    both = snapshot(sha(1), leg({"A": {"t": "f"}}, name="linux"), leg({"A": {"t": "k"}}, name="windows"), run_id=1)
    assert grow(History(), both).tests == {(T, "linux"): "F", (T, "windows"): "~"}


@pytest.mark.parametrize(
    ("letters", "flips", "failing_for", "since"),
    [
        ("....", 0, 0, None),
        (".F.F", 3, 1, 3),
        (".F FF", 1, 3, 1),
        ("F.~.", 2, 0, None),
        ("FsF", 0, 2, 0),
        ("  ", 0, 0, None),
    ],
)
def test_the_record_of_a_test(letters: str, flips: int, failing_for: int, since: int | None) -> None:
    record = Past(letters=letters)
    assert (record.flips, record.failing_for, record.failing_since) == (flips, failing_for, since)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 12), st.text("pfeks", min_size=3, max_size=3)), max_size=14))
def test_bytes_give_the_history_back(runs: list[tuple[int, str]]) -> None:
    history = History()
    for number, letters in runs:
        made = snapshot(sha(number + 1), leg({"A": dict(zip("abc", letters, strict=True))}), run_id=number)
        history = grow(history, made, when=number, ready=bool(number % 2))
        assert all(len(known) == len(history.runs) for known in history.tests.values())
        assert len({each.commit for each in history.runs}) == len(history.runs)
    assert decode(encode(history), "here") == history


@pytest.mark.parametrize("spoil", [lambda b: b[:-4], lambda b: b"x" + b, lambda b: b[:18] + b"\0" * 9, lambda b: b""])
def test_a_damaged_history_is_named(spoil: object) -> None:
    with pytest.raises(StoreError, match="the history is not readable"):
        decode(spoil(encode(grown("pf"))), "here")  # type: ignore[operator]


def test_the_baseline_brings_the_history_of_its_branch() -> None:
    known = Memory()
    for number, letter in enumerate("pfp", start=1):
        made = snapshot(sha(number), leg({"A": {"t": letter}}), run_id=number, branch="main")
        record(known.store(), "readygate", made, ready=letter == "p", when=number)
    record(known.store(), "readygate", snapshot(sha(9), leg({"A": {"t": "f"}}), run_id=9, branch="release"))

    found = choose(known.store(), "readygate", wanted=sha(3), relation="", branch="main", ancestors=list)
    assert found.baseline is not None
    assert found.baseline.history is not None
    assert found.baseline.history.tests == {(T, ""): " F."}
    assert [each.ready for each in found.baseline.history.runs] == [True, False, True]

    (name,) = (name for name in known.snapshots if sha(3) in name)
    known.data[name] = pack(unpack(known.data[name])[0], b"nothing of ours")
    known.data[history_key("readygate", "main")] = b"nothing of ours"
    found = choose(known.store(), "readygate", wanted=sha(3), relation="", branch="main", ancestors=list)
    assert found.baseline is not None
    assert found.baseline.history is None
    assert "the history is not readable" in found.warning
    made = snapshot(sha(4), leg({"A": {"t": "f"}}), run_id=4, branch="main")
    record(known.store(), "readygate", made)  # it begins anew, and the snapshot is not lost
    assert decode(known.data[history_key("readygate", "main")], "").tests == {(T, ""): "F"}
