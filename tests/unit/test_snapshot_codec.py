"""Snapshots as bytes: what goes in comes out, equal content is equal bytes, and damage is always told as such."""

import json
import struct
import zlib
from array import array
from collections.abc import Callable
from itertools import pairwise
from math import isclose
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.builders import coverage, leg, numbered, snapshot

from readygate.baseline.snapshot_codec import MAGIC, VERSION, decode, encode
from readygate.model.coverage import EXCLUDED, HIT, MEASURED, Coverage, FileCoverage
from readygate.model.results import ClassBlock, Leg, Outcome, count_outcomes
from readygate.model.snapshot import Provenance, Snapshot
from readygate.support.errors import StoreError

names = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)


@st.composite
def blocks(draw: st.DrawFn) -> ClassBlock:
    tests = draw(st.lists(names, min_size=1, max_size=6, unique=True))
    outcomes = draw(st.lists(st.sampled_from(Outcome), min_size=len(tests), max_size=len(tests)))
    times = st.one_of(st.just(0.0), st.floats(2**-20, 2**20, width=32))
    seconds = draw(st.lists(times, min_size=len(tests), max_size=len(tests)))
    return ClassBlock.build(tests, bytes(outcomes), array("f", seconds))


@st.composite
def legs(draw: st.DrawFn) -> tuple[Leg, ...]:
    keys = draw(st.lists(st.tuples(names, names), max_size=3, unique=True))
    made = []
    for group, name in sorted(keys):
        known = draw(st.dictionaries(names, blocks(), max_size=4))
        ordered = {klass: known[klass] for klass in sorted(known)}
        counts = count_outcomes(b"".join(block.outcomes for block in ordered.values()))
        seconds = draw(st.integers(0, 10**9)) / 1000
        made.append(Leg(group=group, leg=name, blocks=ordered, executions=counts, seconds=seconds))
    return tuple(made)


@st.composite
def coverages(draw: st.DrawFn) -> Coverage:
    files = []
    for path in sorted(draw(st.sets(names, max_size=4))):
        lines = bytes((0, *draw(st.lists(st.sampled_from((0, MEASURED, HIT, EXCLUDED)), max_size=40))))
        totals = draw(st.dictionaries(st.integers(1, 40), st.integers(1, 9), max_size=3))
        branches = {line: (draw(st.integers(0, total)), total) for line, total in sorted(totals.items())}
        files.append(FileCoverage(path=path, lines=lines, branches=branches))
    unplaced = tuple(draw(st.lists(names, max_size=2)))
    return Coverage(files=tuple(files), unplaced=unplaced, has_branches=draw(st.booleans()))


snapshots = st.builds(
    Snapshot,
    commit=st.text("0123456789abcdef", min_size=40, max_size=40),
    legs=legs(),
    coverage=st.none() | coverages(),
    provenance=st.builds(
        Provenance,
        run_id=st.integers(0, 2**62),
        run_attempt=st.integers(0, 99),
        event=names,
        branch=names,
        complete=st.booleans(),
    ),
)


@pytest.mark.slow
@settings(max_examples=150)
@given(snapshots)
def test_everything_but_times_comes_back_exactly(given_one: Snapshot) -> None:
    back = decode(encode(given_one), "here")
    assert back == given_one  # blocks compare without their times
    for mine, theirs in zip(given_one.legs, back.legs, strict=True):
        assert list(theirs.blocks) == list(mine.blocks)
        for name, block in mine.blocks.items():
            for before, after in zip(block.durations(), theirs.blocks[name].durations(), strict=True):
                assert isclose(before, after, rel_tol=0.07, abs_tol=1e-30)
    assert encode(back) == encode(given_one)


@settings(max_examples=40)
@given(snapshots, st.randoms(use_true_random=False))
def test_equal_content_gives_equal_bytes(given_one: Snapshot, random: Any) -> None:
    def shuffled(files: tuple[FileCoverage, ...]) -> tuple[FileCoverage, ...]:
        made = []
        for file in files:
            items = list(file.branches.items())
            random.shuffle(items)
            made.append(FileCoverage(path=file.path, lines=file.lines, branches=dict(items)))
        return tuple(made)

    known = given_one.coverage
    again = known and Coverage(files=shuffled(known.files), unplaced=known.unplaced, has_branches=known.has_branches)
    copy = Snapshot(commit=given_one.commit, legs=given_one.legs, coverage=again, provenance=given_one.provenance)
    assert encode(copy) == encode(given_one)


def sample() -> Snapshot:
    suite = {"tests.test_a": numbered("pfsek"), "tests.test_ü": {"names|with ☃": "p", "": "f"}}
    covered = Coverage(
        files=(FileCoverage(path="src/a.py", lines=bytes((0, 3, 1, 4)), branches={2: (1, 2), 3: (0, 4)}),),
        unplaced=("x.py",),
        has_branches=True,
    )
    return snapshot("a" * 40, leg(suite), leg(suite, name="windows"), covered=covered, run_id=7, branch="main")


def body_of(data: bytes) -> bytes:
    return zlib.decompress(data[len(MAGIC) :])


