"""The changes between two runs, applied to the earlier one, give the later one."""

from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import OUTCOMES, leg, snapshot

from readygate.compare.outcome_changes import find_outcome_changes
from readygate.model.history import ABSENT
from readygate.model.outcome_changes import OutcomeChanges
from readygate.model.results import OUTCOME_LETTERS, TestId
from readygate.model.snapshot import Snapshot

Letters = dict[tuple[TestId, str], str]

CLASSES = ("A", "B", "C")
NAMES = tuple(chr(0x4E00 + number) * 6 for number in range(12))
"""Names of which none is like another, so that a rename is never a guess."""


@st.composite
def runs(draw: st.DrawFn) -> Snapshot:
    """Return a run of two suites, of which one may run on two legs; tests have unlike names in each suite."""
    legs = []
    for group, names in (("unit", NAMES[:6]), ("web", NAMES[6:])):
        for name in draw(st.sampled_from([("linux",), ("linux", "mac"), ("mac",)])):
            tests = draw(st.dictionaries(st.sampled_from(names), st.sampled_from("ppkssfe"), min_size=1))
            classes: dict[str, dict[str, str]] = {}
            for test, letter in tests.items():
                classes.setdefault(draw(st.sampled_from(CLASSES)), {})[test] = letter
            legs.append(leg(classes, group=group, name=name))
    return snapshot("a" * 40, *legs)


def letters_of(run: Snapshot) -> Letters:
    return {
        (TestId(each.group, class_name, name), each.leg): OUTCOME_LETTERS[outcome]
        for each in run.legs
        for class_name, block in each.blocks.items()
        for name, outcome in block.items()
    }


def in_later_names(letters: Letters, changes: OutcomeChanges) -> Letters:
    tests = {old: new for new, old in changes.renamed.items()}
    suites = {old: new for new, old in changes.suites.items()}
    groups = {old: new for (old, _), (new, _) in suites.items()}
    found = {}
    for (test, name), letter in letters.items():
        group, later = suites.get((test.group, name), (groups.get(test.group, test.group), name))
        found[tests.get(test, test._replace(group=group)), later] = letter
    return found


@given(runs(), runs())
def test_changes_lead_from_the_earlier_run_to_the_later_one(earlier: Snapshot, later: Snapshot) -> None:
    changes = find_outcome_changes(earlier, later)
    state = in_later_names(letters_of(earlier), changes)
    for test, (was, now) in changes.letters.items():
        assert state.get(test, ABSENT) == was
        state[test] = now
    assert {test: letter for test, letter in state.items() if letter != ABSENT} == letters_of(later)


@given(runs(), runs())
def test_letters_are_those_of_the_runs(earlier: Snapshot, later: Snapshot) -> None:
    known = {ABSENT, *OUTCOME_LETTERS}
    after = letters_of(later)
    for test, (was, now) in find_outcome_changes(earlier, later).letters.items():
        assert {was, now} <= known
        assert was != now
        assert after.get(test, ABSENT) == now


@given(runs())
def test_equal_runs_have_no_changes(run: Snapshot) -> None:
    assert find_outcome_changes(run, run) == OutcomeChanges()


@given(runs(), st.data())
def test_each_outcome_has_a_letter_of_its_own(run: Snapshot, data: st.DataObject) -> None:
    test, name = data.draw(st.sampled_from(sorted(letters_of(run))))
    was, now = letters_of(run)[test, name], data.draw(st.sampled_from(sorted(OUTCOMES)))
    builder_letters = {outcome: letter for letter, outcome in OUTCOMES.items()}
    legs = []
    for one in run.legs:
        classes = {
            class_name: {each: builder_letters[outcome] for each, outcome in block.items()}
            for class_name, block in one.blocks.items()
        }
        if (one.group, one.leg) == (test.group, name):
            classes[test.class_name][test.name] = now
        legs.append(leg(classes, group=one.group, name=one.leg))
    letters = find_outcome_changes(run, snapshot("b" * 40, *legs)).letters
    new = OUTCOME_LETTERS[OUTCOMES[now]]
    assert letters == ({} if was == new else {(test, name): (was, new)})


def test_a_leg_that_is_new_has_no_outcome_of_another_leg() -> None:
    """The test has another class, and its old leg lacks it now, as in a report that is cut."""
    one = snapshot("a" * 40, leg({"A": {NAMES[0]: "k", NAMES[1]: "p"}}, group="unit", name="linux"))
    two = snapshot(
        "b" * 40,
        leg({"A": {NAMES[1]: "p"}}, group="unit", name="linux"),
        leg({"B": {NAMES[0]: "p"}, "A": {NAMES[1]: "p"}}, group="unit", name="mac"),
    )
    letters = find_outcome_changes(one, two).letters
    test = TestId("unit", "B", NAMES[0])
    assert letters[test, "linux"] == ("~", ABSENT)
    assert letters[test, "mac"] == (ABSENT, ".")
