"""The fake must be as strict as GitHub: its rules, its answers and its failures."""

from __future__ import annotations

import base64
import importlib
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import github
import pytest
import requests
from tests.fakes.github import FakeGitHub, Pull, faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ALL = {
    "contents": "write",
    "pull-requests": "write",
    "issues": "write",
    "checks": "write",
    "statuses": "write",
}
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
        first = {
            "a.py": "one\ntwo\nthree\n",
            "lib/b.py": "b\n" * 30,
            "lib/old.py": "x\n" * 30,
            "gone.py": "g\n",
        }
        base = hub.commit(first, branch="main", message="Start")
        change: dict[str, str | bytes | None] = {
            "a.py": "one\n2\nthree\n",
            "lib/old.py": None,
            "lib/new.py": "x\n" * 30,
            "gone.py": None,
            "pic.bin": b"\0\1\2",
        }
        head = hub.commit(change, branch="topic", parents=[base], message="Change it")
        pull = hub.open_pull(7, head="topic", head_sha=head, labels=("ready",))
        yield Scene(hub, Client(hub, hub.token(ALL), session), base, head, pull)


def fits(model: str, value: object, *versions: str) -> None:
    """Assert that a value fits GitHub's description of it, in the installed ones of some versions."""
    assert value
    for version in versions or ("v2022_11_28", "latest"):
        try:
            models = importlib.import_module(f"githubkit_schemas.{version}.models")
        except ModuleNotFoundError:
            assert version != "latest"
            continue
        for row in value if isinstance(value, list) else [value]:
            getattr(models, model).model_validate(row)


