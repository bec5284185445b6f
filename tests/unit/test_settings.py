"""Inputs and environment: every input, its default, what it refuses, and all problems told at once."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readygate.config.runner import read_runner
from readygate.config.settings import Settings, read_inputs
from readygate.model.paths import PathMap
from readygate.support.errors import EXIT_SETTINGS, SettingsError
from readygate.support.globs import regex

SHA = "0123456789abcdef" * 2 + "01234567"


def inputs(**given_ones: str) -> dict[str, str]:
    """Inputs as the runner hands them over; underscores stand for hyphens."""
    return {f"INPUT_{name.replace('_', '-').upper()}": value for name, value in given_ones.items()}


def test_without_any_input_the_defaults_hold() -> None:
    assert read_inputs({}) == Settings()
    assert Settings().gate == "readygate"
    empty = dict.fromkeys(inputs(**dict.fromkeys(Settings.__struct_fields__, "")), "")
    assert read_inputs({**empty, "INPUT_MATRIX": "", "INPUT_PULL-REQUEST": "", "INPUT_PATH-MAP": ""}) == Settings()


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("tests", "a/*.xml\n\n  # a remark\n  !b.xml  \r\nc.xml", "tests", ("a/*.xml", "!b.xml", "c.xml")),
        ("coverage", "coverage.xml", "coverage", ("coverage.xml",)),
        ("name", "  back end ", "name", "back end"),
        ("policy", "Strict", "policy", "strict"),
        ("policy", "lenient", "policy", "lenient"),
        ("baseline", "off", "baseline", "off"),
        ("baseline", "branch:data", "baseline", "branch:data"),
        ("baseline", "folder:/mnt/disk", "baseline", "folder:/mnt/disk"),
        ("comment", "changes", "comment", "changes"),
        ("comment", "not-ready", "comment", "not-ready"),
        ("comment", "off", "comment", "off"),
        ("check", "false", "check", False),
        ("check", "TRUE", "check", True),
        ("annotations", "0", "annotations", 0),
        ("annotations", "1000", "annotations", 1000),
        ("summary", "false", "summary", False),
        ("fail", "never", "fail", "never"),
        ("report", "out/report", "report", "out/report"),
        ("commit", SHA.upper(), "commit", SHA),
        ("commit", "f" * 64, "commit", "f" * 64),
        ("pull_request", "17", "pull_request", 17),
        ("path_map", "/build/src=src\n# x\n old = ", "path_map", (PathMap("/build/src", "src"), PathMap("old", ""))),
        ("legs", "results-{os}-{python}", "legs", "results-{os}-{python}"),
        ("redact", "acme-\\d+\n# x\n(?i)key", "redact", (regex("acme-\\d+"), regex("(?i)key"))),
        ("path_map", "=new", "path_map", (PathMap("", "new"),)),
        ("path_map", "a=b=c", "path_map", (PathMap("a", "b=c"),)),
        (
            "path_map",
            "packages/a/**: src=packages/a/src",
            "path_map",
            (PathMap("src", "packages/a/src", "packages/a/**"),),
        ),
        ("path_map", "C:\\b=src", "path_map", (PathMap("C:\\b", "src"),)),
        ("token", "ghs_x", "token", "ghs_x"),
        ("needs", "null", "needs", None),
        ("needs", "{}", "needs", {}),
        (
            "needs",
            '{"unit": {"result": "success", "outputs": {}}, "lint": {"result": "skipped"}}',
            "needs",
            {"unit": "success", "lint": "skipped"},
        ),
        ("matrix", "null", "leg", ""),
        ("matrix", '{"os": "ubuntu-24.04", "python": 3.12, "x": {"deep": 1}}', "leg", "ubuntu-24.04, 3.12"),
        ("matrix", '{"a": "<b>`|@x\\n"}', "leg", "_b____x_"),
    ],
)
def test_an_input(name: str, text: str, field: str, value: object) -> None:
    assert getattr(read_inputs(inputs(**{name: text})), field) == value


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("name", "x" * 101, "up to 100 printable characters"),
        ("name", "a\nb", "printable"),
        ("name", "a--b", "without --"),
        ("name", "a<b", "<"),
        ("name", "`a`", "`"),
        ("policy", "loose", "'loose' is not one of standard, strict, lenient"),
        (
            "baseline",
            "folder:",
            "not one of branch, branch:NAME, ref, ref:REF, artifact, artifact:NAME, folder:PATH, off",
        ),
        ("baseline", "s3:x", "'s3:x'"),
        ("comment", "never", "not one of always, changes, not-ready, off"),
        ("check", "yes", "not one of true, false"),
        ("summary", "1", "not one of true, false"),
        ("annotations", "1001", "no whole number from 0 to 1,000"),
        ("annotations", "-1", "no whole number"),
        ("annotations", "١", "no whole number"),
        ("annotations", "9" * 5_000, "no whole number"),
        ("fail", "always", "not one of not-ready, never"),
        ("commit", "abc", "no full commit id"),
        ("commit", "g" * 40, "no full commit id"),
        ("pull_request", "seven", "no whole number"),
        ("path_map", "old:new", "not of the form old=new"),
        ("path_map", " = ", "not of the form old=new"),
        ("path_map", "a/**: b", "not of the form old=new"),
        ("path_map", ": a=b", "not of the form old=new"),
        ("legs", "results", "not of the form results-{os}-{python}"),
        ("legs", "r-{}", "not of the form"),
        ("legs", "{os}-{os}", "not of the form"),
        ("redact", "(a", "is no regular expression"),
        ("redact", "a*", "fits an empty text"),
        ("needs", "{", "not JSON"),
        ("needs", "[]", "not what GitHub calls `needs`"),
        ("needs", '{"a": {"result": "maybe"}}', "not what GitHub calls `needs`"),
        ("needs", '{"a": "success"}', "not what GitHub calls `needs`"),
        ("matrix", "os=linux", "not JSON"),
    ],
)
def test_a_wrong_input_is_told_by_name(name: str, text: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_inputs(inputs(**{name: text}))
    (problem,) = caught.value.problems
    assert problem.startswith(f"input `{name.replace('_', '-')}`: ")
    assert says in problem
    assert caught.value.exit_code == EXIT_SETTINGS
    assert "correct the `with:` block" in str(caught.value)


def test_all_problems_are_told_at_once() -> None:
    wrong = inputs(policy="x", check="x", annotations="x", fail="x", commit="x", needs="x", path_map="x\ny")
    with pytest.raises(SettingsError) as caught:
        read_inputs(wrong)
    named = [problem.split("`")[1] for problem in caught.value.problems]
    assert sorted(named) == ["annotations", "check", "commit", "fail", "needs", "path-map", "path-map", "policy"]


NAMES = [
    "tests",
    "coverage",
    "legs",
    "name",
    "policy",
    "baseline",
    "comment",
    "check",
    "annotations",
    "summary",
    "fail",
    "report",
    "needs",
    "matrix",
    "commit",
    "pull-request",
    "path-map",
    "template",
    "redact",
    "token",
]


@pytest.mark.parametrize(
    ("given", "expected"),
    [(".github/comment.md.j2", ".github/comment.md.j2"), ("./a b.j2", "a b.j2"), ("", "")],
)
def test_a_template_is_a_file_of_the_repository(given: str, expected: str) -> None:
    assert read_inputs({"INPUT_TEMPLATE": given}).template == expected


@pytest.mark.parametrize("given", ["../x", "/etc/passwd", "a/../../x", ".git/config", "a//b", "a/", "a\nb", "."])
def test_a_template_is_nowhere_else(given: str) -> None:
    with pytest.raises(SettingsError, match="input `template`: "):
        read_inputs({"INPUT_TEMPLATE": given})


@given(st.dictionaries(st.sampled_from([f"INPUT_{name.upper()}" for name in NAMES]), st.text(max_size=30)))
def test_no_input_ends_in_anything_but_settings_or_their_problems(environment: dict[str, str]) -> None:
    try:
        found = read_inputs(environment)
    except SettingsError:
        return
    assert found.gate
    assert "\n" not in found.gate
    assert len(found.gate) <= 200


def test_the_leg_of_a_matrix_job_names_the_gate_and_silences_the_comment() -> None:
    found = read_inputs(inputs(matrix='{"os": "windows", "n": 3}', comment="always", name="unit"))
    assert (found.gate, found.comment) == ("unit (windows, 3)", "off")


def test_the_token_is_never_shown() -> None:
    assert "ghs_secret" not in repr(read_inputs(inputs(token="ghs_secret")))


def environment(tmp_path: Path, event: object = None, **more: str) -> dict[str, str]:
    path = tmp_path / "event.json"
    path.write_text(event if isinstance(event, str) else json.dumps({} if event is None else event))
    return {
        "GITHUB_REPOSITORY": "acme/widgets",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": str(path),
        **more,
    }


def test_the_workplace(tmp_path: Path) -> None:
    given_ones = environment(
        tmp_path,
        {"before": "x"},
        GITHUB_SHA=SHA,
        GITHUB_REF="refs/heads/main",
        GITHUB_REF_PROTECTED="true",
        GITHUB_API_URL="https://ghe.example/api/v3",
        GITHUB_SERVER_URL="https://ghe.example",
        GITHUB_RUN_ID="99",
        GITHUB_RUN_NUMBER="12",
        GITHUB_RUN_ATTEMPT="3",
        GITHUB_WORKSPACE="/github/workspace",
        RUNNER_WORKSPACE="/home/runner/work/widgets",
        GITHUB_OUTPUT="/out",
        GITHUB_STEP_SUMMARY="/summary",
    )
    place = read_runner(given_ones)
    assert (place.event_name, place.event, place.repository) == ("push", {"before": "x"}, "acme/widgets")
    assert (place.sha, place.ref, place.ref_protected) == (SHA, "refs/heads/main", True)
    assert (place.api_url, place.server_url) == ("https://ghe.example/api/v3", "https://ghe.example")
    assert (place.run_id, place.run_number, place.run_attempt) == (99, 12, 3)
    assert (place.workspace, place.output, place.step_summary) == (
        Path("/github/workspace"),
        Path("/out"),
        Path("/summary"),
    )
    assert place.run_url == "https://ghe.example/acme/widgets/actions/runs/99"


def test_what_the_runner_does_not_say_has_a_default(tmp_path: Path) -> None:
    place = read_runner(environment(tmp_path, GITHUB_RUN_ID="x", GITHUB_RUN_ATTEMPT=""))
    assert (place.run_id, place.run_attempt, place.run_url) == (0, 1, "")
    assert (place.output, place.step_summary, place.ref_protected) == (None, None, False)
    assert place.api_url == "https://api.github.com"


@pytest.mark.parametrize("event", ["{", "[1]", '"text"', "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")])
def test_an_event_that_is_no_object_is_told(tmp_path: Path, event: str) -> None:
    with pytest.raises(SettingsError, match="GITHUB_EVENT_PATH"):
        read_runner(environment(tmp_path, event))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"GITHUB_EVENT_PATH": "/nowhere/at/all"}, "cannot be read"),
        ({"GITHUB_REPOSITORY": ""}, "GITHUB_REPOSITORY is not set"),
        ({"GITHUB_EVENT_NAME": ""}, "GITHUB_EVENT_NAME is not set"),
    ],
)
def test_a_workplace_that_is_none_is_told(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError, match=says) as caught:
        read_runner({**environment(tmp_path), **change})
    assert "readygate report" in str(caught.value)


def test_both_missing_variables_are_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_runner({})
    assert len(caught.value.problems) == 2
