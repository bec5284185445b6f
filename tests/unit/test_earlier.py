"""What the query for earlier comments and check runs makes of GitHub's responses."""

from typing import Any

import pytest
from tests.fakes.github import FakeGitHub
from tests.support.builders import HEAD, target

from readygate.github.client import GitHub
from readygate.github.earlier import Earlier, read_earlier

LAST = {"hasNextPage": False, "endCursor": None}
MORE = {"hasNextPage": True, "endCursor": "x"}
RUN = {
    "name": "readygate",
    "externalId": None,
    "permalink": "https://github.com/acme/widgets/runs/41000000001",
    "annotations": {"totalCount": 3},
}


def connection(*nodes: Any, info: dict[str, Any] = LAST) -> dict[str, Any]:
    return {"nodes": list(nodes), "pageInfo": info}


def commit(*runs: Any) -> dict[str, Any]:
    return {"checkSuites": connection({"checkRuns": connection(*runs)})}


def read(head: Any, *comments: Any) -> Earlier:
    class Hub:
        repository = "acme/widgets"

        def query(self, _text: str, variables: dict[str, Any], *, tries: int) -> Any:
            pull = {"state": "OPEN", "locked": False, "headRefOid": HEAD, "comments": connection(*comments)}
            return {"repository": {"pullRequest": pull, **({"head": head} if variables["withChecks"] else {})}}

    return read_earlier(Hub(), target(), "readygate", with_checks=True)  # type: ignore[arg-type]


def test_a_check_run_has_the_form_of_the_rest_api() -> None:
    assert read(commit(RUN)).check_runs == (
        {
            "id": 41000000001,
            "name": "readygate",
            "external_id": "",
            "html_url": "https://github.com/acme/widgets/runs/41000000001",
            "output": {"annotations_count": 3},
        },
    )


@pytest.mark.parametrize(
    "head",
    [
        None,
        {},
        {"checkSuites": None},
        {"checkSuites": connection(info=MORE)},
        {"checkSuites": connection(None)},
        {"checkSuites": connection({"checkRuns": None})},
        {"checkSuites": connection({"checkRuns": connection(RUN, info=MORE)})},
        commit(RUN, None),
        commit({**RUN, "permalink": "https://github.com/acme/widgets/pull/7/checks?check_run_id=1"}),
        commit({**RUN, "annotations": None}),
    ],
)
def test_a_list_with_a_gap_is_unknown(head: Any) -> None:
    assert read(head).check_runs is None


@pytest.mark.parametrize(("head_sha", "known"), [(HEAD, False), ("9" * 40, True)])
def test_no_check_run_beside_a_comment_on_the_same_commit_is_unknown(head_sha: str, known: bool) -> None:
    body = f"text\n<!-- readygate:comment name=readygate workflow=1 head={head_sha} run=1 attempt=1 -->"
    found = read(commit(), {"body": body, "viewerDidAuthor": True, "url": "x"})
    assert (found.check_runs is not None) is known


def test_what_the_query_finds_is_what_the_rest_api_lists() -> None:
    with FakeGitHub() as hub:
        base = hub.commit({"a.py": "x = 1\n"}, branch="main")
        head = hub.commit({"a.py": "x = 2\n"}, branch="topic", parents=[base])
        hub.open_pull(7, head="topic", head_sha=head)
        token = hub.token({"contents": "read", "checks": "write", "pull-requests": "write"})
        for issuer in (token, token, hub.token({"checks": "write"}, "app")):
            client = GitHub(api_url=hub.url, token=issuer, repository="acme/widgets")
            for name in ("readygate", "other"):
                body = {"name": name, "head_sha": head, "status": "completed", "conclusion": "success"}
                row = {"path": "a.py", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"}
                client.put_object(
                    "/check-runs", {**body, "output": {"title": "t", "summary": "s", "annotations": [row]}}
                )
        for number in range(101):
            hub.add_comment(7, str(number))
        client = GitHub(api_url=hub.url, token=token, repository="acme/widgets")
        client.put_object("/issues/7/comments", {"body": "ours"})

        found = read_earlier(client, target(head_sha=head), "readygate", with_checks=True)

        listed = list(
            client.pages(f"/commits/{head}/check-runs", key="check_runs", check_name="readygate", filter="all")
        )
        keys = ("id", "name", "external_id", "html_url")
        assert found.check_runs is not None
        assert len(found.check_runs) == 3
        for ours, theirs in zip(sorted(found.check_runs, key=lambda run: -run["id"]), listed, strict=True):
            assert {key: ours[key] for key in keys} == {key: theirs[key] for key in keys}
            assert ours["output"]["annotations_count"] == theirs["output"]["annotations_count"] == 1
        assert [comment["body"] for comment in found.comments] == ["ours"]
        assert not hub.unexpected
