"""Properties of every coverage format: order does not matter, damage never raises or adds anything."""

import json
import random
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.coverage_reading import damages, parse_coverage

from readygate.formats import all_formats, choose
from readygate.formats.sniffing import FileSample
from readygate.model.coverage import HIT, MAX_LINE, MEASURED, FileCoverage, merge_files
from readygate.model.reports import CoverageReport

Lines = Mapping[int, int]
"""Hits by line."""
Files = Mapping[str, Lines]


def clover(files: Files) -> str:
    inner = "".join(
        f'<file name="x" path="{name}">'
        + "".join(f'<line num="{line}" type="stmt" count="{hits}"/>' for line, hits in lines.items())
        + "</file>"
        for name, lines in files.items()
    )
    return f'<?xml version="1.0"?>\n<coverage generated="1" clover="4.4"><project>{inner}</project></coverage>'


def jacoco(files: Files) -> str:
    inner = "".join(
        f'<sourcefile name="{name}">'
        + "".join(f'<line nr="{line}" mi="{1 - hits}" ci="{hits}" mb="0" cb="0"/>' for line, hits in lines.items())
        + "</sourcefile>"
        for name, lines in files.items()
    )
    doctype = '<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "x">'
    return f'{doctype}<report name="r"><package name="">{inner}</package></report>'


def opencover(files: Files) -> str:
    names = "".join(f'<File uid="{at}" fullPath="{name}"/>' for at, name in enumerate(files))
    points = "".join(
        f'<SequencePoint vc="{hits}" sl="{line}" el="{line}" fileid="{at}"/>'
        for at, lines in enumerate(files.values())
        for line, hits in lines.items()
    )
    return f"<CoverageSession><Modules><Module><Files>{names}</Files>{points}</Module></Modules></CoverageSession>"


def sonarqube(files: Files) -> str:
    inner = "".join(
        f'<file path="{name}">'
        + "".join(
            f'<lineToCover lineNumber="{line}" covered="{str(hits > 0).lower()}"/>' for line, hits in lines.items()
        )
        + "</file>"
        for name, lines in files.items()
    )
    return f'<coverage version="1">{inner}</coverage>'


def go_cover(files: Files) -> str:
    return "mode: set\n" + "".join(
        f"{name}:{line}.1,{line}.9 1 {hits}\n" for name, lines in files.items() for line, hits in lines.items()
    )


def istanbul(files: Files) -> str:
    return json.dumps(
        {
            name: {
                "path": name,
                "statementMap": {str(at): {"start": {"line": line}, "end": {}} for at, line in enumerate(lines)},
                "s": {str(at): hits for at, hits in enumerate(lines.values())},
            }
            for name, lines in files.items()
        }
    )


def arrays(files: Files) -> dict[str, Any]:
    return {
        name: {"lines": [lines.get(line) for line in range(1, max(lines) + 1)] if lines else []}
        for name, lines in files.items()
    }


def resultset(files: Files) -> str:
    return json.dumps({"RSpec": {"coverage": arrays(files), "timestamp": 1}})


def simplecov(files: Files) -> str:
    return json.dumps({"meta": {"simplecov_version": "0.22.0"}, "coverage": arrays(files)})


def llvm(files: Files) -> str:
    segments = {
        name: [
            segment
            for line, hits in sorted(lines.items())
            for segment in ([line, 1, hits, True, True, False], [line, 9, 0, False, False, False])
        ]
        for name, lines in files.items()
    }
    entries = [{"filename": name, "segments": values} for name, values in segments.items()]
    return json.dumps({"data": [{"files": entries}], "type": "llvm.coverage.json.export"})


def gcovr(files: Files) -> str:
    entries = [
        {"file": name, "lines": [{"line_number": line, "count": hits, "branches": []} for line, hits in lines.items()]}
        for name, lines in files.items()
    ]
    return json.dumps({"gcovr/format_version": "0.15", "files": entries})


BUILDERS: dict[str, Callable[[Files], str]] = {
    "clover": clover,
    "jacoco": jacoco,
    "opencover": opencover,
    "sonarqube-generic": sonarqube,
    "go-cover": go_cover,
    "istanbul-final-json": istanbul,
    "simplecov-resultset": resultset,
    "simplecov-json": simplecov,
    "llvm-cov-json": llvm,
    "gcovr-json": gcovr,
}
FILES: Files = {"src/a.x": {1: 1, 2: 0, 12: 1}, "src/b.x": {3: 0, 4: 1}, "c.x": {7: 0}}
OF_LINES = st.dictionaries(st.integers(1, 30), st.integers(0, 1), min_size=1, max_size=8)
OF_FILES = st.dictionaries(st.sampled_from(["a.x", "b/a.x", "b/c.x", "d.x"]), OF_LINES, min_size=1)

every = pytest.mark.parametrize("name", BUILDERS)


