"""Snapshots as files: what is stored is read again, equal parts are equal files, and damage is an error."""

import json
import tracemalloc
from array import array
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.builders import block, coverage, leg, numbered, snapshot

from readygate.baseline import _names_codec, _text
from readygate.baseline._text import escape, escape_field, split_into_files, unescape
from readygate.baseline.snapshot_codec import RESULTS, VERSION, decode, encode, equal_files
from readygate.baseline.snapshot_file import is_snapshot_file, pack_snapshot, unpack_snapshot
from readygate.model.coverage import EXCLUDED, HIT, MEASURED, Coverage, FileCoverage
from readygate.model.results import SEPARATOR, ClassBlock, Leg, Outcome, count_outcomes
from readygate.model.snapshot import Provenance, Snapshot
from readygate.support.errors import StoreError
from readygate.support.git_names import blob_id

ODD = "\t\n\r\\u0nrtd8\ud800\udfff\u2028\u0085é{}\"'"
"""Characters that the format uses itself, or that other formats treat specially."""
plain = st.text(st.one_of(st.sampled_from(ODD), st.characters(exclude_characters="\0")), max_size=6)
anything = st.text(st.one_of(st.sampled_from(f"{ODD}\0"), st.characters()), max_size=6)
times = st.one_of(st.just(0.0), st.floats(0, 1e6, width=32))


@st.composite
def blocks(draw: st.DrawFn) -> ClassBlock:
    tests = draw(st.lists(plain, min_size=1, max_size=6, unique=True))
    outcomes = draw(st.lists(st.sampled_from(Outcome), min_size=len(tests), max_size=len(tests)))
    seconds = draw(st.lists(times, min_size=len(tests), max_size=len(tests)))
    return ClassBlock.build(tests, bytes(outcomes), array("f", seconds))


@st.composite
def legs(draw: st.DrawFn) -> tuple[Leg, ...]:
    made = []
    known: dict[str, ClassBlock] = {}
    for group, name in sorted(draw(st.lists(st.tuples(anything, anything), max_size=3, unique=True))):
        if not draw(st.booleans()):  # the same tests as on the leg before, else others
            known = draw(st.dictionaries(anything, blocks(), max_size=4))
        ordered = {class_name: known[class_name] for class_name in sorted(known)}
        counts = count_outcomes(b"".join(block.outcomes for block in ordered.values()))
        seconds = draw(st.integers(0, 10**9)) / 1000
        causes = draw(
            st.dictionaries(st.tuples(anything, anything), st.from_regex(r"[0-9a-f]{8}", fullmatch=True), max_size=3)
        )
        made.append(
            Leg(
                group=group,
                leg=name,
                path=draw(anything),
                blocks=ordered,
                executions=counts,
                seconds=seconds,
                causes=causes,
                has_coverage=draw(st.booleans()),
            )
        )
    return tuple(made)


@st.composite
def coverages(draw: st.DrawFn) -> Coverage:
    files = []
    for path in sorted(draw(st.sets(anything, max_size=4))):
        lines = bytes((0, *draw(st.lists(st.sampled_from((0, MEASURED, HIT, EXCLUDED)), max_size=40))))
        totals = draw(st.dictionaries(st.integers(1, 40), st.integers(1, 9), max_size=3))
        branches = {line: (draw(st.integers(0, total)), total) for line, total in sorted(totals.items())}
        files.append(FileCoverage(path=path, lines=lines, branches=branches))
    return Coverage(files=tuple(files), has_branches=draw(st.booleans()))


snapshots = st.builds(
    Snapshot,
    commit=st.text("0123456789abcdef", min_size=40, max_size=40),
    legs=legs(),
    coverage=st.none() | coverages(),
    provenance=st.builds(
        Provenance,
        run_id=st.integers(0, 2**53 - 1),
        run_attempt=st.integers(0, 99),
        event=anything,
        branch=anything,
        complete=st.booleans(),
        inputs=st.dictionaries(anything, anything, max_size=2),
        reports=st.dictionaries(anything, anything, max_size=2),
    ),
)

