"""Documents as they stand, compared with those that were looked at: `--update-golden` writes them anew."""

import json
import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.golden.cases import CASES
from tests.support.publishing import Published, publish, shortened

from readygate import __version__
from readygate.commands.render import render_as
from readygate.model.verdict import Status
from readygate.outputs import comment, console, report_json, summary
from readygate.outputs._annotations import find_annotations
from readygate.outputs.step_outputs import values

FOLDER = Path(__file__).parent
NAMES = ("comment.md", "summary.md", "console.txt", "check.json", "report.json", "outputs.json")
AS = {"report.json": "json", "report.html": "html", "readygate.snapshot": "snapshot"}
"""How `--as` calls a file, where it is not its name."""
SCHEMA = json.loads((FOLDER.parents[1] / "docs" / "report.schema.json").read_text(encoding="utf-8"))


@cache
def published(case: str) -> Published:
    with TemporaryDirectory() as folder:
        return publish(CASES[case](), Path(folder))


def as_json(data: Any) -> str:
    return json.dumps(shortened(data), indent=1, ensure_ascii=False) + "\n"


def unversioned(text: str) -> str:
    return text.replace(f"Readygate {__version__}", "Readygate VERSION")


def documents(case: str) -> dict[str, str]:
    """What is kept of a case; without what differs from run to run."""
    found = published(case)
    # its values are held by their use: every output is rendered again from them
    report = {**found.report, "readygate": "VERSION", "values": "(values)"}
    return {
        "comment.md": unversioned(found.comment or "(none)\n"),
        "summary.md": unversioned(found.summary),
        "console.txt": found.console,
        "check.json": unversioned(as_json(found.check)),
        "report.json": as_json(report),
        "outputs.json": as_json({**found.outputs, "reasons": json.loads(found.outputs["reasons"])}),
    }


@pytest.mark.parametrize(
    "name", ["comment.md", "summary.md", "console.txt", "check.json", "report.json", "outputs.json"]
)
@pytest.mark.parametrize("case", CASES)
def test_a_document_is_what_was_looked_at(case: str, name: str, request: pytest.FixtureRequest) -> None:
    text = documents(case)[name]
    path = FOLDER / case / name
    if request.config.getoption("--update-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    assert path.is_file(), "run the tests with --update-golden, then look at what was written"
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_every_document_can_be_rendered_again_from_the_report(case: str) -> None:
    found = published(case)
    page = report_json.read(found.files["report.json"])
    assert comment.render(page) == comment.render(found.page)
    assert summary.render(page) == summary.render(found.page)
    assert console.render(page) == console.render(found.page)
    assert find_annotations(page, 1_000) == find_annotations(found.page, 1_000)
    assert values(page, {}) == values(found.page, {})
    for name, data in found.files.items():
        kind = f"badges/{name}" if name.startswith("badge-") else AS.get(name, name.partition(".")[0])
        again = render_as(page, kind)
        assert again == data, name


def test_every_folder_has_its_case() -> None:
    kept = {path.name for path in FOLDER.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert kept == set(CASES)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


OPTIONAL = {"foreign"}
"""Keys that only rules of other packages have."""


def strict(schema: Any, where: str = "$") -> list[str]:
    """Return the places of objects whose keys are not all described and required."""
    found = []
    if isinstance(schema, dict):
        properties = schema.get("properties")
        described = isinstance(properties, dict) and "type" in schema
        whole = set(schema.get("required", ())) == set(properties or ()) - OPTIONAL
        if described and not (whole and schema.get("additionalProperties") is False):
            found.append(where)
        for key, value in schema.items():
            found += strict(value, f"{where}.{key}")
    elif isinstance(schema, list):
        for number, value in enumerate(schema):
            found += strict(value, f"{where}[{number}]")
    return found


def test_the_schema_knows_every_key() -> None:
    assert strict(SCHEMA) == []


@pytest.mark.parametrize("case", CASES)
def test_the_report_follows_its_schema(case: str) -> None:
    report = published(case).report
    Draft202012Validator(SCHEMA).validate(report)
    assert report["readygate"] == __version__


@pytest.mark.parametrize("case", CASES)
def test_all_documents_tell_one_verdict(case: str) -> None:
    found = published(case)
    ready = found.page.verdict.ready
    word = "✅" if ready else "❌"
    sentence = found.report["verdict"]["sentence"]
    assert found.report["verdict"]["ready"] is ready
    assert found.outputs["ready"] == str(ready).lower()
    assert found.outputs["verdict"] == ("ready" if ready else "not-ready")
    assert found.console.splitlines()[0].startswith(("::", "No comment", word))
    assert sentence in found.console
    assert found.summary.startswith(f"## {word} ")
    if found.check:
        assert found.check["conclusion"] == ("success" if ready else "failure")
        assert found.check["title"] == sentence
    if found.comment:
        assert found.comment.startswith(f"### {word} ")
        assert found.comment.rstrip().endswith("-->")
    told = [finding.rule for finding in found.page.verdict.findings if finding.status in (Status.BLOCK, Status.WARN)]
    assert [row["rule"] for row in json.loads(found.outputs["reasons"])] == told


@pytest.mark.parametrize("case", CASES)
def test_figures_are_the_same_everywhere(case: str) -> None:
    found = published(case)
    tests = found.report["tests"]
    read = any(file["kind"] == "tests" for file in found.report["files"])  # what was not read has no figure, not 0
    assert found.outputs["tests"] == (str(tests["head"]["tests"]) if read else "")
    assert found.outputs["new-failures"] == (str(len(tests["new_failures"])) if read else "")
    if tests["head"]["tests"]:
        number = f"{tests['head']['tests']:,} test"
        assert all(number in text for text in (found.summary, found.console))
    rate = tests["head"]["pass_rate"]
    assert found.outputs["pass-rate"] == ("" if rate is None else f"{rate:.2f}")
    lines = (found.report["coverage"] or {}).get("lines") or {}
    assert found.outputs["coverage"] == ("" if lines.get("percent") is None else f"{lines['percent']:.2f}")


@pytest.mark.parametrize("case", CASES)
def test_a_page_is_said_in_plain_words(case: str) -> None:
    found = published(case)
    if case == "hostile-names":
        return
    for text in (found.comment, found.summary, found.console):
        assert "!" not in re.sub(r"<!--.*?-->|\[!(?:NOTE|WARNING)\]", "", text, flags=re.DOTALL)
        assert not re.search(r"\b(?:pp|Δ|None|True|False)\b", text)
        assert not re.search(r"(?<![\d,.])1 (?:tests|lines|reports|files|rules|jobs|legs)\b", text)
        assert "  \n" not in text
        assert "\n\n\n" not in text


def test_no_document_holds_a_secret() -> None:
    for name, text in documents("hostile-names").items():
        assert "hunter2" not in text, name
        assert "ghp_" not in text, name
        assert "Bearer abc" not in text, name


def test_a_read_only_token_is_told_in_the_summary() -> None:
    found = published("read-only-token")
    assert (found.comment, found.check) == ("", {})
    assert "There is no comment and no check run for this run" in found.summary
    assert found.outputs["comment-url"] == found.outputs["check-url"] == ""


def test_a_merge_group_has_a_check_and_no_comment() -> None:
    found = published("merge-group")
    assert found.comment == ""
    assert found.check["conclusion"] == "failure"
