"""Reports from this run's artifacts, and from archives in the workspace."""

import gzip
import io
import json
import warnings
import zipfile

from tests.e2e.support import GATE, Done, Runner, junit
from tests.fakes.github import Pull

GREEN = junit(**{f"test_{number}": "passed" for number in range(20)})
RED = GREEN.replace('name="test_3" time="0.01">', 'name="test_3" time="0.01"><failure message="no"/>')


def opened(runner: Runner) -> Pull:
    base = runner.hub.commit({"src/app.py": "x = 1\n"}, branch="main")
    head = runner.hub.commit({"src/app.py": "x = 2\n"}, branch="topic", parents=[base])
    return runner.hub.open_pull(7, head="topic", head_sha=head)


def run(runner: Runner, pull: Pull, files: dict[str, str | bytes] | None = None, **inputs: str) -> Done:
    token = runner.hub.token({**GATE, "actions": "read"})
    return runner.pull_request(pull, files or {}, token=token, **inputs)


def test_artifacts_of_this_run_are_read_by_name(runner: Runner) -> None:
    pull = opened(runner)
    mine = runner.run_id + 1
    runner.hub.add_artifact(mine, "results-linux", {"junit.xml": GREEN.encode(), "notes.txt": b"hello"})
    runner.hub.add_artifact(mine, "results-windows", {"deep/junit.xml": RED.encode()})
    runner.hub.add_artifact(mine, "site", {"junit.xml": b"not xml"})
    runner.hub.add_artifact(mine - 1, "results-mac", {"junit.xml": RED.encode()})

    done = run(runner, pull, artifacts="results-*")

    assert done.code == 1
    assert (done.outputs["tests"], done.outputs["failed"]) == ("20", "1")
    assert "`results-windows/deep/junit.xml`" in done.summary
    assert "results-mac" not in done.summary


def test_the_newest_artifact_of_a_name_counts(runner: Runner) -> None:
    pull = opened(runner)
    runner.hub.add_artifact(runner.run_id + 1, "results", {"junit.xml": RED.encode()})
    runner.hub.add_artifact(runner.run_id + 1, "results", {"junit.xml": GREEN.encode()})
    done = run(runner, pull, artifacts="results", tests="results/*.xml")
    assert done.code == 0, done.log
    assert done.outputs["passed"] == "20"


def test_an_artifact_that_cannot_be_read_blocks(runner: Runner) -> None:
    pull = opened(runner)
    runner.hub.add_artifact(runner.run_id + 1, "results-a", {"junit.xml": GREEN.encode()})
    runner.hub.add_artifact(runner.run_id + 1, "results-b", b"PK\x03\x04 cut short")
    runner.hub.add_artifact(runner.run_id + 1, "results-c", {"junit.xml": GREEN.encode()}, expired=True)
    done = run(runner, pull, artifacts="results-*")
    assert done.code == 1
    assert "2 reports are damaged" in done.summary
    assert "Traceback" not in done.log


def test_without_the_permission_the_run_is_not_evaluated(runner: Runner) -> None:
    pull = opened(runner)
    done = runner.pull_request(pull, {"junit.xml": GREEN}, artifacts="results-*")
    assert done.code == 3
    assert "actions" in done.log
    assert done.outputs["verdict"] == "not-evaluated"


def test_names_in_a_zip_lead_nowhere_and_a_bomb_does_not_go_off(runner: Runner) -> None:
    pull = opened(runner)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/junit.xml", GREEN)
        archive.writestr("/abs/junit.xml", "<testsuite>" + " " * (300 << 20))
    runner.hub.add_artifact(runner.run_id + 1, "results", buffer.getvalue())
    done = run(runner, pull, artifacts="results")
    assert done.code == 1
    assert "larger than allowed" in done.log
    assert "Traceback" not in done.log


def test_archives_in_the_workspace_are_opened(runner: Runner) -> None:
    pull = opened(runner)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a/junit.xml", GREEN)
        archive.writestr("a/readme.txt", "no report")
    files: dict[str, str | bytes] = {"all.zip": buffer.getvalue(), "more.xml.gz": gzip.compress(RED.encode())}
    done = run(runner, pull, files, tests="all.zip\nmore.xml.gz")
    assert done.code == 1
    assert (done.outputs["tests"], done.outputs["failed"]) == ("20", "1")
    assert "`all.zip/a/junit.xml`" in done.summary

    done = run(runner, pull, {"cut.xml.gz": gzip.compress(GREEN.encode())[:-20]}, tests="cut.xml.gz")
    assert done.code == 1
    assert "reports-readable" in done.reasons


def test_a_file_that_is_handed_in_twice_counts_once(runner: Runner) -> None:
    pull = opened(runner)
    runner.hub.add_artifact(runner.run_id + 1, "results", {"junit.xml": RED.encode()})
    done = run(runner, pull, {"results/junit.xml": RED}, artifacts="results", legs="{leg}")
    assert (done.outputs["tests"], done.outputs["failed"]) == ("20", "1")
    assert "the same in the workspace and in the artifact, read once" in done.log
    assert "(artifact)" not in done.summary


def test_two_files_of_one_name_both_count_and_are_told_apart(runner: Runner) -> None:
    pull = opened(runner)
    runner.hub.add_artifact(runner.run_id + 1, "results", {"junit.xml": RED.encode(), "more.xml": b"<broken"})
    runner.hub.add_artifact(runner.run_id + 1, "results (artifact)", {"junit.xml": GREEN.encode()})
    files: dict[str, str | bytes] = {"results/junit.xml": GREEN, "results/more.xml": ""}
    done = run(runner, pull, files, artifacts="results*", tests="**/*.xml", report="out")
    assert done.code == 1
    assert "another file of this name" in done.log
    told = json.loads((runner.folder / f"workspace-{runner.run_id}" / "out" / "report.json").read_text())
    assert [file["name"] for file in told["files"]] == [
        "results (artifact)/junit.xml",
        "results (artifact)/junit.xml'",
        "results (artifact)/more.xml",
        "results/junit.xml",
        "results/more.xml",
    ]
    assert done.outputs["failed"] == "1", "the failure in the artifact is not hidden by its namesake"


def test_a_zip_made_to_mislead_only_misleads_its_own_pull_request(runner: Runner) -> None:
    pull = opened(runner)
    buffer = io.BytesIO()
    link = zipfile.ZipInfo("link.xml")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two members of one name
        archive.writestr("junit.xml", RED)
        archive.writestr("junit.xml", GREEN)
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a\n::set-output name=ready::true\u202e##[error]x.xml", RED)
        archive.writestr("C:\\windows\\junit.xml", RED)
    runner.hub.add_artifact(runner.run_id + 1, "results", buffer.getvalue())

    done = run(runner, pull, artifacts="results", tests="results/**")

    assert done.code == 1
    assert "root:" not in done.log + done.summary
    assert "\n::set-output" not in done.log
    assert "##[error]" not in done.log
    assert "\u202e" not in done.log + done.summary + runner.hub.comments(7)[0]["body"]
    assert done.outputs["ready"] == "false"
    assert "link.xml" in done.log
