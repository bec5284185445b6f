"""A pull request that tries everything in its reports, and what reaches GitHub, the log, the files and the store."""

import io
import json
import os
import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from readygate.baseline.snapshot_file import unpack_snapshot
from readygate.commands import action
from readygate.outputs.step_outputs import NAMES
from tests.e2e.support import RECORD, Done, Runner, junit
from tests.fakes.github import Pull
from tests.support.gfm import problems
from tests.support.hostile import PIECES

SECRETS = (
    "ghp_" + "s3cr" * 9,
    "AKIA" + "Q7" * 8,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "hunter2-of-the-database",
    "MIIEowIBAAKCAQEAsecretsecretsecret",
    "customer-123456",
)
LEAKS = [
    f"token {SECRETS[0]}",
    f"\x1b[31m{SECRETS[0][:8]}\x1b[0m{SECRETS[0][8:]}",
    f"{SECRETS[1]} and {SECRETS[2]}",
    f"postgres://app:{SECRETS[3]}@db/x",
    f"-----BEGIN RSA PRIVATE KEY-----\n{SECRETS[4]}\n-----END RSA PRIVATE KEY-----",
    f"id {SECRETS[5]}",
]
COMMANDS = [
    "::set-output name=ready::true",
    "##[set-output name=ready;]true",
    "::stop-commands::pause",
    "::add-mask::e",
    "::error file=a.py::forged",
    "text ##[add-matcher]/tmp/x.json",
    "\r::save-state name=x::y",
    "%0A::warning::x",
    "x\nready<<EOF\ntrue\nEOF\nverdict=ready\nghadelimiter_0",
]
OURS = re.compile(
    r"::(?:notice|error) title=Readygate::|::group::Reading |::endgroup::$"
    r"|::debug::[A-Z]+ /[\w./-]+: (?:answered|GitHub answered \d+: [\w/ -]+), "
)


def hostile_junit() -> str:
    """Every field of a report filled with every attack, as far as XML can hold it."""
    cases = []
    for number, text in enumerate([*PIECES, *COMMANDS, *LEAKS]):
        kept = "".join(c if c in "\t\n\r" or " " <= c < "\ud800" or c > "\udfff" else "?" for c in text)
        name, body = quoteattr(f"{kept} {number}").replace("\n", "&#10;").replace("\r", "&#13;"), escape(kept)
        cases.append(
            f"<testcase classname={name} name={name} file={name} line='3'>"
            f"<failure type={name} message={name}>{body}\n{body}</failure><system-out>{body}</system-out></testcase>"
        )
    return f"<testsuites><testsuite name='x'>{''.join(cases)}</testsuite></testsuites>"


def opened(runner: Runner) -> Pull:
    start = runner.hub.commit({"src/app.py": "x = 1\n", "tests/a.py": "x = 1\n" * 9}, branch="main")
    sha = runner.hub.commit({"src/app.py": "x = 2\n"}, branch="topic", parents=[start])
    return runner.hub.open_pull(7, head="topic", head_sha=sha)


def commands(log: str) -> list[str]:
    """The commands that a runner would find in a log, but for those that Readygate means."""
    lines = re.split(r"\r\n|\r|\n", log)
    return [line for line in lines if (line.lstrip().startswith("::") or "##[" in line) and not OURS.match(line)]


def written(runner: Runner, done: Done, folder: Path) -> dict[str, str]:
    """Everything that left the run, by where it went."""
    files = {path.name: path.read_bytes().decode("utf-8", "replace") for path in folder.iterdir()}
    sent = {f"{r.method} {r.path} {n}": json.dumps(r.body) for n, r in enumerate(runner.hub.requests)}
    return {"log": done.log, "summary": done.summary, "outputs": json.dumps(dict(done.outputs)), **files, **sent}


@pytest.mark.parametrize("debug", ["", "1"])
def test_a_hostile_report_reaches_nobody(runner: Runner, debug: str) -> None:
    pull = opened(runner)
    token = runner.hub.token({"contents": "read", "checks": "write", "pull-requests": "write"})
    runner.environment |= {"RUNNER_DEBUG": debug, "ACTIONS_STEP_DEBUG": "true" if debug else ""}
    odd = {"junit ::error::x.xml": hostile_junit(), "junit \n##[error]\x1b[31m@octocat.xml": junit(ok="passed")}
    done = runner.pull_request(pull, odd, token=token, report="out", redact=r"customer-\d+")

    assert done.code == 1, done.log
    assert done.outputs["ready"] == "false"
    assert sorted(done.outputs) == sorted(NAMES)
    assert commands(done.log) == []
    folder = runner.folder / f"workspace-{runner.run_id}" / "out"
    everything = written(runner, done, folder)
    assert {"report.json", "comment.md", "junit.xml", "readygate.snapshot"} <= set(everything)
    for place, text in everything.items():
        for secret in (token, *SECRETS):
            assert secret not in text, f"{secret} in {place}"
    (comment,) = runner.hub.comments(7)
    (check,) = runner.hub.check_runs(pull.head_sha)
    marker = comment["body"].rindex("<!-- readygate:comment ")
    for document in (comment["body"][:marker], check["output"]["summary"], done.summary):
        assert problems(document) == []


