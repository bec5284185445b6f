"""The record of a gate as bytes: what is written is read again, and damage is an error with a reason."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from readygate.baseline import run_records
from readygate.baseline.run_records import (
    VERSION,
    Record,
    RunRecord,
    StoredFile,
    change_fields,
    decode_record,
    encode_record,
    escaped_legs,
)
from readygate.model.coverage import Ratio
from readygate.model.history import ABSENT
from readygate.model.outcome_changes import OutcomeChanges
from readygate.model.results import OUTCOME_LETTERS, Counts, TestId
from readygate.support.errors import StoreError

texts = st.text(
    st.one_of(st.sampled_from("\0\t\n\r\\u0d8a\ud800\udfff\u2028\x85"), st.characters(categories=["L", "Cs"])),
    max_size=6,
)
legs = st.tuples(texts, texts)
tests = st.builds(TestId, texts, texts, texts)
letters = st.sampled_from(ABSENT + OUTCOME_LETTERS)
outcome_changes = st.builds(
    OutcomeChanges,
    letters=st.dictionaries(st.tuples(tests, texts), st.tuples(letters, letters), max_size=6),
    renamed=st.dictionaries(tests, tests, max_size=3),
    suites=st.dictionaries(legs, legs, max_size=3),
)
numbers = st.integers(0, 2**40)
ids = st.text("0123456789abcdef", min_size=40, max_size=40)


@st.composite
def run_records_(draw: st.DrawFn) -> RunRecord:
    run = RunRecord(
        commit=draw(ids),
        run_id=draw(numbers),
        attempt=draw(st.integers(0, 99)),
        when=draw(numbers),
        branch=draw(st.sampled_from(["main", "release/1", ""])),
        complete=draw(st.booleans()),
        ready=draw(st.none() | st.booleans()),
        counts=Counts(passed=draw(numbers), failed=draw(numbers)),
        lines=draw(st.none() | st.builds(Ratio, covered=numbers, total=numbers)),
        seconds=draw(st.floats(0, 1e9)),
        since=draw(st.sampled_from(["", "a-1-1"])),
        line=tuple(draw(st.lists(ids, max_size=3))),
        unrun=escaped_legs(draw(st.lists(legs, max_size=3))),
        snapshot=draw(st.none() | st.dictionaries(st.just("results"), st.builds(StoredFile, ids, numbers))),
    )
    fields: Any = change_fields(draw(outcome_changes))
    return replace(run, **fields)


def sample() -> Record:
    test = TestId("unit", "tests.A", "\t\n\\ \ud800")
    found = OutcomeChanges(
        letters={(test, "linux"): (".", "F"), (TestId("unit", "tests.A", "b"), "linux"): (ABSENT, "~")},
        renamed={test: TestId("unit", "tests.B", "\0")},
        suites={("unit", "linux"): ("old", "")},
    )
    fields: Any = change_fields(found)
    one = RunRecord(commit="a" * 40, run_id=7, attempt=1, counts=Counts(passed=3), when=5, branch="main")
    stored = {"results": StoredFile("c" * 40, 70), "names/0": StoredFile("d" * 40, 700)}
    later = replace(one, run_id=8, since=one.key, line=("a" * 40,), snapshot=stored, **fields)
    return Record(workflow=".github/workflows/ci.yml", runs=(one, later))


@settings(max_examples=200)
@given(texts, st.lists(run_records_(), max_size=4))
def test_a_record_is_read_as_it_was_written(workflow: str, runs: list[RunRecord]) -> None:
    data = encode_record(Record(workflow=workflow, runs=tuple(runs)))

    back = decode_record(data, "here")

    assert back.workflow == workflow
    assert sorted(back.runs, key=repr) == sorted(runs, key=repr)
    assert [run.order for run in back.runs] == sorted(run.order for run in runs)
    assert encode_record(back) == data
    assert len(data.decode().split("\n")) == len(runs) + 2


@settings(max_examples=200)
@given(outcome_changes)
def test_changes_of_outcomes_are_read_as_they_were_written(found: OutcomeChanges) -> None:
    fields: Any = change_fields(found)
    data = encode_record(Record(runs=(RunRecord(commit="a" * 40, counts=Counts(), **fields),)))

    (back,) = decode_record(data, "here").runs

    assert back.outcome_changes() == found


@given(st.lists(legs, max_size=4))
def test_legs_without_results_are_read_as_they_were_written(found: list[tuple[str, str]]) -> None:
    run = RunRecord(commit="a" * 40, counts=Counts(), unrun=escaped_legs(found))

    (back,) = decode_record(encode_record(Record(runs=(run,))), "here").runs

    assert sorted(back.legs_without_results()) == sorted(found)


def test_equal_records_are_equal_bytes() -> None:
    record = sample()
    shuffled = replace(record, runs=record.runs[::-1])

    assert encode_record(shuffled) == encode_record(record)


def test_too_many_changes_are_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_records, "MAX_CHANGES", 3)
    tests = [TestId("", "A", str(number)) for number in range(3)]
    few = OutcomeChanges(letters={(test, ""): (".", "F") for test in tests})
    many = replace(few, renamed={tests[0]: TestId("", "B", "0")})

    assert "changes" in change_fields(few)
    assert change_fields(many) == {"unknown": True}


def test_a_run_of_equal_outcomes_takes_few_bytes() -> None:
    run = sample().runs[1]
    plain = RunRecord(
        commit=run.commit,
        run_id=12_345_678_901,
        attempt=1,
        when=1_800_000_000,
        branch="main",
        ready=True,
        counts=Counts(passed=20_000),
        seconds=1234.567,
        since=run.key,
        line=(run.commit,),
        snapshot={name: StoredFile("c" * 40, 20_000) for name in ("results", "names/0", "coverage/0")},
    )
    assert len(encode_record(Record(runs=(plain,)))) < 700


def test_parents_of_a_run() -> None:
    one, two, three = (letter * 40 for letter in "abc")
    run = RunRecord(commit=one, counts=Counts(), line=(two, three))

    assert Record(runs=(run,)).first_parents() == {one: two, two: three}


# damage


def test_every_truncation_is_an_error_or_ends_the_last_line() -> None:
    data = encode_record(sample())
    whole = [at + 1 for at, byte in enumerate(data) if byte == ord("\n")]
    for end in range(len(data)):
        if end not in whole:
            with pytest.raises(StoreError, match="the history is damaged"):
                decode_record(data[:end], "here")


@settings(max_examples=600)
@given(at=st.floats(0, 1, exclude_max=True), value=st.binary(min_size=0, max_size=3))
def test_changed_bytes_are_an_error_or_harmless(at: float, value: bytes) -> None:
    data = encode_record(sample())
    place = int(at * len(data))

    use(data[:place] + value + data[place + 1 :])


def use(data: bytes) -> None:
    """Do with a record what reading and writing do with it; only a StoreError or ValueError may stop it."""
    try:
        record = decode_record(data, "here")
    except StoreError:
        return
    record.first_parents()
    record.files()
    for run in record.runs:
        run.past_run()
        try:
            run.outcome_changes()
            list(run.legs_without_results())
        except ValueError:
            pass
    again = encode_record(record)
    assert decode_record(again, "here") == replace(record, runs=decode_record(again, "here").runs)


HUGE = "9" * 40
"""More than 64 bits: JSON can hold it, and a writer of JSON refuses it."""


@pytest.mark.parametrize(
    "field",
    [
        "run_id",
        "attempt",
        "when",
        "counts",
        "lines",
        "snapshot",
        "seconds",
        "negative size",
        "negative run",
        "workflow",
    ],
)
def test_values_that_cannot_be_are_damage(field: str) -> None:
    head, _, last = encode_record(sample()).decode().splitlines()
    row = json.loads(last)
    number = int(HUGE)
    if field in ("run_id", "attempt", "when", "seconds"):
        row[field] = number
    elif field == "negative run":
        row["run_id"] = -1
    elif field == "counts":
        row["counts"]["passed"] = number
    elif field == "lines":
        row["lines"] = {"covered": number, "total": number}
    elif field == "snapshot":
        row["snapshot"]["results"][1] = number
    elif field == "negative size":
        row["snapshot"]["results"][1] = -1
    elif field == "workflow":
        head = head.replace(".github", "\\\\q")

    with pytest.raises(StoreError, match="the history is damaged"):
        decode_record(f"{head}\n{json.dumps(row)}\n".encode(), "here")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("commit", "../.."),
        ("commit", ""),
        ("commit", "a/b"),
        ("names", "../../../other/history.jsonl"),
        ("names", "names/0/x"),
        ("names", "/etc/passwd"),
        ("names", "names\\0"),
        ("id", "main"),
        ("id", "../refs"),
    ],
)
def test_paths_that_lead_elsewhere_are_damage(field: str, value: str) -> None:
    head, _, last = encode_record(sample()).decode().splitlines()
    row = json.loads(last)
    if field == "commit":
        row["commit"] = value
    elif field == "names":
        row["snapshot"][value] = row["snapshot"].pop("names/0")
    else:
        row["snapshot"]["names/0"][0] = value

    with pytest.raises(StoreError, match="the history is damaged"):
        decode_record(f"{head}\n{json.dumps(row)}\n".encode(), "here")


@pytest.mark.parametrize("letters", ["", ".", "..F", "pF", "\\.", "x "])
def test_outcomes_that_do_not_exist_are_an_error(letters: str) -> None:
    run = RunRecord(commit="a" * 40, counts=Counts(), changes=(("", "", {"A": {letters: ["t"]}}),))

    with pytest.raises(ValueError, match="outcomes that do not exist"):
        run.outcome_changes()


@pytest.mark.parametrize("name", ["\\q", "\\u12", "\\x41"])
def test_escapes_that_do_not_exist_are_an_error(name: str) -> None:
    run = RunRecord(commit="a" * 40, counts=Counts(), changes=(("", "", {"A": {".F": [name]}}),))

    with pytest.raises(ValueError, match="an escape that does not exist"):
        run.outcome_changes()


# versions


@pytest.mark.parametrize("version", [VERSION + 1, VERSION - 1, 0, -1, 2**40])
def test_another_version_is_named(version: int) -> None:
    data = encode_record(sample()).replace(b'"version":%d' % VERSION, b'"version":%d,"later":[1]' % version, 1)

    with pytest.raises(StoreError, match=f"has version {version} and this Readygate reads version {VERSION}"):
        decode_record(data, "here")


def test_rows_of_another_version_are_not_read() -> None:
    data = b'{"readygate":"history","version":3}\nnot JSON'

    with pytest.raises(StoreError, match="has version 3"):
        decode_record(data, "here")


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"{}\n", b"[]\n", b"readygate\n", b'{"readygate":"snapshot","version":2}\n']
)
def test_other_files_are_not_records(data: bytes) -> None:
    with pytest.raises(StoreError, match="the history is damaged"):
        decode_record(data, "here")


def test_deep_nesting_is_damage() -> None:
    data = encode_record(Record()) + b'{"commit":"a","later":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"

    with pytest.raises(StoreError, match="the history is damaged"):
        decode_record(data, "here")
