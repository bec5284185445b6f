"""The reader of events: payloads are not ours, so anything in them ends in a target or in a clear refusal."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fakes.github import FakeGitHub

from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import Settings
from readygate.github.branches import Branches
from readygate.github.client import GitHub
from readygate.github.event import read_subject
from readygate.github.payload import Payload
from readygate.model.subject import Role, Subject
from readygate.support.errors import ForgeError, SettingsError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["main", "a" * 40, "closed"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def hub() -> Iterator[FakeGitHub]:
    with FakeGitHub() as fake:
        base = fake.commit({"a.py": "1"}, branch="main")
        head = fake.commit({"a.py": "2"}, parents=[base])
        fake.open_pull(7, head="topic", head_sha=head, head_repo="mallory/widgets")
        yield fake


def payloads(hub: FakeGitHub) -> dict[str, Any]:
    pull = hub.world.pulls[7]
    base, about = pull.base_sha, {"head_repo": "mallory/widgets", "created_at": "2099-01-01T00:00:00Z"}
    return {
        "pull_request": hub.event_pull_request(pull),
        "pull_request_target": hub.event_pull_request(pull),
        "merge_group": hub.event_merge_group("main", base, pull.head_sha),
        "push": hub.event_push("refs/heads/main", "0" * 40, base),
        "workflow_run": hub.event_workflow_run(9, "pull_request", "topic", pull.head_sha, **about),
    }


def read(hub: FakeGitHub, event: str, payload: Any) -> Subject:
    place = RunnerEnvironment(
        event_name=event, event=payload, repository="acme/widgets", sha="b" * 40, ref="refs/heads/main"
    )
    token = hub.token({"contents": "read", "pull-requests": "read"})
    session = GitHub(api_url=hub.url, token=token, repository="acme/widgets")
    return read_subject(place, Settings(allow_pull_request_target=True), "", Branches(client=session))


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target", "merge_group", "push", "workflow_run"])
def test_each_event_has_a_target(hub: FakeGitHub, event: str) -> None:
    target = read(hub, event, payloads(hub)[event])
    assert target.role is (Role.RECORD if event == "push" else Role.CHANGE)
    assert target.base_ref == "main"


READ_PATHS = [
    ("pull_request",),
    ("pull_request", "number"),
    ("pull_request", "head"),
    ("pull_request", "head", "sha"),
    ("pull_request", "base", "ref"),
    ("pull_request", "merge_commit_sha"),
    ("merge_group",),
    ("merge_group", "head_sha"),
    ("merge_group", "base_sha"),
    ("merge_group", "base_ref"),
    ("repository",),
    ("repository", "default_branch"),
    ("repository", "id"),
    ("before",),
    ("action",),
    ("workflow_run",),
    ("workflow_run", "id"),
    ("workflow_run", "event"),
    ("workflow_run", "head_sha"),
    ("workflow_run", "head_branch"),
    ("workflow_run", "head_repository"),
    ("workflow_run", "head_repository", "id"),
    ("workflow_run", "head_repository", "owner"),
    ("workflow_run", "run_number"),
    ("workflow_run", "run_attempt"),
    ("workflow_run", "path"),
    ("workflow_run", "created_at"),
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_stands_in_a_payload_is_a_target_or_a_refusal(hub: FakeGitHub, data: st.DataObject) -> None:
    event, payload = data.draw(st.sampled_from(sorted(payloads(hub).items())))
    mutated = copy.deepcopy(payload)
    for path in data.draw(st.lists(st.sampled_from(READ_PATHS), min_size=1, max_size=3)):
        place: Any = mutated
        for key in path[:-1]:
            place = place.get(key) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place[path[-1]] = data.draw(JSON)
    try:
        target = read(hub, event, mutated)
    except (SettingsError, ForgeError):
        return
    assert len(target.head_sha) in (40, 64)
    assert isinstance(target.number, int)
    if event == "workflow_run":
        assert target.role is Role.CHANGE or mutated["workflow_run"]["event"] == "push"


def test_what_is_missing_is_named_by_its_path() -> None:
    payload = Payload("merge_group", {"merge_group": {"head_sha": "short"}})
    with pytest.raises(SettingsError, match=r"'merge_group' lacks a commit id at merge_group\.head_sha"):
        payload.sha("merge_group", "head_sha")
    with pytest.raises(SettingsError, match=r"lacks a number at merge_group\.number"):
        payload.number("merge_group", "number")
