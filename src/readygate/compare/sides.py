"""Prepare the baseline for the comparison: match its suites with the head's, and take out carried suites."""

from collections.abc import Mapping

from msgspec import Struct, field

from readygate.compare.carried_suites import OptionalSuites, carried_legs, untouched_suites, without_carried
from readygate.compare.match_suites import match_suites
from readygate.compare.positions import align_positions
from readygate.model.changes import Changes
from readygate.model.results import FailureDetail, Leg, TestId
from readygate.model.snapshot import Baseline, HeadRun, Snapshot


class ComparedSides(Struct, frozen=True, kw_only=True):
    """The base as it is compared with the head.

    Attributes:
        base: the baseline in the head's names, without carried suites; None without a baseline.
        names: the head's (group, leg) by that of the baseline, of those that differ.
        moved: the head's name of each test of the baseline whose index or line number changed, by its name there.
        carried: legs of the baseline that may be missing because the change does not touch their paths.
        missing_groups: suites that the baseline has and the head lacks.
        missing_legs: (group, leg) that the baseline has and the head lacks.
        unmeasured_legs: (group, leg) that the head has, but without the coverage report that the baseline has.
    """

    base: Snapshot | None = None
    names: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    moved: Mapping[TestId, TestId] = field(default_factory=dict)
    carried: tuple[Leg, ...] = ()
    missing_groups: tuple[str, ...] = ()
    missing_legs: tuple[tuple[str, str], ...] = ()
    unmeasured_legs: tuple[tuple[str, str], ...] = ()

    def in_head_names(
        self, details: Mapping[tuple[TestId, str], FailureDetail]
    ) -> Mapping[tuple[TestId, str], FailureDetail]:
        """Return the details of the baseline by the names of the head."""
        if not self.names and not self.moved:
            return details
        found = {}
        for (test, leg), detail in details.items():
            group, new_leg = self.names.get((test.group, leg), (test.group, leg))
            known = test._replace(group=group)
            found[self.moved.get(known, known), new_leg] = detail
        return found


def prepare_sides(
    head: HeadRun,
    baseline: Baseline | None,
    optional: tuple[OptionalSuites, ...],
    changes: Changes | None,
    since_baseline: Changes | None,
) -> ComparedSides:
    """Prepare the base for the comparison.

    Args:
        head: what this run measured.
        baseline: what it is compared with, if anything.
        optional: suites that may be missing if the change does not touch their paths.
        changes: what the change itself adds and removes.
        since_baseline: what changed since the baseline's commit.
    """
    if baseline is None:
        return ComparedSides()
    found = match_suites(baseline.snapshot, head.snapshot)
    # without any test report, no single one is missing
    any_missing = bool(head.snapshot.legs or optional)
    unmatched = found.unmatched if any_missing else {}
    base = found.base
    carried = carried_legs(base, unmatched, untouched_suites(optional, changes))
    groups = {leg.group for leg in carried}
    if carried:
        base = without_carried(base, groups, head.snapshot.coverage, since_baseline)
    base, moved = align_positions(base, head.snapshot)
    return ComparedSides(
        base=base,
        names=found.names,
        moved=moved,
        carried=carried,
        missing_groups=tuple(sorted(name for group, name in unmatched.items() if group not in groups)),
        missing_legs=found.missing_legs if any_missing else (),
        unmeasured_legs=_unmeasured_legs(base, head.snapshot),
    )


def _unmeasured_legs(base: Snapshot, head: Snapshot) -> tuple[tuple[str, str], ...]:
    """Return the legs whose coverage report alone is missing; none if all reports moved to folders of their own."""
    without = {(leg.group, leg.leg) for leg in head.legs if not leg.has_coverage}
    if len(without) == len(head.legs):
        return ()
    return tuple(key for leg in base.legs if leg.has_coverage and (key := (leg.group, leg.leg)) in without)
