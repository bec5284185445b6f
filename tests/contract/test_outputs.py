"""What every output owes: on the most hostile page nothing of a report leaves it unescaped, and no secret at all."""

import json
import resource
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from msgspec.structs import replace
from tests.support.builders import BASE, baseline, change, changes, compared, cover, measure, page, report, target
from tests.support.gfm import problems
from tests.support.hostile import PIECES
from tests.support.publishing import Published, Scene, publish, read_outputs
from tests.support.webcheck import page_data_of, page_problems, page_text

from readygate.baseline.snapshot_codec import decode
from readygate.baseline.snapshot_file import unpack_snapshot
from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import Settings
from readygate.context import RunContext
from readygate.formats import Source, parse
from readygate.model.comparison import Comparison
from readygate.model.reports import CoverageReport, Problem, Severity, TestReport
from readygate.model.results import FailureDetail, Outcome
from readygate.outputs import all_outputs, publish_failure, write_file
from readygate.outputs import publish as publish_all
from readygate.outputs.step_outputs import NAMES, block
from readygate.render.not_evaluated import NotEvaluated
from readygate.support.console import Console
from readygate.support.errors import StoreError

TOKEN = "ghp_" + "s3cr" * 9
OPAQUE = "0123456789abcdef0123456789abcdef01234567"
"""A token whose form does not give it away."""
FORGERY = "x\nready<<EOF\ntrue\nEOF\nghadelimiter_0\n::set-output name=ready::true"
NAMES_GIVEN = [*PIECES, FORGERY, "::error::x", "##[error]x", "| a | b |\n|--|--|", "n" * 9_000]


def comparison(commit: str) -> Comparison:
    """A page on which every name and every text is hostile."""
    names = [name.replace("\0", "") for name in NAMES_GIVEN]
    klass = "".join(PIECES).replace("\0", "")
    text = "\n".join([*PIECES, FORGERY, TOKEN, f"\x1b[31m{TOKEN}\x1b[0m", "at a (tests/a.py:3)"])
    details = [
        FailureDetail(
            class_name=klass, name=name, outcome=Outcome.FAILED, type=text[:60], message=f"{TOKEN} {text}", text=text
        )
        for name in names
    ]
    odd = Problem(severity=Severity.DAMAGE, what=f"{text[:300]} {TOKEN}", place=text, why=text, todo="look")
    head = report({klass: dict.fromkeys(names, "f")}, details=details, problems=(odd,))
    base = report({klass: {**dict.fromkeys(names[::2], "p"), **dict.fromkeys(names[1::2], "e"), "gone": "p"}})
    paths = {f"src/{piece}.py": "hmm" for piece in PIECES if piece not in (" ", "a")}
    diff = changes(*(change(path, [1, 2, 3]) for path in paths), change("src/``|new.py", [1], status="added"))
    files = (f"{klass}\n.xml", "::error::.xml")
    mine = measure(head, cover(paths), commit=commit, names=files, needs={FORGERY: "cancelled", "``|<b>": "failure"})
    return compared(mine, baseline(measure(base, cover(paths), commit=BASE), branch="`|<b>@x"), diff=diff)


@pytest.fixture(scope="module")
def published() -> Published:
    scene = Scene(make=comparison, page={"gate": "back_end *x*", "files": ["tests/a.py"]})
    with TemporaryDirectory() as folder:
        return publish(scene, Path(folder))


def unseen(text: str) -> list[str]:
    """Control, format and other characters that nobody sees, but for the ends of lines."""
    kinds = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    return [hex(ord(c)) for c in text if c != "\n" and unicodedata.category(c) in kinds]


def is_markdown(text: str) -> None:
    marker = text.rfind("<!-- readygate:comment ")
    assert problems(text[:marker] if marker >= 0 else text) == []
    assert unseen(text.replace("\ufe0f", "")) == []
    assert TOKEN not in text


def comment(found: Published) -> None:
    is_markdown(found.comment)
    assert len(found.comment) <= 65_536
    assert found.comment.count("<!-- readygate:comment name=back_end%20%2Ax%2A workflow=") == 1


