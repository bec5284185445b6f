"""How many requests each event costs, and what replaces those that fail or do not prove enough."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.support import GATE, READ, Done, QuickRunner, junit, lcov
from tests.fakes.github import FakeGitHub, Pull, faults

GREEN = {"junit.xml": junit(test_add="passed", test_old="passed")}
RED = {"junit.xml": junit(test_add="failed", test_old="passed")}
WRITE = {**GATE, "contents": "write"}
ALWAYS = 10_000
COMPARE, COMMIT, POLICY, FILES, QUERY, CHECKS = "compare", "commit", "policy", "files", "graphql", "GET check-runs"
PATHS = {
    r"GET .*/compare/": COMPARE,
    r"GET .*/git/commits/[0-9a-f]{40}": COMMIT,
    r"GET .*/contents/\.github/": POLICY,
    r"GET .*/git/trees/[0-9a-f]{40}": FILES,
    r"POST /graphql:(Earlier|Branch)": QUERY,
    r"GET .*/commits/\w+/check-runs": CHECKS,
}
WRITTEN = re.compile(r"(POST|PATCH) .*/(comments|check-runs)\b")
NEW = ["POST check-runs", "POST comments"]
EDITED = ["PATCH check-runs", "PATCH comments"]


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[QuickRunner]:
    with FakeGitHub("acme/widgets", "main") as hub:
        yield QuickRunner(hub=hub, folder=tmp_path)
        assert not hub.unexpected


def base(runner: QuickRunner, **files: str) -> str:
    sha = runner.hub.commit({"src/app.py": "x = 1\n", **files}, branch="main")
    assert runner.push(sha, GREEN).code == 0
    return sha


def topic(runner: QuickRunner, start: str, *, commits: int = 1, head_repo: str | None = None) -> Pull:
    head = start
    for number in range(commits):
        head = runner.hub.commit({"src/app.py": f"x = 2\ny = {number}\n"}, parents=[head])
    return runner.hub.open_pull(7, head="topic", head_sha=head, head_repo=head_repo)


def move(runner: QuickRunner, before: str) -> str:
    """Push to the base branch, and store the results."""
    sha = runner.hub.commit({"other.txt": "1\n"}, branch="main", parents=[before])
    assert runner.push(sha, GREEN, before=before).code == 0
    return sha


def asked(runner: QuickRunner) -> list[str]:
    """The kinds of requests since the last call, those of the store aside; what writes is sorted to the end."""
    of_store = set()
    if runner.hub.world.branch_tip("readygate-data"):
        of_store = set(" ".join(runner.hub.git.lines("log", "--format=%H %T", "readygate-data")).split())
    found, written = [], []
    for request in runner.hub.requests:
        line = f"{request.method} {request.name}"
        kind = next((kind for path, kind in PATHS.items() if re.match(path, line)), "")
        if wrote := WRITTEN.match(line):
            written.append(f"{wrote[1]} {wrote[2]}")
        elif kind and request.path.rpartition("/")[2] not in of_store:
            found.append(kind)
    runner.hub.reset_requests()
    return found + sorted(written)


def compared(done: Done, runner: QuickRunner, start: str) -> list[str]:
    """The requests of a run that is compared with this commit and finds the change in one file."""
    assert done.code == 0, done.log
    assert done.outputs["baseline-commit"] == start
    return asked(runner)


class TestCounts:
    def test_of_every_event(self, runner: QuickRunner) -> None:
        start = base(runner)
        asked(runner)
        pull = topic(runner, start)

        first = runner.pull_request(pull, GREEN)
        assert compared(first, runner, start) == [COMPARE, FILES, QUERY, *NEW]
        again = runner.pull_request(pull, GREEN)
        assert compared(again, runner, start) == [COMPARE, FILES, QUERY, *EDITED]
        newer = runner.hub.commit({"src/app.py": "x = 3\n"}, parents=[pull.head_sha])
        second = runner.pull_request(runner.hub.update_pull(7, newer), GREEN)
        assert compared(second, runner, start) == [COMPARE, FILES, QUERY, "PATCH comments", "POST check-runs"]

        ref = f"refs/heads/gh-readonly-queue/main/pr-7-{start}"
        group = runner.hub.commit({"src/app.py": "x = 3\n"}, branch=ref.removeprefix("refs/heads/"), parents=[start])
        event = runner.hub.event_merge_group("main", start, group)
        queued = runner.run("merge_group", event, GREEN, sha=group, ref=ref, token=runner.hub.token(WRITE))
        assert compared(queued, runner, start) == [COMPARE, FILES, "POST check-runs"]
        runner.environment = {"GITHUB_RUN_ATTEMPT": "2"}
        repeated = runner.run("merge_group", event, GREEN, sha=group, ref=ref, token=runner.hub.token(WRITE))
        assert compared(repeated, runner, start) == [COMPARE, FILES, CHECKS, "PATCH check-runs"]
        runner.environment = {}

        runner.hub.git.run("update-ref", "refs/heads/main", group)
        pushed = runner.push(group, GREEN, before=start, token=runner.hub.token(WRITE))
        assert compared(pushed, runner, start) == [COMPARE, FILES, CHECKS, "POST check-runs"]
        event = runner.hub.event_push("refs/heads/main", "0" * 40, group)
        given = {"sha": group, "ref": "refs/heads/main", "token": runner.hub.token(WRITE)}
        by_clock = runner.run("schedule", event, GREEN, **given)
        assert compared(by_clock, runner, start) == [COMPARE, COMPARE, FILES, CHECKS, "POST check-runs"]

    def test_a_policy_file_is_one_more(self, runner: QuickRunner) -> None:
        start = base(runner, **{".github/readygate.yml": "preset: lenient\n"})
        asked(runner)
        done = runner.pull_request(topic(runner, start), GREEN)
        assert compared(done, runner, start) == [COMPARE, FILES, POLICY, QUERY, *NEW]

    def test_a_policy_file_that_the_change_adds_is_looked_for_on_the_base(self, runner: QuickRunner) -> None:
        start = base(runner)
        asked(runner)
        head = runner.hub.commit({".github/readygate.yml": "preset: lenient\n"}, parents=[start])
        done = runner.pull_request(runner.hub.open_pull(7, head="topic", head_sha=head), GREEN)
        assert compared(done, runner, start) == [COMPARE, FILES, POLICY, POLICY, QUERY, *NEW]
        assert "policy-changed" in done.reasons

    def test_a_policy_file_that_the_change_removes_stays_in_force(self, runner: QuickRunner) -> None:
        start = base(runner, **{".github/readygate.yml": "rules: {new-failures: warn}\n"})
        head = runner.hub.commit({".github/readygate.yml": None}, parents=[start])
        done = runner.pull_request(runner.hub.open_pull(7, head="topic", head_sha=head), RED)
        assert done.code == 0, done.log
        assert "new-failures" in done.reasons


def measured(*, names: bool = False, coverage: bool = False) -> dict[str, str]:
    """Reports whose tests or whose covered lines are not those of the base."""
    tests = {"test_add": "passed", "test_old": "passed"} | ({"test_new": "passed"} if names else {})
    return {"junit.xml": junit(**tests), "cov.lcov": lcov(src_app_py="1-" if coverage else "1+")}


class Totals:
    """All requests of a run, those of the store included.

    The names of tests and the coverage of the baseline are fetched only where they are not those of this run, and the
    policy only where there is one: each of them is one more.
    """

    def total(self, done: Done, runner: QuickRunner, start: str) -> int:
        assert done.code == 0, done.log
        assert done.outputs["baseline-commit"] == start
        count = len(runner.hub.requests)
        runner.hub.reset_requests()
        return count


class TestManyFiles(Totals):
    """More files than one comparison lists: the pull request lists a hundred a page, and must have the same head.

    Where the list has files that the comparison lacks, one more comparison says whether its lines are those of the
    measured merge commit.
    """

    @pytest.mark.parametrize(("changed", "more"), [(299, 0), (300, 3 + 1), (401, 5 + 1 + 1)])
    def test_a_pull_request(self, runner: QuickRunner, changed: int, more: int) -> None:
        start = runner.hub.commit({"src/app.py": "x = 1\n"}, branch="main")
        assert runner.push(start, measured()).code == 0
        files = {"src/app.py": "x = 2\n"} | {f"texts/{number}.txt": "1\n" for number in range(changed - 1)}
        pull = runner.hub.open_pull(7, head="topic", head_sha=runner.hub.commit(files, parents=[start]))
        runner.hub.reset_requests()
        assert self.total(runner.pull_request(pull, measured()), runner, start) == 7 + more


@pytest.mark.parametrize("policy", [False, True])
@pytest.mark.parametrize("coverage", [False, True])
@pytest.mark.parametrize("names", [False, True])
class TestTotals(Totals):
    """On the default branch."""

    def start(self, runner: QuickRunner, *, policy: bool, store: str = "branch") -> str:
        files = {".github/readygate.yml": "preset: lenient\n"} if policy else {}
        start = runner.hub.commit({"src/app.py": "x = 1\n", **files}, branch="main")
        assert runner.push(start, measured(), baseline=store).code == 0
        runner.hub.reset_requests()
        return start

    def test_a_pull_request(self, runner: QuickRunner, policy: bool, coverage: bool, names: bool) -> None:
        start = self.start(runner, policy=policy)
        pull, files = topic(runner, start), measured(names=names, coverage=coverage)
        expected = 7 + names + coverage + policy
        assert expected <= 10
        for _ in ("first", "again"):
            assert self.total(runner.pull_request(pull, files), runner, start) == expected

    def test_a_merge_group_that_is_stored(self, runner: QuickRunner, policy: bool, coverage: bool, names: bool) -> None:
        start = self.start(runner, policy=policy)
        ref = f"refs/heads/gh-readonly-queue/main/pr-7-{start}"
        group = runner.hub.commit({"src/app.py": "x = 3\n"}, branch=ref.removeprefix("refs/heads/"), parents=[start])
        event = runner.hub.event_merge_group("main", start, group)
        files, token = measured(names=names, coverage=coverage), runner.hub.token(WRITE)
        done = runner.run("merge_group", event, files, sha=group, ref=ref, token=token)
        expected = 6 + names + coverage + policy
        assert expected <= 10
        assert self.total(done, runner, start) == expected

    @pytest.mark.parametrize("squashes", [False, True])
    @pytest.mark.parametrize(("store", "least", "more"), [("branch", 7, 2), ("ref", 9, 0)])
    def test_a_record(
        self,
        runner: QuickRunner,
        monkeypatch: pytest.MonkeyPatch,
        *,
        policy: bool,
        coverage: bool,
        names: bool,
        squashes: bool,
        store: str,
        least: int,
        more: int,
    ) -> None:
        start = self.start(runner, policy=policy, store=store)
        sha = runner.hub.commit({"src/app.py": "x = 2\n"}, branch="main", parents=[start])
        files = measured(names=names, coverage=coverage)
        if squashes:
            monkeypatch.setattr("readygate.baseline.stores._git_store.SQUASH_AFTER", 1)
        done = runner.push(sha, files, before=start, token=runner.hub.token(WRITE), baseline=store)
        expected = least + names + coverage + policy + (more if squashes else 0)
        assert expected <= 12
        assert self.total(done, runner, start) == expected
        ref = "refs/heads/readygate-data" if store == "branch" else "refs/readygate/data"
        assert len(runner.hub.git.lines("rev-list", ref)) == (1 if squashes else 2)


@pytest.mark.parametrize("coverage", [False, True])
@pytest.mark.parametrize("names", [False, True])
class TestReleaseTotals(Totals):
    """The same on another branch than the default one: a record asks first whether it is a base branch.

    It is one by the policy of the default branch, or because it is protected. A record reads the branch's own policy in
    the same request.
    """

    @pytest.fixture(params=["listed", "protected"])
    def policy(self, request: pytest.FixtureRequest) -> str:
        return "base-branches: [release]\n" if request.param == "listed" else ""

    def start(self, runner: QuickRunner, policy: str) -> str:
        if not policy:
            runner.hub.protect("release", checks=("gate",))
            runner.environment = {"GITHUB_REF_PROTECTED": "true"}
        files = {".github/readygate.yml": policy} if policy else {}
        main = runner.hub.commit({"src/app.py": "x = 0\n", **files}, branch="main")
        start = runner.hub.commit({"src/app.py": "x = 1\n"}, branch="release", parents=[main])
        event = runner.hub.event_push("refs/heads/release", main, start)
        token = runner.hub.token(WRITE)
        assert runner.run("push", event, measured(), sha=start, ref="refs/heads/release", token=token).code == 0
        runner.hub.reset_requests()
        return start

    def test_a_merge_group_that_is_stored(self, runner: QuickRunner, coverage: bool, names: bool, policy: str) -> None:
        start = self.start(runner, policy)
        ref = f"refs/heads/gh-readonly-queue/release/pr-7-{start}"
        group = runner.hub.commit({"src/app.py": "x = 3\n"}, branch=ref.removeprefix("refs/heads/"), parents=[start])
        event = runner.hub.event_merge_group("release", start, group)
        files, token = measured(names=names, coverage=coverage), runner.hub.token(WRITE)
        done = runner.run("merge_group", event, files, sha=group, ref=ref, token=token)
        expected = 6 + bool(policy) + names + coverage
        assert expected <= 10
        assert self.total(done, runner, start) == expected

    @pytest.mark.parametrize("squashes", [False, True])
    def test_a_record(
        self,
        runner: QuickRunner,
        monkeypatch: pytest.MonkeyPatch,
        coverage: bool,
        names: bool,
        policy: str,
        squashes: bool,
    ) -> None:
        start = self.start(runner, policy)
        if squashes:
            monkeypatch.setattr("readygate.baseline.stores._git_store.SQUASH_AFTER", 1)
        sha = runner.hub.commit({"src/app.py": "x = 2\n"}, branch="release", parents=[start])
        event = runner.hub.event_push("refs/heads/release", start, sha)
        files, token = measured(names=names, coverage=coverage), runner.hub.token(WRITE)
        done = runner.run("push", event, files, sha=sha, ref="refs/heads/release", token=token)
        expected = 8 + names + coverage + (2 if squashes else 0)
        assert expected <= 12
        assert self.total(done, runner, start) == expected


class TestSpoiltHistory(Totals):
    """A history that was spoilt on its way is read a second time, and no more."""

    PATH = r"/contents/readygate/history\.jsonl$"

    def test_a_pull_request(self, runner: QuickRunner) -> None:
        start = base(runner)
        pull = topic(runner, start)
        runner.hub.reset_requests()
        runner.hub.fault("GET", self.PATH, faults.MALFORMED)
        assert self.total(runner.pull_request(pull, GREEN), runner, start) == 7 + 1

    def test_a_record(self, runner: QuickRunner) -> None:
        start = base(runner)
        sha = runner.hub.commit({"src/app.py": "x = 2\n"}, branch="main", parents=[start])
        runner.hub.reset_requests()
        runner.hub.fault("POST", "/graphql:Newest", faults.MALFORMED)
        done = runner.push(sha, GREEN, before=start, token=runner.hub.token(WRITE))
        assert self.total(done, runner, start) == 7 + 2

    def test_one_that_stays_spoilt(self, runner: QuickRunner) -> None:
        pull = topic(runner, base(runner))
        fault = runner.hub.fault("GET", self.PATH, faults.MALFORMED, times=ALWAYS)
        done = runner.pull_request(pull, GREEN)
        assert done.code == 3, done.log
        assert "the history is damaged" in done.log
        assert fault.hits == 2


class TestBase:
    """The base that an event states is believed only if the merge commit's first parent proves it."""

    def test_a_stale_one(self, runner: QuickRunner) -> None:
        start = base(runner)
        topic(runner, start)
        newer = move(runner, start)
        pull = runner.hub.update_pull(7)
        assert pull.base_sha == start
        asked(runner)
        done = runner.pull_request(pull, GREEN)
        assert compared(done, runner, newer) == [COMPARE, COMPARE, FILES, QUERY, *NEW]

    @pytest.mark.parametrize("stated", ["f" * 40, "", "main", "head"])
    def test_a_wrong_one(self, runner: QuickRunner, stated: str) -> None:
        start = base(runner)
        pull = topic(runner, start, commits=2)
        event = runner.hub.event_pull_request(pull)
        event["pull_request"]["base"]["sha"] = pull.head_sha if stated == "head" else stated
        asked(runner)
        done = runner.run("pull_request", event, RED, sha=str(pull.merge_sha), ref="refs/pull/7/merge")
        assert done.code == 1, done.log
        assert done.outputs["baseline-commit"] == start
        found = asked(runner)
        assert found.count(COMPARE) + found.count(COMMIT) <= 3

    def test_a_pull_request_of_many_commits(self, runner: QuickRunner) -> None:
        start = base(runner)
        pull = topic(runner, start, commits=101)
        asked(runner)
        done = runner.pull_request(pull, GREEN)
        assert compared(done, runner, start) == [COMPARE, COMMIT, FILES, QUERY, *NEW]

    def test_many_commits_and_a_stale_one(self, runner: QuickRunner) -> None:
        start = base(runner)
        topic(runner, start, commits=101)
        newer = move(runner, start)
        pull = runner.hub.update_pull(7)
        asked(runner)
        done = runner.pull_request(pull, GREEN)
        assert compared(done, runner, newer) == [COMPARE, COMMIT, COMPARE, FILES, QUERY, *NEW]

    def test_a_fork(self, runner: QuickRunner) -> None:
        start = base(runner)
        pull = topic(runner, start, head_repo="mallory/widgets")
        asked(runner)
        token = runner.hub.token({**READ, "checks": "read", "pull-requests": "read"})
        done = runner.pull_request(pull, GREEN, token=token)
        assert compared(done, runner, start) == [COMPARE, FILES, QUERY, *NEW]
        assert not runner.hub.comments(7)

    @pytest.mark.parametrize("known", [True, False])
    def test_a_forced_push(self, runner: QuickRunner, known: bool) -> None:
        start = base(runner)
        dropped = runner.hub.commit({"src/app.py": "x = 9\n"}, parents=[start]) if known else "f" * 40
        sha = runner.hub.commit({"src/app.py": "x = 2\n"}, branch="main", parents=[start])
        asked(runner)
        done = runner.push(sha, GREEN, before=dropped, token=runner.hub.token(WRITE))
        assert done.code == 0, done.log
        assert done.outputs.get("baseline-commit", "") == (start if known else "")
        assert asked(runner) == [COMPARE, FILES, CHECKS, "POST check-runs"]


