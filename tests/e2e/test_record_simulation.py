"""The life of a repository against an oracle: pushes late and out of order, force-pushes, renames, releases, queues.

Every run is a run of the action on the fake GitHub. The oracle keeps all commits and all outcomes of all runs, and
knows tests by a number of their own, whatever they are called. At each run of a pull request it says which results
are the baseline, what each test did in the runs before, and whether a failure is new.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct, field

from readygate.baseline.thin_out import NEWEST
from readygate.model.comparison import TestComparison
from readygate.model.history import NOTABLE, RUNS_KEPT, History
from readygate.model.results import TestId
from readygate.model.snapshot import Baseline
from readygate.outputs._stored_page import read_report
from readygate.support.deadline import Clock
from tests.e2e.support import GATE, RECORD, Done, QuickRunner, Time
from tests.fakes.github import FakeGitHub

RUNS = 320
POLICY = "base-branches: ['release/*']\nrules:\n  flaky:\n    flips: 1000\n    limit: 0\n"
HOUR = 3600
RELEASES = ("release/1", "release/2")
LETTERS = {
    ".": "",
    "F": "<failure message='{name} is broken'/>",
    "E": "<error message='{name} is broken'/>",
    "s": "<skipped/>",
    "~": "<flakyFailure message='x'/>",
}
"""What each outcome adds to a test. A test fails with the same message always, and no other test with it."""


def named(number: int) -> str:
    """Return the name of a test, which looks like no other's: a rename is never a guess."""
    return f"{sha256(b'%d' % number).hexdigest()[:16]}_{number}"


def number_of(name: str) -> int:
    return int(name.rpartition("_")[2])


class Case(Struct):
    """A test: where it is now and what it does."""

    number: int
    suite: str
    class_name: str
    letter: str = "."

    @property
    def name(self) -> str:
        return named(self.number)


class Executed(Struct):
    """A run that was recorded, or that will be."""

    commit: str
    run_id: int
    attempt: int
    branch: str
    gate: str
    complete: bool
    outcomes: dict[int, str]
    when: int = 0


State = dict[int, Case]