LONGEST, SHORTEST, LONG = 1e9, 0.001, 0.001 * 1.2**37.5
"""Seconds: where the scale of durations ends and begins, and from where it is fine."""
FRESH, KEPT = (0.105, 0.003), (0.26, 0.055)
"""By what share a stored duration may differ from the measured one, below and from `LONG`."""


def is_near(stored: float, measured: float, shares: tuple[float, float]) -> bool:
    if measured < SHORTEST:
        return 0 <= stored <= SHORTEST * 1.3
    share = shares[measured >= LONG]
    low = min(measured, LONGEST)
    return low / (1 + share) <= stored <= measured * (1 + share)


def check_durations(found: Snapshot, measured: Snapshot, shares: tuple[float, float] = FRESH) -> None:
    for mine, theirs in zip(measured.legs, found.legs, strict=True):
        for class_name, known in mine.blocks.items():
            names = known.names.split(SEPARATOR)
            for name, before, after in zip(
                names, known.durations(), theirs.blocks[class_name].durations(), strict=True
            ):
                assert is_near(after, before, shares), (name, before, after)


# what comes back


@settings(max_examples=150)
@given(snapshots)
def test_all_but_durations_is_read_as_it_was_written(given_one: Snapshot) -> None:
    files = encode(given_one)
    back = decode(files, "here")

    assert back == given_one  # blocks compare without their durations
    for mine, theirs in zip(given_one.legs, back.legs, strict=True):
        assert list(theirs.blocks) == list(mine.blocks)
    check_durations(back, given_one)
    assert encode(back) == files
    assert encode(given_one) == files
    assert unpack_snapshot(pack_snapshot(files), "here") == files


@settings(max_examples=100)
@given(snapshots)
def test_all_files_are_text_without_odd_characters(given_one: Snapshot) -> None:
    for name, data in encode(given_one).items():
        text = data.decode()
        assert not text or text.endswith("\n"), name
        assert "\r" not in text
        assert "\0" not in text
        assert json.loads(text.split("\n")[0]) if name == RESULTS else True


@settings(max_examples=100)
@given(snapshots)
def test_ids_of_files_are_known_without_the_results(given_one: Snapshot) -> None:
    files = {blob_id(data): data for name, data in encode(given_one).items() if name != RESULTS}
    assert equal_files(given_one, files) == files
    other = replace(given_one, commit="f" * 40, provenance=Provenance(run_id=3))
    assert equal_files(other, files) == files


@settings(max_examples=60)
@given(snapshots, st.randoms(use_true_random=False))
def test_equal_content_gives_equal_bytes(given_one: Snapshot, random: Any) -> None:
    def shuffled(values: Mapping[Any, Any]) -> dict[Any, Any]:
        items = list(values.items())
        random.shuffle(items)
        return dict(items)

    known = given_one.coverage
    origin = given_one.provenance
    copy = replace(
        given_one,
        coverage=known
        and replace(known, files=tuple(replace(file, branches=shuffled(file.branches)) for file in known.files)),
        provenance=replace(origin, inputs=shuffled(origin.inputs), reports=shuffled(origin.reports)),
    )
    assert encode(copy) == encode(given_one)


def test_one_megabyte_of_a_name() -> None:
    long = "x\t\\\n" * (1 << 18)
    odd = snapshot("c" * 40, leg({long: {long: "p", "": "f"}}, group=long), covered=coverage({long: "hm"}))
    assert decode(encode(odd), "here") == odd


def test_empty_names() -> None:
    odd = snapshot("c" * 40, leg({"": {"": "p"}}), leg({"": {"": "p", "\n": "f"}, "\n": {"": "s"}}, name="x"))
    assert decode(encode(odd), "here") == odd


@pytest.mark.parametrize("covered", [None, coverage({}), coverage({"": ""}), coverage({"a": ""})])
def test_empty_coverage(covered: Coverage | None) -> None:
    odd = snapshot("c" * 40, covered=covered)
    assert decode(encode(odd), "here") == odd


@given(anything)
def test_escaped_text_is_one_line_and_comes_back(text: str) -> None:
    for change in (escape, escape_field):
        changed = change(text)
        changed.encode()
        assert set("\n\r\t").isdisjoint(changed)
        assert unescape(changed) == text
    assert "\0" not in escape_field(text)


