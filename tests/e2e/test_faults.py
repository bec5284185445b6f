"""The fault matrix: every request of the action, and everything that can go wrong with it.

Whatever GitHub answers: no second comment, no second check run, no annotation twice, no stored result lost, no
traceback, and the exit code that the verdict, or its absence, asks for. What a fault kept from being written is there
after the next run.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.e2e.support import Done, QuickRunner, Time, junit, lcov
from tests.fakes.github import FakeGitHub, Pull, faults

ALWAYS = 10_000
LINES = 240
ANNOTATIONS = 121
"""Every second line of the change is not covered, and one test still fails: three requests of annotations."""

BASE = {
    "src/app.py": "x = 1\n",
    "src/other.py": "x = 1\n" * 40,
    "tests/test_api.py": "x = 1\n" * 9,
    ".github/readygate.yml": "preset: lenient\n",
}
TESTS = junit(test_add="passed", test_old="failed")
OTHER = " ".join(f"{line}+" for line in range(1, 40))
COVERED = lcov(src_app_py="1+", src_other_py=OTHER)
CHANGED = lcov(
    src_app_py=" ".join(f"{line}{'+' if line % 2 else '-'}" for line in range(1, LINES + 1)), src_other_py=OTHER
)
PERMISSIONS = {
    "contents": "write",
    "checks": "write",
    "pull-requests": "write",
    "statuses": "write",
    "actions": "read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong, and how often."""

    action: faults.Action
    times: int = ALWAYS
    passes: bool = False


def once(action: faults.Action) -> Fault:
    return Fault(action=action, times=1, passes=True)


def refusal(status: int, message: str) -> Fault:
    return Fault(action=faults.answer(status, {"message": message}))


