"""The doctor: one diagnostic with a fix for each mistake in a workflow, and none that is wrong for a good one."""

import io
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from readygate.commands.doctor import doctor, examine, look
from readygate.doctor import Context, Diagnostic, Grade
from readygate.doctor.workflows import find_action_steps, read_workflow
from readygate.support.errors import SettingsError

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "workflows"
THREE = (EXAMPLES / "three-jobs.yml").read_text(encoding="utf-8")
ONE = (EXAMPLES / "one-job.yml").read_text(encoding="utf-8")
SHA = "0123456789abcdef" * 2 + "01234567"
NEEDS = "          needs: $"  # the last line of every use
TEST = "    needs: test\n    runs-on: ubuntu-latest"
READ = "      contents: read\n      checks"
HEAD = "ref: ${{ github.event.pull_request.head.sha }}"
CANCELS = "concurrency:\n  group: x\n  cancel-in-progress: true\npermissions: {}"
MATRIX = "    strategy:\n      matrix:\n        a: [1]\n"


def repository(folder: Path, **files: str) -> Path:
    workflows = folder / ".github" / "workflows"
    workflows.mkdir(parents=True)
    for name, text in files.items():
        (workflows / f"{name}.yml").write_text(text)
    return folder


def diagnostics(folder: Path, **environment: str) -> list[Diagnostic]:
    return examine(look(folder, "", environment))


def told(found: list[Diagnostic], grade: Grade) -> dict[str, Diagnostic]:
    return {diagnostic.check: diagnostic for diagnostic in found if diagnostic.grade is grade}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yml")), ids=lambda path: path.stem)
def test_nothing_is_wrong_with_the_examples(path: Path, tmp_path: Path) -> None:
    root = repository(tmp_path, ci=path.read_text(encoding="utf-8"))
    alone = told(diagnostics(root), Grade.WRONG)
    assert set(alone) <= {"judges", "recorded"}, alone
    if alone:  # it is made to stand beside another workflow
        (root / ".github" / "workflows" / "three-jobs.yml").write_text(THREE)
    found = diagnostics(root)

    assert told(found, Grade.WRONG) == {}
    assert {"used", "judges", "recorded", "permissions"} <= set(told(found, Grade.GOOD))


def test_a_token_of_ones_own_has_permissions_of_its_own(tmp_path: Path) -> None:
    text = THREE.replace(NEEDS, f"          token: ${{{{ steps.app.outputs.token }}}}\n{NEEDS}")
    text = text.replace("      checks: write\n", "").replace("      contents: write", "      contents: read")
    found = diagnostics(repository(tmp_path, ci=text))

    assert told(found, Grade.WRONG) == {}