# durations

SCALE = [SHORTEST * 1.013**step for step in range(2_138)]


def timed(seconds: list[float]) -> Snapshot:
    names = [f"{number:05}" for number in range(len(seconds))]
    known = ClassBlock.build(names, bytes(len(seconds)), array("f", seconds))
    made = Leg(blocks={"A": known}, executions=count_outcomes(known.outcomes), seconds=1.0)
    return Snapshot(commit="a" * 40, legs=(made,))


def seconds_of(found: Snapshot) -> list[float]:
    return list(found.legs[0].blocks["A"].durations())


def test_durations_are_exact_to_a_tenth_and_long_ones_to_a_percent() -> None:
    check_durations(decode(encode(timed(SCALE)), "here"), timed(SCALE))


def test_no_time_at_all_stays_zero() -> None:
    assert seconds_of(decode(encode(timed([0.0, 0.0001, 0.5])), "here"))[:2] == [0, 0]


def test_a_stored_duration_is_stored_the_same_again() -> None:
    once = decode(encode(timed(SCALE)), "here")
    assert encode(once) == encode(timed(SCALE))
    assert seconds_of(decode(encode(once), "here")) == seconds_of(once)


@pytest.mark.parametrize("factor", [0.5, 0.7, 0.79, 0.81, 0.94, 0.96, 1.0, 1.03, 1.06, 1.23, 1.27, 1.5, 3.0])
def test_a_duration_is_kept_while_it_is_near(factor: float) -> None:
    before = decode(encode(timed(SCALE)), "here")
    now = timed([value * factor for value in seconds_of(before)])

    found = decode(encode(now, before), "here")

    for was, measured, stored in zip(seconds_of(before), seconds_of(now), seconds_of(found), strict=True):
        if 0.01 < measured < LONGEST and abs(measured - LONG) > 0.01:
            within = 1.05 if measured >= LONG else 1.25
            assert (stored == was) == (1 / within < factor < within), (was, measured, stored)
            assert is_near(stored, measured, KEPT if stored == was else FRESH)


def test_a_duration_never_drifts_away() -> None:
    """Many small changes must not add up: each run is compared with what is stored."""
    stored = decode(encode(timed([0.5])), "here")
    for step in range(60):
        now = timed([0.5 * 1.03**step])
        stored = decode(encode(now, stored), "here")
        check_durations(stored, now, KEPT)


def test_zero_is_not_kept_for_more_and_more_not_for_zero() -> None:
    zero, some = timed([0.0, 0.0]), timed([0.0009, 0.001])
    assert 0 not in seconds_of(decode(encode(some, zero), "here"))
    assert seconds_of(decode(encode(zero, some), "here")) == [0, 0]


@settings(max_examples=100)
@given(snapshots, snapshots)
def test_another_snapshot_as_model_changes_durations_only(given_one: Snapshot, other: Snapshot) -> None:
    files = encode(given_one, other)
    back = decode(files, "here")
    assert back == given_one
    check_durations(back, given_one, KEPT)
    plain = encode(given_one)
    assert {name: data for name, data in files.items() if name != RESULTS} == {
        name: data for name, data in plain.items() if name != RESULTS
    }


def test_a_new_test_does_not_change_the_durations_of_others() -> None:
    before = decode(encode(snapshot("a" * 40, leg({"A": {"a": "p", "c": "p"}}, seconds=0.1))), "here")
    now = snapshot("b" * 40, leg({"A": {"a": "p", "b": "p", "c": "p"}}, seconds=0.11))
    (found,) = decode(encode(now, before), "here").legs
    a, b, c = found.blocks["A"].durations()
    assert a == c == before.legs[0].blocks["A"].durations()[0]
    assert b == pytest.approx(0.11, rel=0.1)


@pytest.mark.parametrize("damage", ["H", "!H", "\x7f", "é", " "])
def test_a_duration_that_does_not_exist_is_damage(damage: str) -> None:
    files = encode(timed([0.5, 1.5]))
    with pytest.raises(StoreError, match="damaged"):
        decode({**files, RESULTS: files[RESULTS].removesuffix(b"\n") + damage.encode() + b"\n"}, "here")