def check(found: Published) -> None:
    is_markdown(found.check["summary"])
    assert len(found.check["summary"].encode()) <= 65_535
    assert len(found.check["title"]) <= 255
    assert found.check["annotations"]
    for row in found.check["annotations"]:
        text = "\n".join((row["title"], row["message"], row.get("raw_details", "")))
        assert unseen(text.replace("\ufe0f", "")) == []
        assert TOKEN not in text
        assert all(ord(character) < 0x10000 for character in text)
        assert "\n" not in row["title"]
        assert len(row["title"]) <= 255
        assert len(row.get("raw_details", "").encode()) <= 65_536


def status(found: Published) -> None:
    text = found.status["description"]
    assert 0 < len(text) <= 140
    assert unseen(text.replace("\ufe0f", "")) == []
    assert "\n" not in text
    assert TOKEN not in text
    assert (found.status["context"], found.status["state"]) == ("back_end *x*", "failure")


def summary(found: Published) -> None:
    is_markdown(found.summary)


def console(found: Published) -> None:
    ours = ("::notice title=Readygate::", "::error title=Readygate::", "::group::", "::endgroup::")
    for line in found.console.splitlines():
        assert "##[" not in line
        assert not line.strip().startswith("::") or line.startswith(ours)
    assert unseen(found.console.replace("\ufe0f", "")) == []
    assert TOKEN not in found.console


def step_outputs(found: Published) -> None:
    assert sorted(found.outputs) == sorted(NAMES)
    assert found.outputs["ready"] == "false"
    for name, value in found.outputs.items():
        assert TOKEN not in value, name
    assert len(found.outputs["reasons"].encode()) <= 60_000
    assert json.loads(found.outputs["reasons"])


def report_json(found: Published) -> None:
    data = found.files["report.json"]
    assert data.isascii()
    assert TOKEN.encode() not in data
    tests = found.report["tests"]
    told = {row["name"] for row in [*tests["new_failures"], *tests["still_failing"]]}
    assert FORGERY in told  # for machines, names are what they are


def comment_file(found: Published) -> None:
    is_markdown(found.files["comment.md"].decode())


def report_html(found: Published) -> None:
    text = found.files["report.html"].decode()
    assert page_problems(text) == []
    assert TOKEN not in text
    seen = page_text(text) + json.dumps(page_data_of(text), ensure_ascii=False)
    assert unseen(seen.replace("\ufe0f", "")) == []


def badges(found: Published) -> None:
    names = [f"badge-{name}.{kind}" for name in ("verdict", "pass-rate", "coverage") for kind in ("svg", "json")]
    assert {name for name in found.files if name.startswith("badge-")} == set(names)
    for name in names:
        data = found.files[name]
        assert TOKEN.encode() not in data
        if name.endswith(".json"):
            assert json.loads(data)["schemaVersion"] == 1
        else:
            assert ET.fromstring(data).tag == "{http://www.w3.org/2000/svg}svg"


def snapshot_file(found: Published) -> None:
    data = found.files["readygate.snapshot"]
    back = decode(unpack_snapshot(data, "here"), "here")
    assert back == found.page.comparison.head.snapshot
    assert TOKEN not in repr(back)
    assert "tests/a.py:3" not in repr(back)  # no message and no trace is stored


def merged_junit(found: Published) -> None:
    data = found.files["junit.xml"]
    assert TOKEN.encode() not in data
    again = parse(Source(name="junit.xml", data=data))
    assert isinstance(again, TestReport)
    assert all(problem.severity is Severity.NOTE for problem in again.problems)
    # characters that XML cannot hold are replaced, so that names may fall together; none may be lost otherwise
    assert 0.8 * found.page.comparison.tests.head.failing < again.executions.failing


def merged_cobertura(found: Published) -> None:
    again = parse(Source(name="cobertura.xml", data=found.files["cobertura.xml"]))
    assert isinstance(again, CoverageReport)
    assert not again.problems
    assert found.page.comparison.coverage is not None
    lines = found.page.comparison.coverage.lines
    assert sum(file.coverage.total for file in again.files) == lines.total
    assert sum(file.coverage.covered for file in again.files) == lines.covered


CHECKS: dict[str, Callable[[Published], None]] = {
    "comment": comment,
    "check": check,
    "status": status,
    "summary": summary,
    "console": console,
    "step-outputs": step_outputs,
    "report-json": report_json,
    "comment-file": comment_file,
    "report-html": report_html,
    "badges": badges,
    "snapshot-file": snapshot_file,
    "merged-junit": merged_junit,
    "merged-cobertura": merged_cobertura,
}