@pytest.mark.parametrize(
    ("old", "new", "grade", "check", "says", "snippet"),
    [
        ("  pull_request:\n", "", "wrong", "judges", "changes are not judged", "pull_request:"),
        ("  push:\n    branches: [main]\n", "", "wrong", "recorded", "nothing is stored", "contents: write"),
        ("      contents: write", "      contents: read", "wrong", "recorded", "exit code 3", "contents: write"),
        ("      checks: write\n", "", "wrong", "permissions", "lacks `checks: write`", "checks: write"),
        ("pull-requests: write\n", "issues: read\n", "wrong", "permissions", "`pull-requests: write`", "write"),
        (READ, "      checks", "wrong", "permissions", "contents: read", "contents: read"),
        ("  pull_request:\n", "  pull_request:\n    paths: ['src/**']\n", "wrong", "path-filter", "pending", "on:"),
        ("pull_request", "pull_request_target", "wrong", "events", "Readygate refuses it", "pull_request:"),
        ("always() && (github", "(github", "wrong", "always", "a skipped job satisfies", "if: always() && ("),
        ("          needs: ${{ toJSON(needs) }}", "          name: x", "advice", "needs", "went away", "toJSON(needs)"),
        ("download-artifact@v8", "cosign@v1", "wrong", "reports", "there will be none", "download-artifact"),
        (TEST, TEST.replace("ubuntu-latest", "windows-2022"), "wrong", "runner", "Linux only", "ubuntu"),
        (NEEDS, f"          test: a.xml\n{NEEDS}", "wrong", "inputs", "`tests` may be meant", "tests: a.xml"),
        (NEEDS, f"          comment: loud\n{NEEDS}", "wrong", "inputs", "'loud' is not one of", ""),
        (NEEDS, f"          redact: (a\n{NEEDS}", "wrong", "inputs", "no regular expression", ""),
        (NEEDS, f"          artifacts: r-*\n{NEEDS}", "wrong", "permissions", "actions: read", "actions: read"),
        ("readygate@v0", f"readygate@{SHA}", "none", "pinned", "", ""),
        (READ, READ.replace("read", "write"), "advice", "least-permissions", "no need", "contents: read"),
        ("persist-credentials: false", HEAD, "wrong", "commit", "tests the head", "commit:"),
        ("permissions: {}", CANCELS, "advice", "concurrency", "base branch", "pull_request'"),
        (TEST, MATRIX + TEST, "advice", "matrix", "each leg", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_the_lines_that_mend_it(
    old: str, new: str, grade: str, check: str, says: str, snippet: str, tmp_path: Path
) -> None:
    assert old in THREE
    found = diagnostics(repository(tmp_path, ci=THREE.replace(old, new)))

    if grade == "none":
        assert check not in told(found, Grade.ADVICE) | told(found, Grade.WRONG)
        return
    diagnostic = told(found, Grade(grade))[check]
    assert says in diagnostic.what
    assert snippet in diagnostic.fix_snippet
    assert not snippet or yaml.safe_load(diagnostic.fix_snippet), "lines to paste are YAML"
    assert ".github/workflows/ci.yml" in diagnostic.where


@pytest.mark.parametrize(
    ("old", "new", "grade", "check", "says"),
    [
        ("        if: always()\n", "", "wrong", "always", "When the tests fail, this step is skipped"),
        ("persist-credentials: false", "fetch-depth: 0", "advice", "credentials", "for every later step to read"),
        ("x", "x", "advice", "one-job", "three jobs keep them apart"),
    ],
)
def test_one_job(old: str, new: str, grade: str, check: str, says: str, tmp_path: Path) -> None:
    assert old in ONE
    found = diagnostics(repository(tmp_path, ci=ONE.replace(old, new)))

    assert says in told(found, Grade(grade))[check].what


def test_permissions_that_are_not_written_down_are_a_setting(tmp_path: Path) -> None:
    text = "on: [pull_request, push]\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: readygate/readygate@v0\n"
    found = told(diagnostics(repository(tmp_path, ci=text)), Grade.ADVICE)

    assert "a setting of the repository decides" in found["permissions"].what
    assert "depends on a setting" in found["recorded"].what


@pytest.mark.parametrize(("level", "wrongs"), [("write-all", set()), ("read-all", {"permissions", "recorded"})])
def test_permissions_of_all_kinds(level: str, wrongs: set[str], tmp_path: Path) -> None:
    text = f"on: [pull_request, push]\npermissions: {level}\njobs:\n  a:\n    steps:\n      - uses: acme/readygate@v0\n"
    found = diagnostics(repository(tmp_path, ci=text))

    assert set(told(found, Grade.WRONG)) == wrongs


def test_two_gates_of_one_name_overwrite_each_other(tmp_path: Path) -> None:
    found = diagnostics(repository(tmp_path, one=THREE, two=THREE))

    assert "each overwrites" in told(found, Grade.WRONG)["names"].what
    other = THREE.replace("          needs: $", "          name: other\n          needs: $")
    (tmp_path / ".github" / "workflows" / "two.yml").write_text(other)
    assert "names" not in told(diagnostics(tmp_path), Grade.WRONG)


def test_without_any_use_it_says_how_to_begin(tmp_path: Path) -> None:
    found = diagnostics(
        repository(tmp_path, ci="on: push\njobs:\n  a:\n    steps:\n      - run: make readygate-docs\n")
    )

    assert told(found, Grade.WRONG).keys() == {"used"}


@pytest.mark.parametrize(
    "step", ["run: python -m readygate report --tests a.xml", "run: |\n          x\n          readygate report"]
)
def test_the_command_line_is_a_use_too(step: str, tmp_path: Path) -> None:
    text = f"on: pull_request\npermissions: {{}}\njobs:\n  a:\n    steps:\n      - {step}\n"

    assert [step.action for step in find_action_steps(read_workflow("ci.yml", text))] == [""]


@pytest.mark.slow
def test_files_that_are_no_workflows_are_named(tmp_path: Path) -> None:
    root = repository(tmp_path, a="a: [", b="on: push", c=THREE, d="[" * 100_000)
    (root / ".github" / "workflows" / "e.yml").symlink_to("/etc/passwd")
    found = [diagnostic.where for diagnostic in diagnostics(root) if diagnostic.check == "workflow-file"]

    assert found == [f".github/workflows/{name}.yml" for name in "abde"]


def event(folder: Path, **pull: object) -> dict[str, str]:
    data = {
        "number": 7,
        "repository": {"default_branch": "main"},
        "pull_request": {
            "number": 7,
            "head": {"sha": SHA, "repo": {"full_name": "acme/widgets"}},
            "base": {"ref": "main"},
            "user": {"login": "octocat"},
            **pull,
        },
    }
    (folder / "event.json").write_text(json.dumps(data))
    return {
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_REPOSITORY": "acme/widgets",
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_SHA": "f" * 40,
        "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_WORKSPACE": str(folder),
    }


def test_in_a_run_it_tells_what_the_event_is_for(tmp_path: Path) -> None:
    found = diagnostics(repository(tmp_path, ci=THREE), **event(tmp_path))

    goods = told(found, Grade.GOOD)
    assert "`pull_request`, Readygate judges a change" in goods["event"].what
    assert "none is needed" in goods["checkout"].what
    assert told(found, Grade.WRONG) == {}


def test_forks_and_dependabot_have_limits(tmp_path: Path) -> None:
    root = repository(tmp_path, ci=THREE)
    fork = diagnostics(root, **event(tmp_path, head={"sha": SHA, "repo": {"full_name": "mallory/widgets"}}))
    gone = diagnostics(root, **event(tmp_path, head={"sha": SHA, "repo": None}))
    bot = diagnostics(root, **event(tmp_path, user={"login": "dependabot[bot]"}))

    assert "its token only reads" in told(fork, Grade.ADVICE)["fork"].what
    assert "fork" in told(gone, Grade.ADVICE)
    assert "checks: write" in told(bot, Grade.ADVICE)["dependabot"].fix_snippet


def test_an_event_that_cannot_be_judged_is_wrong(tmp_path: Path) -> None:
    found = diagnostics(repository(tmp_path, ci=THREE), **{**event(tmp_path), "GITHUB_EVENT_NAME": "star"})

    assert "cannot be judged" in told(found, Grade.WRONG)["event"].what


def test_a_checkout_of_another_commit_is_told(tmp_path: Path) -> None:
    git = repository(tmp_path, ci=THREE) / ".git"
    git.mkdir()
    (git / "shallow").write_text(SHA)
    for commit, grade, says in ((SHA, Grade.GOOD, "head of the pull"), ("e" * 40, Grade.ADVICE, "neither")):
        (git / "HEAD").write_text(commit)
        diagnostic = told(diagnostics(tmp_path, **event(tmp_path)), grade)["checkout"]
        assert says in diagnostic.what
        assert "shallow, which is enough" in diagnostic.what


def test_it_prints_text_and_json_and_ends_with_a_code(tmp_path: Path) -> None:
    root = repository(tmp_path, ci=THREE.replace("      checks: write\n", ""))
    text, data = io.StringIO(), io.StringIO()

    assert doctor(root, "", {}, text, as_json=False) == 1
    assert text.getvalue().startswith("wrong   permissions: The job lacks `checks: write`.")
    assert "            permissions:\n              checks: write\n" in text.getvalue()
    assert doctor(root, "", {}, data, as_json=True) == 1
    rows = json.loads(data.getvalue())
    assert (rows["schema"], rows["well"], rows["remarks"][0]["check"]) == (1, False, "permissions")
    (root / ".github" / "workflows" / "ci.yml").write_text(THREE)
    assert doctor(root, "", {}, io.StringIO(), as_json=False) == 0


def test_names_of_jobs_are_no_commands_for_the_runner(tmp_path: Path) -> None:
    text = THREE.replace("  gate:", '  "##[error]x\\n::error::y":')
    for as_json in (True, False):
        printed = io.StringIO()
        doctor(repository(tmp_path / str(as_json), ci=text), "", {}, printed, as_json=as_json)
        assert "##[" not in printed.getvalue()
        assert not [row for row in printed.getvalue().splitlines() if row.lstrip().startswith("::")]


@pytest.mark.parametrize("name", ["widgets", "a/b/c", "a b/c", "../x/y"])
def test_arguments_that_cannot_be_used(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        look(tmp_path, name, {})
    with pytest.raises(SettingsError):
        look(tmp_path / "missing", "", {})


keys = st.sampled_from(
    ["on", "jobs", "steps", "uses", "with", "if", "needs", "permissions", "strategy", "matrix", "run"]
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["pull_request", "push", "readygate/readygate@v0", "write-all"])
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | st.text(max_size=3), inner, max_size=4),
    max_leaves=25,
)


@pytest.mark.slow
@given(st.dictionaries(keys, values, max_size=4), values, values)
def test_no_workflow_makes_it_crash(data: dict[str, object], steps: object, job: object) -> None:
    data = {
        **data,
        "jobs": {"a": {"steps": [{"uses": "readygate/readygate@v0", "with": steps, "if": job}, steps]}, "b": job},
    }
    workflow = read_workflow("ci.yml", yaml.safe_dump(data))
    for diagnostic in examine(Context(workflows=(workflow,), action_steps=tuple(find_action_steps(workflow)))):
        assert diagnostic.what
