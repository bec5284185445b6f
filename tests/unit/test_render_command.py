"""`readygate render`: a report.json is enough for every other output, and any other file is an error."""

import json
from base64 import b64encode
from contextlib import suppress
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.builders import BASE, baseline, change, changes, compared, cover, measure, page, report
from tests.support.hostile import PIECES

from readygate.commands.program import main
from readygate.commands.render import render_as
from readygate.model.coverage import Ratio
from readygate.model.history import History, PastRun
from readygate.model.reports import Problem, Severity, StatedFile, StatedReport
from readygate.model.results import Counts, FailureDetail, Outcome, TestId
from readygate.model.rich_text import RichText, Untrusted
from readygate.model.verdict import Evidence, EvidenceItem
from readygate.outputs import comment, report_json, summary
from readygate.outputs._json_codec import Encoder, decode
from readygate.render.report_view import ReportView
from readygate.support.errors import ReportError, SettingsError

words = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)


def made(text: str = "x") -> ReportView:
    klass, name, path = (text.replace("\0", ""),) * 3
    told = FailureDetail(
        class_name=klass, name=name, outcome=Outcome.FAILED, type=text, message=text, text=f"{text}\n{text}"
    )
    head = report({klass: {name: "f", f"{name}2": "s"}}, details=[told])
    base = measure(report({klass: {name: "p", f"{name}2": "p"}}), cover({f"{path}.py": "hh"}), commit=BASE)
    stated = StatedReport(format="x", files=(), stated=(StatedFile(candidates=(), lines=Ratio(covered=1, total=2)),))
    mine = measure(head, cover({f"{path}.py": "hm"}), stated, needs={text: "failure"})
    history = History(
        runs=(PastRun(commit=BASE, counts=Counts(passed=1), when=1_700_000_000, ready=True),),
        tests={(TestId(class_name=klass, name=name), ""): "F"},
    )
    return page(
        compared(mine, baseline(base, branch=text, history=history), diff=changes(change(f"{path}.py", [1, 2]))),
        gate=text or "x",
    )


@pytest.mark.slow
@given(words)
def test_a_page_survives_the_way_through_a_report(text: str) -> None:
    original = made(text)
    again = report_json.read(report_json.render(original))
    assert comment.render(again) == comment.render(original)
    assert summary.render(again) == summary.render(original)
    assert report_json.render(again) == report_json.render(original)
    assert again.comparison.head.snapshot == original.comparison.head.snapshot
    assert again.comparison.baseline == original.comparison.baseline


def test_the_command_prints_or_writes(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    original = made()
    file = tmp_path / "report.json"
    file.write_text(report_json.render(original))
    assert main(["render", str(file)]) == 0
    assert capsysbinary.readouterr().out.decode() == comment.render(original)
    assert main(["render", str(file), "--as", "summary", "--output", str(tmp_path / "out.md")]) == 0
    assert (tmp_path / "out.md").read_text() == summary.render(original)
    assert main(["render", str(file), "--as", "junit"]) == 0
    assert capsysbinary.readouterr().out.startswith(b"<?xml")


def test_an_unknown_output_lists_those_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "report.json"
    file.write_text(report_json.render(made()))
    assert main(["render", str(file), "--as", "nothing"]) == 2
    told = capsys.readouterr().err
    assert "--as nothing names no output" in told
    for name in ("cobertura", "comment", "console", "json", "junit", "outputs", "snapshot", "summary"):
        assert name in told


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "it is not JSON"),
        (b"[" * 200_000, "it is not JSON"),
        (b"[]", "it is no report of Readygate"),
        (b'{"schema_version": 99, "readygate": "9.9.9"}', "its shape has the version 99"),
        (b'{"schema_version": 1, "readygate": "9.9.9"}', "its shape has the version 1"),
        (b'{"schema_version": 2, "readygate": "9.9.9"}', "its values cannot be read"),
        (b'{"schema_version": 2, "values": {"page": %s}}' % (b"[" * 900 + b"]" * 900), "its values cannot be read"),
    ],
)
def test_what_is_no_report_is_told(data: bytes, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(data)
    assert main(["render", str(file)]) == 3
    shown = capsys.readouterr().err
    assert told in shown
    assert str(file) in shown
    assert "To do:" in shown


def test_a_missing_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(tmp_path / "no.json")]) == 3
    assert "No such file" in capsys.readouterr().err