def git(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout.strip()


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
            ("DELETE", "/git/refs/heads/topic", "contents"),
            ("GET", "/pulls", "pull_requests"),
            ("GET", "/pulls/7", "pull_requests"),
            ("GET", "/pulls/7/files", "pull_requests"),
            ("GET", "/commits/main/pulls", "pull_requests"),
            ("GET", "/issues/7/comments", "pull_requests"),
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

    def test_public_repository_is_readable(self) -> None:
        with FakeGitHub(private=False) as hub, requests.Session() as session:
            hub.commit({"a": "a"}, branch="main")
            caller = Client(hub, hub.token({}), session)
            assert caller.get("")["private"] is False
            caller.get("/contents/a")
            caller.refused(403, "not accessible", "POST", "/git/blobs", {"content": "x"})

    def test_user(self, scene: Scene) -> None:
        scene.client.refused(403, "Resource not accessible by integration", "GET", "//user")
        person = Client(scene.hub, scene.hub.token(kind="pat"), scene.client.session)
        assert person.get("//user")["login"] == "octocat"

    def test_unknown_permission_is_a_mistake_of_the_test(self, scene: Scene) -> None:
        with pytest.raises(ValueError, match="unknown permission"):
            scene.hub.token({"pulls": "write"})

    def test_user_agent_and_version(self, scene: Scene) -> None:
        assert scene.client.send("GET", "", User_Agent="").status_code == 403
        assert scene.client.send("GET", "", X_GitHub_Api_Version="2020-01-01").status_code == 400
        assert "merge_commit_sha" in scene.client.get("/pulls/7", X_GitHub_Api_Version="2022-11-28")
        assert "merge_commit_sha" not in scene.client.get("/pulls/7", X_GitHub_Api_Version="2026-03-10")

    def test_accept(self, scene: Scene) -> None:
        assert scene.client.send("GET", "", Accept="text/plain").status_code == 415

    def test_headers(self, scene: Scene) -> None:
        before = scene.client.send("GET", "").headers
        after = scene.client.send("GET", "/nothing").headers
        assert before["X-GitHub-Request-Id"] != after["X-GitHub-Request-Id"]
        assert int(before["X-RateLimit-Remaining"]) == int(after["X-RateLimit-Remaining"]) + 1
        assert int(before["X-RateLimit-Limit"]) == 1000

    def test_rate_limit(self, scene: Scene) -> None:
        scene.hub.limits.requests_per_hour = 2
        assert [scene.client.send("GET", "").status_code for _ in range(3)] == [200, 200, 403]
        shown = scene.client.get("//rate_limit")
        assert shown["resources"]["core"]["remaining"] == 0
        fits("RateLimitOverview", shown)

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
    def test_answer_without_effect(self, scene: Scene) -> None:
        struck = scene.hub.fault("POST", "comments$", faults.answer(502))
        assert scene.client.send("POST", "/issues/7/comments", {"body": "x"}).status_code == 502
        assert (struck.hits, scene.hub.comments(7)) == (1, [])
        scene.client.make("/issues/7/comments", {"body": "x"})

    def test_skip_and_times(self, scene: Scene) -> None:
        scene.hub.fault("*", "", faults.answer(500), times=2, skip=1)
        assert [scene.client.send("GET", "").status_code for _ in range(4)] == [200, 500, 500, 200]
        scene.hub.fault("*", "", faults.answer(500), times=9)
        scene.hub.clear_faults()
        scene.client.get("")

    @pytest.mark.parametrize(("action", "effect"), [(faults.DROP_BEFORE, 0), (faults.DROP_AFTER, 1)])
    def test_drops(self, scene: Scene, action: faults.Action, effect: int) -> None:
        scene.hub.fault("POST", "comments$", action)
        with pytest.raises(requests.ConnectionError):
            scene.client.send("POST", "/issues/7/comments", {"body": "x"})
        assert len(scene.hub.comments(7)) == effect
        assert scene.hub.requests[-1].status == 0
        scene.client.get("")

    def test_malformed(self, scene: Scene) -> None:
        scene.hub.fault("GET", "", faults.MALFORMED)
        with pytest.raises(requests.JSONDecodeError):
            scene.client.send("GET", "").json()

    def test_truncated(self, scene: Scene) -> None:
        scene.hub.fault("GET", "", faults.TRUNCATED)
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            scene.client.send("GET", "")
        scene.client.get("")

    def test_delay(self, scene: Scene) -> None:
        scene.hub.fault("GET", "", faults.delay(0.05))
        start = time.monotonic()
        scene.client.get("")
        assert time.monotonic() - start >= 0.05

    def test_limits(self, scene: Scene) -> None:
        scene.hub.fault("GET", "", faults.secondary_limit(retry_after=3))
        scene.hub.fault("GET", "", faults.primary_limit(reset_in=5, status=429))
        second, first = scene.client.send("GET", ""), scene.client.send("GET", "")
        assert (second.status_code, second.headers["Retry-After"]) == (403, "3")
        assert "secondary rate limit" in second.text
        assert (first.status_code, first.headers["X-RateLimit-Remaining"]) == (429, "0")
        assert 0 < int(first.headers["X-RateLimit-Reset"]) - time.time() <= 7


class TestRepository:
    def test_repository(self, scene: Scene) -> None:
        shown = scene.client.get("")
        fits("FullRepository", shown)
        assert (shown["full_name"], shown["default_branch"], shown["fork"]) == ("acme/widgets", "main", False)

    def test_commit_with_files(self, scene: Scene) -> None:
        shown = scene.client.get("/commits/topic")
        fits("Commit", shown)
        rows = {row["filename"]: row for row in shown["files"]}
        assert {name: row["status"] for name, row in rows.items()} == {
            "a.py": "modified",
            "gone.py": "removed",
            "lib/new.py": "renamed",
            "pic.bin": "added",
        }
        assert rows["a.py"]["patch"] == "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three"
        assert rows["lib/new.py"]["previous_filename"] == "lib/old.py"
        assert "patch" not in rows["lib/new.py"]
        assert "patch" not in rows["pic.bin"]
        assert (rows["a.py"]["additions"], rows["a.py"]["deletions"], rows["a.py"]["changes"]) == (1, 1, 2)

    def test_merge_commit_is_compared_with_its_first_parent(self, scene: Scene) -> None:
        scene.hub.commit({"main.py": "m\n"}, branch="main")
        pull = scene.hub.update_pull(7)
        shown = scene.client.get(f"/commits/{pull.merge_sha}")
        names = [row["filename"] for row in shown["files"]]
        assert len(shown["parents"]) == 2
        assert names == ["a.py", "gone.py", "lib/new.py", "pic.bin"]

    def test_root_commit(self, scene: Scene) -> None:
        assert {row["status"] for row in scene.client.get(f"/commits/{scene.base}")["files"]} == {"added"}

    def test_unknown_commit(self, scene: Scene) -> None:
        scene.client.refused(422, "No commit found for SHA", "GET", f"/commits/{'1' * 40}")

    def test_patch_limit(self, scene: Scene) -> None:
        scene.hub.limits.patch_bytes = 10
        row = scene.client.get("/commits/topic")["files"][0]
        assert (row["filename"], row["changes"], "patch" in row) == ("a.py", 2, False)

    def test_type_change_and_mode(self, scene: Scene) -> None:
        hub = scene.hub
        blob = hub.git.write_blob(b"a.py")
        kept = hub.git.tree(scene.base, path="lib/b.py")[0].sha
        rows = (("a.py", "120000", blob), ("lib/b.py", "100755", kept), ("z.py", "100644", blob))
        tree = hub.git.write_tree(hub.git.tree_of(scene.base), list(rows))
        sha = hub.git.write_commit(tree, [scene.base], "Link")
        files = {row["filename"]: row for row in scene.client.get(f"/commits/{sha}")["files"]}
        assert [files[name]["status"] for name in ("a.py", "lib/b.py", "z.py")] == [
            "changed",
            "changed",
            "added",
        ]
        assert files["z.py"]["patch"].startswith("@@ -0,0 +1 @@\n+a.py")

    def test_history(self, scene: Scene) -> None:
        rows = scene.client.get("/commits?sha=topic")
        fits("Commit", rows)
        assert [row["sha"] for row in rows] == [scene.head, scene.base]
        assert [row["sha"] for row in scene.client.get("/commits?sha=topic&path=lib/b.py")] == [scene.base]
        assert [row["sha"] for row in scene.client.get("/commits?sha=topic&per_page=1&page=2")] == [scene.base]
        scene.client.refused(404, "Not Found", "GET", "/commits?sha=nowhere")

    def test_compare(self, scene: Scene) -> None:
        later = scene.hub.commit({"main.py": "m\n"}, branch="main")
        shown = scene.client.get("/compare/main...topic")
        fits("CommitComparison", shown)
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
        first = scene.client.send("GET", "/commits/wide")
        assert len(first.json()["files"]) == 300
        assert len(requests_next(scene, first).json()["files"]) == 1

    def test_diff_media_type(self, scene: Scene) -> None:
        accept = "application/vnd.github.diff"
        for path in ("/compare/main...topic", "/commits/topic", "/pulls/7"):
            answer = scene.client.send("GET", path, Accept=accept)
            assert answer.text.startswith("diff --git a/a.py b/a.py\n")
        scene.hub.limits.diff_lines = 3
        answer = scene.client.send("GET", "/compare/main...topic", Accept=accept)
        assert (answer.status_code, "too_large" in answer.text) == (406, True)

    def test_contents(self, scene: Scene) -> None:
        shown = scene.client.get("/contents/lib/b.py?ref=topic")
        fits("ContentFile", shown)
        assert base64.b64decode(shown["content"]) == b"b\n" * 30
        raw = scene.client.send("GET", "/contents/lib/b.py", Accept="application/vnd.github.raw+json")
        assert raw.content == b"b\n" * 30
        assert [row["name"] for row in scene.client.get("/contents/lib")] == ["b.py", "old.py"]
        assert [row["type"] for row in scene.client.get("/contents")] == ["file", "file", "dir"]
        scene.client.refused(404, "Not Found", "GET", "/contents/none.py")
        scene.client.refused(404, "No commit found for the ref", "GET", "/contents/a.py?ref=nowhere")
        scene.hub.limits.inline_content_bytes = 10
        assert scene.client.get("/contents/lib/b.py")["encoding"] == "none"


def requests_next(scene: Scene, answer: requests.Response) -> requests.Response:
    """Follow a Link header."""
    url = answer.links["next"]["url"]
    assert url.startswith(scene.hub.url)
    return scene.client.send("GET", "/" + url.removeprefix(scene.hub.url))


class TestGitData:
    def test_a_commit_from_nothing(self, scene: Scene) -> None:
        client = scene.client
        blob = client.make("/git/blobs", {"content": "aGk=", "encoding": "base64"})
        fits("ShortBlob", blob)
        rows = [
            {"path": "x/y/hi.txt", "mode": "100644", "type": "blob", "sha": blob["sha"]},
            {"path": "in.txt", "mode": "100644", "content": "in\n"},
        ]
        tree = client.make("/git/trees", {"tree": rows})
        fits("GitTree", tree)
        person = {"name": "Ann", "email": "ann@example.org", "date": "2026-01-02T03:04:05Z"}
        commit = client.make("/git/commits", {"message": "Data", "tree": tree["sha"], "parents": [], "author": person})
        fits("GitCommit", commit)
        assert (commit["parents"], commit["author"], commit["message"]) == ([], person, "Data")
        ref = client.make("/git/refs", {"ref": "refs/heads/data/one", "sha": commit["sha"]})
        fits("GitRef", ref)
        fits("GitRef", client.get("/git/ref/heads/data/one"))
        assert scene.hub.git.run("show", "data/one:x/y/hi.txt") == b"hi"
        fits("GitCommit", client.get(f"/git/commits/{commit['sha']}"))
        shown = client.get(f"/git/blobs/{blob['sha']}")
        fits("Blob", shown)
        assert base64.b64decode(shown["content"]) == b"hi"
        listed = client.get("/git/trees/data%2Fone?recursive=1")
        assert [row["path"] for row in listed["tree"]] == ["in.txt", "x", "x/y", "x/y/hi.txt"]

    def test_base_tree_and_deletion(self, scene: Scene) -> None:
        base = scene.client.get("/git/trees/main")["sha"]
        rows = [
            {"path": "lib/b.py", "mode": "100644", "type": "blob", "sha": None},
            {"path": "new.py", "mode": "100644", "type": "blob", "content": "n\n"},
        ]
        sha = scene.client.make("/git/trees", {"base_tree": base, "tree": rows})["sha"]
        names = [row["path"] for row in scene.client.get(f"/git/trees/{sha}?recursive=1")["tree"]]
        assert names == ["a.py", "gone.py", "lib", "lib/old.py", "new.py"]
        gone = {"base_tree": base, "tree": [{"path": "lib", "mode": "040000", "type": "tree", "sha": None}]}
        sha = scene.client.make("/git/trees", gone)["sha"]
        assert [row["path"] for row in scene.client.get(f"/git/trees/{sha}")["tree"]] == ["a.py", "gone.py"]
        lib = scene.client.get("/git/trees/main:lib")["sha"]
        moved = {
            "base_tree": base,
            "tree": [{"path": "deep/lib", "mode": "040000", "type": "tree", "sha": lib}],
        }
        sha = scene.client.make("/git/trees", moved)["sha"]
        assert scene.hub.git.run("show", f"{sha}:deep/lib/b.py") == b"b\n" * 30

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

    def test_truncated_tree(self, scene: Scene) -> None:
        scene.hub.limits.tree_entries = 2
        shown = scene.client.get("/git/trees/main?recursive=1")
        assert (len(shown["tree"]), shown["truncated"]) == (2, True)

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
        assert send("DELETE", "/git/refs/heads/topic").status_code == 204
        scene.client.refused(422, "Reference does not exist", "DELETE", "/git/refs/heads/topic")
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

    def test_concurrent_writers(self, scene: Scene) -> None:
        """Twenty writers each add a commit; those that lose the race start again on the new tip."""
        client = scene.client
        tree = client.get("/git/trees/main")["sha"]
        lost: list[str] = []
        ready = threading.Barrier(20)

        def write(number: int) -> None:
            with requests.Session() as session:
                own = Client(scene.hub, client.token, session)
                ready.wait()
                while True:
                    tip = own.get("/git/ref/heads/main")["object"]["sha"]
                    body = {"message": f"writer {number}", "tree": tree, "parents": [tip]}
                    sha = own.make("/git/commits", body)["sha"]
                    answer = own.send("PATCH", "/git/refs/heads/main", {"sha": sha, "force": False})
                    if answer.status_code == 200:
                        return
                    assert answer.json()["message"] == "Update is not a fast forward"
                    lost.append(sha)

        scene.hub.limits.requests_per_hour = 10_000
        with ThreadPoolExecutor(20) as pool:
            list(pool.map(write, range(20)))
        messages = [row["commit"]["message"] for row in client.get("/commits?per_page=100")]
        assert sorted(messages[:-1]) == sorted(f"writer {number}" for number in range(20))
        assert messages[-1] == "Start"
        assert lost

    def test_concurrent_creation(self, scene: Scene) -> None:
        body = {"ref": "refs/heads/once", "sha": scene.base}
        with ThreadPoolExecutor(8) as pool:
            codes = list(pool.map(lambda _: post(scene, "/git/refs", body), range(8)))
        assert sorted(codes) == [201] + [422] * 7

    def test_real_pushes(self, scene: Scene, tmp_path: Path) -> None:
        git("clone", "-q", str(scene.hub.git_dir), "work", cwd=tmp_path)
        work = tmp_path / "work"
        (work / "pushed.txt").write_text("p\n", encoding="utf-8")
        git("add", ".", cwd=work)
        git("-c", "user.name=n", "-c", "user.email=e@e", "commit", "-qm", "Push", cwd=work)
        git("push", "-q", "origin", "HEAD:refs/heads/main", cwd=work)
        assert scene.client.get("/commits/main")["sha"] == git("rev-parse", "HEAD", cwd=work)


def post(scene: Scene, path: str, body: object) -> int:
    with requests.Session() as session:
        return Client(scene.hub, scene.client.token, session).send("POST", path, body).status_code


class TestPulls:
    def test_pull(self, scene: Scene) -> None:
        shown = scene.client.get("/pulls/7")
        fits("PullRequest", shown, "v2022_11_28")
        fits("PullRequest", scene.client.get("/pulls/7", X_GitHub_Api_Version="2026-03-10"), "latest")
        assert shown["merge_commit_sha"] == scene.hub.git.ref("refs/pull/7/merge")
        assert (shown["mergeable"], shown["changed_files"], shown["commits"]) == (True, 4, 1)
        assert shown["head"]["sha"] == scene.hub.git.ref("refs/pull/7/head") == scene.head
        assert [row["name"] for row in shown["labels"]] == ["ready"]
        scene.client.refused(404, "Not Found", "GET", "/pulls/9")

    def test_conflict(self, scene: Scene) -> None:
        scene.hub.commit({"a.py": "one\nother\nthree\n"}, branch="main")
        scene.hub.update_pull(7)
        shown = scene.client.get("/pulls/7")
        assert (shown["mergeable"], shown["mergeable_state"]) == (False, "dirty")

    def test_list(self, scene: Scene) -> None:
        sha = scene.hub.commit({"f.py": "f\n"}, parents=[scene.base])
        fork = scene.hub.open_pull(8, head="topic", head_sha=sha, fork=True)
        rows = scene.client.get("/pulls")
        fits("PullRequestSimple", rows, "v2022_11_28")
        assert [row["number"] for row in rows] == [8, 7]
        assert [row["number"] for row in scene.client.get("/pulls?head=mallory:topic")] == [8]
        assert [row["number"] for row in scene.client.get("/pulls?head=topic")] == [8, 7]
        assert scene.client.get("/pulls?base=other") == []
        scene.hub.close_pull(8)
        assert [row["number"] for row in scene.client.get("/pulls?state=closed")] == [8]
        assert rows[0]["head"]["repo"]["fork"] is True
        assert fork.head_repo == "mallory/widgets"
        assert scene.hub.world.branch_tip("topic") == scene.head

    def test_files(self, scene: Scene) -> None:
        answer = scene.client.send("GET", "/pulls/7/files?per_page=3")
        fits("DiffEntry", answer.json())
        assert [row["filename"] for row in requests_next(scene, answer).json()] == ["pic.bin"]

    def test_pulls_of_a_commit(self, scene: Scene) -> None:
        sha = scene.hub.commit({"f.py": "f\n"}, parents=[scene.base])
        scene.hub.open_pull(8, head="patch", head_sha=sha, fork=True)
        assert [row["number"] for row in scene.client.get(f"/commits/{scene.head}/pulls")] == [7]
        assert scene.client.get(f"/commits/{sha}/pulls") == []
        assert scene.client.get(f"/commits/{scene.base}/pulls") == []


class TestComments:
    def test_life(self, scene: Scene) -> None:
        answer = scene.client.send("POST", "/issues/7/comments", {"body": "one"})
        made = answer.json()
        assert answer.headers["Location"] == made["url"]
        fits("IssueComment", made)
        assert made["user"]["login"] == "github-actions[bot]"
        assert made["performed_via_github_app"]["id"] == 15368
        path = f"/issues/comments/{made['id']}"
        changed = scene.client.send("PATCH", path, {"body": "two"}).json()
        assert (changed["body"], scene.client.get(path)["body"]) == ("two", "two")
        assert [row["body"] for row in scene.hub.comments(7)] == ["two"]
        assert scene.client.send("DELETE", path).status_code == 204
        scene.client.refused(404, "Not Found", "GET", path)

    def test_pages(self, scene: Scene) -> None:
        for number in range(65):
            scene.hub.add_comment(7, str(number), login="eve")
        answer = scene.client.send("GET", "/issues/7/comments")
        assert [row["body"] for row in answer.json()] == [str(number) for number in range(30)]
        assert set(answer.links) == {"next", "last"}
        second = requests_next(scene, answer)
        assert set(second.links) == {"next", "last", "prev", "first"}
        third = requests_next(scene, second)
        assert [row["body"] for row in third.json()] == [str(number) for number in range(60, 65)]
        assert len(scene.client.get("/issues/7/comments?per_page=500")) == 65
        assert {entry.path for entry in scene.hub.requests} == {"/repos/acme/widgets/issues/7/comments"}

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
    def test_life(self, scene: Scene) -> None:
        body = {"name": "gate", "head_sha": scene.head, "status": "in_progress", "external_id": "1/1"}
        made = scene.client.make("/check-runs", body | {"details_url": "https://example.org"})
        fits("CheckRun", made)
        assert (made["status"], made["conclusion"], made["completed_at"]) == ("in_progress", None, None)
        assert made["details_url"] == made["html_url"]
        path = f"/check-runs/{made['id']}"
        first = scene.client.send("PATCH", path, RUN | notes(50))
        assert first.status_code == 200, first.text
        assert scene.client.send("PATCH", path, notes(3)).json()["output"]["annotations_count"] == 53
        shown = scene.client.get(path)
        fits("CheckRun", shown)
        assert (shown["status"], shown["conclusion"], shown["external_id"]) == ("completed", "success", "1/1")
        rows = scene.client.get(f"{path}/annotations?per_page=100")
        fits("CheckAnnotation", rows)
        assert len(rows) == 53
        [kept] = scene.hub.check_runs(scene.head)
        assert (len(kept["annotations"]), kept["output"]["summary"]) == (53, "s")

    def test_conclusion_alone_completes(self, scene: Scene) -> None:
        made = scene.client.make("/check-runs", {"name": "n", "head_sha": scene.head, "conclusion": "failure"})
        assert (made["status"], bool(made["completed_at"])) == ("completed", True)

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
            ({"actions": [{"label": "x" * 21, "description": "d", "identifier": "i"}]}, "label"),
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

    def test_list(self, scene: Scene) -> None:
        body = RUN | {"head_sha": scene.head}
        old, new = (scene.client.make("/check-runs", body)["id"] for _ in range(2))
        lint = scene.client.make("/check-runs", body | {"name": "lint"})["id"]
        shown = scene.client.get(f"/commits/{scene.head}/check-runs")
        assert (shown["total_count"], [row["id"] for row in shown["check_runs"]]) == (2, [lint, new])

        def ids(query: str) -> list[int]:
            return [row["id"] for row in scene.client.get(f"/commits/topic/check-runs?{query}")["check_runs"]]

        assert ids("filter=all&check_name=gate") == [new, old]
        assert ids("check_name=gate&app_id=15368") == [new]
        assert ids("app_id=1") == []
        assert ids("per_page=1&page=2") == [new]
        scene.client.refused(422, "No commit found", "GET", f"/commits/{'1' * 40}/check-runs")


class TestStatuses:
    def test_life(self, scene: Scene) -> None:
        path = f"/statuses/{scene.head}"
        body = {
            "state": "pending",
            "context": "gate",
            "description": "d" * 140,
            "target_url": "https://e.org",
        }
        fits("Status", scene.client.make(path, body))
        scene.client.make(path, {"state": "success", "context": "GATE"})
        scene.client.make(path, {"state": "failure"})
        shown = scene.client.get("/commits/topic/status")
        fits("CombinedCommitStatus", shown)
        assert (shown["state"], shown["total_count"]) == ("failure", 2)
        assert [row["context"] for row in scene.hub.statuses(scene.head)] == ["gate", "GATE", "default"]
        assert scene.client.get("/commits/main/status")["state"] == "pending"

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

    def test_a_person_may(self, scene: Scene) -> None:
        person = Client(scene.hub, scene.hub.token(kind="pat"), scene.client.session)
        assert person.make(f"/statuses/{scene.head}", {"state": "error"})["creator"]["login"] == "octocat"


PULL = """query($number: Int!, $first: Int, $after: String) {
  viewer { login }
  repository(owner: "acme", name: "widgets") {
    id
    pullRequest(number: $number) {
      number state locked isDraft headRefOid baseRefOid headRefName baseRefName
      comments(first: $first, after: $after) {
        nodes { id databaseId body viewerDidAuthor author { login } url isMinimized updatedAt }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}"""
MOVE = "mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }"
HIDE = """mutation($id: ID!) {
  minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) {
    minimizedComment { isMinimized minimizedReason }
  }
}"""


class TestGraphQL:
    def test_pull(self, scene: Scene) -> None:
        for number in range(3):
            scene.hub.add_comment(7, str(number))
        scene.client.make("/issues/7/comments", {"body": "mine"})
        data = scene.client.query(PULL, number=7, first=2)["data"]
        assert data["viewer"] == {"login": "github-actions[bot]"}
        pull = data["repository"]["pullRequest"]
        assert (pull["state"], pull["locked"], pull["headRefName"]) == ("OPEN", False, "topic")
        assert (pull["headRefOid"], pull["baseRefOid"]) == (scene.head, scene.base)
        page = pull["comments"]["pageInfo"]
        assert page["hasNextPage"] is True
        data = scene.client.query(PULL, number=7, first=2, after=page["endCursor"])["data"]
        comments = data["repository"]["pullRequest"]["comments"]
        assert [row["viewerDidAuthor"] for row in comments["nodes"]] == [False, True]
        assert [row["author"]["login"] for row in comments["nodes"]] == ["mallory", "github-actions"]
        assert comments["pageInfo"]["hasNextPage"] is False

    @pytest.mark.parametrize(
        ("first", "kind"), [(None, "MISSING_PAGINATION_BOUNDARIES"), (101, "EXCESSIVE_PAGINATION")]
    )
    def test_page_size(self, scene: Scene, first: int | None, kind: str) -> None:
        answer = scene.client.query(PULL, number=7, first=first)
        assert [error["type"] for error in answer["errors"]] == [kind]

    def test_forbidden(self, scene: Scene) -> None:
        answer = scene.caller(contents="read").query(PULL, number=7, first=1)
        assert answer["data"]["repository"]["pullRequest"] is None
        [error] = answer["errors"]
        assert (error["type"], error["message"]) == ("FORBIDDEN", "Resource not accessible by integration")

    def test_missing(self, scene: Scene) -> None:
        assert scene.client.query(PULL, number=9, first=1)["errors"][0]["type"] == "NOT_FOUND"
        wrong = scene.client.query('{ repository(owner: "a", name: "b") { id } }')
        assert wrong["errors"][0]["type"] == "NOT_FOUND"

    def test_unknown_field(self, scene: Scene) -> None:
        answer = scene.client.query("{ viewer { name2 } }")
        assert "data" not in answer
        assert "name2" in answer["errors"][0]["message"]

    def test_refs_and_objects(self, scene: Scene) -> None:
        text = """query($oid: GitObjectID) { repository(owner: "acme", name: "widgets") {
          ref(qualifiedName: "refs/heads/topic") { name prefix target { oid } }
          none: ref(qualifiedName: "refs/heads/none") { name }
          defaultBranchRef { name }
          object(oid: $oid) { __typename oid }
          blob: object(expression: "main:a.py") { ... on Blob { text byteSize } }
        } }"""
        shown = scene.client.query(text, oid=scene.base)["data"]["repository"]
        assert shown["ref"] == {"name": "topic", "prefix": "refs/heads/", "target": {"oid": scene.head}}
        assert (shown["none"], shown["defaultBranchRef"]["name"]) == (None, "main")
        assert shown["object"] == {"__typename": "Commit", "oid": scene.base}
        assert shown["blob"] == {"text": "one\ntwo\nthree\n", "byteSize": 14}

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

    def test_minimize(self, scene: Scene) -> None:
        scene.hub.add_comment(7, "x")
        [comment] = scene.hub.comments(7)
        assert scene.caller().query(HIDE, id=comment["node_id"])["errors"][0]["type"] == "FORBIDDEN"
        shown = scene.client.query(HIDE, id=comment["node_id"])["data"]["minimizeComment"]
        assert shown["minimizedComment"] == {"isMinimized": True, "minimizedReason": "outdated"}
        assert scene.hub.comments(7)[0]["minimized"] == "outdated"
        assert scene.client.query(HIDE, id="IC_none")["errors"][0]["type"] == "NOT_FOUND"


class TestEvents:
    @pytest.mark.parametrize("action", ["opened", "synchronize", "reopened", "closed"])
    def test_pull_request(self, scene: Scene, action: str) -> None:
        payload = scene.hub.event_pull_request(scene.pull, action)
        fits(f"WebhookPullRequest{action.capitalize()}", payload)
        assert payload["pull_request"]["head"]["sha"] == scene.head
        assert payload["repository"]["full_name"] == "acme/widgets"

    def test_push(self, scene: Scene) -> None:
        payload = scene.hub.event_push("refs/heads/topic", scene.base, scene.head)
        fits("WebhookPush", payload)
        assert (payload["created"], payload["forced"], len(payload["commits"])) == (False, False, 1)
        assert payload["head_commit"]["id"] == scene.head

    def test_merge_group(self, scene: Scene) -> None:
        payload = scene.hub.event_merge_group("main", scene.base, scene.head, number=7)
        fits("WebhookMergeGroupChecksRequested", payload)
        assert payload["merge_group"]["head_sha"] == scene.head

    @pytest.mark.parametrize(("owner", "named"), [("acme", [7]), ("mallory", [])])
    def test_workflow_run(self, scene: Scene, owner: str, named: list[int]) -> None:
        payload = scene.hub.event_workflow_run(
            1001, "pull_request", "topic", scene.head, head_repo=f"{owner}/widgets", conclusion="failure"
        )
        fits("WebhookWorkflowRunCompleted", payload)
        assert [pull["number"] for pull in payload["workflow_run"]["pull_requests"]] == named
        assert payload["workflow_run"]["head_repository"]["fork"] is (owner != "acme")


class TestTheFakeItself:
    def test_starts_quickly(self) -> None:
        start = time.monotonic()
        with FakeGitHub():
            pass
        assert time.monotonic() - start < 1

    def test_keeps_connections_open(self, scene: Scene) -> None:
        assert scene.client.send("GET", "").raw.version == 11
        assert scene.client.send("GET", "").headers["Content-Length"]
        assert "Connection" not in scene.client.send("GET", "/nothing").headers

    def test_leaves_nothing_behind(self) -> None:
        with FakeGitHub() as hub:
            hub.commit({"a": "a"}, branch="main")
        assert not hub.git_dir.exists()
        with pytest.raises(requests.ConnectionError):
            requests.get(hub.url, timeout=1)

    def test_a_crash_reaches_the_test(self) -> None:
        with pytest.raises(RuntimeError, match="the fake crashed"):
            crash()

    def test_with_pygithub(self, scene: Scene) -> None:
        with github.Github(
            base_url=scene.hub.url,
            auth=github.Auth.Token(scene.client.token),
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            lazy=True,
        ) as hub:
            repository = hub.get_repo("acme/widgets")
            comment = repository.get_issue(7).create_comment("hello")
            comment.edit("changed")
            for number in range(35):
                scene.hub.add_comment(7, str(number))
            run = repository.create_check_run("gate", scene.head, status="in_progress")
            run.edit(status="completed", conclusion="success", output={"title": "t", "summary": "s"})
            bodies = [row.body for row in repository.get_issue(7).get_comments()]
            assert (len(bodies), bodies[0], bodies[-1]) == (36, "changed", "34")
            headers, data = hub.requester.requestJsonAndCheck("GET", "/repos/acme/widgets/commits/topic")
            assert (data["sha"], headers["x-ratelimit-limit"]) == (scene.head, "1000")
            _, shown = hub.requester.graphql_query("{ viewer { login } }", {})
            assert shown["data"]["viewer"]["login"] == "github-actions[bot]"
            with pytest.raises(github.GithubException, match="Reference already exists"):
                repository.create_git_ref("refs/heads/main", scene.head)
        assert not scene.hub.unexpected


def crash() -> None:
    """Ask a fake whose repository is damaged."""
    with FakeGitHub() as hub, requests.Session() as session:
        hub.commit({"a": "a"}, branch="main")
        hub.world.limits.diff_files = "many"  # type: ignore[assignment]
        answer = Client(hub, hub.token(ALL), session).send("GET", "/commits/main")
        assert answer.status_code == 500