class Life(Struct):
    """The repository, everything that was measured, and what is still to be recorded."""

    hub: FakeGitHub
    runner: QuickRunner
    chance: random.Random
    states: dict[str, State] = field(default_factory=dict)
    executed: list[Executed] = field(default_factory=list)
    late: list[tuple[Executed, str]] = field(default_factory=list)
    requests: dict[str, list[list[str]]] = field(default_factory=dict)
    merges: Counter[str] = field(default_factory=Counter)
    excused: int = 0
    number: int = 0
    commits: int = 0
    pulls: int = 0
    now: int = 1_800_000_000

    def tip(self, branch: str) -> str:
        return str(self.hub.world.branch_tip(branch))

    def line(self, commit: str) -> list[str]:
        return self.hub.git.lines("rev-list", "--first-parent", commit)

    def commit(self, branch: str, state: State, parents: list[str], *, move: bool = True) -> str:
        self.commits += 1
        files = {"src/app.py": f"x = {self.commits}\n"}
        sha = self.hub.commit(files, branch=branch if move else "", parents=parents)
        self.states[sha] = state
        return sha

    def mutated(self, state: State, changes: int = 2) -> State:
        """Return a state with some tests that changed."""
        made = {number: Case(c.number, c.suite, c.class_name, c.letter) for number, c in state.items()}
        for _ in range(self.chance.randint(0, changes)):
            number = self.chance.choice(sorted(made))
            what = self.chance.choices(("flip", "add", "remove", "rename", "suite", "split"), (10, 3, 1, 2, 1, 0.5))[0]
            if what == "flip":
                made[number].letter = self.chance.choice(".....FFEs~")
            elif what == "add":
                self.number += 1
                made[self.number] = Case(self.number, self.chance.choice("ab"), f"C{self.number % 4}")
            elif what == "remove" and len(made) > 8:
                del made[number]
            elif what == "rename":
                made[number].class_name = f"R{self.chance.randint(0, 5)}"
            elif what == "suite":
                made[number].suite = self.chance.choice("ab")
            elif what == "split":
                for case in made.values():
                    if case.suite == "a" and case.number % 2:
                        case.suite = "d"
        return made

    def reports(self, state: State, *, cut: bool = False) -> dict[str, str]:
        files: dict[str, str] = {}
        for suite in sorted({case.suite for case in state.values()}):
            cases = "".join(
                f"<testcase classname='{c.class_name}' name='{c.name}' time='0.5'>"
                f"{LETTERS[c.letter].format(name=c.name)}</testcase>"
                for c in state.values()
                if c.suite == suite
            )
            files[f"out/{suite}/junit.xml"] = f"<testsuite name='{suite}'>{cases}</testsuite>"
        if cut:
            name = min(files)
            files[name] = files[name][: -len("</testsuite>")]
        return files

    # runs

    def execute(self, run: Executed, event: str, payload: Any, ref: str, token: dict[str, str], **inputs: str) -> Done:
        self.now += HOUR
        self.runner.time = Frozen(self.now)
        self.runner.run_id = run.run_id - 1
        self.runner.environment = {"GITHUB_RUN_ATTEMPT": str(run.attempt)}
        folder = self.runner.folder / f"workspace-{run.run_id}"
        if folder.exists():  # another attempt
            folder.rename(self.runner.folder / f"old-{run.run_id}-{self.now}")
            (self.runner.folder / f"run-{run.run_id}").rename(self.runner.folder / f"old-run-{run.run_id}-{self.now}")
        self.hub.reset_requests()
        files = self.reports(self.states[run.commit], cut=not run.complete)
        given = {"name": run.gate, "tests": "out/**/*.xml", "report": "rg", "token": self.hub.token(token), **inputs}
        return self.runner.run(event, payload, files, sha=run.commit, ref=ref, **given)

    def note_requests(self, kind: str, *, ordinary: bool) -> None:
        """Note the requests of an ordinary run: of one whose base has results."""
        if ordinary:
            paths = [f"{request.method} {request.path}" for request in self.hub.requests]
            self.requests.setdefault(kind, []).append(paths)

    def next_run(self) -> int:
        self.pulls += 1
        return 1000 + self.pulls

    def record(self, run: Executed, before: str) -> Done:
        """Record a run of a branch."""
        payload = self.hub.event_push(f"refs/heads/{run.branch}", before, run.commit)
        done = self.execute(run, "push", payload, f"refs/heads/{run.branch}", RECORD)
        assert done.code in (0, 1), done.log
        assert "recorded" in done.log, done.log
        self.note_requests(
            "record",
            ordinary=run.branch == "main" and any(r.commit == before and r.gate == run.gate for r in self.executed),
        )
        run.when = self.now
        self.executed.append(run)
        return done

    def queue(self, commit: str, base_sha: str) -> None:
        run = self.run_of(commit, "main")
        payload = self.hub.event_merge_group("main", base_sha, commit)
        done = self.execute(run, "merge_group", payload, payload["merge_group"]["head_ref"], {**GATE, **RECORD})
        assert "recorded" in done.log, done.log
        known = [r for r in self.executed if r.commit == base_sha and r.gate == "readygate" and r.complete]
        self.note_requests("queue", ordinary=bool(known))
        run.when = self.now
        self.executed.append(run)

    def run_of(self, commit: str, branch: str, gate: str = "readygate") -> Executed:
        outcomes = {number: case.letter for number, case in self.states[commit].items()}
        return Executed(commit, self.next_run(), 1, branch, gate, True, outcomes)

    # the oracle

    def stored(self, gate: str) -> set[str]:
        if self.hub.world.branch_tip("readygate-data") is None:
            return set()
        names = self.hub.git.lines("ls-tree", "-r", "--name-only", "refs/heads/readygate-data")
        return {name.split("/")[2] for name in names if name.startswith(f"{gate}/snapshots/")}

    def on_line(self, base: str, gate: str) -> list[Executed]:
        """Return the recorded runs of a line, the oldest first."""
        found: list[Executed] = []
        for commit in reversed(self.line(base)):
            mine = [run for run in self.executed if run.commit == commit and run.gate == gate]
            found += sorted(mine, key=lambda run: (run.run_id, run.attempt))
        return found

    def check_pull_request(self, base_branch: str, start: str, gate: str) -> None:
        """Open a pull request, judge it, and compare everything with what is known."""
        state = self.mutated(self.states[start], 3)
        head = self.commit("", state, [start], move=False)
        number = 10_000 + self.pulls
        pull = self.hub.open_pull(number, base=base_branch, head=f"topic-{number}", head_sha=head)
        tip = self.tip(base_branch)
        merge = str(pull.merge_sha)
        if start != tip:  # the merge was made when the branch was at `start`
            merge = self.hub.commit({"src/app.py": f"x = {self.commits}\n"}, parents=[start, head])
            pull.merge_sha = merge
            self.hub.git.run("update-ref", f"refs/pull/{number}/merge", merge)
        self.states[merge] = state
        run = self.run_of(merge, base_branch, gate)
        payload = self.hub.event_pull_request(pull)
        done = self.execute(run, "pull_request", payload, f"refs/pull/{number}/merge", GATE)
        page = read_report((self.runner.folder / f"workspace-{run.run_id}" / "rg" / "report.json").read_bytes())
        baseline = page.comparison.baseline
        line = self.line(start)
        available = self.stored(gate) & {r.commit for r in self.executed if r.complete and r.gate == gate}
        expected = next((commit for commit in line if commit in available), None)
        if expected is None:
            assert baseline is None
            return
        assert baseline is not None, done.log
        tips = self.merged_tips(start, expected, gate)
        newer = [tip for tip in tips if tip in available and expected in self.line(tip)]
        behind = line.index(expected)
        if newer:
            (expected,) = newer
            behind = self.distance(start, expected)
            tips.remove(expected)
        self.merges["newer" if newer else "others" if tips else "none"] += 1
        assert baseline.snapshot.commit == expected
        assert baseline.behind == behind
        self.note_requests("pull request", ordinary=expected == start)
        compared = [request.path for request in self.hub.requests if "/compare/" in request.path]
        assert len(compared) <= 2 + (expected != start) + bool(newer), compared
        self.check_history(expected if newer else start, gate, baseline)
        before = self.base_outcomes(expected, gate)
        was = self.states[expected]
        followed = {
            n for n, c in state.items() if n not in was or c.suite == was[n].suite or c.class_name == was[n].class_name
        }
        failing = {n for n, c in state.items() if c.letter in "FE"}
        new = {n for n in failing if n not in followed or before.get(n, " ") not in "FE"}
        new -= self.check_merged(page.comparison.tests, new & followed, start, gate, tips)
        assert {number_of(change.id.name) for change in page.comparison.tests.new_failures} == new
        assert ("new-failures" in done.reasons) == bool(new)

    def check_merged(self, tests: TestComparison, new: set[int], start: str, gate: str, tips: list[str]) -> set[int]:
        """Check and return which failures that the base does not have failed on branches that it merged."""
        expected = {n for n in new for tip in tips if self.base_outcomes(tip, gate).get(n, " ") in "FE"}
        found = {number_of(change.id.name): change.merged for change in tests.still_failing if change.merged}
        runs = self.on_line(start, gate) + [run for tip in tips for run in self.on_line(tip, gate)]
        assert not {n for n in found.keys() ^ expected if not self.is_lost(n, runs)}
        assert set(found.values()) <= set(tips)
        self.excused += len(found)
        return set(found)

    def merged_tips(self, start: str, older: str, gate: str) -> list[str]:
        """Return the commits with complete runs that `start` merged from other branches since an older commit."""
        if start == older:
            return []
        mine = {run.commit for run in self.executed if run.gate == gate and run.complete}
        found = [commit for commit in self.hub.git.lines("rev-list", f"{older}..{start}") if commit in mine]
        return [one for one in found if not any(one != two and self.hub.git.is_ancestor(one, two) for two in found)]

    def distance(self, start: str, end: str) -> int:
        """Return the number of commits on the shortest way back."""
        here, steps = {start}, 0
        while end not in here:
            here = {parent for commit in here for parent in self.hub.git.lines("rev-parse", f"{commit}^@")}
            steps += 1
        return steps

    def base_outcomes(self, commit: str, gate: str) -> dict[int, str]:
        mine = [run for run in self.executed if run.commit == commit and run.gate == gate and run.complete]
        return max(mine, key=lambda run: (run.run_id, run.attempt)).outcomes

    def check_history(self, start: str, gate: str, baseline: Baseline) -> None:
        history = baseline.history
        assert history is not None
        runs = self.on_line(start, gate)
        shown = [(run.commit, run.run_id, run.attempt) for run in history.runs]
        assert shown == [(run.commit, run.run_id, run.attempt) for run in runs][-len(shown) :]
        assert len(shown) >= min(RUNS_KEPT, len(runs)) or self.pulls > RUNS_KEPT
        on_line, runs = runs, runs[-len(shown) :]
        names = {
            case_id(leg.group, class_name, name): name
            for leg in baseline.snapshot.legs
            for class_name, block in leg.blocks.items()
            for name in block.names.split("\0")
        }
        for test, name in names.items():
            number = number_of(name)
            letters = "".join(run.outcomes.get(number, " ") if run.complete else "?" for run in runs)
            found = past_of(history, test)
            told = "".join(c if run.complete else "?" for c, run in zip(found, runs, strict=True)) if found else ""
            if self.is_lost(number, on_line):
                continue
            if not NOTABLE.isdisjoint(letters):
                assert told == letters, (name, told, letters)
            elif told:
                assert NOTABLE.isdisjoint(told.replace("?", "")), (name, told, letters)

    def is_lost(self, number: int, runs: list[Executed]) -> bool:
        """Return whether a test moved as no comparison of two recorded runs can follow.

        Either it changed its suite and its class, or it was renamed right after it was added: if the run in between is
        recorded late, the later one was compared with a run that lacks the test.
        """
        cases = [case for run in runs if (case := self.states[run.commit].get(number))]
        return any(
            (one.suite != other.suite) + (one.class_name != other.class_name) > (at > 0)
            for at, one in enumerate(cases)
            for other in cases[at + 1 : at + 4]
        )


