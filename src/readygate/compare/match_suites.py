"""Match the suites and legs of the base with those of the head, whatever the two runs call them.

A leg is matched by its path first; a suite whose legs all moved is matched by its tests. Unmatched suites and legs of
the base are missing in the head.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from readygate.model.results import SEPARATOR, Leg
from readygate.model.snapshot import Snapshot


class MatchedSuites(Struct, frozen=True, kw_only=True):
    """The base in the head's names.

    Attributes:
        base: the base with its groups and legs renamed to those of the head that they match.
        missing_groups: suites that the base had and the head lacks, as the base calls them.
        unmatched: the name of each of them in `missing_groups`, by its name in `base`.
        missing_legs: (group, leg) that the base had, of suites that the head has without this leg.
        names: the new (group, leg) by the old, of those that were renamed.
    """

    base: Snapshot
    missing_groups: tuple[str, ...] = ()
    unmatched: Mapping[str, str] = field(default_factory=dict)
    missing_legs: tuple[tuple[str, str], ...] = ()
    names: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)


def match_suites(base: Snapshot, head: Snapshot) -> MatchedSuites:
    """Rename the groups and legs of the base to those of the head."""
    present = [leg for leg in head.legs if leg.blocks]  # a report without a test is as good as none
    by_path = {leg.path: leg for leg in present}
    groups = _groups(base.legs)
    matched = _by_paths(groups, by_path)
    _by_tests(groups, matched, _groups(present))
    renamed: list[Leg] = []
    missing_legs: list[tuple[str, str]] = []
    unmatched: dict[str, str] = {}
    heads = _groups(present)
    for name, legs in groups.items():
        target = matched.get(name)
        if target is None:
            kept = _free(name, (*heads, *unmatched))
            unmatched[kept] = name or "the tests"
            renamed += [replace(leg, group=kept) for leg in legs]
            continue
        mine = heads[target]
        if len(legs) == len(mine) == 1 and _same_leg(legs[0], mine[0]):
            renamed.append(replace(legs[0], group=target, leg=mine[0].leg))
            continue
        twins = {leg.path: leg for leg in mine}
        named = {leg.leg for leg in mine}
        free = named - {twins[leg.path].leg for leg in legs if leg.path in twins}
        for leg in legs:
            twin = twins.get(leg.path)
            if twin is not None or leg.leg in free:
                renamed.append(replace(leg, group=target, leg=leg.leg if twin is None else twin.leg))
                continue
            told = _free(leg.leg or leg.path, named)
            renamed.append(replace(leg, group=target, leg=told))
            if leg.leg or len(legs) > 1:  # a suite without legs that has some now lost none
                missing_legs.append((target, leg.leg or leg.path))
    before = [(leg.group, leg.leg) for legs in groups.values() for leg in legs]
    after = [(leg.group, leg.leg) for leg in renamed]
    return MatchedSuites(
        names={old: new for old, new in zip(before, after, strict=True) if old != new},
        base=replace(base, legs=tuple(sorted(renamed, key=lambda leg: (leg.group, leg.leg)))),
        missing_groups=tuple(sorted(unmatched.values())),
        unmatched=unmatched,
        missing_legs=tuple(sorted(missing_legs)),
    )


def _same_leg(one: Leg, other: Leg) -> bool:
    """Return whether the only legs of two runs are the same; two different names are not."""
    return one.leg == other.leg or one.path == other.path or not (one.leg and other.leg)


def _groups(legs: Iterable[Leg]) -> dict[str, list[Leg]]:
    groups: dict[str, list[Leg]] = {}
    for leg in legs:
        groups.setdefault(leg.group, []).append(leg)
    return groups


def _by_paths(groups: dict[str, list[Leg]], by_path: dict[str, Leg]) -> dict[str, str]:
    """Match each group of the base with the group that has most of its paths."""
    matched = {}
    for name, legs in groups.items():
        votes = [by_path[leg.path].group for leg in legs if leg.path in by_path]
        if votes:
            matched[name] = max(sorted(set(votes)), key=votes.count)
    return matched


def _by_tests(groups: dict[str, list[Leg]], matched: dict[str, str], heads: dict[str, list[Leg]]) -> None:
    """Match each other group with the free group that shares most of its tests, at least half of them."""
    free = [name for name in heads if name not in matched.values()]
    unmatched = [name for name in groups if name not in matched]
    if len(groups) == len(heads) == 1 and unmatched:
        matched[unmatched[0]] = free[0]  # one suite here and one there: the same, whatever became of its tests
        return
    there = {name: _tests(heads[name]) for name in sorted(free)} if unmatched else {}
    for name in unmatched:
        tests = _tests(groups[name])
        shares = [(len(tests & there[other]), other) for other in sorted(free)]
        best, other = max(shares, key=lambda pair: pair[0], default=(0, ""))
        if tests and 2 * best >= len(tests):
            matched[name] = other
            free.remove(other)


def _tests(legs: list[Leg]) -> set[tuple[str, str]]:
    return {
        (class_name, name)
        for leg in legs
        for class_name, block in leg.blocks.items()
        for name in block.names.split(SEPARATOR)
    }


def _free(name: str, taken: Iterable[str]) -> str:
    """Return a name that no group of the head has, so that a missing suite is not taken for another one."""
    names = set(taken)
    while name in names:
        name = f"{name} (base)".strip()
    return name