class TestEarlier:
    """One query finds our comment and our check run; where it fails, each of them is looked for by itself."""

    def test_graphql_is_down(self, runner: QuickRunner) -> None:
        start = base(runner)
        pull = topic(runner, start)
        runner.hub.fault("POST", "/graphql", faults.answer(502, b"<html>Bad gateway</html>"), times=ALWAYS)
        asked(runner)
        done = runner.pull_request(pull, GREEN)
        assert done.code == 0, done.log
        assert "The comment could not be written" in done.log
        found = asked(runner)
        assert (found.count(QUERY), found.count(CHECKS)) == (5, 1)
        assert [run["conclusion"] for run in runner.hub.check_runs(pull.head_sha)] == ["success"]
        assert not runner.hub.comments(7)

    def test_graphql_fails_once(self, runner: QuickRunner) -> None:
        start = base(runner)
        pull = topic(runner, start)
        runner.hub.fault("POST", "/graphql", faults.answer(502, b"<html>Bad gateway</html>"))
        asked(runner)
        done = runner.pull_request(pull, GREEN)
        assert sorted(compared(done, runner, start)) == sorted([COMPARE, FILES, QUERY, QUERY, CHECKS, *NEW])

    @pytest.mark.parametrize(
        ("permissions", "comments", "checks"),
        [({**READ, "pull-requests": "write"}, 1, 0), ({**READ, "checks": "write"}, 0, 1)],
    )
    def test_a_token_for_one_of_both(
        self, runner: QuickRunner, permissions: dict[str, str], comments: int, checks: int
    ) -> None:
        pull = topic(runner, base(runner))
        done = runner.pull_request(pull, GREEN, token=runner.hub.token(permissions))
        assert done.code == 0, done.log
        assert len(runner.hub.comments(7)) == comments
        assert len(runner.hub.check_runs(pull.head_sha)) == checks

    def test_more_check_runs_than_a_page(self, runner: QuickRunner) -> None:
        start = base(runner)
        pull = topic(runner, start)
        assert runner.pull_request(pull, GREEN).code == 0
        for number in range(11):
            runner.environment = {
                "GITHUB_WORKFLOW_REF": f"acme/widgets/.github/workflows/{number}.yml@refs/pull/7/merge"
            }
            assert runner.pull_request(pull, GREEN, comment="off").code == 0
        runner.environment = {}
        asked(runner)
        done = runner.pull_request(pull, GREEN)
        found = compared(done, runner, start)
        assert sorted(found) == sorted([COMPARE, FILES, QUERY, CHECKS, *EDITED])
        assert len(runner.hub.check_runs(pull.head_sha)) == 12

    def test_a_list_that_lacks_the_check_run_of_an_earlier_comment(self, runner: QuickRunner) -> None:
        start = base(runner)
        pull = topic(runner, start)
        assert runner.pull_request(pull, GREEN).code == 0
        (comment,) = runner.hub.comments(7)
        node = {"body": comment["body"], "viewerDidAuthor": True, "url": comment["html_url"]}
        page = {"hasNextPage": False, "endCursor": None}
        pull_request = {"state": "OPEN", "locked": False, "headRefOid": pull.head_sha}
        pull_request["comments"] = {"nodes": [node], "pageInfo": page}
        suites = {"nodes": [], "pageInfo": page}
        body = {"data": {"repository": {"pullRequest": pull_request, "head": {"checkSuites": suites}}}}
        runner.hub.fault("POST", "/graphql", faults.answer(200, json.dumps(body).encode()))
        asked(runner)
        done = runner.pull_request(pull, GREEN)
        assert sorted(compared(done, runner, start)) == sorted([COMPARE, FILES, QUERY, CHECKS, *EDITED])

    def test_a_later_run_keeps_its_check_run(self, runner: QuickRunner) -> None:
        pull = topic(runner, base(runner))
        runner.run_id = 5_000
        assert runner.pull_request(pull, RED).code == 1
        runner.run_id = 4_000
        done = runner.pull_request(pull, GREEN)
        assert done.code == 0, done.log
        assert "a later run has written" in done.log
        (run,) = runner.hub.check_runs(pull.head_sha)
        assert run["conclusion"] == "failure"
        assert done.outputs["check-url"] == run["html_url"]
