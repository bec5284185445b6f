"""Publish a report through all outputs, to a GitHub of its own and to files, and collect what arrived there."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from tests.fakes.github import FakeGitHub
from tests.support.builders import page, target

from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import Settings
from readygate.context import RunContext
from readygate.github.client import GitHub
from readygate.model.comparison import Comparison
from readygate.outputs import publish as publish_all
from readygate.render.report_view import ReportView
from readygate.support.console import Console

PERMISSIONS = {"contents": "read", "checks": "write", "pull-requests": "write", "statuses": "write"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is published: a comparison of the given head commit, and how the page is made of it.

    Attributes:
        make: from the measured commit to the comparison.
        page: arguments of `builders.page`.
        about: facts of the target that differ from a pull request's.
        permissions: of the token.
    """

    make: Callable[[str], Comparison]
    page: dict[str, Any] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    permissions: dict[str, str] = field(default_factory=lambda: dict(PERMISSIONS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What has arrived, by place; empty where nothing did."""

    page: ReportView
    comment: str
    check: dict[str, Any]
    status: dict[str, Any]
    summary: str
    console: str
    outputs: dict[str, str]
    report: dict[str, Any]
    files: dict[str, bytes]


def read_outputs(text: str) -> dict[str, str]:
    """Read step outputs as the runner does.

    Raises:
        ValueError: a line stands outside of every block.
    """
    found: dict[str, str] = {}
    rows = iter(text.split("\n"))
    for row in rows:
        name, mark, delimiter = row.partition("<<")
        if not row:
            continue
        if not mark:
            raise ValueError(f"outside of every block: {row!r}")
        value: list[str] = []
        for line in rows:
            if line == delimiter:
                break
            value.append(line)
        found[name] = "\n".join(value)
    return found


def publish(scene: Scene, folder: Path) -> Published:
    """Publish through all enabled outputs."""
    with FakeGitHub() as hub:
        base = hub.commit({"a.py": "x = 1\n"}, branch="main")
        head = hub.commit({"a.py": "x = 2\n"}, branch="topic", parents=[base])
        hub.open_pull(7, head="topic", head_sha=head)
        about = target(**{"measured": head, "head_sha": head, **scene.about})
        made = page(scene.make(head), about=about, **scene.page)
        stream = StringIO()
        (folder / "out").mkdir()
        context = RunContext(
            settings=Settings(name=made.gate, status="statuses" in scene.permissions),
            runner=RunnerEnvironment(
                repository="acme/widgets",
                run_id=about.run_id,
                run_number=about.run_number,
                run_attempt=about.run_attempt,
                workspace=folder,
                output=folder / "output",
                step_summary=folder / "summary",
            ),
            console=Console(stream=stream, commands=True),
            github=GitHub(api_url=hub.url, token=hub.token(scene.permissions), repository="acme/widgets"),
            folder=folder / "out",
        )
        publish_all(made, context)
        comments, runs, statuses = hub.comments(7), hub.check_runs(head), hub.statuses(head)
        assert len(statuses) <= 1
        assert len(comments) <= 1
        assert len(runs) <= 1
        assert not hub.unexpected
        address = hub.url
    files = {path.name: path.read_bytes() for path in sorted((folder / "out").iterdir())}
    outputs = read_outputs((folder / "output").read_text(encoding="utf-8"))
    return Published(
        page=made,
        comment=comments[0]["body"] if comments else "",
        check=_check(runs[0]) if runs else {},
        status=statuses[0] if statuses else {},
        summary=(folder / "summary").read_text(encoding="utf-8"),
        console=stream.getvalue(),
        outputs={name: value.replace(address, "https://github.com") for name, value in outputs.items()},
        report=json.loads(files["report.json"]),
        files=files,
    )


def _check(run: dict[str, Any]) -> dict[str, Any]:
    """What we wrote of a check run."""
    kept = {key: run[key] for key in ("name", "conclusion", "details_url")}
    output = {key: run["output"][key] for key in ("title", "summary")}
    return {**kept, **output, "annotations": [_annotation(row) for row in run["annotations"]]}


def _annotation(row: dict[str, Any]) -> dict[str, Any]:
    keys = ("path", "start_line", "end_line", "annotation_level", "title", "message", "raw_details")
    return {key: row[key] for key in keys if row.get(key) is not None}


def shortened(data: Any, longest: int = 12) -> Any:
    """JSON data with long lists cut, so that it can be read."""
    if isinstance(data, dict):
        return {key: shortened(value, longest) for key, value in data.items()}
    if isinstance(data, list):
        rows = [shortened(value, longest) for value in data[:longest]]
        return [*rows, f"… {len(data) - longest} more"] if len(data) > longest else rows
    return data