# what is shared


def test_legs_with_equal_tests_share_files() -> None:
    suite = {f"C{number}": numbered("pfs") for number in range(40)}
    changed = {**suite, "C0": numbered("ppp")}
    one, two = leg(suite, name="linux"), leg(changed, name="windows", seconds=7.0)
    files = encode(snapshot("a" * 40, one, two))
    assert [name for name in files if name.startswith("names/")] == ["names/0"]
    assert decode(files, "here") == snapshot("a" * 40, one, two)


def test_outcomes_and_durations_are_in_results_only() -> None:
    one = snapshot("a" * 40, leg({"A": numbered("ppp")}), covered=coverage({"a.py": "hm"}))
    two = snapshot("b" * 40, leg({"A": numbered("fse")}, seconds=9.0), covered=coverage({"a.py": "hm"}), run_id=2)
    mine, theirs = encode(one), encode(two)
    assert mine.keys() == theirs.keys()
    assert [name for name in mine if mine[name] != theirs[name]] == [RESULTS]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut files at some hundred characters."""
    monkeypatch.setattr(_text, "SMALLEST", 300)
    monkeypatch.setattr(_text, "LARGEST", 3_000)
    monkeypatch.setattr(_names_codec, "LARGEST", 3_000)
    monkeypatch.setattr(_text, "_EVERY", 4)
    monkeypatch.setattr(_text, "_MOST_FILES", 1_000)


def many(classes: int) -> dict[str, dict[str, str]]:
    return {f"tests.test_{number:04}": numbered("p" * (number % 7 + 1)) for number in range(classes)}


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("change", ["add", "remove", "add a test", "add the first", "add the last"])
def test_a_changed_class_changes_only_files_around_it(change: str) -> None:
    before = many(500)
    for number in range(0, 500, 23):
        name = f"tests.test_{number:04}"
        after = dict(before)
        if change == "add":
            after[f"{name}_b"] = numbered("pp")
        elif change == "remove":
            del after[name]
        elif change == "add a test":
            after[name] = {**after[name], "zz": "p"}
        elif change == "add the first":
            after["a"] = numbered("p")
        else:
            after["z"] = numbered("p")
        old, new = (
            {name: data for name, data in encode(snapshot("a" * 40, leg(suite))).items() if name != RESULTS}
            for suite in (before, after)
        )
        assert len(old) > 30
        assert len(set(new.values()) - set(old.values())) <= 4
        assert decode(encode(snapshot("a" * 40, leg(after))), "here") == snapshot("a" * 40, leg(after))


@pytest.mark.usefixtures("small")
def test_files_of_coverage_are_cut_likewise() -> None:
    before = {f"src/{number:04}.py": "hm" * (number % 30) for number in range(400)}
    after = {**before, "src/0200b.py": "h"}
    old, new = (encode(snapshot("a" * 40, covered=coverage(files))) for files in (before, after))
    assert len(old) > 30
    changed = set(new.values()) - set(old.values())
    assert len(changed) <= 5  # of which one is the results
    assert decode(new, "here").coverage == coverage(after)


@pytest.mark.usefixtures("small")
def test_no_file_is_much_larger_than_the_limit() -> None:
    suite = {"": numbered("p" * 3_000), "A": numbered("pf" * 3_000), "B": numbered("s")}
    one = snapshot("a" * 40, leg(suite))
    files = encode(one)
    assert max(len(data) for name, data in files.items() if name != RESULTS) < 4_500
    assert decode(files, "here") == one


@pytest.mark.usefixtures("small")
@settings(max_examples=40)
@given(st.lists(st.text("ab\t\n\\", max_size=900), min_size=1, max_size=30, unique=True), st.text("ab\n", max_size=30))
def test_long_names_in_a_class_that_is_cut(names: list[str], class_name: str) -> None:
    one = snapshot("a" * 40, leg({class_name: dict.fromkeys(names, "f"), f"{class_name}b": {"": "p"}}))
    assert decode(encode(one), "here") == one


@pytest.mark.usefixtures("small")
def test_legs_that_differ_in_one_class_share_the_other_files() -> None:
    suite = many(500)
    one, two = leg(suite, name="a"), leg({**suite, "tests.test_0250": numbered("p")}, name="b")
    files = encode(snapshot("a" * 40, one, two))
    alone = encode(snapshot("a" * 40, one))
    assert len(set(files.values())) - len(set(alone.values())) <= 4
    assert decode(files, "here") == snapshot("a" * 40, one, two)


def test_a_million_tests_take_few_files() -> None:
    records = [f"tests.test_{number:06}\0" + "x" * 1_200 for number in range(30_000)]
    sizes = [len(data) for data in split_into_files(records, 1_200 * 30_000)]
    assert len(sizes) == 3
    assert max(sizes) < 25 << 20


@given(st.lists(st.text("abc", max_size=5), max_size=30))
def test_files_joined_are_the_records(records: list[str]) -> None:
    joined = b"".join(split_into_files(records, 0)).decode()
    assert joined == "".join(f"{record}\n" for record in records)


# damage


def sample() -> Snapshot:
    suite = {"tests.test_a": numbered("pfsek"), "tests.test_ü": {"names|with ☃": "p", "": "f", "a\\b\n": "s"}}
    covered = Coverage(
        files=(FileCoverage(path="src/a.py", lines=bytes((0, 3, 1, 4)), branches={2: (1, 2), 3: (0, 4)}),),
        has_branches=True,
    )
    windows = leg({**suite, "tests.test_b": numbered("p")}, name="windows")
    return snapshot("a" * 40, leg(suite), windows, covered=covered, run_id=7, branch="main", inputs={"a": "b"})


def use(files: Mapping[str, bytes]) -> None:
    """Read files, and do with them what a comparison does; only a StoreError may stop it."""
    try:
        found = decode(files, "here")
    except StoreError:
        return
    for known in found.headline().values():
        assert len(list(known.items())) == len(known.durations())
    assert found.executions.total >= 0
    assert found.seconds >= 0
    if found.coverage:
        assert found.coverage.lines().total >= 0
        found.coverage.branches()
        assert all(0 < line < 1 << 32 for file in found.coverage.files for line in file.branches)
    again = encode(found)
    assert decode(again, "here") == found


def with_head(change: Callable[[dict[str, Any]], object]) -> dict[str, bytes]:
    files = encode(sample())
    first, _, rest = files[RESULTS].partition(b"\n")
    head = json.loads(first)
    replaced = change(head)
    changed = json.dumps(replaced if isinstance(replaced, list | str) else head).encode()
    return {**files, RESULTS: changed + b"\n" + rest}


def test_the_helpers_of_these_tests_change_nothing_by_themselves() -> None:
    assert decode(with_head(lambda head: None), "here") == sample()


@pytest.mark.parametrize("name", encode(sample()))
def test_a_missing_file_is_an_error(name: str) -> None:
    files = {other: data for other, data in encode(sample()).items() if other != name}
    with pytest.raises(StoreError, match=f"the snapshot is damaged .the file '{name}' is missing"):
        decode(files, "here")


@pytest.mark.parametrize("name", encode(sample()))
def test_every_truncation_is_an_error(name: str) -> None:
    files = encode(sample())
    for end in range(len(files[name])):
        with pytest.raises(StoreError, match="the snapshot is damaged"):
            decode({**files, name: files[name][:end]}, "here")


@pytest.mark.parametrize("name", encode(sample()))
def test_every_changed_byte_is_an_error_or_harmless(name: str) -> None:
    files = encode(sample())
    data = files[name]
    for at in range(len(data)):
        for value in (b"", b"\n", b"\t", b"\\", b"9", b"-", b"\xff", b"\0", data[at : at + 1] * 2):
            use({**files, name: data[:at] + value + data[at + 1 :]})


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(encode(sample()))), st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4)), max_size=5)
)
def test_damage_anywhere_is_an_error_or_harmless(name: str, changes: list[tuple[float, bytes]]) -> None:
    files = encode(sample())
    data = files[name]
    for at, value in changes:
        place = int(at * len(data))
        data = data[:place] + value + data[place + len(value) :]
    use({**files, name: data})


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from([RESULTS, "names/0", "names/1", "coverage/0"]), st.binary(max_size=60)))
def test_other_bytes_are_an_error(files: dict[str, bytes]) -> None:
    with pytest.raises(StoreError):
        decode(files, "here")
    use({**encode(sample()), **files})


@pytest.mark.parametrize("one", encode(sample()))
@pytest.mark.parametrize("other", encode(sample()))
def test_exchanged_files_are_an_error_or_harmless(one: str, other: str) -> None:
    files = encode(sample())
    use({**files, one: files[other]})


@pytest.mark.parametrize(
    "change",
    [
        lambda h: h["legs"][0].update(names=None),
        lambda h: h["legs"][0].update(names=[]),
        lambda h: h["legs"][0].update(names=-1),
        lambda h: h["legs"][0].update(names=10**30),
        lambda h: h.update(names=0),
        lambda h: h.update(names=10**12),
        lambda h: h["coverage"].update(rows=7),
        lambda h: h["legs"][0].update(executions=[1]),
        lambda h: h["legs"][0].update(seconds=-1),
        lambda h: h["legs"][0].update(group="\\q"),
        lambda h: h["legs"][0].pop("seconds"),
        lambda h: h["legs"].reverse(),
        lambda h: h["legs"].append(h["legs"][0]),
        lambda h: h.update(legs=7),
        lambda h: h.update(legs=h["legs"][:1]),
        lambda h: h["coverage"].update(files=2),
        lambda h: h["coverage"].update(files=10**12),
        lambda h: h["coverage"].update(files=-1),
        lambda h: h.update(coverage="all"),
        lambda h: h["provenance"].update(run_id=10**40),
        lambda h: h["provenance"].update(branch="\\q"),
        lambda h: h.pop("commit"),
        lambda h: [h],
        lambda h: "text",
    ],
)
def test_a_head_that_does_not_fit_is_an_error(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(StoreError, match="damaged"):
        decode(with_head(change), "here")


@pytest.mark.parametrize(
    "row",
    [
        "a.py\t.+\t-3:1/2",
        "a.py\t.+\t0:1/2",
        "a.py\t.+\t1:-1/2",
        "a.py\t.+\t1:1/-2",
        f"a.py\t.+\t1:1/{2**40}",
        f"a.py\t.+\t{2**40}:1/2",
        f"a.py\t.+\t1:1/{'9' * 5000}",
        "a.py\t.+\t1:1",
        "a.py\t.+\tx",
        "a.py\t.+",
        "a.py\t.+\t\t",
        "a.py\t.é\t",
        "a.py\t.?\t",
        "\\q\t.+\t",
    ],
)
def test_coverage_that_cannot_be_is_an_error(row: str) -> None:
    with pytest.raises(StoreError, match="damaged"):
        decode({**encode(sample()), "coverage/0": f"{row}\n".encode()}, "here")


@pytest.mark.parametrize(
    "line", ["", "\t.", "!\t", "!!\t.", "!\t..", "!\tp", "!\t?", "!\t.\t.", " \t.", "\x7f\t.", "é\t."]
)
def test_results_that_cannot_be_are_an_error(line: str) -> None:
    files = encode(snapshot("a" * 40, leg({"A": {"t": "f"}})))
    first, _, _ = files[RESULTS].partition(b"\n")
    assert decode({**files, RESULTS: first + b"\n!\tF\n"}, "here").executions.failed == 1
    with pytest.raises(StoreError, match="damaged"):
        decode({**files, RESULTS: first + f"\n{line}\n".encode()}, "here")


def test_a_lie_does_not_allocate_without_bound() -> None:
    """Many legs, or one leg many times, name the same large files in different orders."""
    text = "\n\n".join(f"A{number}\n\t{'x' * 1_000_000}" for number in range(8))
    names = {"names/0": f"{text}\n".encode()}
    first = json.loads(encode(snapshot("a" * 40, leg({"A": {"t": "p"}})))[RESULTS].split(b"\n")[0])
    row = first["legs"][0]
    lies = [
        [{**row, "leg": str(n), "names": n % 8} for n in range(5_000)],
        [{**row, "leg": str(n), "names": 10**9} for n in range(5_000)],
    ]
    for legs_ in lies:
        lines = "!\n" * len(legs_)
        data = f"{json.dumps({**first, 'legs': legs_})}\n{lines}".encode()
        tracemalloc.start()
        use_quietly({**names, RESULTS: data})
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 100 << 20


def use_quietly(files: Mapping[str, bytes]) -> None:
    try:
        decode(files, "here")
    except StoreError:
        return


# versions and single files


@pytest.mark.parametrize("version", [VERSION + 1, VERSION - 1, 0, -1, 10**30])
def test_another_version_is_named(version: int) -> None:
    files = with_head(lambda head: head.update(version=version, later=[1]))
    with pytest.raises(StoreError, match=f"has version {version} and this Readygate reads version {VERSION}"):
        decode(files, "the store")


def test_nothing_else_of_another_version_is_read() -> None:
    with pytest.raises(StoreError, match=f"has version {VERSION + 1} "):
        decode({RESULTS: b'{"version":%d,"legs":"?"}\n\xc3\xa9' % (VERSION + 1)}, "here")


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b"PK\3\4", b"[" * 100_000])
def test_bytes_of_something_else_are_an_error(data: bytes) -> None:
    with pytest.raises(StoreError, match=r"^the store: the snapshot "):
        decode({RESULTS: data}, "the store")


def test_a_single_file_holds_a_snapshot() -> None:
    packed = pack_snapshot(encode(sample()))
    assert is_snapshot_file(packed)
    assert not is_snapshot_file(b"<testsuite/>")
    assert decode(unpack_snapshot(packed, "here"), "here") == sample()
    assert pack_snapshot(dict(reversed(encode(sample()).items()))) == packed


def test_a_damaged_single_file_is_an_error() -> None:
    packed = pack_snapshot(encode(sample()))
    for at in range(len(packed)):
        for data in (packed[:at], packed[:at] + bytes((packed[at] ^ 0x55,)) + packed[at + 1 :]):
            with suppress(StoreError):
                use(unpack_snapshot(data, "here"))


def test_a_single_file_that_unpacks_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readygate.baseline.snapshot_file.MAX_BYTES", 50)
    with pytest.raises(StoreError, match="the snapshot is larger than"):
        unpack_snapshot(pack_snapshot(encode(sample())), "here")


def test_size_grows_with_the_tests() -> None:
    suites = {f"tests.test_{n}": numbered("p" * 100, f"test_case_of_{n}_") for n in range(100)}
    sizes = [len(pack_snapshot(encode(snapshot("d" * 40, leg(dict(list(suites.items())[:n])))))) for n in (10, 50, 100)]
    assert all(one < other for one, other in pairwise(sizes))
    assert sizes[-1] < 60_000  # 10,000 tests


def test_a_block_is_the_same_with_and_without_its_failures() -> None:
    """All passed is stored as nothing; one that did not pass is stored as all outcomes."""
    assert block({"a": "p"}) == decode(encode(snapshot("a" * 40, leg({"A": {"a": "p"}}))), "").legs[0].blocks["A"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("\tdeadbeef\n", "\tDEADBEEF\n"), ("\tdeadbeef\n", "\n"), ("A\tx\tdeadbeef\n", ""), ("A\tx\t", "A\t\\q\t")],
    ids=["another form", "no cause", "a line less", "a bad escape"],
)
def test_causes_that_are_damaged_are_an_error(old: str, new: str) -> None:
    known = ClassBlock.build(["x"], bytes((Outcome.FAILED,)), array("f", [1.0]))
    made = Leg(
        blocks={"A": known}, executions=count_outcomes(known.outcomes), seconds=1.0, causes={("A", "x"): "deadbeef"}
    )
    files = encode(Snapshot(commit="a" * 40, legs=(made,)))
    text = files[RESULTS].decode()
    assert old in text
    assert decode(files, "here").legs[0].causes == made.causes
    with pytest.raises(StoreError, match="damaged"):
        decode({**files, RESULTS: text.replace(old, new).encode()}, "here")