def values_of(data: dict[str, Any]) -> Any:
    return data["values"]["page"]


@pytest.mark.parametrize(
    "edit",
    [
        lambda page: page.pop("verdict"),
        lambda page: page.update(more=1),
        lambda page: page.update(gate=3),
        lambda page: page["verdict"].update(ready="yes"),
        lambda page: page["verdict"].update(score=[1, 0]),
        lambda page: page["verdict"].update(score="1e999999999"),
        lambda page: page["verdict"]["findings"][0].update(status=9),
        lambda page: page["comparison"]["head"].update(snapshot=[]),
        lambda page: page["comparison"]["head"]["snapshot"].update(coverage={"$coverages": 99}),
        lambda page: page["comparison"]["head"]["snapshot"].update(coverage={"$details": 0}),
        lambda page: page["comparison"]["head"].update(details={"$pairs": [[{}, 1]]}),
        lambda page: page["comparison"]["head"].update(details={"$pairs": 1}),
        lambda page: page["comparison"]["head"]["evidence"]["files"][0]["report"].update(type="Report"),
        lambda page: page["comparison"]["head"].update(details=[1]),
        lambda page: page["comparison"]["causes"]["new_failures"][0].update(tests="0"),
        lambda page: page.update(comparison=None),
        lambda page: page["comparison"]["causes"]["new_failures"][0].update(tests=[1]),
        lambda page: page["comparison"]["causes"]["new_failures"][0].update(tests=[-1]),
        lambda page: page["comparison"]["causes"]["new_failures"][0].update(tests=[]),
        lambda page: page["comparison"]["head"]["snapshot"]["legs"][0].update(seconds=float("inf")),
        lambda page: page["comparison"]["head"]["snapshot"]["legs"][0].update(seconds=-1.0),
        lambda page: page["comparison"]["head"]["snapshot"]["legs"][0]["executions"].update(passed=-1),
        lambda page: page["comparison"].update(score=[10**400, 1]),
        lambda page: first_leg(page).update(blocks={"$pairs": [["c", ["a", "AAA=", "AAAA"]]]}),
        lambda page: first_leg(page).update(blocks={"$pairs": [["c", {"$blocks": -1}]]}),
        lambda page: first_leg(page).update(blocks={"$pairs": [["c", {"$blocks": True}]]}),
        lambda page: first_leg(page).update(blocks={"$pairs": [["c", {"$blocks": 0.0}]]}),
        lambda page: first_leg(page).update(blocks={"$pairs": [["c", {"$blocks": 0, "names": "a"}]]}),
        lambda page: first_leg(page).update(blocks={"$pairs": [], "c": {"$blocks": 0}}),
    ],
)
def test_an_edited_report_is_an_error_and_no_crash(edit: Any) -> None:
    data = json.loads(report_json.render(made()))
    edit(values_of(data))
    with pytest.raises(ReportError, match="values cannot be read"):
        report_json.read(json.dumps(data))


def first_leg(page: Any) -> Any:
    return page["comparison"]["head"]["snapshot"]["legs"][0]


def encoded(data: bytes) -> str:
    return b64encode(data).decode()


@pytest.mark.parametrize(
    ("block", "error"),
    [
        (["a", "\ud800", encoded(bytes(4))], "surrogates not allowed"),
        (["a", encoded(b"\0"), encoded(bytes(5))], "the columns of a class have different lengths"),
        (["a", encoded(b"\0\0"), encoded(bytes(4))], "the columns of a class have different lengths"),
        (["a\0b", encoded(b"\0"), encoded(bytes(4))], "the columns of a class have different lengths"),
        (["a", encoded(b"\5"), encoded(bytes(4))], "an outcome of a class does not exist"),
        (["b\0a", encoded(bytes(2)), encoded(bytes(8))], "the names of a class are not sorted"),
        (["a", encoded(b"\0"), encoded(b"\0\0\x80\x7f")], "the seconds of a class are not finite"),
    ],
)
def test_an_edited_class_is_an_error_in_every_snapshot(block: list[str], error: str) -> None:
    original = json.loads(report_json.render(made()))
    for number in range(len(original["values"]["blocks"])):
        data = deepcopy(original)
        data["values"]["blocks"][number] = block
        with pytest.raises(ReportError, match=error):
            report_json.read(json.dumps(data))