FAULTS: dict[str, Fault] = {
    "502 once": once(faults.answer(502, b"<html>Bad gateway</html>")),
    "502 always": Fault(action=faults.answer(502, b"<html>Bad gateway</html>")),
    "secondary limit once": once(faults.secondary_limit(retry_after=7)),
    "429 once": once(faults.answer(429, {"message": "Too many requests"})),
    "primary limit for an hour": Fault(action=faults.primary_limit(3600)),
    "403": refusal(403, "Resource not accessible by integration"),
    "404": refusal(404, "Not Found"),
    "409": refusal(409, "Conflict"),
    "422": refusal(422, "Validation Failed"),
    "dropped before": once(faults.DROP_BEFORE),
    "dropped after": once(faults.DROP_AFTER),
    "dropped after always": Fault(action=faults.DROP_AFTER),
    "silent before": once(faults.HANG_BEFORE),
    "silent after": once(faults.HANG_AFTER),
    "malformed once": once(faults.MALFORMED),
    "malformed always": Fault(action=faults.MALFORMED),
    "truncated once": once(faults.TRUNCATED),
    "another form": Fault(action=faults.answer(200, {"unexpected": []})),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request of a run.

    Attributes:
        fails: the exit code if it never succeeds.
        besides: exit codes of single faults that differ, by name.
        after: the path of a request whose one try must fail first, because the call is its replacement.
    """

    method: str
    path: str
    fails: int = 0
    besides: dict[str, int] = field(default_factory=dict)
    after: str = ""


HISTORY = r"/contents/readygate/history\.jsonl$"
NEWEST, APPEND = r"^/graphql:Newest$", r"^/graphql:Append$"
UNKNOWN = {"404": 1}
"""A commit that GitHub does not know has no baseline: every failure counts as new."""

FIRST: dict[str, Call] = {
    "compare": Call(method="GET", path=r"/compare/", fails=3, besides=UNKNOWN),
    "history": Call(method="GET", path=HISTORY, fails=3),
    "stored results": Call(method="GET", path=r"/git/blobs/\w+$", fails=3),
    "policy": Call(method="GET", path=r"/contents/\.github/", fails=3),
    "files": Call(method="GET", path=r"/git/trees/[0-9a-f]{40}$"),
    "conversation": Call(method="POST", path=r"^/graphql:Earlier$"),
    "new comment": Call(method="POST", path=r"/issues/\d+/comments$"),
    "new check run": Call(method="POST", path=r"/check-runs$"),
    "annotations": Call(method="PATCH", path=r"/check-runs/\d+$"),
    "status": Call(method="POST", path=r"/statuses/\w+$"),
}
INSTEAD: dict[str, Call] = {
    "commit": Call(method="GET", path=r"/git/commits/\w+$", fails=3, besides=UNKNOWN, after=r"/compare/"),
    "second comparison": Call(method="GET", path=r"/compare/", fails=3, besides=UNKNOWN, after=r"/compare/"),
    "conversation alone": Call(method="POST", path=r"^/graphql:Earlier$", after=r"^/graphql:Earlier$"),
    "check runs": Call(method="GET", path=r"/commits/\w+/check-runs$", after=r"^/graphql:Earlier$"),
}
"""Requests that are only sent after another one failed, which would have had their answers as well."""
AGAIN: dict[str, Call] = {
    "comment": Call(method="PATCH", path=r"/issues/comments/\d+$"),
    "check run": Call(method="PATCH", path=r"/check-runs/\d+$"),
}
BEGIN: dict[str, Call] = {
    # there is no branch yet, and 404 or, in an empty repository, 409 are what GitHub says of that
    "tip": Call(method="GET", path=r"/branches/", fails=3, besides={"404": 0, "409": 0}),
    "no ref": Call(method="GET", path=r"/git/matching-refs/", fails=3, besides={"409": 0}),
    "line": Call(method="GET", path=r"/commits$", fails=3),
    "new ref": Call(method="POST", path=r"/git/refs$", fails=3),
}
STORE: dict[str, Call] = {
    "tip and history": Call(method="POST", path=NEWEST),
    "stored results": Call(method="GET", path=r"/git/blobs/\w+$", fails=3, besides={"404": 0}),
    "commit on the branch": Call(method="POST", path=APPEND),
}
BY_REST: dict[str, Call] = {
    "tip": Call(method="GET", path=r"/branches/", fails=3, after=NEWEST),
    "history": Call(method="GET", path=HISTORY, fails=3, after=NEWEST),
    "tree": Call(method="POST", path=r"/git/trees$", fails=3, after=APPEND),
    "new commit": Call(method="POST", path=r"/git/commits$", fails=3, after=APPEND),
    # 409 means that another run was faster, and the next attempt is the mutation again
    "moved ref": Call(method="PATCH", path=r"/git/refs/heads/", fails=3, besides={"409": 0}, after=APPEND),
}
"""Requests that are sent where GraphQL fails, and those of the first commit of a branch."""
NOTHING: dict[str, Call] = {
    # a spoilt body does not change the status 404
    "history": Call(method="GET", path=HISTORY, fails=3, besides={"404": 1, "malformed always": 1}),
    # an empty repository has no list of refs, and no branch
    "no ref": Call(method="GET", path=r"/git/matching-refs/", fails=3, besides={"409": 1}),
}
"""Requests of a pull request in a repository without a data branch, where every failure counts as new."""
READS = FAULTS.keys() - {"silent before", "silent after"}
"""A read that is not answered is the same as one that is dropped, and waiting for it takes the matrix a second."""
VERDICTS = {0: "ready", 1: "not-ready", 3: "not-evaluated"}
ARTIFACT: dict[str, Call] = {
    "own run": Call(method="GET", path=r"/actions/runs/\d+$", fails=3),
    "artifacts": Call(method="GET", path=r"/actions/artifacts$", fails=3),
    "runs": Call(method="GET", path=r"/actions/workflows/\d+/runs$", fails=3),
    # an answer that only names another host has no body to be spoilt
    "download": Call(method="GET", path=r"/actions/artifacts/\d+/zip$", fails=3, besides={"malformed always": 0}),
}
DONE_UNHEARD = {"dropped after always", "malformed always"}
"""Faults that hide an effect which looking for it brings to light."""


@dataclass(slots=True)
class Scene:
    """One repository for all cases, each with a pull request or a data branch of its own."""

    runner: QuickRunner
    base: str
    number: int = 0

    @property
    def hub(self) -> FakeGitHub:
        return self.runner.hub

    def open(self) -> Pull:
        self.number += 1
        files = {"src/app.py": f"# {self.number}\n" + "x = 2\n" * (LINES - 1)}
        head = self.hub.commit(files, parents=[self.base])
        return self.hub.open_pull(self.number, head=f"topic-{self.number}", head_sha=head)

    def judge(self, pull: Pull, baseline: str = "branch") -> Done:
        files = {"junit.xml": TESTS, "cov.lcov": CHANGED}
        inputs = {"token": self.hub.token(PERMISSIONS), "annotations": "150", "status": "true", "policy": "lenient"}
        self.hub.add_run(self.runner.run_id + 1, "pull_request", pull.head, pull.head_sha)
        return self.runner.pull_request(pull, files, baseline=baseline, **inputs)

    def store(self, branch: str, sha: str) -> Done:
        token = self.hub.token({"contents": "write"})
        files = {"junit.xml": TESTS, "cov.lcov": COVERED}
        return self.runner.push(sha, files, before=self.base, token=token, baseline=f"branch:{branch}")

    def names(self, branch: str) -> set[str]:
        if self.hub.world.branch_tip(branch) is None:
            return set()
        return set(self.hub.git.lines("ls-tree", "-r", "--name-only", branch))

    def with_fault(self, call: Call, fault: Fault) -> None:
        self.runner.time = Time(timeout=1 if fault.action.kind.startswith("hang") else 30)
        if call.after:
            self.hub.fault("*", call.after, faults.answer(502, b"<html>Bad gateway</html>"))
        self.hub.fault(call.method, call.path, fault.action, times=fault.times)

    def expect(self, pull: Pull, *, whole: bool) -> None:
        """What stands on GitHub: once each, and whole if nothing kept it from being written."""
        comments, runs = self.hub.comments(pull.number), self.hub.check_runs(pull.head_sha)
        assert len(comments) <= 1
        assert len(runs) <= 1
        rows = Counter(json.dumps(row, sort_keys=True) for run in runs for row in run["annotations"])
        assert set(rows.values()) <= {1}, "an annotation stands twice"
        if whole:
            assert len(comments) == len(runs) == 1
            assert len(rows) == ANNOTATIONS
            assert len(self.hub.statuses(pull.head_sha)) >= 1


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with FakeGitHub("acme/widgets", "main") as hub:
        hub.limits.requests_per_hour = 10**9
        runner = QuickRunner(hub=hub, folder=tmp_path_factory.mktemp("faults"))
        base = hub.commit(BASE, branch="main")
        done = runner.push(base, {"junit.xml": TESTS, "cov.lcov": COVERED})
        assert done.code == 0, done.log
        names = hub.git.lines("ls-tree", "-r", "--name-only", "readygate-data", "readygate/")
        stored = {name: hub.git.run("cat-file", "blob", f"readygate-data:{name}") for name in names}
        hub.add_run(runner.run_id, "push", "main", base)
        hub.add_artifact(runner.run_id, "readygate", stored)
        hub.reset_requests()
        yield Scene(runner, base)


@pytest.fixture
def scene(repository: Scene) -> Iterator[Scene]:
    yield repository
    repository.hub.clear_faults()
    repository.runner.time = Time()
    assert not repository.hub.unexpected
    repository.hub.reset_requests()


def code(call: Call, name: str, fault: Fault) -> int:
    return call.besides.get(name, 0 if fault.passes else call.fails)


POSTS = ("conversation", "conversation alone", "new comment", "check runs", "new check run", "annotations", "status")


def told(done: Done, *, records: bool = False) -> None:
    """A run tells its verdict, or that there is none, on all ways that need no GitHub."""
    assert "Traceback" not in done.log
    if records:  # the exit code is about the storing
        assert done.outputs["verdict"] in (VERDICTS.values() if done.code else ("ready", "not-ready"))
    else:
        assert done.outputs["verdict"] == VERDICTS[done.code]
    assert done.summary.startswith("## ")


def cases(calls: dict[str, Call]) -> pytest.MarkDecorator:
    rows = [(name, fault) for name, call in calls.items() for fault in FAULTS if call.method != "GET" or fault in READS]
    return pytest.mark.parametrize(("call", "fault"), rows, ids=[" - ".join(row) for row in rows])


@cases(FIRST | INSTEAD)
def test_the_first_run_of_a_pull_request(scene: Scene, call: str, fault: str) -> None:
    pull, struck = scene.open(), (FIRST | INSTEAD)[call]
    scene.with_fault(struck, FAULTS[fault])

    done = scene.judge(pull)

    told(done)
    assert done.code == code(struck, fault, FAULTS[fault]), done.log
    scene.expect(pull, whole=FAULTS[fault].passes and done.code == 0)
    if not FAULTS[fault].passes and (done.code != 0 or call in POSTS):
        scene.hub.clear_faults()
        assert scene.judge(pull).code == 0
        if done.code != 1:  # judged without a baseline it has other annotations, and so another check run
            scene.expect(pull, whole=True)


@cases(NOTHING)
def test_a_pull_request_before_any_results_are_stored(scene: Scene, call: str, fault: str) -> None:
    pull = scene.open()
    scene.with_fault(NOTHING[call], FAULTS[fault])

    done = scene.judge(pull, "branch:none")

    told(done)
    expected = 1 if FAULTS[fault].passes else code(NOTHING[call], fault, FAULTS[fault])
    assert done.code == expected, done.log
    assert done.outputs.get("baseline-commit", "") == ""
    assert ("has no stored results yet" in done.summary) == (expected == 1)


@pytest.mark.parametrize("times", [1, ALWAYS])
def test_a_history_that_one_answer_denies_is_an_error(scene: Scene, times: int) -> None:
    """Other endpoints say that the branch is there, and the history on it."""
    pull = scene.open()
    scene.hub.fault("GET", HISTORY, faults.answer(404, {"message": "Not Found"}), times=times)
    done = scene.judge(pull)
    told(done)
    assert done.code == 3, done.log


@pytest.mark.parametrize(
    ("path", "times"), [(HISTORY, 1), (HISTORY, ALWAYS), (r"/branches/", 1), (r"/branches/", ALWAYS)]
)
def test_a_record_does_not_begin_anew_where_one_answer_denies_it(scene: Scene, path: str, times: int) -> None:
    scene.number += 1
    branch = f"data-{scene.number}"
    scene.hub.git.run("update-ref", f"refs/heads/{branch}", "refs/heads/readygate-data")
    before, tip = scene.names(branch), scene.hub.world.branch_tip(branch)
    scene.hub.fault("POST", NEWEST, faults.answer(502), times=times)
    scene.hub.fault("GET", path, faults.answer(404, {"message": "Not Found"}), times=times)

    done = scene.store(branch, scene.hub.commit({"src/app.py": f"x = {scene.number}\n"}, parents=[scene.base]))

    told(done, records=True)
    assert done.code == (0 if path != HISTORY and times == 1 else 3), done.log
    assert (scene.hub.world.branch_tip(branch) == tip) == (done.code == 3)
    assert before <= scene.names(branch)


@cases(AGAIN)
def test_a_later_run_of_a_pull_request(scene: Scene, call: str, fault: str) -> None:
    pull = scene.open()
    assert scene.judge(pull).code == 0
    scene.with_fault(AGAIN[call], FAULTS[fault])

    done = scene.judge(pull)

    told(done)
    assert done.code == 0, done.log
    scene.expect(pull, whole=True)


@cases(ARTIFACT)
def test_a_baseline_that_is_an_artifact(scene: Scene, call: str, fault: str) -> None:
    pull = scene.open()
    scene.with_fault(ARTIFACT[call], FAULTS[fault])

    done = scene.judge(pull, "artifact")

    told(done)
    assert done.code == code(ARTIFACT[call], fault, FAULTS[fault]), done.log
    assert done.outputs.get("baseline-commit", "") == (scene.base if done.code == 0 else "")


@cases(BEGIN)
def test_the_first_results_that_are_stored(scene: Scene, call: str, fault: str) -> None:
    scene.number += 1
    branch = f"data-{scene.number}"
    scene.with_fault(BEGIN[call], FAULTS[fault])

    done = scene.store(branch, scene.base)

    told(done, records=True)
    stored_for(scene, done, branch, set(), BEGIN[call], fault)


@cases(STORE | BY_REST)
def test_results_that_are_stored_beside_others(scene: Scene, call: str, fault: str) -> None:
    scene.number += 1
    branch = f"data-{scene.number}"
    scene.hub.git.run("update-ref", f"refs/heads/{branch}", "refs/heads/readygate-data")
    before = scene.names(branch)
    struck = (STORE | BY_REST)[call]
    scene.with_fault(struck, FAULTS[fault])

    done = scene.store(branch, scene.hub.commit({"src/app.py": f"x = {scene.number}\n"}, parents=[scene.base]))

    told(done, records=True)
    stored_for(scene, done, branch, before, struck, fault)


def stored_for(scene: Scene, done: Done, branch: str, before: set[str], call: Call, fault: str) -> None:
    """Either all of it is stored or nothing, and after an error nothing is missing that was there."""
    now = scene.names(branch)
    snapshots, had = ({name.split("/")[2] for name in names if "/snapshots/" in name} for names in (now, before))
    assert before <= now
    assert len(snapshots - had) in (0, 1)
    assert (done.code == 0) == (len(snapshots - had) == 1) or call.method in ("PATCH", "POST")
    if done.code == 0:
        assert snapshots > had
    expected = code(call, fault, FAULTS[fault])
    assert done.code in ({0, expected} if fault in DONE_UNHEARD else {expected}), done.log


def test_the_matrix_knows_every_request(scene: Scene) -> None:
    pull = scene.open()
    scene.judge(pull)
    first = list(scene.hub.requests)
    scene.hub.reset_requests()
    scene.judge(pull)
    second = list(scene.hub.requests)
    scene.hub.reset_requests()
    scene.number += 1
    scene.store(f"data-{scene.number}", scene.base)
    begun = list(scene.hub.requests)
    scene.hub.reset_requests()
    scene.store(f"data-{scene.number}", scene.hub.commit({"a": "b"}, parents=[scene.base]))
    more = list(scene.hub.requests)
    known = {
        "first": (first, FIRST),
        "second": (second, FIRST | AGAIN),
        "begun": (begun, FIRST | INSTEAD | BEGIN | STORE | BY_REST),
        "more": (more, FIRST | INSTEAD | STORE),
    }
    for requests, calls in known.values():
        for request in requests:
            assert any(
                call.method == request.method and re.search(call.path, request.name) for call in calls.values()
            ), (request.method, request.name)
    for name, call in FIRST.items():
        assert any(call.method == r.method and re.search(call.path, r.name) for r in first), name
    for name, call in STORE.items():
        assert any(call.method == r.method and re.search(call.path, r.name) for r in more), name