def case_id(group: str, class_name: str, name: str) -> TestId:
    return TestId(group, class_name, name)


def past_of(history: History, test: TestId) -> str:
    return next((letters for (known, _), letters in history.tests.items() if known == test), "")


class Frozen(Time):
    """A clock that stands at the time of a run."""

    def __init__(self, now: int) -> None:
        super().__init__()
        self.now = now

    def clock(self) -> Clock:
        return Clock(
            now=lambda: self.now + sum(self.waited),
            wall=lambda: self.now + sum(self.waited),
            sleep=self.waited.append,
            timeout=30,
        )


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    with FakeGitHub("acme/widgets", "main") as hub:
        hub.limits.requests_per_hour = 10**9
        made = Life(hub, QuickRunner(hub=hub, folder=tmp_path), random.Random(16))
        made.number = 12
        state = {n: Case(n, "ab"[n % 2], f"C{n % 4}") for n in range(1, 13)}
        first = hub.commit({".github/readygate.yml": POLICY, "src/app.py": "x = 0\n"}, branch="main")
        made.states[first] = state
        yield made
        assert not hub.unexpected


def push(life: Life, branch: str, *, gate: str = "readygate", complete: bool = True, merge: bool = False) -> None:
    """Push one to three commits, of which the last is measured; its run may be late."""
    tip = life.tip(branch)
    parents = [tip, life.tip("main")] if merge and branch != "main" else [tip]
    state, new = life.states[tip], tip
    if len(parents) > 1:
        state = merged_state(state, life.states[parents[1]])
    for number in range(life.chance.randint(1, 3)):
        state = life.mutated(state) if number or len(parents) == 1 else state
        new = life.commit(branch, state, parents)
        parents = [new]
    run = life.run_of(new, branch, gate)
    run.complete = complete
    if life.chance.random() < (0.7 if merge else 0.15):
        life.late.append((run, tip))
        if merge:
            life.check_pull_request(branch, new, gate)
    else:
        life.record(run, tip)


