"""What the documents say is what the code does."""

import json
import re
from pathlib import Path

import pytest

from readygate.baseline.thin_out import DAYS, NEWEST, WEEKS
from readygate.collect.discovery import DISCOVERY, Found
from readygate.commands.inspect_reports import inspect_file
from readygate.commands.program import main
from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import COMMENT_MODES, Settings
from readygate.formats import Source
from readygate.github.commits import MOST_FILES
from readygate.github.event import read_subject
from readygate.render.size_limits import COMMENT_CHARACTERS
from readygate.rules import all_rules
from readygate.support import errors
from readygate.support.errors import SettingsError
from readygate.support.git_names import MAX_ANCESTORS
from tests.repo import tables
from tests.repo.tables import ROOT, documents

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")
SENTENCE = re.compile(r"^(?P<sentence>(?P<kind>Counted|As tests|As coverage): [^\n]*\.)$", re.MULTILINE)
OUTCOMES = ("passed", "failed", "errored", "skipped")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_tables_are_up_to_date(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert text == tables.updated(text), "run: .venv/bin/python -m tests.repo.tables --update"


@pytest.mark.parametrize("name", ["inputs", "outputs", "rules", "report-options"])
def test_the_readme_has_the_tables(name: str) -> None:
    assert f"<!-- table: {name} -->\n\n| " in read("README.md")


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    targets = [first or second for first, second in LINK.findall(text)]
    broken = []
    for target in targets:
        file, _, anchor = target.partition("#")
        if "://" in file:
            continue
        full = path.parent / file if file else path
        if not full.is_file() or (anchor and anchor not in anchors(full)):
            broken.append(target)

    assert broken == []


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_shows_the_workflows_as_they_stand_in_the_examples() -> None:
    shown = [text for language, text in FENCE.findall(read("README.md")) if language == "yaml"]

    assert shown == [read("examples/workflows/three-jobs.yml"), read("examples/workflows/one-job.yml")]


def test_the_readme_begins_with_what_it_is_and_a_workflow() -> None:
    before = read("README.md").partition("```yaml")[0]

    assert before.count("\n\n") == 2
    assert len(before) < 500


def test_exit_codes_are_told() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d) \|", read("README.md"), re.MULTILINE)}

    assert told == {value for name, value in vars(errors).items() if name.startswith("EXIT_")}


def test_the_names_that_are_looked_for_are_told() -> None:
    table = read("docs/inputs.md").partition("<!-- discovery -->")[2].partition("\n\n")[0]
    rows = [re.findall(r"`([^`]+)`", line) for line in table.splitlines()[3:]]

    assert [row[0] for row in rows] == list(DISCOVERY["tests"])
    assert [row[1] for row in rows if len(row) > 1] == list(DISCOVERY["coverage"])


def test_modes_of_the_comment_are_told() -> None:
    section = read("docs/inputs.md").partition("## `comment`")[2].partition("\n## ")[0]

    assert tuple(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)) == COMMENT_MODES


def test_events_are_told() -> None:
    place = RunnerEnvironment(event_name="star", repository="acme/widgets")
    with pytest.raises(SettingsError) as caught:
        read_subject(place, Settings(), "")
    supported = re.findall(r"[a-z]+(?:_[a-z]+)*", caught.value.todo.partition(" on ")[2].partition(";")[0])
    table = read("docs/events.md").partition("\n\nAll others")[0]

    assert set(supported) == set(re.findall(r"`([a-z_]+)`", table.replace("`pull-request`", "")))


def test_rules_that_decide_on_base_branches_are_told() -> None:
    section = read("docs/rules.md").partition("## On base branches")[2].partition("\n## ")[0]

    assert set(re.findall(r"`([a-z-]+)`", section)) == {rule.name for rule in all_rules() if rule.evidence}


def test_notes_on_rules_are_on_rules_that_exist() -> None:
    notes = re.findall(r"^\*\*([a-z, -]+)\.\*\*", read("docs/rules.md"), re.MULTILINE)

    assert {name for note in notes for name in note.split(", ")} <= {rule.name for rule in all_rules()}


def test_limits_are_told() -> None:
    kept = f"the newest {NEWEST}; of older ones one a day for {DAYS} days, and one a week for {WEEKS} weeks"
    assert kept in " ".join(read("docs/baseline.md").split())
    assert f"up to {MAX_ANCESTORS} commits" in read("docs/baseline.md")
    assert f"at most {MOST_FILES} files" in read("docs/unverified.md")
    assert f"A comment of {COMMENT_CHARACTERS:,} characters" in read("docs/unverified.md")


def test_the_changelog_has_a_place_for_changes() -> None:
    assert "\n## [Unreleased]\n" in read("CHANGELOG.md")


def examples() -> list[tuple[list[str], str]]:
    """The examples of docs/counting.md: (reports, what they are said to count)."""
    found: list[tuple[list[str], str]] = []
    fresh: list[str] = []
    last: list[str] = []
    for match in re.finditer(f"{FENCE.pattern}|{SENTENCE.pattern}", read("docs/counting.md"), FENCE.flags):
        if match["sentence"] is None:
            fresh.append(match[2])
            continue
        if fresh:
            last = [*last, *fresh] if match["kind"] == "As coverage" else fresh
            fresh = []
        found.append((last, match["sentence"]))
    assert not fresh, "an example without what it counts"
    return found


@pytest.mark.parametrize(("reports", "sentence"), examples(), ids=lambda value: str(value)[:40])
def test_examples_of_counting(
    reports: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, text in enumerate(reports):
        suffix = "lcov" if text.startswith("SF:") else "xml"
        (tmp_path / f"{number}.{suffix}").write_text(text, encoding="utf-8")
    kind, _, told = sentence.partition(": ")
    if kind == "Counted":
        (path,) = tmp_path.iterdir()
        row = inspect_file(Found(source=Source(name=str(path), path=path)))
        counted = {key: row[key] for key in ("tests", *OUTCOMES)}
        covered = {
            what: f"{row[f'{what}_covered']} of {row[f'{what}_total']}"
            for what in ("lines", "branches")
            if row[f"{what}_total"] is not None
        }
    else:
        option = "--coverage" if kind == "As coverage" else "--tests"
        main(["report", "--root", str(tmp_path), option, "*", "--format", "json"])
        data = json.loads(capsys.readouterr().out)
        counted = data["tests"]["head"]
        lines = data["coverage"]["lines"] if data["coverage"] else {"covered": None, "total": None}
        covered = {"lines": f"{lines['covered']} of {lines['total']}"}

    expected = dict.fromkeys(("tests", *OUTCOMES), 0)
    for number, word in re.findall(r"(\d+) (tests?|passed|failed|errored|skipped)\b", told):
        expected["tests" if word.startswith("test") else word] = int(number)
    shares = {word: share for share, word in re.findall(r"(\d+ of \d+) (lines|branches)", told)}
    if shares:
        assert covered == {**covered, **shares}
    else:
        assert {key: counted[key] for key in expected} == expected


def test_there_are_examples_of_counting() -> None:
    assert len(examples()) >= 12
