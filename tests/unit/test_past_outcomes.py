"""The history of a line of commits against an oracle that keeps all outcomes of all runs.

Random repositories: tests fail, are added, removed and renamed, suites and legs are added and get other names, runs are
incomplete, repeated, carry suites of earlier runs, and are recorded in any order.
"""

import random
from array import array
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct, field
from tests.support.stores import Memory

from readygate.baseline.record import RunToRecord, record_run
from readygate.baseline.select import WantedBaseline, choose
from readygate.compare.outcome_changes import find_outcome_changes
from readygate.model.history import ABSENT, NOTABLE, RUNS_KEPT, UNKNOWN
from readygate.model.results import OUTCOME_LETTERS, ClassBlock, Leg, TestId, count_outcomes
from readygate.model.snapshot import Provenance, Snapshot

LETTERS = "......FFEs~"
ANCHORS = 12
"""Tests of each suite that stay, so that a suite with another name and path is the same."""


def sha(number: int) -> str:
    return f"{number + 1:040x}"


class Case(Struct):
    """A test: `word` is its name, which it keeps."""

    word: str
    suite: int
    class_name: str
    legs: set[int]


class Place(Struct):
    """A suite on a leg, by numbers that stay."""

    group: str
    leg: str
    path: str


class State(Struct):
    """The tests of a commit, and the names of suites and legs by their numbers."""

    tests: dict[str, Case] = field(default_factory=dict)
    places: dict[tuple[int, int], Place] = field(default_factory=dict)

    def copy(self) -> "State":
        tests = {word: Case(word, t.suite, t.class_name, set(t.legs)) for word, t in self.tests.items()}
        return State(tests, {key: Place(p.group, p.leg, p.path) for key, p in self.places.items()})


class Executed(Struct):
    """A run, and what it measured: the letter of each test on each leg."""

    commit: int
    run_id: int
    attempt: int
    complete: bool
    letters: dict[tuple[str, int], str]
    snapshot: Snapshot
    unrun: tuple[tuple[str, str], ...]


