"""Carry the results of suites that the policy allows to skip because the change does not touch their paths."""

from collections.abc import Callable, Container, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from readygate.model.changes import Changes
from readygate.model.coverage import Coverage
from readygate.model.results import Leg
from readygate.model.snapshot import Snapshot

Fits = Callable[[str], bool]


class OptionalSuites(Struct, frozen=True, kw_only=True):
    """Suites that must run only if certain paths change, as the policy names them.

    Attributes:
        reports: whether the path of a report, or the name of its suite, belongs to them.
        when_changed: whether a path of the repository belongs to them.
    """

    name: str
    reports: Fits
    when_changed: Fits


def untouched_suites(suites: Iterable[OptionalSuites], changes: Changes | None) -> tuple[OptionalSuites, ...]:
    """Return the suites of which a change touches no path; none if the change is not completely known."""
    if changes is None or not changes.complete:
        return ()
    paths = changes.paths
    return tuple(each for each in suites if not any(each.when_changed(path) for path in paths))


def carried_legs(
    base: Snapshot, missing: Mapping[str, object], untouched: tuple[OptionalSuites, ...]
) -> tuple[Leg, ...]:
    """Return the legs of missing suites that the change does not touch; the base is in the head's names."""
    return tuple(
        leg
        for leg in base.legs
        if leg.group in missing
        and any(each.reports(leg.path) or each.reports(leg.group) or each.name == leg.group for each in untouched)
    )


def without_carried(base: Snapshot, groups: Container[str], head: Coverage | None, changes: Changes | None) -> Snapshot:
    """Return the base without carried suites, and without the coverage that only they can have measured."""
    legs = tuple(leg for leg in base.legs if leg.group not in groups)
    if base.coverage is None or changes is None:
        return replace(base, legs=legs)
    own = {file.path for file in head.files} if head else set()
    kept = own | changes.paths
    files = tuple(file for file in base.coverage.files if file.path in kept)
    return replace(base, legs=legs, coverage=replace(base.coverage, files=files) if files else None)


def add_carried_suites(
    head: Snapshot, legs: tuple[Leg, ...], base: Coverage | None, changes: Changes | None
) -> Snapshot:
    """Return the results to store: those of the run, and those of carried suites from the base.

    Args:
        head: what the run measured.
        legs: the carried legs.
        base: the base's coverage; unchanged files that the run did not measure are carried, too.
        changes: what changed since the base.
    """
    if not legs:
        return head
    covered = head.coverage
    if base is not None and changes is not None:
        own = {file.path for file in covered.files} if covered else set()
        known = own | changes.paths
        files = [file for file in base.files if file.path not in known]
        if covered is None:
            covered = replace(base, files=tuple(files))
        else:
            covered = replace(covered, files=tuple(sorted((*covered.files, *files), key=lambda file: file.path)))
    merged = tuple(sorted((*head.legs, *legs), key=lambda leg: (leg.group, leg.leg)))
    return replace(head, legs=merged, coverage=covered)