@pytest.mark.parametrize("name", [output.name for output in all_outputs()])
def test_nothing_leaves_unescaped(name: str, published: Published) -> None:
    assert name in CHECKS, f"the output {name} has no check of what it writes"
    CHECKS[name](published)


def test_every_check_has_its_output() -> None:
    assert set(CHECKS) == {output.name for output in all_outputs()}


def test_outputs_are_ordered_so_that_the_later_ones_know_of_the_earlier() -> None:
    names = [output.name for output in all_outputs()]
    assert max(names.index("comment"), names.index("check")) < min(names.index("summary"), names.index("step-outputs"))
    assert names.index("report-json") < names.index("step-outputs")


def test_a_value_cannot_end_its_block() -> None:
    for value in (FORGERY, "", "\n", "ghadelimiter_", "x" * 10_000):
        assert read_outputs(block("name", value) + block("next", "1")) == {"name": value, "next": "1"}


def test_no_half_file_is_left_where_the_disk_is_full(tmp_path: Path) -> None:
    context = RunContext(
        settings=Settings(),
        runner=RunnerEnvironment(workspace=tmp_path),
        console=Console(stream=StringIO()),
        folder=tmp_path,
    )
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        failed = write_file(context, "report.json", b"x" * 10_000)
        assert not failed.files
        assert write_file(context, "small.json", b"x").files == (tmp_path / "small.json",)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.name for path in tmp_path.iterdir()] == ["small.json"]
    (message,) = failed.messages
    assert message.notice
    assert message.text.startswith("The file could not be written (File too large)")


def test_what_cannot_be_written_is_a_notice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    stream = StringIO()
    context = RunContext(
        settings=Settings(),
        runner=RunnerEnvironment(
            workspace=tmp_path, output=tmp_path / "no" / "output", step_summary=tmp_path / "no" / "s"
        ),
        console=Console(stream=stream),
        folder=tmp_path / "file" / "folder",
    )
    made = page(compared(measure(report({"A": {"t": "p"}}), cover({"a.py": "h"}))))
    done = publish_all(made, context)
    assert (done.files, done.step_outputs) == ((), {})
    told = stream.getvalue()
    assert told.count("No file is written to") == 1
    assert "The job summary could not be written" in told
    assert "The step's outputs could not be written" in told


def failing_run(runner: RunnerEnvironment, stream: StringIO) -> tuple[NotEvaluated, RunContext]:
    console = Console(stream=stream, commands=True, hidden=OPAQUE)
    failure = NotEvaluated(
        error=StoreError(f"the baseline with {OPAQUE} is damaged", todo="run the job again"),
        gate="back_end *x*",
        subject=target(),
        hidden=OPAQUE,
    )
    settings = Settings(summary=False)
    return failure, RunContext(settings=settings, runner=runner, console=console, folder=runner.workspace)


def test_an_error_is_published_through_the_same_outputs(tmp_path: Path) -> None:
    stream = StringIO()
    runner = RunnerEnvironment(workspace=tmp_path, output=tmp_path / "output", step_summary=tmp_path / "summary")
    failure, context = failing_run(runner, stream)

    done = publish_failure(failure, context)

    assert not done.messages
    told = "the baseline with [redacted] is damaged. To do: run the job again."
    assert stream.getvalue() == f"::error title=Readygate::{told}\n"
    title = "❌ Not ready: the change could not be judged"
    assert (tmp_path / "summary").read_text() == f"## {title}\n\n```text\n{told}\n```\n"
    assert read_outputs((tmp_path / "output").read_text()) == {"verdict": "not-evaluated", "ready": "false"}
    assert {path.name for path in tmp_path.iterdir()} == {"summary", "output"}


def test_an_output_that_raises_leaves_the_others_alone(tmp_path: Path) -> None:
    class Broken:
        def pages(self, *_arguments: object, **_named: object) -> None:
            raise RuntimeError

    stream = StringIO()
    failure, context = failing_run(RunnerEnvironment(workspace=tmp_path, output=tmp_path / "output"), stream)
    context = replace(context, github=Broken())

    publish_failure(failure, context)

    error, notice = stream.getvalue().splitlines()
    assert error.startswith("::error title=Readygate::the baseline with [redacted]")
    assert notice == "::notice title=Readygate::The check run could not be written (RuntimeError)"
    assert read_outputs((tmp_path / "output").read_text())["verdict"] == "not-evaluated"
