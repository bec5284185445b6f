"""Find renamed and moved tests among the vanished and the added ones.

Exact parts of the names are matched first: the same test in a moved file, in a renamed class, with other parameters.
The rest is paired by likeness within its class. A pair whose outcome differs is also listed by its new outcome (it
fails now, it is skipped now), so that a rename hides nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import SequenceMatcher

from msgspec.structs import replace

from readygate.model.comparison import Rename, TestChange, TestComparison
from readygate.model.results import Outcome, TestId

LIKENESS = 0.75
"""Share of equal characters, as difflib counts them, from which on two names of one class are the same test."""
MOST_COMPARED = 40_000
"""Above this number of pairs of names only exact parts are matched."""

_PARAMETERS = re.compile(r"[\[({<].*$|\s*#\d+$|\s\d+$", re.DOTALL)
_SPLIT = re.compile(r"[.:/\\$>]+")

Key = Callable[[TestId], object]


def match_renames(tests: TestComparison, outcomes: Mapping[TestId, Outcome]) -> TestComparison:
    """Pair vanished tests with added ones.

    Returns:
        the comparison with the pairs in `renamed` instead of `vanished` and `added`. A test that failed before and
        fails after an exact rename is inherited; a test that is skipped after a rename is newly skipped.
    """
    if not tests.vanished or not tests.added:
        return tests
    gone = {change.id: change for change in tests.vanished if change.after is None}
    new = dict.fromkeys(tests.added)
    renamed: list[Rename] = []
    for how, key in _KEYS:
        _pair_by(key, how, gone, new, outcomes, renamed)
    _pair_by_likeness(gone, new, outcomes, renamed)
    return _with_renames(tests, gone, new, tuple(sorted(renamed, key=lambda pair: (pair.after, pair.before))))


def _with_renames(
    tests: TestComparison, gone: Mapping[TestId, TestChange], new: Iterable[TestId], renamed: tuple[Rename, ...]
) -> TestComparison:
    failed_before = {pair.after for pair in renamed if pair.how != "name" and pair.was >= Outcome.FAILED}
    inherited = tuple(change for change in tests.new_failures if change.id in failed_before)
    skipped = tuple(
        TestChange(id=pair.after, before=pair.was, after=pair.now)
        for pair in renamed
        if pair.now is Outcome.SKIPPED and pair.was is not Outcome.SKIPPED
    )
    return replace(
        tests,
        new_failures=tuple(change for change in tests.new_failures if change.id not in failed_before),
        still_failing=tuple(sorted((*tests.still_failing, *inherited), key=lambda change: change.id)),
        newly_skipped=tuple(sorted((*tests.newly_skipped, *skipped), key=lambda change: change.id)),
        vanished=tuple(change for change in tests.vanished if change.after is not None or change.id in gone),
        added=tuple(new),
        renamed=renamed,
    )


def _base_name(test: TestId) -> str:
    """Return the name without its parameters."""
    return _PARAMETERS.sub("", test.name) or test.name


def _last_part(test: TestId) -> str:
    """Return the innermost part of the class, which stays when a file moves."""
    return _SPLIT.split(test.class_name)[-1]


def _outer_parts(test: TestId) -> tuple[str, ...]:
    """Return the class without its innermost part, which stays when a class is renamed."""
    return tuple(_SPLIT.split(test.class_name)[:-1])


_KEYS: tuple[tuple[str, Key], ...] = (
    ("suite", lambda test: (test.class_name, test.name)),
    ("file", lambda test: (test.group, _last_part(test), test.name) if test.class_name else None),
    ("class", lambda test: (test.group, _outer_parts(test), test.name) if test.class_name else None),
    ("parameters", lambda test: (test.group, test.class_name, _base_name(test))),
    ("file", lambda test: (test.group, _last_part(test), _base_name(test)) if test.class_name else None),
)
"""What changed, and the part of the name that must be equal; the most certain first."""


def _pair_by(
    key: Key,
    how: str,
    gone: dict[TestId, TestChange],
    new: dict[TestId, None],
    outcomes: Mapping[TestId, Outcome],
    renamed: list[Rename],
) -> None:
    there: dict[object, list[TestId]] = {}
    for test in new:
        there.setdefault(key(test), []).append(test)
    here: dict[object, list[TestId]] = {}
    for test in gone:
        part = key(test)
        if part is not None and part in there:
            here.setdefault(part, []).append(test)
    for part, olds in here.items():
        for old, now in _pairs(olds, there[part], gone, outcomes):
            renamed.append(_rename(gone.pop(old), now, outcomes[now], how))
            del new[now]


def _pairs(
    olds: list[TestId], news: list[TestId], gone: Mapping[TestId, TestChange], outcomes: Mapping[TestId, Outcome]
) -> list[tuple[TestId, TestId]]:
    """Pair tests of equal outcome first, then the others; the most similar first if there are not too many."""
    pairs: list[tuple[TestId, TestId]] = []
    left_olds, left_news = sorted(olds), sorted(news)
    for same in (True, False):
        if len(left_olds) * len(left_news) <= 2_500:
            ranked = sorted(
                (-_likeness(old, now), old, now)
                for old in left_olds
                for now in left_news
                if not same or _kind(gone[old].before) == _kind(outcomes[now])
            )
        else:
            ranked = [
                (0.0, old, now)
                for old, now in zip(left_olds, left_news, strict=False)
                if not same or _kind(gone[old].before) == _kind(outcomes[now])
            ]
        used: set[TestId] = set()
        for _, old, now in ranked:
            if old not in used and now not in used:
                pairs.append((old, now))
                used |= {old, now}
        left_olds = [old for old in left_olds if old not in used]
        left_news = [now for now in left_news if now not in used]
    return pairs


def _pair_by_likeness(
    gone: dict[TestId, TestChange],
    new: dict[TestId, None],
    outcomes: Mapping[TestId, Outcome],
    renamed: list[Rename],
) -> None:
    """Pair similar passed tests of one class; a guess must not explain a failure."""
    if len(gone) * len(new) > MOST_COMPARED:
        return
    ranked = sorted(
        (-likeness, old, now)
        for old in gone
        for now in new
        if (old.group, old.class_name) == (now.group, now.class_name)
        and _kind(gone[old].before) == _kind(outcomes[now]) == "passed"
        and (likeness := _likeness(old, now)) >= LIKENESS
    )
    for _, old, now in ranked:
        if old in gone and now in new:
            renamed.append(_rename(gone.pop(old), now, outcomes[now], "name"))
            del new[now]


def _likeness(one: TestId, other: TestId) -> float:
    return SequenceMatcher(None, one.name[:200], other.name[:200], autojunk=False).ratio()


def _kind(outcome: Outcome | None) -> str:
    if outcome is None or outcome >= Outcome.FAILED:
        return "failing"
    return "skipped" if outcome is Outcome.SKIPPED else "passed"


def _rename(change: TestChange, after: TestId, now: Outcome, how: str) -> Rename:
    return Rename(before=change.id, after=after, was=change.before or Outcome.PASSED, now=now, how=how)