def with_body(body: bytes) -> bytes:
    return MAGIC + zlib.compress(body)


def with_header(change: Callable[[dict[str, Any]], object]) -> bytes:
    body = body_of(encode(sample()))
    (length,) = struct.unpack_from("<I", body, 4)
    header = json.loads(body[8 : 8 + length])
    replaced = change(header)
    head = json.dumps(header if replaced is None else replaced).encode()
    return with_body(struct.pack("<II", VERSION, len(head)) + head + body[8 + length :])


def test_the_helpers_of_these_tests_change_nothing_by_themselves() -> None:
    assert decode(with_header(lambda header: None), "here") == sample()


def test_every_truncation_is_told() -> None:
    data = encode(sample())
    for end in range(len(data)):
        with pytest.raises(StoreError):
            decode(data[:end], "here")


def test_every_flipped_byte_is_told() -> None:
    data = encode(sample())
    for at in range(len(data)):
        spoilt = bytearray(data)
        spoilt[at] ^= 0x55
        with pytest.raises(StoreError):
            decode(bytes(spoilt), "here")


def usable(found: Snapshot) -> bool:
    """Whether all that the comparison does with a snapshot can be done."""
    for block in found.headline().values():
        list(block.items())
        block.durations()
    if found.coverage:
        found.coverage.lines()
        found.coverage.branches()
    return found.executions.total >= 0 and isinstance(found.commit, str)


@settings(max_examples=400)
@given(at=st.floats(0, 1, exclude_max=True), value=st.integers(1, 255))
def test_a_well_packed_lie_is_told_or_harmless(at: float, value: int) -> None:
    body = bytearray(body_of(encode(sample())))
    place = int(at * len(body))
    body[place] ^= value
    try:
        found = decode(with_body(bytes(body)), "here")
    except StoreError:
        return
    assert usable(found)


@pytest.mark.parametrize(
    "change",
    [
        lambda h: h["legs"][0].update(sizes=[5, 1]),
        lambda h: h["legs"][0].update(lengths=[1, 2]),
        lambda h: h["legs"][0].update(classes=["one"]),
        lambda h: h["legs"][0].update(executions=[1]),
        lambda h: h["legs"][0].pop("seconds"),
        lambda h: h.update(legs=7),
        lambda h: h.update(legs=h["legs"][:1]),
        lambda h: h.update(columns=[]),
        lambda h: h.update(columns=[*h["columns"], 0]),
        lambda h: h.update(columns=None),
        lambda h: h["columns"].__setitem__(0, h["columns"][0] + 1),
        lambda h: h["coverage"].update(branches=[9]),
        lambda h: h["coverage"].update(branches=["two"]),
        lambda h: h["coverage"].update(lengths=[99]),
        lambda h: h["coverage"].update(lengths=[1]),
        lambda h: h["coverage"].update(paths=[]),
        lambda h: h.update(coverage="all"),
        lambda h: h.pop("commit"),
        lambda h: [h],
        lambda h: "text",
    ],
)
def test_a_header_that_does_not_fit_is_told(change: Callable[[dict[str, Any]], object]) -> None:
    def in_place(header: dict[str, Any]) -> object:
        result = change(header)
        return result if result in ([header], "text") else None

    with pytest.raises(StoreError, match="damaged"):
        decode(with_header(in_place), "here")


def test_an_unknown_outcome_is_told() -> None:
    plain = encode(snapshot("b" * 40, leg({"A": {"one": "p"}})))
    body = bytearray(body_of(plain))
    (length,) = struct.unpack_from("<I", body, 4)
    body[8 + length + len("one")] = 9
    with pytest.raises(StoreError, match="damaged"):
        decode(with_body(bytes(body)), "here")


def test_a_newer_version_is_refused_by_name() -> None:
    body = body_of(encode(sample()))
    with pytest.raises(StoreError, match=f"has version {VERSION + 1} and this Readygate reads version {VERSION}"):
        decode(with_body(struct.pack("<I", VERSION + 1) + body[4:]), "the store")


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"readygate-snapshot", MAGIC, MAGIC + b"x" * 99])
def test_bytes_of_something_else_are_told(data: bytes) -> None:
    with pytest.raises(StoreError, match=r"^the store: "):
        decode(data, "the store")


def test_a_stream_that_unpacks_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readygate.baseline.snapshot_codec.MAX_BYTES", 50)
    with pytest.raises(StoreError, match="cut short, or larger"):
        decode(encode(sample()), "here")


def test_lone_surrogates_survive() -> None:
    odd = snapshot("c" * 40, leg({"\udcff": {"\ud800 alone": "p"}}), covered=coverage({"a\udc80.py": "hm"}))
    assert decode(encode(odd), "here") == odd


def test_size_does_not_grow_out_of_bounds() -> None:
    suites = {f"tests.test_{n}": numbered("p" * 100, f"test_case_of_{n}_") for n in range(100)}
    sizes = [len(encode(snapshot("d" * 40, leg(dict(list(suites.items())[:n]))))) for n in (10, 50, 100)]
    assert all(one < other for one, other in pairwise(sizes))
    assert sizes[-1] < 60_000  # 10,000 tests