def merged_state(own: State, other: State) -> State:
    """Return the tests of a branch that merges another: they are where they were, and do what they do there."""
    made = {n: Case(c.number, c.suite, c.class_name, c.letter) for n, c in {**other, **own}.items()}
    for number in own.keys() & other.keys():
        made[number].letter = other[number].letter
    return made


def record_late(life: Life) -> None:
    """Record one of the runs that are waiting, in any order."""
    if life.late:
        run, before = life.late.pop(life.chance.randrange(len(life.late)))
        life.record(run, before)


def run_again(life: Life) -> None:
    """Run another attempt of a recent run; its tests may end otherwise."""
    old = life.chance.choice(life.executed[-12:]) if life.executed else None
    tip = life.hub.world.branch_tip(old.branch) if old else None
    if old is None or tip is None or not life.hub.git.is_ancestor(old.commit, tip):
        return
    before = life.states[old.commit]
    life.states[old.commit] = {
        number: Case(case.number, case.suite, case.class_name, life.chance.choice("...FEs~") if flips else case.letter)
        for number, case in before.items()
        for flips in [life.chance.random() < 0.1]
    }
    run = life.run_of(old.commit, old.branch, old.gate)
    run.run_id = old.run_id
    run.attempt = 1 + max(other.attempt for other in life.executed if other.run_id == old.run_id)
    life.record(run, life.line(old.commit)[1])


