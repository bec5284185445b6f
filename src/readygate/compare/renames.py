"""Find renamed and moved tests among the vanished and the added ones.

Exact parts of the names are matched first: the same test in a moved file, in a renamed class, with other parameters.
The rest is paired within its class: passed tests by likeness, failing ones by the cause of the failure. A pair whose
outcome differs is also listed by its new outcome (it fails now, it is skipped now), so that a rename hides nothing. A
pair is likely and no proof: it excuses a failure only with the evidence of `rename_evidence`.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import chain, groupby
from string import digits

from msgspec.structs import replace

from readygate.compare.rename_evidence import NO_EVIDENCE, RenameEvidence
from readygate.model.comparison import Rename, TestChange, TestComparison
from readygate.model.results import Outcome, TestId

LIKENESS = 0.75
"""Share of equal characters, as difflib counts them, from which on two names of one class are the same test."""
MOST_COMPARED = 2_000
"""Above this number of pairs of names within one class only exact parts are matched."""

_BRACKET = re.compile(r"[\[({<]")
_PATH = re.compile(r"[/\\]")
_PARTS = re.compile(r"[.:$>]+")
_NUMBERED = re.compile(r"[A-Za-z_]+\d+")
_DIGIT = re.compile(r"\d")
_TOKENS = re.compile(r"\w+(?:\.\w+)*|[^\w\s]")

Key = Callable[[TestId], Hashable]


def match_renames(
    tests: TestComparison, outcomes: Mapping[TestId, Outcome], evidence: RenameEvidence = NO_EVIDENCE
) -> TestComparison:
    """Pair vanished tests with added ones.

    Returns:
        the comparison with the pairs in `renamed` instead of `vanished` and `added`. A test that failed before and
        fails after a proven rename is inherited; a test that is skipped after a rename is newly skipped.
    """
    gone = {change.id: change for change in tests.vanished if change.after is None}
    if not gone or not tests.added:
        return tests
    new = dict.fromkeys(tests.added)
    renamed: list[Rename] = []
    for how, key in _KEYS:
        _pair_by(key, how, gone, new, outcomes, renamed)
    _pair_by_likeness(gone, new, outcomes, renamed)
    _pair_by_cause(gone, new, outcomes, renamed, evidence)
    return _with_renames(tests, gone, new, tuple(sorted(renamed, key=lambda pair: (pair.after, pair.before))), evidence)


def _with_renames(
    tests: TestComparison,
    gone: Mapping[TestId, TestChange],
    new: Iterable[TestId],
    renamed: tuple[Rename, ...],
    evidence: RenameEvidence,
) -> TestComparison:
    known = evidence.proven(renamed, {change.id for change in tests.new_failures})
    inherited = tuple(change for change in tests.new_failures if change.id in known)
    skipped = tuple(
        TestChange(id=pair.after, before=pair.was, after=pair.now)
        for pair in renamed
        if pair.now is Outcome.SKIPPED and pair.was is not Outcome.SKIPPED
    )
    return replace(
        tests,
        new_failures=tuple(change for change in tests.new_failures if change.id not in known),
        still_failing=tuple(sorted((*tests.still_failing, *inherited), key=lambda change: change.id)),
        newly_skipped=tuple(sorted((*tests.newly_skipped, *skipped), key=lambda change: change.id)),
        vanished=tuple(change for change in tests.vanished if change.after is not None or change.id in gone),
        added=tuple(new),
        renamed=renamed,
    )


def _base_name(test: TestId) -> str:
    """Return the name without its parameters: from the first bracket on, or the number at its end."""
    name = test.name
    found = _BRACKET.search(name)
    if found:
        return name[: found.start()] or name
    stem = name.rstrip(digits)
    if stem == name or not (stem.endswith("#") or stem[-1:].isspace()):
        return name
    return (stem[:-1].rstrip() if stem.endswith("#") else stem[:-1]) or name


def _parts(test: TestId) -> list[str]:
    """Return the parts of the class: folders and the file of a path, otherwise packages and classes."""
    return _PATH.split(test.class_name) if _PATH.search(test.class_name) else _PARTS.split(test.class_name)


def _last_part(test: TestId) -> Hashable:
    """Return the innermost part of the class, which stays when a file moves; None if it has no other part."""
    *outer, last = _parts(test)
    return (test.group, last, test.name) if outer else None


def _outer_parts(test: TestId) -> Hashable:
    """Return the class without its innermost part, which stays when a class is renamed; None without a class."""
    return (test.group, *_parts(test)[:-1], test.name) if test.class_name else None


_KEYS: tuple[tuple[str, Key], ...] = (
    ("suite", lambda test: (test.class_name, test.name)),
    ("file", _last_part),
    ("class", _outer_parts),
    ("parameters", lambda test: (test.group, test.class_name, _base_name(test))),
    ("file", lambda test: _last_part(test._replace(name=_base_name(test)))),
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
    there: dict[Hashable, list[TestId]] = {}
    for test in new:
        there.setdefault(key(test), []).append(test)
    here: dict[Hashable, list[TestId]] = {}
    for test in gone:
        part = key(test)
        if part is not None and part in there:
            here.setdefault(part, []).append(test)
    for part, olds in here.items():
        for old, now in _successors(sorted(olds), sorted(there[part])):
            renamed.append(_rename(gone.pop(old), now, outcomes[now], how))
            del new[now]


def _successors(olds: Sequence[TestId], news: Sequence[TestId]) -> list[tuple[TestId, TestId]]:
    """Pair each test with its own successor: what the others' names have in common tells it apart; then by order.

    Outcomes have no say. The time is linear in the length of the names, whatever they are.
    """
    if len(olds) == len(news) == 1:
        return [(olds[0], news[0])]
    pairs: list[tuple[TestId, TestId]] = []
    for key in _identifying_parts(olds, news):
        places = _by_key(news, map(key, news))
        left = []
        for part, some in _by_key(olds, map(key, olds)).items():
            others = places.get(part, [])
            pairs += zip(some, others, strict=False)
            left += some[len(others) :]
            del others[: len(some)]
        olds, news = sorted(left), sorted(chain.from_iterable(places.values()))
    return [*pairs, *zip(olds, news, strict=False)]


def _identifying_parts(olds: Sequence[TestId], news: Sequence[TestId]) -> list[Key]:
    """Return what identifies a test beside the values that changed, the most certain first.

    Values that move on, as dates and versions do, are on both sides: `t[jan-a]`, `t[feb-b]` and `t[feb-a]`, `t[mar-b]`.
    """
    tokens = {test: _TOKENS.findall(f"{test.class_name[-100:]} {test.name[-300:]}") for test in (*olds, *news)}
    before, after = [tokens[test] for test in olds], [tokens[test] for test in news]
    common = set().union(*before) & set().union(*after)
    # pytest numbers parameters without a readable form: `test_input12`
    unnumbered = {token for token in common if not _NUMBERED.fullmatch(token)}
    words = {token for token in unnumbered if not _DIGIT.search(token)}
    old_columns, new_columns = _columns(before), _columns(after)
    stable = {
        place
        for place in old_columns.keys() & new_columns.keys()
        if old_columns[place] <= new_columns[place] or old_columns[place] >= new_columns[place]
    }

    def tokens_in(kept: set[str]) -> Key:
        return lambda test: tuple(token for token in tokens[test] if token in kept)

    def in_columns(test: TestId) -> Hashable:
        number = len(tokens[test])
        return number, tuple(token for at, token in enumerate(tokens[test]) if (number, at) in stable)

    return [tokens_in(common), tokens_in(unnumbered), in_columns, tokens_in(words)]


def _columns(names: Iterable[list[str]]) -> dict[tuple[int, int], set[str]]:
    """Return the tokens at each place of the names with as many tokens."""
    found: dict[tuple[int, int], set[str]] = {}
    for tokens in names:
        for at, token in enumerate(tokens):
            found.setdefault((len(tokens), at), set()).add(token)
    return found


def _by_key(tests: Sequence[TestId], keys: Iterable[Hashable]) -> dict[Hashable, list[TestId]]:
    found: dict[Hashable, list[TestId]] = {}
    for test, key in zip(tests, keys, strict=True):
        found.setdefault(key, []).append(test)
    return found


def _pair_by_likeness(
    gone: dict[TestId, TestChange],
    new: dict[TestId, None],
    outcomes: Mapping[TestId, Outcome],
    renamed: list[Rename],
) -> None:
    """Pair similar passed tests of one class; a guess must not explain a failure."""
    olds = _by_class(old for old, change in gone.items() if _passed(change.before))
    news = _by_class(now for now in new if _passed(outcomes[now]))
    room = 5 * MOST_COMPARED
    for place in sorted(olds.keys() & news.keys()):
        number = len(olds[place]) * len(news[place])
        if number > min(room, MOST_COMPARED):
            continue
        room -= number
        ranked = sorted(
            (-likeness, old, now)
            for now in news[place]
            for old, likeness in _alike(olds[place], now)
            if likeness >= LIKENESS
        )
        for _, old, now in ranked:
            if old in gone and now in new:
                renamed.append(_rename(gone.pop(old), now, outcomes[now], "name"))
                del new[now]


def _pair_by_cause(
    gone: dict[TestId, TestChange],
    new: dict[TestId, None],
    outcomes: Mapping[TestId, Outcome],
    renamed: list[Rename],
    evidence: RenameEvidence,
) -> None:
    """Pair failing tests of one class that fail for the same cause, if as many are gone as are new."""
    failed = {test for test, change in gone.items() if change.before is not None and change.before >= Outcome.FAILED}
    failing = {test for test in new if outcomes[test] >= Outcome.FAILED} if failed else set()
    if not failing:
        return
    olds, news = evidence.causes(failed, evidence.base), evidence.causes(failing, evidence.head)
    there = _by_key([*news], [(test.group, test.class_name, cause) for test, cause in news.items()])
    for key, some in _by_key([*olds], [(test.group, test.class_name, cause) for test, cause in olds.items()]).items():
        others = there.get(key, [])
        for old, now in zip(sorted(some), sorted(others), strict=False) if len(some) == len(others) else ():
            renamed.append(_rename(gone.pop(old), now, outcomes[now], "name"))
            del new[now]


def _alike(olds: Sequence[TestId], now: TestId) -> Iterable[tuple[TestId, float]]:
    """Yield the likeness of the names of some tests and another one, 0 where a quick look rules them out."""
    matcher = SequenceMatcher(None, "", now.name[:200], autojunk=False)
    for old in olds:
        matcher.set_seq1(old.name[:200])
        quick = matcher.real_quick_ratio() >= LIKENESS and matcher.quick_ratio() >= LIKENESS
        yield old, matcher.ratio() if quick else 0.0


def _by_class(tests: Iterable[TestId]) -> dict[tuple[str, str], list[TestId]]:
    return {place: list(some) for place, some in groupby(sorted(tests), key=lambda test: (test[0], test[1]))}


def _passed(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome < Outcome.SKIPPED


def _rename(change: TestChange, after: TestId, now: Outcome, how: str) -> Rename:
    return Rename(before=change.id, after=after, was=change.before or Outcome.PASSED, now=now, how=how)