def read(name: str, data: bytes | str) -> CoverageReport:
    (fmt,) = (fmt for fmt in all_formats() if fmt.name == name)
    return parse_coverage(fmt, data)


def merged(report: CoverageReport) -> tuple[FileCoverage, ...]:
    return merge_files(
        FileCoverage(path=file.candidates[-1], lines=file.coverage.lines.rstrip(b"\0"), branches=file.coverage.branches)
        for file in report.files
    )


@every
def test_only_its_own_format_matches(name: str) -> None:
    for text in (BUILDERS[name](FILES), "\ufeff" + BUILDERS[name](FILES), "\n" + BUILDERS[name](FILES)):
        chosen = choose(FileSample.read("x", text.encode()))

        assert isinstance(chosen, tuple)
        assert chosen[0].name == name


@every
@given(files=OF_FILES)
def test_every_line_is_read(name: str, files: Files) -> None:
    report = read(name, BUILDERS[name](files))

    assert damages(report) == []
    assert {file.path: {line: state for line, state in enumerate(file.lines) if state} for file in merged(report)} == {
        path: {line: HIT if hits else MEASURED for line, hits in lines.items()} for path, lines in files.items()
    }


@every
@given(files=OF_FILES, seed=st.integers())
def test_order_makes_no_difference(name: str, files: Files, seed: int) -> None:
    rng = random.Random(seed)
    shuffled = {
        path: dict(rng.sample(list(lines.items()), len(lines)))
        for path, lines in rng.sample(list(files.items()), len(files))
    }

    assert merged(read(name, BUILDERS[name](shuffled))) == merged(read(name, BUILDERS[name](files)))


@every
@given(cut=st.integers(1), files=OF_FILES)
def test_a_cut_is_damage_and_invents_nothing(name: str, cut: int, files: Files) -> None:
    text = BUILDERS[name](files).rstrip()
    part = text[: 1 + cut % (len(text) - 1)]
    report = read(name, part)

    whole = {file.path: file.lines for file in merged(read(name, text))}
    for file in merged(report):
        assert all(not state or whole[file.path][line] == state for line, state in enumerate(file.lines))
    if not damages(report):  # a profile has no end: it may stop behind any whole block
        assert name == "go-cover"
        assert re.search(r"\A(mode: set\n)?\Z|(mode: set|:\d+\.1,\d+\.9 1 \d)\n?\Z", part)


@every
@given(data=st.data())
def test_a_changed_byte_raises_nothing(name: str, data: st.DataObject) -> None:
    text = bytearray(BUILDERS[name](FILES).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.sampled_from(b"0129-.,:\"'<>{}[]nul \n\0\xff"))

    read(name, bytes(text))


@every
@pytest.mark.parametrize("line", [MAX_LINE + 1, 2**31, 10**12])
def test_a_line_number_too_great(name: str, line: int) -> None:
    if name in {"simplecov-resultset", "simplecov-json"}:
        return  # they have no line numbers
    report = read(name, BUILDERS[name]({"a.x": {4: 1, line: 1}}))

    assert merged(report)[0].lines.rstrip(b"\0") == bytes((0, 0, 0, 0, HIT))
    assert len(damages(report)) == 1


@every
def test_the_same_file_twice_is_one_file(name: str) -> None:
    once, again = BUILDERS[name]({"a.x": {1: 0, 2: 1, 3: 0}}), BUILDERS[name]({"a.x": {1: 1, 2: 0}})
    joined = merge_files((*merged(read(name, once)), *merged(read(name, again))))

    assert joined[0].lines == bytes((0, HIT, HIT, MEASURED))
    assert (joined[0].covered, joined[0].total) == (2, 3)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**40) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def replaced(value: Any, at: list[int], other: Any) -> Any:
    """A document with the value at a path of positions replaced."""
    if not at or not isinstance(value, dict | list) or not value:
        return other
    if isinstance(value, list):
        return [replaced(each, at[1:], other) if i == at[0] % len(value) else each for i, each in enumerate(value)]
    keys = list(value)
    return {**value, keys[at[0] % len(keys)]: replaced(value[keys[at[0] % len(keys)]], at[1:], other)}


@pytest.mark.parametrize("name", [name for name in BUILDERS if BUILDERS[name](FILES).startswith("{")])
@given(at=st.lists(st.integers(0, 20), max_size=8), other=VALUES)
def test_a_value_of_another_kind_raises_nothing(name: str, at: list[int], other: Any) -> None:
    read(name, json.dumps(replaced(json.loads(BUILDERS[name](FILES)), at, other)))


@pytest.mark.parametrize("name", [name for name in BUILDERS if BUILDERS[name](FILES).startswith("<")])
def test_a_declared_entity_is_refused(name: str) -> None:
    text = BUILDERS[name](FILES)
    start = text.index("<", 2) if text.startswith(("<?", "<!")) else 0

    assert len(damages(read(name, "<!DOCTYPE x [<!ENTITY a 'aaaa'>]>" + text[start:]))) == 1