SPOILT: list[Any] = [
    *(None, True, 0, -1, 1 << 64, 10**600, 1e300, float("inf"), float("nan")),
    *("", "x", "\0", "\ud800", "AAAA", [], [[]], [1, 0], [10**400, 1], [1, 2, 3]),
    *({}, {"$details": 0}, {"$blocks": 0}, {"$details": -1}, {"$details": 0, "x": 1}, {"$pairs": [[0, 0]]}),
]


@pytest.mark.slow
@given(st.data())
def test_damage_anywhere_in_the_values_is_an_error_or_harmless(data: st.DataObject) -> None:
    loaded = json.loads(report_json.render(made()))
    spots: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        for key, item in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            spots.append((node, key))
            walk(item)

    walk(loaded["values"])
    holder, key = data.draw(st.sampled_from(spots))
    holder[key] = data.draw(st.sampled_from(SPOILT))
    try:
        edited = report_json.read(json.dumps(loaded))
    except ReportError:
        return
    for name in ("cobertura", "comment", "console", "html", "json", "junit", "outputs", "snapshot", "summary"):
        with suppress(SettingsError):  # without coverage there is no Cobertura report
            render_as(edited, name)


@pytest.mark.parametrize(
    "edit",
    [
        lambda page: page["target"].update(workflow="\ud800"),
        lambda page: page["comparison"]["coverage"]["lines"].update(covered=9, total=2),
    ],
)
def test_an_edit_that_fits_the_types_is_rendered(edit: Any) -> None:
    data = json.loads(report_json.render(made()))
    edit(values_of(data))
    assert comment.render(report_json.read(json.dumps(data)))


def test_an_error_says_where_it_is() -> None:
    data = json.loads(report_json.render(made()))
    values_of(data)["comparison"]["head"]["snapshot"]["commit"] = 7
    with pytest.raises(ReportError, match=r"Expected `str`, got `int` - at `\$\.comparison\.head\.snapshot\.commit`"):
        report_json.read(json.dumps(data))


def test_a_shared_value_is_written_once() -> None:
    original = made()
    values = json.loads(report_json.render(original))["values"]
    assert len(values["details"]) == len(original.comparison.head.details)
    assert len(values["coverages"]) == 2  # of the head and the base


def test_no_secret_is_in_the_values() -> None:
    """Reports are redacted when they are read; this is the second barrier, for values that were made otherwise."""
    secret = "ghp_" + "a1B2" * 9
    text = f"token {secret} end"
    failed = FailureDetail(class_name="c", name="n", outcome=Outcome.FAILED, type=text, message=text, text=text)
    problem = Problem(severity=Severity.NOTE, what=text, place=text, why=text, todo=text)
    skipped = FailureDetail(class_name="c", name="s", outcome=Outcome.SKIPPED, message=text)
    head = report({"c": {"n": "f", "s": "s"}}, details=[failed, skipped], problems=(problem,))
    shown = page(compared(measure(head), note=(Untrusted(secret), " has no results")))
    exhibit = EvidenceItem(kind="test", name=text, note=text)
    first, *others = shown.verdict.findings
    first = replace(first, title=(Untrusted(text),), evidence=Evidence(items=(exhibit,), total=1))
    shown = replace(shown, verdict=replace(shown.verdict, findings=(first, *others)))
    written = json.dumps(json.loads(report_json.render(shown))["values"])
    assert written.count("[redacted]") >= 10
    assert secret not in written


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (Fraction(1, 3), Fraction),
        (b"\0\xff", bytes),
        (Outcome.FLAKY, Outcome),
        (("a", Untrusted("`b`")), RichText),
        ("text", RichText | str),
        ("\ud800", str),
        (1 << 70, int),
        (None, int | None),
        ({("a", 1): 2.5}, dict[tuple[str, int], float]),
        ({"$pairs": "x", "$details": "y"}, dict[str, str]),
        (frozenset({"b", "a"}), frozenset[str]),
        ((TestId(name="x"),), tuple[TestId, ...]),
    ],
)
def test_every_kind_of_value_comes_back(value: Any, kind: Any) -> None:
    encoder = Encoder(lambda item: item)
    data = json.loads(json.dumps(encoder.encode(value)))
    assert decode(data, encoder.shared, kind) == value
