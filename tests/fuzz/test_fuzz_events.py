"""The event of a run is read as hostile data: a target, or an error that says why."""

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.hostile import PIECES

from readygate.config.runner import RunnerEnvironment, read_runner
from readygate.config.settings import Settings
from readygate.github.event import read_subject
from readygate.model.subject import Subject
from readygate.support.errors import ReadygateError, SettingsError

KEYS = [
    "action",
    "after",
    "base",
    "base_ref",
    "base_sha",
    "before",
    "conclusion",
    "default_branch",
    "event",
    "full_name",
]
KEYS += [
    "head",
    "head_branch",
    "head_ref",
    "head_repository",
    "head_sha",
    "id",
    "login",
    "merge_group",
    "number",
    "owner",
]
KEYS += ["pull_request", "pull_requests", "ref", "repo", "repository", "sha", "state", "user", "workflow_run", "draft"]
EVENTS = [
    "pull_request",
    "merge_group",
    "push",
    "schedule",
    "workflow_dispatch",
    "pull_request_target",
    "workflow_run",
    "x",
]
SHA = "0123456789abcdef" * 2 + "01234567"

text = st.sampled_from([SHA, "0" * 40, "main", "refs/heads/main", "acme/widgets", *PIECES]) | st.text(max_size=8)
leaf = st.none() | st.booleans() | st.integers() | st.floats() | text
values = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)
whole = st.fixed_dictionaries(
    {
        "number": st.just(7) | leaf,
        "repository": st.just({"default_branch": "main", "full_name": "acme/widgets", "id": 1}) | values,
        "pull_request": st.fixed_dictionaries(
            {
                "number": st.just(7) | leaf,
                "state": text,
                "head": st.fixed_dictionaries({"sha": st.just(SHA) | leaf, "ref": text, "repo": values}) | values,
                "base": st.fixed_dictionaries({"sha": st.just(SHA) | leaf, "ref": text, "repo": values}) | values,
            }
        )
        | values,
        "merge_group": st.fixed_dictionaries({"head_sha": leaf, "base_sha": leaf, "base_ref": leaf}) | values,
        "workflow_run": st.dictionaries(st.sampled_from(KEYS), values, max_size=8) | values,
        "before": leaf,
    }
)
events = st.dictionaries(st.sampled_from(KEYS), values, max_size=6) | whole


def place(name: str, event: dict[str, Any], ref: str, *, protected: bool) -> RunnerEnvironment:
    return RunnerEnvironment(
        event_name=name, event=event, repository="acme/widgets", sha=SHA, ref=ref, ref_protected=protected, run_id=1
    )


@given(st.sampled_from(EVENTS), events, text, st.booleans(), st.sampled_from(["", SHA, "f" * 40]))
def test_an_event_is_a_target_or_an_error(
    name: str, event: dict[str, Any], ref: str, protected: bool, checked_out: str
) -> None:
    with suppress(ReadygateError):
        target = read_subject(place(name, event, ref, protected=protected), Settings(), checked_out)
        assert isinstance(target, Subject)
        assert isinstance(target.number, int)
        shas = (target.head_sha, target.base_ref, target.base_sha, target.measured)
        assert all(isinstance(each, str) for each in shas)


@given(st.binary(max_size=200) | events.map(json.dumps).map(str.encode))
def test_the_file_of_an_event_may_hold_anything(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "event.json"
        path.write_bytes(data)
        environment = {"GITHUB_EVENT_NAME": "push", "GITHUB_REPOSITORY": "a/b", "GITHUB_EVENT_PATH": str(path)}
        with suppress(SettingsError):
            assert isinstance(read_runner(environment).event, dict)


def test_an_event_that_is_too_deep_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text('{"a":' * 200_000 + "1" + "}" * 200_000)
    environment = {"GITHUB_EVENT_NAME": "push", "GITHUB_REPOSITORY": "a/b", "GITHUB_EVENT_PATH": str(path)}
    with pytest.raises(SettingsError, match="cannot be read"):
        read_runner(environment)