def test_what_is_stored_holds_no_secret_and_no_message(runner: Runner) -> None:
    sha = runner.hub.commit({"src/app.py": "x = 1\n"}, branch="main")
    runner.push(sha, {"junit.xml": hostile_junit()}, token=runner.hub.token(RECORD), redact=r"customer-\d+", report="o")

    names = runner.hub.git.lines("ls-tree", "-r", "--name-only", "readygate-data")
    assert names
    packed = (runner.folder / f"workspace-{runner.run_id}" / "o" / "readygate.snapshot").read_bytes()
    files = [runner.hub.git.run("show", f"readygate-data:{name}") for name in names]
    held = repr(files) + repr(unpack_snapshot(packed, "here"))
    assert "[redacted]" in held
    for secret in SECRETS:
        assert secret not in held


def zipped(*members: tuple[zipfile.ZipInfo | str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_an_archive_are_only_bytes(runner: Runner) -> None:
    """Links are not followed, a second member of a name does not replace the first, and names are only shown."""
    pull = opened(runner)
    link = zipfile.ZipInfo("link/junit.xml")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    outside = runner.folder / "outside.xml"
    outside.write_text(junit(leaked="passed"))
    archive = zipped(
        (link, str(outside)),
        ("a/junit.xml", junit(first="passed")),
        ("a/junit.xml", junit(second="passed")),
        ("..\\..\\b\\junit.xml", junit(third="passed")),
        ("c/::error::\x1b[1m\n##[error]junit.xml", junit(fourth="failed")),
        ("nested.zip", "PK\x03\x04"),
    )
    done = runner.pull_request(pull, {"reports.zip": archive}, tests="reports.zip", report="out")

    assert done.code == 1, done.log
    assert commands(done.log) == []
    data = json.loads((runner.folder / f"workspace-{runner.run_id}" / "out" / "report.json").read_text())
    failing = [row["name"] for row in data["tests"]["new_failures"]]
    assert (data["tests"]["head"]["passed"], failing) == (2, ["fourth"])
    merged = (runner.folder / f"workspace-{runner.run_id}" / "out" / "junit.xml").read_text()
    assert set(re.findall(r'testcase name="(\w+)"', merged)) == {"first", "third", "fourth"}
    assert "leaked" not in json.dumps(data)
    assert not list(runner.folder.rglob("b/junit.xml"))


def test_an_encrypted_or_lying_archive_is_damage(runner: Runner) -> None:
    pull = opened(runner)
    lying = bytearray(zipped(("a/junit.xml", junit(ok="passed"))))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # says that it is encrypted
        lying[lying.index(signature) + offset] |= 1
    done = runner.pull_request(pull, {"a.zip": bytes(lying)}, tests="a.zip")

    assert done.code == 1, done.log
    assert "encrypted" in done.log
    assert "Traceback" not in done.log


def in_a_workflow(folder: Path, *arguments: str) -> str:
    """What a command prints when a step of a workflow calls it, stdout and stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "readygate", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path("src").absolute()), "GITHUB_ACTIONS": "true"},
        capture_output=True,
        check=False,
    )
    return (done.stdout + done.stderr).decode("utf-8", "replace")


@pytest.mark.parametrize("form", ["console", "markdown", "json"])
def test_commands_that_print_give_the_runner_no_command(tmp_path: Path, form: str) -> None:
    (tmp_path / "junit.xml").write_text(hostile_junit())
    (tmp_path / "junit ##[error]\n::error::.xml").write_text("<testsuite><testcase name='::error::x'/>")
    printed = in_a_workflow(tmp_path, "report", "--format", form)

    assert "Not ready" in printed or '"ready": false' in printed
    assert commands(printed) == []
    for secret in SECRETS[:5]:
        assert secret not in printed


def test_inspecting_gives_the_runner_no_command(tmp_path: Path) -> None:
    (tmp_path / "##[error]x\n::error::.xml").write_text("<testsuite><testcase name='x'/></a ##[error]>")
    printed = in_a_workflow(tmp_path, "inspect", *(path.name for path in tmp_path.iterdir()), "::error::missing")

    assert commands(printed) == []
    assert json.loads(printed.splitlines()[0])["file"].startswith("##[error]x\n")


def test_a_crash_tells_no_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    token = "0123456789abcdef" * 2 + "01234567"

    def crash(*_: object) -> None:
        raise RuntimeError(f"Authorization: token {token} ##[error]x\n::error::y {SECRETS[0]}")

    monkeypatch.setattr(action, "read_subject", crash)
    (tmp_path / "event.json").write_text("{}")
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "acme/widgets",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_WORKSPACE": str(tmp_path),
        "INPUT_TOKEN": f" {token}\n",
    }
    log = io.StringIO()

    assert action.run_action(environment, log) == 3
    assert "RuntimeError" in log.getvalue()
    assert commands(log.getvalue()) == []
    left = log.getvalue() + (tmp_path / "summary").read_text() + (tmp_path / "output").read_text()
    assert token not in left
    assert SECRETS[0] not in left


def test_the_folder_of_files_does_not_lead_out(runner: Runner) -> None:
    """A pull request could leave a link where the files go, or one of that name in the folder."""
    pull = opened(runner)
    runner.fixed = root = runner.workspace({"junit.xml": junit(ok="passed"), "out/keep.txt": ""})
    (runner.folder / "elsewhere").mkdir()
    (runner.folder / "target.json").write_text("untouched")
    (root / "out" / "report.json").symlink_to(runner.folder / "target.json")
    (root / "link").symlink_to(runner.folder / "elsewhere")

    assert runner.pull_request(pull, {}, report="out").outputs["report-json"] == "out/report.json"
    assert (runner.folder / "target.json").read_text() == "untouched"
    refused = runner.pull_request(pull, {}, report="link")
    assert refused.code == 2
    assert "leads out of the workspace" in refused.log
    assert not list((runner.folder / "elsewhere").iterdir())
