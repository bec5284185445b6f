"""The fake must be as strict as GitHub: what it refuses, and no field that GitHub does not have.

The end-to-end tests exercise what it accepts.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pydantic
import pytest
import requests
from tests.fakes.github import FakeGitHub, Pull, bodies, faults

ALL = {
    "contents": "write",
    "pull-requests": "write",
    "issues": "write",
    "checks": "write",
    "statuses": "write",
}
OLD = {"merge_commit_sha", "rate"}
"""Fields of the version 2022-11-28 that the installed description no longer has."""
RUN = {"name": "gate", "status": "completed", "conclusion": "success"}


@dataclass
class Client:
    """A caller with one token."""

    hub: FakeGitHub
    token: str
    session: requests.Session = field(default_factory=requests.Session)

    def send(self, method: str, path: str, body: object = None, **headers: str) -> requests.Response:
        base = self.hub.url if path.startswith("//") else f"{self.hub.url}/repos/acme/widgets"
        known = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        known |= {name.replace("_", "-"): value for name, value in headers.items()}
        url = base + (path[1:] if path.startswith("//") else path)
        return self.session.request(method, url, json=body, headers=known, timeout=20)

    def get(self, path: str, **headers: str) -> Any:
        answer = self.send("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def make(self, path: str, body: object) -> Any:
        answer = self.send("POST", path, body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def refused(self, status: int, text: str, method: str, path: str, body: object = None) -> None:
        answer = self.send(method, path, body)
        assert (answer.status_code, text in answer.text) == (status, True), answer.text

    def query(self, text: str, **variables: object) -> Any:
        answer = self.send("POST", "//graphql", {"query": text, "variables": variables})
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class Scene:
    """A repository with a base, a topic branch and a pull request."""

    hub: FakeGitHub
    client: Client
    base: str
    head: str
    pull: Pull

    def caller(self, **permissions: str) -> Client:
        return Client(self.hub, self.hub.token(permissions), self.client.session)


@pytest.fixture
def scene() -> Iterator[Scene]:
    with FakeGitHub() as hub, requests.Session() as session:
        base = hub.commit({"a.py": "one\ntwo\n", "lib/b.py": "b\n", "gone.py": "g\n"}, branch="main", message="Start")
        change: dict[str, str | bytes | None] = {"a.py": "one\n2\n", "gone.py": None, "pic.bin": b"\0\1\2"}
        head = hub.commit(change, branch="topic", parents=[base], message="Change it")
        pull = hub.open_pull(7, head="topic", head_sha=head, labels=("ready",))
        yield Scene(hub, Client(hub, hub.token(ALL), session), base, head, pull)


def known_fields(kind: type[pydantic.BaseModel], value: dict[str, Any]) -> None:
    """Assert that GitHub describes every field of an answer."""
    assert value
    assert set(value) - OLD <= {info.alias or name for name, info in kind.model_fields.items()}


class TestAccess:
    def test_no_token(self, scene: Scene) -> None:
        Client(scene.hub, "").refused(401, "Requires authentication", "GET", "")

    def test_unknown_token(self, scene: Scene) -> None:
        Client(scene.hub, "ghs_nobody").refused(401, "Bad credentials", "GET", "")

    def test_unknown_route_is_kept(self, scene: Scene) -> None:
        scene.client.refused(404, "Not Found", "GET", "/nothing/here")
        assert [entry.unexpected for entry in scene.hub.unexpected] == ["no such route"]
        scene.hub.reset_requests()
        assert not scene.hub.requests

    def test_unknown_query_is_kept(self, scene: Scene) -> None:
        assert scene.client.send("GET", "/commits?branch=topic").status_code == 200
        assert "branch" in scene.hub.unexpected[0].unexpected

    def test_other_repository(self, scene: Scene) -> None:
        scene.client.refused(404, "Not Found", "GET", "/../other")

    @pytest.mark.parametrize(
        ("method", "path", "permission"),
        [
            ("GET", "/git/trees/main", "contents"),
            ("GET", "/commits", "contents"),
            ("GET", "/compare/main...topic", "contents"),
            ("GET", "/contents/a.py", "contents"),
            ("POST", "/git/blobs", "contents"),
            ("POST", "/git/trees", "contents"),
            ("POST", "/git/commits", "contents"),
            ("POST", "/git/refs", "contents"),
            ("PATCH", "/git/refs/heads/main", "contents"),
            ("GET", "/pulls", "pull_requests"),
            ("GET", "/pulls/7", "pull_requests"),
            ("POST", "/issues/7/comments", "pull_requests"),
            ("POST", "/issues/7/comments", "issues"),
            ("GET", "/commits/main/check-runs", "checks"),
            ("POST", "/check-runs", "checks"),
            ("PATCH", "/check-runs/1", "checks"),
            ("GET", "/commits/main/status", "statuses"),
            ("POST", f"/statuses/{'0' * 40}", "statuses"),
        ],
    )
    def test_permission_table(self, scene: Scene, method: str, path: str, permission: str) -> None:
        lower = {} if method == "GET" else dict.fromkeys((permission, "metadata"), "read")
        scene.caller(**lower).refused(403, "Resource not accessible by integration", method, path, {})
        granted = scene.caller(**{permission: "read" if method == "GET" else "write"})
        assert granted.send(method, path, {}).status_code != 403

    def test_user_agent_and_version(self, scene: Scene) -> None:
        assert scene.client.send("GET", "", User_Agent="").status_code == 403
        assert scene.client.send("GET", "", X_GitHub_Api_Version="2020-01-01").status_code == 400

    def test_rate_limit(self, scene: Scene) -> None:
        scene.hub.limits.requests_per_hour = 2
        assert [scene.client.send("GET", "").status_code for _ in range(3)] == [200, 200, 403]
        shown = scene.client.get("//rate_limit")
        assert shown["resources"]["core"]["remaining"] == 0

    def test_bodies_must_be_json_objects(self, scene: Scene) -> None:
        scene.client.refused(400, "Problems parsing JSON", "POST", "/git/blobs")
        scene.client.refused(400, "Body should be a JSON object", "POST", "/git/blobs", [1])
        scene.client.refused(400, "Problems parsing JSON", "POST", "/git/blobs", {"content": "\ud800"})
        headers = {"Authorization": f"Bearer {scene.client.token}"}
        url = f"{scene.hub.url}/repos/acme/widgets/git/blobs"
        for text in (b"{", b'{"content": NaN}', b'{"content": "\xff"}'):
            answer = scene.client.session.post(url, data=text, headers=headers, timeout=20)
            assert answer.status_code == 400, text
        assert scene.client.session.post(url, data=iter([b"{}"]), headers=headers, timeout=20).status_code == 411


class TestFaults:
    @pytest.mark.parametrize(("action", "effect"), [(faults.DROP_BEFORE, 0), (faults.DROP_AFTER, 1)])
    def test_drops(self, scene: Scene, action: faults.Action, effect: int) -> None:
        scene.hub.fault("POST", "comments$", action)
        with pytest.raises(requests.ConnectionError):
            scene.client.send("POST", "/issues/7/comments", {"body": "x"})
        assert len(scene.hub.comments(7)) == effect
        assert scene.hub.requests[-1].status == 0
        scene.client.get("")


class TestRepository:
    def test_type_change_and_mode(self, scene: Scene) -> None:
        hub = scene.hub
        blob = hub.git.write_blob(b"a.py")
        kept = hub.git.tree(scene.base, path="lib/b.py")[0].sha
        rows = (("a.py", "120000", blob), ("lib/b.py", "100755", kept), ("z.py", "100644", blob))
        tree = hub.git.write_tree(hub.git.tree_of(scene.base), list(rows))
        sha = hub.git.write_commit(tree, [scene.base], "Link")
        files = {row["filename"]: row for row in scene.client.get(f"/compare/{scene.base}...{sha}")["files"]}
        assert [files[name]["status"] for name in ("a.py", "lib/b.py", "z.py")] == ["changed", "changed", "added"]
        assert files["z.py"]["patch"].startswith("@@ -0,0 +1 @@\n+a.py")

    def test_compare(self, scene: Scene) -> None:
        later = scene.hub.commit({"main.py": "m\n"}, branch="main")
        shown = scene.client.get("/compare/main...topic")
        assert (shown["status"], shown["ahead_by"], shown["behind_by"]) == ("diverged", 1, 1)
        assert shown["merge_base_commit"]["sha"] == scene.base
        assert shown["base_commit"]["sha"] == later
        assert [row["sha"] for row in shown["commits"]] == [scene.head]
        assert "main.py" not in [row["filename"] for row in shown["files"]]
        assert scene.client.get(f"/compare/{scene.base}...{scene.head}")["status"] == "ahead"
        assert scene.client.get(f"/compare/{scene.head}...{scene.base}")["status"] == "behind"
        assert scene.client.get("/compare/main...main")["status"] == "identical"
        scene.client.refused(404, "Not Found", "GET", "/compare/main...nowhere")

    def test_compare_with_a_fork(self, scene: Scene) -> None:
        sha = scene.hub.commit({"f.py": "f\n"}, parents=[scene.base])
        scene.hub.open_pull(8, head="patch-1", head_sha=sha, fork=True)
        assert scene.client.get("/compare/main...mallory:patch-1")["ahead_by"] == 1
        assert scene.client.get("/compare/acme:main...acme:topic")["ahead_by"] == 1
        scene.client.refused(404, "Not Found", "GET", "/compare/main...eve:patch-1")

    def test_unrelated_histories(self, scene: Scene) -> None:
        sha = scene.hub.commit({"o": "o"}, branch="orphan")
        scene.client.refused(404, "No common ancestor", "GET", f"/compare/main...{sha}")

    def test_compare_shows_300_files(self, scene: Scene) -> None:
        many = {f"many/{number:03}.txt": "x\n" for number in range(301)}
        scene.hub.commit(many, branch="wide", parents=[scene.base])
        assert len(scene.client.get("/compare/main...wide")["files"]) == 300

    def test_contents(self, scene: Scene) -> None:
        shown = scene.client.get("/contents/lib/b.py?ref=topic")
        assert base64.b64decode(shown["content"]) == b"b\n"
        scene.client.refused(404, "Not Found", "GET", "/contents/none.py")
        scene.client.refused(404, "No commit found for the ref", "GET", "/contents/a.py?ref=nowhere")
        scene.hub.limits.inline_content_bytes = 1
        assert scene.client.get("/contents/lib/b.py")["encoding"] == "none"


class TestGitData:
    def test_base_tree_and_deletion(self, scene: Scene) -> None:
        base = scene.client.get("/git/trees/main")["sha"]
        rows = [
            {"path": "lib/b.py", "mode": "100644", "type": "blob", "sha": None},
            {"path": "new.py", "mode": "100644", "type": "blob", "content": "n\n"},
        ]
        sha = scene.client.make("/git/trees", {"base_tree": base, "tree": rows})["sha"]
        names = [row["path"] for row in scene.client.get(f"/git/trees/{sha}?recursive=1")["tree"]]
        assert names == ["a.py", "gone.py", "new.py"]

    @pytest.mark.parametrize(
        ("row", "text"),
        [
            ({"path": "/a", "mode": "100644", "content": ""}, "malformed path"),
            ({"path": "a/../b", "mode": "100644", "content": ""}, "malformed path"),
            ({"path": "a", "content": ""}, "tree.mode"),
            ({"path": "a", "mode": "100644"}, "tree.sha or tree.content"),
            ({"path": "a", "mode": "100644", "content": "", "sha": "1" * 40}, "tree.sha or tree.content"),
            ({"path": "a", "mode": "100644", "sha": "1" * 40}, "not a valid blob"),
            ({"path": "absent", "mode": "100644", "sha": None}, "BadObjectState"),
            ({"path": "a", "mode": "644", "content": ""}, "mode"),
            ({"path": "a", "mode": "100644", "content": "", "encoding": "utf-8"}, "not a permitted key"),
        ],
    )
    def test_wrong_tree(self, scene: Scene, row: dict[str, object], text: str) -> None:
        scene.client.refused(422, text, "POST", "/git/trees", {"tree": [row]})

    def test_raw_bytes(self, scene: Scene) -> None:
        headers = {"Accept": "application/vnd.github.raw+json"}
        blob = scene.client.get("/contents/a.py")["sha"]
        data = scene.hub.git.run("cat-file", "blob", blob)
        for path in ("/contents/a.py?ref=main", f"/contents/a.py?ref={scene.base}", f"/git/blobs/{blob}"):
            answer = scene.client.send("GET", path, **headers)
            assert answer.content == data
            assert answer.headers["Content-Type"].startswith("application/vnd.github.raw")
        folder = scene.client.send("GET", "/contents/lib", **headers)
        assert folder.headers["Content-Type"].startswith("application/json")
        scene.hub.limits.raw_content_bytes = 1
        assert scene.client.send("GET", f"/git/blobs/{blob}", **headers).status_code == 403
        assert not scene.hub.unexpected
        assert scene.client.send("GET", "/git/trees/main", **headers).status_code == 415
        assert scene.hub.unexpected
        scene.hub.reset_requests()

    def test_refs_outside_of_branches(self, scene: Scene) -> None:
        body = {"ref": "refs/our/data", "sha": scene.base}
        assert scene.client.send("POST", "/git/refs", body).status_code == 201
        assert scene.client.get("/git/ref/our/data")["object"]["sha"] == scene.base
        assert scene.client.send("PATCH", "/git/refs/our/data", {"sha": scene.head}).status_code == 200
        assert [row["ref"] for row in scene.client.get("/git/matching-refs/our/")] == ["refs/our/data"]

    def test_rules_refuse_to_create_and_to_update(self, scene: Scene) -> None:
        scene.hub.protect("topic", rules=("UPDATE",))
        scene.hub.protect("new", rules=("CREATION",))
        move, make = {"sha": scene.head}, {"ref": "refs/heads/new", "sha": scene.head}
        scene.client.refused(422, "Cannot update this protected ref", "PATCH", "/git/refs/heads/topic", move)
        scene.client.refused(422, "creations being restricted", "POST", "/git/refs", make)

    def test_branches(self, scene: Scene) -> None:
        found = scene.client.get("/branches/topic")
        assert found["name"] == "topic"
        assert found["commit"]["sha"] == scene.client.get("/git/ref/heads/topic")["object"]["sha"]
        assert found["commit"]["commit"]["tree"]["sha"]
        scene.client.refused(404, "Branch not found", "GET", "/branches/none")

    def test_wrong_commits(self, scene: Scene) -> None:
        tree = scene.client.get("/git/trees/main")["sha"]
        body = {"message": "m", "tree": "1" * 40}
        scene.client.refused(422, "Tree SHA does not exist", "POST", "/git/commits", body)
        body = {"message": "m", "tree": scene.head}
        scene.client.refused(422, "Tree SHA does not exist", "POST", "/git/commits", body)
        orphan = {"message": "m", "tree": tree, "parents": ["1" * 40]}
        scene.client.refused(422, "Parent SHA does not exist", "POST", "/git/commits", orphan)
        scene.client.refused(422, '\\"message\\" wasn\'t supplied', "POST", "/git/commits", {"tree": tree})
        scene.client.refused(404, "Not Found", "GET", f"/git/commits/{tree}")

    def test_refs(self, scene: Scene) -> None:
        send = scene.client.send
        body = {"ref": "refs/heads/topic", "sha": scene.base}
        scene.client.refused(422, "Reference already exists", "POST", "/git/refs", body)
        scene.client.refused(422, "Object does not exist", "POST", "/git/refs", body | {"sha": "1" * 40})
        scene.client.refused(422, "must start with 'refs'", "POST", "/git/refs", body | {"ref": "heads/x"})
        scene.client.refused(422, "not a valid ref", "POST", "/git/refs", body | {"ref": "refs/heads/a..b"})
        scene.client.refused(404, "Not Found", "GET", "/git/ref/heads/top")
        assert [row["ref"] for row in scene.client.get("/git/matching-refs/heads/top")] == ["refs/heads/topic"]
        assert scene.client.get("/git/matching-refs/heads/none") == []
        move = {"sha": scene.base}
        scene.client.refused(422, "Update is not a fast forward", "PATCH", "/git/refs/heads/topic", move)
        assert send("PATCH", "/git/refs/heads/topic", move | {"force": True}).status_code == 200
        assert send("PATCH", "/git/refs/heads/topic", {"sha": scene.head, "force": False}).status_code == 200
        scene.client.refused(422, "Reference does not exist", "PATCH", "/git/refs/heads/none", move)
        scene.client.refused(422, "not a permitted key", "PATCH", "/git/refs/heads/main", move | {"old": "x"})

    def test_empty_repository(self) -> None:
        with FakeGitHub() as hub, requests.Session() as session:
            client = Client(hub, hub.token(ALL), session)
            for method, path, body in (
                ("POST", "/git/blobs", {"content": "x"}),
                ("GET", "/git/ref/heads/main", None),
                ("GET", "/commits", None),
                ("GET", "/commits/main", None),
            ):
                client.refused(409, "Git Repository is empty", method, path, body)


class TestPulls:
    def test_pull(self, scene: Scene) -> None:
        shown = scene.client.get("/pulls/7")
        assert shown["merge_commit_sha"] == scene.hub.git.ref("refs/pull/7/merge")
        assert shown["mergeable"] is True
        assert shown["head"]["sha"] == scene.hub.git.ref("refs/pull/7/head") == scene.head
        assert [row["name"] for row in shown["labels"]] == ["ready"]
        scene.client.refused(404, "Not Found", "GET", "/pulls/9")

    def test_list(self, scene: Scene) -> None:
        sha = scene.hub.commit({"f.py": "f\n"}, parents=[scene.base])
        fork = scene.hub.open_pull(8, head="topic", head_sha=sha, fork=True)
        rows = scene.client.get("/pulls")
        assert [row["number"] for row in rows] == [8, 7]
        assert [row["number"] for row in scene.client.get("/pulls?head=mallory:topic")] == [8]
        assert [row["number"] for row in scene.client.get("/pulls?head=topic")] == [8, 7]
        scene.hub.close_pull(8)
        assert [row["number"] for row in scene.client.get("/pulls?state=closed")] == [8]
        assert rows[0]["head"]["repo"]["fork"] is True
        assert fork.head_repo == "mallory/widgets"
        assert scene.hub.world.branch_tip("topic") == scene.head


class TestComments:
    def test_lengths(self, scene: Scene) -> None:
        path = "/issues/7/comments"
        scene.client.make(path, {"body": "\U0001f600" * 65_536})
        text = "Body is too long (maximum is 65536 characters)"
        scene.client.refused(422, text, "POST", path, {"body": "x" * 65_537})
        scene.client.refused(422, "can't be blank", "POST", path, {"body": " \n"})
        scene.client.refused(422, "wasn't supplied", "POST", path, {})
        scene.client.refused(422, "not a permitted key", "POST", path, {"body": "x", "text": "y"})
        scene.client.refused(422, "valid string", "POST", path, {"body": 3})
        scene.client.refused(404, "Not Found", "POST", "/issues/9/comments", {"body": "x"})

    def test_locked(self, scene: Scene) -> None:
        number = scene.hub.add_comment(7, "x")
        scene.hub.lock(7)
        scene.client.refused(403, "issue is locked", "POST", "/issues/7/comments", {"body": "x"})
        scene.client.refused(403, "issue is locked", "PATCH", f"/issues/comments/{number}", {"body": "x"})
        assert scene.client.get("/pulls/7")["locked"] is True


def output(**fields: object) -> dict[str, object]:
    return {"output": {"title": "t", "summary": "s"} | fields}


def notes(count: int = 1, **fields: object) -> dict[str, object]:
    row = {"path": "a.py", "start_line": 1, "end_line": 1, "annotation_level": "failure", "message": "m"}
    return output(annotations=[row | fields for _ in range(count)])


class TestChecks:
    @pytest.mark.parametrize(
        ("change", "text"),
        [
            ({"conclusion": "good"}, "Invalid request"),
            ({"conclusion": "stale"}, "only GitHub"),
            ({"status": "done"}, "Invalid request"),
            ({"status": "in_progress"}, "only allowed for completed"),
            ({"conclusion": None}, "Invalid request"),
            ({"extra": 1}, '\\"extra\\" is not a permitted key'),
            ({"output": {"summary": "s"}}, '\\"title\\" wasn\'t supplied'),
            ({"output": {"title": "t"}}, '\\"summary\\" wasn\'t supplied'),
            ({"output": {"title": "t", "summary": "s", "body": ""}}, "not a permitted key"),
            ({"started_at": "yesterday"}, "Invalid request"),
            ({"started_at": "2026-01-02T03:04:05"}, "not a valid date-time"),
            ({"details_url": "ftp://x"}, "http or https"),
            ({"head_sha": "1" * 40}, "No commit found"),
            ({"head_sha": "topic"}, "No commit found"),
            ({"name": ""}, "can't be blank"),
            ({"name": 5}, "valid string"),
            (output(summary="x" * 65_536), "65535"),
            (output(summary="é" * 32_768), "bytesize of 65535"),
            (output(text="\U0001f600" * 16_384), "bytesize of 65535"),
            (notes(51), "50"),
            (notes(message="x" * 65_537), "bytesize of 65536"),
            (notes(raw_details="é" * 32_769), "bytesize of 65536"),
            (notes(message=""), "message can't be blank"),
            (notes(title="x" * 256), "maximum is 255"),
            (notes(start_line=0), "start_line"),
            (notes(start_line=2), "end_line"),
            (notes(end_line=2, start_column=1), "single line"),
            (notes(start_column=0), "columns"),
            (notes(start_line="1"), "integer"),
            (notes(annotation_level="error"), "Invalid request"),
            (notes(line=1), "not a permitted key"),
            (notes(path=""), "path can't be blank"),
        ],
    )
    def test_rules(self, scene: Scene, change: dict[str, object], text: str) -> None:
        body = RUN | {"head_sha": scene.head} | output() | change
        scene.client.refused(422, text, "POST", "/check-runs", body)
        assert scene.hub.check_runs(scene.head) == []

    def test_largest(self, scene: Scene) -> None:
        longest = output(summary="x" * 65_535, text="é" * 32_767)
        scene.client.make("/check-runs", RUN | {"head_sha": scene.head} | longest)
        widest = notes(50, message="x" * 65_536, raw_details="y" * 65_536, title="t" * 255, start_column=1)
        scene.client.make("/check-runs", RUN | {"head_sha": scene.head} | widest)

    def test_completed_needs_a_conclusion(self, scene: Scene) -> None:
        body = {"name": "n", "head_sha": scene.head, "status": "completed"}
        scene.client.refused(422, "conclusion", "POST", "/check-runs", body)
        made = scene.client.make("/check-runs", body | {"status": "queued"})
        path = f"/check-runs/{made['id']}"
        scene.client.refused(422, "conclusion", "PATCH", path, {"status": "completed"})
        scene.client.refused(422, "not a permitted key", "PATCH", path, RUN | {"head_sha": scene.head})
        scene.client.refused(404, "Not Found", "PATCH", "/check-runs/1", RUN)

    def test_only_its_own_app(self, scene: Scene) -> None:
        body = RUN | {"head_sha": scene.head}
        session = scene.client.session
        person = Client(scene.hub, scene.hub.token(kind="pat"), session)
        person.refused(403, "You must authenticate via a GitHub App.", "POST", "/check-runs", body)
        other = Client(scene.hub, scene.hub.token({"checks": "write"}, kind="app"), session)
        made = other.make("/check-runs", body | {"details_url": "https://example.org/x"})
        assert made["details_url"] == "https://example.org/x"
        scene.client.refused(403, "Invalid app_id `15368`", "PATCH", f"/check-runs/{made['id']}", RUN)


class TestStatuses:
    def test_rules(self, scene: Scene) -> None:
        path = f"/statuses/{scene.head}"
        text = "description is too long (maximum is 140 characters)"
        scene.client.refused(422, text, "POST", path, {"state": "success", "description": "d" * 141})
        scene.client.refused(422, "Invalid request", "POST", path, {"state": "ok"})
        scene.client.refused(422, "http(s)", "POST", path, {"state": "success", "target_url": "x"})
        scene.client.refused(422, "not a permitted key", "POST", path, {"state": "success", "name": "x"})
        scene.client.refused(422, "No commit found", "POST", f"/statuses/{'1' * 40}", {"state": "success"})
        scene.hub.limits.statuses_per_context = 1
        scene.client.make(path, {"state": "success"})
        scene.client.refused(422, "maximum number of statuses", "POST", path, {"state": "success"})


PULL = """query($number: Int!, $first: Int, $after: String) {
  repository(owner: "acme", name: "widgets") {
    pullRequest(number: $number) {
      state locked headRefOid
      comments(first: $first, after: $after) {
        nodes { body viewerDidAuthor url }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}"""
CHECKS = """query($oid: GitObjectID!, $first: Int, $runs: CheckRunFilter!) {
  repository(owner: "acme", name: "widgets") {
    object(oid: $oid) {
      ... on Commit {
        checkSuites(first: 10) {
          nodes {
            checkRuns(first: $first, filterBy: $runs) {
              nodes { name externalId permalink annotations(first: 1) { totalCount } }
              pageInfo { hasNextPage }
            }
          }
        }
      }
    }
  }
}"""
MOVE = "mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }"
ADD = """mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid tree { oid } } ref { target { oid } } }
}"""


def added(path: str, data: bytes) -> dict[str, str]:
    return {"path": path, "contents": base64.b64encode(data).decode()}


class TestGraphQL:
    def test_pull(self, scene: Scene) -> None:
        for number in range(3):
            scene.hub.add_comment(7, str(number))
        scene.client.make("/issues/7/comments", {"body": "mine"})
        data = scene.client.query(PULL, number=7, first=2)["data"]
        pull = data["repository"]["pullRequest"]
        assert (pull["state"], pull["locked"], pull["headRefOid"]) == ("OPEN", False, scene.head)
        page = pull["comments"]["pageInfo"]
        assert page["hasNextPage"] is True
        data = scene.client.query(PULL, number=7, first=2, after=page["endCursor"])["data"]
        comments = data["repository"]["pullRequest"]["comments"]
        assert [row["viewerDidAuthor"] for row in comments["nodes"]] == [False, True]
        assert comments["pageInfo"]["hasNextPage"] is False

    @pytest.mark.parametrize(
        ("first", "kind"), [(None, "MISSING_PAGINATION_BOUNDARIES"), (101, "EXCESSIVE_PAGINATION")]
    )
    def test_page_size(self, scene: Scene, first: int | None, kind: str) -> None:
        answer = scene.client.query(PULL, number=7, first=first)
        assert [error["type"] for error in answer["errors"]] == [kind]

    def test_check_runs(self, scene: Scene) -> None:
        for name in ("gate", "gate", "other"):
            scene.client.make("/check-runs", RUN | {"head_sha": scene.head, "name": name, "external_id": "x"})

        def names(first: int | None = 9, **wanted: str) -> Any:
            answer = scene.client.query(CHECKS, oid=scene.head, first=first, runs=wanted)
            return [
                run["name"]
                for suite in answer["data"]["repository"]["object"]["checkSuites"]["nodes"]
                for run in suite["checkRuns"]["nodes"]
            ]

        assert names(checkType="ALL") == ["gate", "gate", "other"]
        assert names(checkType="LATEST") == names() == ["gate", "other"]
        assert names(checkType="ALL", checkName="gate") == ["gate", "gate"]
        assert names(first=1, checkType="ALL") == ["gate"]
        answer = scene.client.query(CHECKS, oid=scene.head, first=None, runs={})
        assert answer["errors"][0]["type"] == "MISSING_PAGINATION_BOUNDARIES"
        assert scene.client.query(CHECKS, oid="f" * 40, first=1, runs={})["data"]["repository"]["object"] is None
        [error] = scene.caller(contents="read").query(CHECKS, oid=scene.head, first=1, runs={})["errors"]
        assert error["type"] == "FORBIDDEN"

    def test_forbidden(self, scene: Scene) -> None:
        answer = scene.caller(contents="read").query(PULL, number=7, first=1)
        assert answer["data"]["repository"]["pullRequest"] is None
        [error] = answer["errors"]
        assert (error["type"], error["message"]) == ("FORBIDDEN", "Resource not accessible by integration")

    def test_missing(self, scene: Scene) -> None:
        assert scene.client.query(PULL, number=9, first=1)["errors"][0]["type"] == "NOT_FOUND"
        wrong = scene.client.query('{ repository(owner: "a", name: "b") { id } }')
        assert wrong["errors"][0]["type"] == "NOT_FOUND"

    def move(self, scene: Scene, *updates: Mapping[str, object]) -> Any:
        here = scene.client.query('{ repository(owner: "acme", name: "widgets") { id } }')
        target = {"repositoryId": here["data"]["repository"]["id"], "refUpdates": list(updates)}
        return scene.client.query(MOVE, input=target)

    def test_update_refs(self, scene: Scene) -> None:
        root = scene.hub.commit({"r": "r"})
        name, tip = "refs/heads/topic", scene.hub.world.branch_tip
        wrong: dict[str, object] = {"name": name, "beforeOid": scene.base, "afterOid": root, "force": True}
        assert "but expected" in self.move(scene, wrong)["errors"][0]["message"]
        slow: dict[str, object] = {"name": name, "beforeOid": scene.head, "afterOid": root}
        assert "not a fast forward" in self.move(scene, slow)["errors"][0]["message"]
        both = self.move(scene, {"name": "refs/heads/new", "afterOid": root}, wrong)
        assert (len(both["errors"]), tip("new")) == (1, None)
        assert "errors" not in self.move(scene, slow | {"force": True})
        assert tip("topic") == root
        gone = {"name": name, "beforeOid": root, "afterOid": "0" * 40}
        assert "errors" not in self.move(scene, gone)
        assert tip("topic") is None
        fresh = {"name": name, "beforeOid": "0" * 40, "afterOid": root}
        assert "errors" not in self.move(scene, fresh)
        assert "errors" in self.move(scene, fresh)
        assert "does not exist" in self.move(scene, fresh | {"afterOid": "1" * 40})["errors"][0]["message"]

    def test_update_refs_needs_contents(self, scene: Scene) -> None:
        target = {"repositoryId": "x", "refUpdates": []}
        answer = scene.caller(contents="read").query(MOVE, input=target)
        assert answer["errors"][0]["type"] == "FORBIDDEN"

    def commit(self, scene: Scene, **more: object) -> Any:
        given = {
            "branch": {"repositoryNameWithOwner": "acme/widgets", "branchName": "topic"},
            "expectedHeadOid": scene.head,
            "message": {"headline": "Store", "body": "Count: 1\n"},
        }
        return scene.client.query(ADD, input=given | more)

    def test_create_commit_on_branch(self, scene: Scene) -> None:
        files = {"additions": [added("a.py", b"\0\xff"), added("deep/er/b", b"")], "deletions": [{"path": "lib/b.py"}]}
        made = self.commit(scene, fileChanges=files)["data"]["createCommitOnBranch"]
        git, oid = scene.hub.git, made["commit"]["oid"]
        assert made["ref"]["target"]["oid"] == scene.hub.world.branch_tip("topic") == oid
        assert made["commit"]["tree"]["oid"] == git.tree_of(oid)
        found = git.commit(oid)
        assert found is not None
        assert (found.parents, found.message) == ((scene.head,), "Store\n\nCount: 1")
        assert git.run("cat-file", "blob", f"{oid}:a.py") == b"\0\xff"
        changes = git.lines("diff-tree", "-r", "--name-status", scene.head, oid)
        assert changes == ["M\ta.py", "A\tdeep/er/b", "D\tlib/b.py"]
        again = self.commit(scene, fileChanges=files)
        assert [error["type"] for error in again["errors"]] == ["STALE_DATA"]
        assert "Expected branch to point to" in again["errors"][0]["message"]
        full = {"repositoryNameWithOwner": "acme/widgets", "branchName": "refs/heads/topic"}
        assert "errors" not in self.commit(scene, branch=full, expectedHeadOid=oid)

    @pytest.mark.parametrize(
        ("more", "kind", "text"),
        [
            ({"branch": {"branchName": "topic"}}, "UNPROCESSABLE", "repositoryNameWithOwner"),
            ({"branch": {"repositoryNameWithOwner": "a/b", "branchName": "topic"}}, "NOT_FOUND", "'a/b'"),
            ({"branch": {"repositoryNameWithOwner": "acme/widgets", "branchName": "none"}}, "NOT_FOUND", "none"),
            ({"message": {"headline": ""}}, "UNPROCESSABLE", "headline"),
            ({"message": {"body": "x"}}, None, "headline"),
            ({"fileChanges": {"deletions": [{"path": "none"}]}}, "UNPROCESSABLE", "requested for deletion"),
            ({"fileChanges": {"additions": [{"path": "x", "contents": "a"}]}}, "UNPROCESSABLE", "Base64"),
            ({"fileChanges": {"additions": [{"path": "x", "contents": "", "mode": "1"}]}}, None, "mode"),
            ({"fileChanges": {"additions": [{"path": "/x", "contents": ""}]}}, "UNPROCESSABLE", "malformed"),
            ({"fileChanges": {"additions": [{"path": "x", "contents": ""}] * 2}}, "UNPROCESSABLE", "more than once"),
            (
                {
                    "fileChanges": {
                        "additions": [{"path": "a.py", "contents": ""}],
                        "deletions": [{"path": "a.py"}],
                    }
                },
                "UNPROCESSABLE",
                "more than once",
            ),
        ],
    )
    def test_wrong_commits_on_a_branch(
        self, scene: Scene, more: dict[str, object], kind: str | None, text: str
    ) -> None:
        answer = self.commit(scene, **more)
        assert [error.get("type") for error in answer["errors"]] == [kind]
        assert text in answer["errors"][0]["message"]
        assert scene.hub.world.branch_tip("topic") == scene.head

    @pytest.mark.parametrize("rule", ["UPDATE", "PULL_REQUEST"])
    def test_rules_refuse_a_commit_on_a_branch(self, scene: Scene, rule: str) -> None:
        scene.hub.protect("topic", rules=(rule,))
        assert "rule violations" in self.commit(scene)["errors"][0]["message"]

    def test_the_size_of_a_commit_on_a_branch(self, scene: Scene) -> None:
        scene.hub.limits.commit_bytes = 10
        files = [added("x", b"12345"), added("y", b"123456")]
        assert "too large" in self.commit(scene, fileChanges={"additions": files})["errors"][0]["message"]
        assert "errors" not in self.commit(scene, fileChanges={"additions": files[:1]})

    def test_a_commit_on_a_branch_needs_contents(self, scene: Scene) -> None:
        branch = {"repositoryNameWithOwner": "acme/widgets", "branchName": "topic"}
        given = {"branch": branch, "expectedHeadOid": scene.head, "message": {"headline": "x"}}
        answer = scene.caller(contents="read").query(ADD, input=given)
        assert answer["errors"][0]["type"] == "FORBIDDEN"

    @pytest.mark.parametrize("rules", [(), ("NON_FAST_FORWARD",)])
    def test_forced_updates_of_a_protected_branch(self, scene: Scene, rules: tuple[str, ...]) -> None:
        root = scene.hub.commit({"r": "r"})
        scene.hub.protect("topic", rules=rules)
        forced: dict[str, object] = {"name": "refs/heads/topic", "afterOid": root, "force": True}
        assert "Cannot force-push" in self.move(scene, forced)["errors"][0]["message"]
        body = {"sha": root, "force": True}
        scene.client.refused(422, "Cannot force-push", "PATCH", "/git/refs/heads/topic", body)
        assert "errors" not in self.commit(scene)


class TestFields:
    @pytest.mark.parametrize(
        ("path", "model"),
        [
            ("", "FullRepository"),
            ("/commits/main", "Commit"),
            ("/compare/main...topic", "CommitComparison"),
            ("/contents/a.py", "ContentFile"),
            ("/git/ref/heads/main", "GitRef"),
            ("/git/trees/main", "GitTree"),
            ("/pulls/7", "PullRequest"),
            ("/commits/topic/status", "CombinedCommitStatus"),
            ("//rate_limit", "RateLimitOverview"),
        ],
    )
    def test_of_answers(self, scene: Scene, path: str, model: str) -> None:
        known_fields(bodies.model(model), scene.client.get(path))

    def test_of_what_is_made(self, scene: Scene) -> None:
        run = scene.client.make("/check-runs", RUN | {"head_sha": scene.head})
        known_fields(bodies.model("CheckRun"), run)
        known_fields(bodies.model("IssueComment"), scene.client.make("/issues/7/comments", {"body": "one"}))
        known_fields(bodies.model("Status"), scene.client.make(f"/statuses/{scene.head}", {"state": "success"}))

    def test_of_events(self, scene: Scene) -> None:
        hub = scene.hub
        known_fields(bodies.model("WebhookPullRequestSynchronize"), hub.event_pull_request(scene.pull))
        known_fields(bodies.model("WebhookPush"), hub.event_push("refs/heads/topic", scene.base, scene.head))
        group = hub.event_merge_group("main", scene.base, scene.head, number=7)
        known_fields(bodies.model("WebhookMergeGroupChecksRequested"), group)
        run = hub.event_workflow_run(1001, "pull_request", "topic", scene.head)
        known_fields(bodies.model("WebhookWorkflowRunCompleted"), run)
        assert [pull["number"] for pull in run["workflow_run"]["pull_requests"]] == [7]


def test_a_crash_of_the_fake_reaches_the_test() -> None:
    def crash() -> None:
        with FakeGitHub() as hub, requests.Session() as session:
            hub.commit({"a": "a"}, branch="main")
            hub.world.limits.diff_files = "many"  # type: ignore[assignment]
            Client(hub, hub.token(ALL), session).send("GET", "/compare/main...main")

    with pytest.raises(RuntimeError, match="the fake crashed"):
        crash()
