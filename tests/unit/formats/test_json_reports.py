"""Properties of all JSON document formats: damage, encodings, outlines, values of the wrong type."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.reading import check_cut_document, damages, figures, parse, read

from readygate.formats import FileSample, Format, Source, results
from readygate.formats import parse as parse_any
from readygate.formats.results import _json, ctrf, cucumber, jest, mocha, playwright, rspec
from readygate.formats.results._json_keys import outline
from readygate.model.reports import TestReport
from readygate.model.results import SEPARATOR

DOCUMENTS: dict[Format, Any] = {
    ctrf.FORMAT: {"results": {"tool": {"name": "x"}, "summary": {}, "tests": [{"name": "a", "status": "passed"}]}},
    mocha.FORMAT: {
        "stats": {"suites": 1, "passes": 1, "failures": 0},
        "tests": [{"title": "a", "fullTitle": "s a", "err": {}}],
        "passes": [{"title": "a", "fullTitle": "s a", "err": {}}],
        "pending": [],
        "failures": [],
    },
    rspec.FORMAT: {"examples": [{"full_description": "a", "status": "passed", "file_path": "./a.rb"}]},
    jest.FORMAT: {
        "numTotalTests": 1,
        "numFailedTests": 0,
        "testResults": [{"name": "a.js", "assertionResults": [{"title": "a", "status": "passed"}]}],
    },
    cucumber.FORMAT: [
        {
            "uri": "a.feature",
            "keyword": "Feature",
            "elements": [{"name": "a", "type": "scenario", "steps": [{"result": {"status": "passed"}}]}],
        }
    ],
    playwright.FORMAT: {
        "config": {"rootDir": "/a", "projects": []},
        "suites": [
            {"title": "a.ts", "specs": [{"title": "a", "tests": [{"status": "expected", "results": []}]}], "suites": []}
        ],
    },
}
every = pytest.mark.parametrize("fmt", DOCUMENTS, ids=lambda fmt: fmt.name)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 10) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where values stand in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, each in inner for deeper in paths(each, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    if isinstance(value, dict):
        return {key: replaced(each, path[1:], new) if key == path[0] else each for key, each in value.items()}
    return [replaced(each, path[1:], new) if at == path[0] else each for at, each in enumerate(value)]


def test_every_json_format_has_a_document_here() -> None:
    """Add a small document of a new format to DOCUMENTS: one test, which passed."""
    folder = Path(results.__file__).parent
    whole = [path.stem for path in folder.glob("[a-z]*.py") if "parse_document" in path.read_text()]
    assert sorted(whole) == sorted(fmt.parse.__module__.rpartition(".")[2] for fmt in DOCUMENTS)


@every
def test_a_small_document_is_read(fmt: Format) -> None:
    report = read(fmt, json.dumps(DOCUMENTS[fmt]))
    assert figures(report) == (1, 0, 0, 0)
    assert not report.problems


@every
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(fmt: Format, encoding: str) -> None:
    assert figures(read(fmt, json.dumps(DOCUMENTS[fmt]).encode(encoding))) == (1, 0, 0, 0)


@every
def test_cut_at_every_byte(fmt: Format) -> None:
    data = json.dumps(DOCUMENTS[fmt], indent=1).encode()
    for at in range(len(data)):
        check_cut_document(fmt, data, at)


@every
@given(data=st.data())
def test_a_value_of_any_kind_anywhere_raises_nothing(fmt: Format, data: st.DataObject) -> None:
    whole = DOCUMENTS[fmt]
    path = data.draw(st.sampled_from(paths(whole)))
    report = parse(fmt, json.dumps(replaced(whole, path, data.draw(VALUES))))
    assert report.executions.total <= 2


@every
def test_containers_of_the_wrong_kind_are_damage_with_the_path_of_keys(fmt: Format) -> None:
    whole = DOCUMENTS[fmt]
    containers = [path for path in paths(whole) if path and isinstance(path[-1], int)]
    for path in containers:
        shown = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")
        report = parse(fmt, json.dumps(replaced(whole, path, 7)))
        assert damages(report) == [f"a value of the wrong kind was passed over: {shown} is a number, not an object"]


@every
@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "not valid JSON"),
        (b"not json", "not valid JSON"),
        (b'{"a": "\xff"}', "cannot be decoded"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "a number that is too long"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a": 1} {"b": 2}', "not valid JSON"),
    ],
)
def test_what_cannot_be_read_is_damage(fmt: Format, data: bytes, what: str) -> None:
    report = parse(fmt, data)
    assert what in damages(report)[0]
    assert not report.executions.total


@every
def test_a_document_that_is_too_large_is_not_read(fmt: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_json, "MAX_BYTES", 10)
    assert "more than the 10 that are read" in damages(parse(fmt, json.dumps(DOCUMENTS[fmt])))[0]


def test_no_number_is_damage_with_its_place() -> None:
    document = '{"results": {"tool": {}, "summary": {}, "tests": [{"name": "a", "status": "passed", "duration": NaN}]}}'
    report = read(ctrf.FORMAT, document)

    assert figures(report) == (1, 0, 0, 0)
    assert "results.tests[0].duration is no number" in damages(report)[0]


def test_half_characters_and_nul_do_not_get_through() -> None:
    document = r'{"results": {"tool": {}, "summary": {}, "tests": [{"name": "a\ud800\u0000b", "status": "failed"}]}}'
    report: TestReport = read(ctrf.FORMAT, document)

    (name,) = report.blocks[""].names.split("\0")
    assert name.encode() == "a\ufffd\ufffdb".encode()


def test_broken_documents_say_where() -> None:
    report = ctrf.FORMAT.parse(Source(name="x", data=b'{\n "results": {"tool" 1}}'))
    assert isinstance(report, TestReport)
    assert report.problems[0].place == "line 2, column 21"
    assert "two programs" in report.problems[0].why


class TestOutline:
    def keys(self, text: str) -> frozenset[str]:
        return outline(FileSample(name="x", data=text.encode(), text=text)).keys

    def test_paths_of_keys(self) -> None:
        text = '{"a": {"b": [1, {"c": "d: {"}, [{"e": null}]], "f\\"g": 2}, "h": []}'
        assert self.keys(text) == {"a", "a.b", "a.b[].c", "a.b[][].e", 'a.f\\"g', "h"}

    def test_of_a_list(self) -> None:
        assert self.keys('[{"a": 1}, {"b": {"c": 2}}]') == {"[].a", "[].b", "[].b.c"}

    def test_a_string_that_does_not_end_in_the_sample_has_no_keys(self) -> None:
        assert self.keys('{"a": "x \\"b\\": {') == {"a"}

    def test_only_the_first_document(self) -> None:
        assert self.keys('{"a": 1}\n{"b": 2}') == {"a"}

    @given(st.text(alphabet='{}[]",:ab\\ 1', max_size=60))
    def test_any_text(self, text: str) -> None:
        assert len(self.keys(text)) <= len(text)


def test_the_character_that_joins_names_cannot_come_from_a_report() -> None:
    text = (
        '{"reportFormat": "CTRF", "specVersion": "0.0.0", "results": {"tool": {"name": "x"}, "summary": {"tests": 1, '
        '"passed": 1, "failed": 0, "skipped": 0, "pending": 0, "other": 0, "start": 1, "stop": 2}, '
        '"tests": [{"name": "a\\u0000b", "status": "passed", "duration": 1}]}}'
    )
    report = parse_any(Source(name="x", data=text.encode()))
    assert isinstance(report, TestReport)
    assert [len(block.names.split(SEPARATOR)) for block in report.blocks.values()] == [1]