class Repository:
    """Commits, each with its first parent, and their runs."""

    def __init__(self, seed: int, commits: int) -> None:
        self.chance = random.Random(seed)
        self.names = 0
        self.legs = 10
        self.moving = self.chance.random() < 0.5
        self.parents: list[int | None] = [None]
        self.states = [self.first()]
        self.runs: list[Executed] = []
        for number in range(1, commits):
            parent = number - 1 if self.chance.random() < 0.8 else self.chance.randrange(number)
            self.parents.append(parent)
            state = self.states[parent].copy()
            for _ in range(self.chance.choice((0, 1, 1, 2))):
                self.mutate(state)
            self.states.append(state)
        for number in range(commits):
            for attempt in range(1, 1 + (self.chance.choice((0, 1, 1, 1, 2, 3)) if number else 1)):
                self.runs.append(self.execute(number, attempt))

    def name(self, kind: str) -> str:
        self.names += 1
        return f"{kind}{self.names}"

    def word(self) -> str:
        """Return a name that is like no other: of one character of its own."""
        self.names += 1
        return chr(0x4E00 + self.names) * 6

    def first(self) -> State:
        state = State()
        for suite in range(2):
            self.add_suite(state, suite)
        for _ in range(4):
            self.add_test(state)
        return state

    def add_suite(self, state: State, suite: int) -> None:
        group = self.name("suite")
        for number in range(self.chance.choice((1, 1, 2))):
            leg_name = self.name("leg") if number else self.chance.choice(("", "linux"))
            state.places[suite, number] = Place(group, leg_name, self.name("path"))
        legs = {number for known, number in state.places if known == suite}
        for _ in range(ANCHORS):
            word = self.word()
            state.tests[word] = Case(word, suite, f"Anchors{suite}", set(legs))

    def add_test(self, state: State) -> None:
        word = self.word()
        suite, _ = self.chance.choice(sorted(state.places))
        legs = [number for known, number in state.places if known == suite]
        own = set(legs) if self.chance.random() < 0.7 else {self.chance.choice(legs)}
        state.tests[word] = Case(word, suite, f"C{self.chance.randrange(3)}", own)

    def mutate(self, state: State) -> None:  # noqa: C901, PLR0912  (a branch for each kind of change)
        what = self.chance.choice(
            [
                "test",
                "test",
                "remove",
                "class",
                "class",
                "move",
                "group",
                "leg",
                "path",
                "new-leg",
                "new-leg",
                "new-suite",
                "lost-leg",
            ]
        )
        # what is added and renamed before the next record is not found: only what the first commit has is renamed
        own = [test for test in state.tests.values() if not test.class_name.startswith("Anchors")]
        suite, number = self.chance.choice(sorted(state.places))
        legs = {leg for known, leg in state.places if known == suite}
        if what == "test":
            self.add_test(state)
        elif what == "remove" and own:
            del state.tests[self.chance.choice(own).word]
        elif what == "class":  # each test is renamed in one way only: two at once are not found
            for test in own:
                if test.word in self.states[0].tests and ord(test.word[0]) % 2 and self.chance.random() < 0.5:
                    test.class_name = f"C{self.chance.randrange(9)}"
        elif what == "move" and self.moving:
            for test in own:
                alone = {leg for known, leg in state.places if known == test.suite} == legs == {0}
                same = state.places[test.suite, 0].leg == state.places[suite, 0].leg
                if test.word in self.states[0].tests and not ord(test.word[0]) % 2 and alone and same:
                    test.suite = suite
        elif what == "group" and suite < 2:
            name = self.name("suite")
            for (known, _), place in state.places.items():
                if known == suite:
                    place.group = name
        elif what == "leg" and not self.moving and suite == 1 and number < 10 and state.places[suite, 0].leg:
            state.places[suite, number].leg = self.name("leg")
        elif what == "path" and not suite % 2:  # the suite is found by its tests, each leg by its name
            for (known, _), place in state.places.items():
                if known == suite:
                    place.path = self.name("path")
        elif what == "lost-leg" and number:
            del state.places[suite, number]
            for test in state.tests.values():
                if test.suite == suite:
                    test.legs.discard(number)
            state.tests = {word: test for word, test in state.tests.items() if test.legs}
        elif what == "new-leg" and state.places[suite, 0].leg:
            group = state.places[suite, number].group
            self.legs += 1
            added = self.legs
            state.places[suite, added] = Place(group, self.name("leg"), self.name("path"))
            for test in state.tests.values():
                if test.suite == suite and (test.class_name.startswith("Anchors") or self.chance.random() < 0.8):
                    test.legs.add(added)
        elif what == "new-suite" and len({known for known, _ in state.places}) < 4:
            self.add_suite(state, 1 + max(known for known, _ in state.places))

    # runs

    def execute(self, commit: int, attempt: int) -> Executed:
        state = self.states[commit]
        letters = {
            (test.word, number): self.chance.choice(LETTERS) for test in state.tests.values() for number in test.legs
        }
        kind = self.chance.choice(("", "", "", "", "", "lost leg", "cut", "carried")) if commit else ""
        place = self.chance.choice(sorted(state.places))
        stored, unrun = dict(letters), []
        mine = [(w, n) for w, n in letters if (state.tests[w].suite, n) == place]
        if kind == "lost leg" and self.was_renamed(commit, place):
            kind = ""  # a leg that got another name and left no report is not found
        if self.moving and kind == "lost leg" and len({leg for suite, leg in state.places if suite == place[0]}) == 1:
            kind = ""  # a test that moved from a suite whose report is missing is not found
        if kind == "lost leg":
            letters = stored = {key: letter for key, letter in letters.items() if key not in mine}
            unrun.append((state.places[place].group, state.places[place].leg))
        elif kind == "cut":
            letters = stored = {key: letter for key, letter in letters.items() if key not in mine[3 * len(mine) // 4 :]}
        elif kind == "carried":
            letters = {key: letter for key, letter in letters.items() if key not in mine}
            unrun.append((state.places[place].group, state.places[place].leg))
        run_id = 100 + commit if self.chance.random() < 0.5 else 100 + commit * 10 + attempt
        return Executed(
            commit=commit,
            run_id=run_id,
            attempt=attempt,
            complete=kind not in ("lost leg", "cut"),
            letters=letters,
            snapshot=self.snapshot(commit, run_id, attempt, stored, complete=kind not in ("lost leg", "cut")),
            unrun=tuple(unrun),
        )

    def was_renamed(self, commit: int, place: tuple[int, int]) -> bool:
        """Return whether a suite or leg had another name before."""
        known = (self.states[number].places.get(place) for number in self.line(commit))
        return len({(each.group, each.leg) for each in known if each}) > 1

    def snapshot(
        self, commit: int, run_id: int, attempt: int, letters: dict[tuple[str, int], str], *, complete: bool
    ) -> Snapshot:
        state = self.states[commit]
        legs = []
        for (suite, number), place in state.places.items():
            classes: dict[str, dict[str, str]] = {}
            for (word, where), letter in letters.items():
                test = state.tests[word]
                if (test.suite, where) == (suite, number):
                    classes.setdefault(test.class_name, {})[word] = letter
            if not classes:
                continue
            blocks = {name: built(classes[name]) for name in sorted(classes)}
            counts = count_outcomes(b"".join(block.outcomes for block in blocks.values()))
            legs.append(
                Leg(group=place.group, leg=place.leg, path=place.path, blocks=blocks, executions=counts, seconds=1)
            )
        origin = Provenance(run_id=run_id, run_attempt=attempt, branch="main", complete=complete)
        legs.sort(key=lambda each: (each.group, each.leg))
        return Snapshot(commit=sha(commit), legs=tuple(legs), provenance=origin)

    def line(self, commit: int | None) -> Iterator[int]:
        while commit is not None:
            yield commit
            commit = self.parents[commit]

    def record(self, known: Memory) -> None:
        """Record the first commit, then all other runs in any order."""
        others = self.runs[1:]
        if self.chance.random() < 0.7:  # some late ones only
            for _ in range(len(others) // 4):
                late = others.pop(self.chance.randrange(len(others)))
                others.insert(self.chance.randrange(len(others) + 1), late)
        else:
            self.chance.shuffle(others)
        for when, run in enumerate([self.runs[0], *others]):
            line = [sha(number) for number in self.line(run.commit)][1:]
            record_run(
                known.store(),
                "readygate",
                RunToRecord(
                    snapshot=run.snapshot,
                    unrun=run.unrun,
                    when=when,
                    ancestors=lambda line=line: line,  # type: ignore[misc]
                    changes=find_outcome_changes,
                ),
            )


def built(tests: dict[str, str]) -> ClassBlock:
    outcomes = bytes(OUTCOME_LETTERS.index(letter) for letter in tests.values())
    return ClassBlock.build(list(tests), outcomes, array("f", [0.5] * len(tests)))


def check(repository: Repository, known: Memory, commit: int) -> None:
    line = list(repository.line(commit))
    look = WantedBaseline(commit=sha(commit), ancestors=lambda: [sha(number) for number in line[1:]])
    found = choose(known.store(), "readygate", look).baseline
    assert found is not None
    assert found.history is not None
    runs = [
        run
        for number in reversed(line)
        for run in sorted(repository.runs, key=lambda run: (run.run_id, run.attempt))
        if run.commit == number
    ][-RUNS_KEPT:]
    shown = [(run.commit, run.run_id, run.attempt) for run in found.history.runs]
    assert shown == [(sha(run.commit), run.run_id, run.attempt) for run in runs]

    base = next(number for number in line if sha(number) == found.snapshot.commit)
    state = repository.states[base]
    for word, test in state.tests.items():
        for number in test.legs:
            place = state.places[test.suite, number]
            letters = "".join(letter_in(repository, run, word, (test.suite, number)) for run in runs)
            expected = None if NOTABLE.isdisjoint(letters) else letters
            past = found.history.of(TestId(place.group, test.class_name, word), place.leg)
            assert (past and past.letters) == expected, (word, place, [run.commit for run in runs])


def letter_in(repository: Repository, run: Executed, word: str, place: tuple[int, int]) -> str:
    """Return the letter of a test in a run; `place` is its suite and leg in the snapshot."""
    state = repository.states[run.commit]
    if word in state.tests:
        place = (state.tests[word].suite, place[1])
    known = state.places.get(place)
    if known is not None and (known.group, known.leg) in run.unrun:
        return UNKNOWN
    return run.letters.get((word, place[1]), ABSENT)


@settings(max_examples=150)
@given(st.integers(0, 2**32), st.integers(1, 14))
def test_each_line_has_the_outcomes_of_its_runs(seed: int, commits: int) -> None:
    repository, known = Repository(seed, commits), Memory()
    repository.record(known)
    for commit in range(commits):
        check(repository, known, commit)