def force_push(life: Life, branch: str) -> None:
    """Replace the last commits of a branch."""
    tip = life.tip(branch)
    back = life.line(tip)[: life.chance.randint(2, 4)][-1]
    new = life.commit(branch, life.mutated(life.states[back]), [back])
    life.record(life.run_of(new, branch), tip)


def release(life: Life) -> None:
    """Push the tip of main as a new branch."""
    name = next((name for name in RELEASES if life.hub.world.branch_tip(name) is None), None)
    if name is not None:
        life.hub.git.run("update-ref", f"refs/heads/{name}", life.tip("main"))
        life.record(life.run_of(life.tip("main"), name), "0" * 40)


def merge_into_new_branch(life: Life) -> None:
    """Open a pull request on a branch that merged main and has no results of its own."""
    main = life.tip("main")
    back = life.chance.choice(life.line(main)[1:6] or [main])
    name = f"release/new-{life.commits}"
    life.hub.git.run("update-ref", f"refs/heads/{name}", back)
    own = life.commit(name, life.states[back], [back])
    merge = life.commit(name, merged_state(life.states[own], life.states[main]), [own, main])
    life.check_pull_request(name, merge, "readygate")


def queue(life: Life) -> None:
    """Measure a merge group, which may be merged."""
    main = life.tip("main")
    state = life.mutated(life.states[main])
    topic = life.commit("", state, [main], move=False)
    group = life.commit("", state, [main, topic], move=False)
    life.queue(group, main)
    if life.chance.random() < 0.6:
        life.hub.git.run("update-ref", "refs/heads/main", group)
        life.record(life.run_of(group, "main"), main)


def step(life: Life) -> None:
    """Let something happen."""
    branches = ["main", *(name for name in RELEASES if life.hub.world.branch_tip(name))]
    branch = life.chance.choices(branches, [6, 2, 2][: len(branches)])[0]
    gate = life.chance.choice(["readygate", "readygate", "other"])
    line = life.line(life.tip(branch))
    events: dict[str, tuple[float, Callable[[], None]]] = {
        "push": (30, lambda: push(life, branch)),
        "push of another gate": (6, lambda: push(life, branch, gate="other")),
        "push without all results": (3, lambda: push(life, branch, complete=False)),
        "merge of main into a new branch": (3, lambda: merge_into_new_branch(life)),
        "merge of main": (6, lambda: push(life, branch, merge=True)),
        "late": (8, lambda: record_late(life)),
        "again": (5, lambda: run_again(life)),
        "force": (2, lambda: force_push(life, branch)),
        "release": (2, lambda: release(life)),
        "queue": (8, lambda: queue(life)),
        "pull request": (30, lambda: life.check_pull_request(branch, line[0], gate)),
        "pull request on an older commit": (
            8,
            lambda: life.check_pull_request(branch, life.chance.choice(line[:15]), gate),
        ),
    }
    weights = [weight for weight, _ in events.values()]
    life.chance.choices([happens for _, happens in events.values()], weights)[0]()


def test_every_run_is_judged_by_the_results_and_the_history_of_its_own_line(life: Life) -> None:
    while life.pulls < RUNS:
        step(life)

    assert min(life.merges["newer"], life.merges["others"], life.excused) >= 3
    for kind, most in (("pull request", 10), ("record", 12), ("queue", 12)):
        longest = max(life.requests[kind], key=len)
        assert len(longest) <= most, (kind, "\n".join(longest))
    stored = life.stored("readygate")
    mine = [run for run in life.executed if run.gate == "readygate" and run.complete]
    for branch in {run.branch for run in mine}:
        assert max((run for run in mine if run.branch == branch), key=lambda run: run.run_id).commit in stored
    newest = sorted({run.commit: run.when for run in mine}.items(), key=lambda pair: -pair[1])
    assert {commit for commit, _ in newest[: NEWEST - 10]} <= stored
    assert json.loads(life.hub.git.run("show", "refs/heads/readygate-data:readygate/history.jsonl").split(b"\n")[0])
