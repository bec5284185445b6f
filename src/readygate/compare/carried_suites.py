"""Suites that a change does not touch, as the policy says: they need not run, and keep what the base measured."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from readygate.model.changes import Changes
from readygate.model.coverage import Coverage
from readygate.model.results import Leg
from readygate.model.snapshot import Snapshot

Fits = Callable[[str], bool]


class Part(Struct, frozen=True, kw_only=True):
    """A part of the repository with suites of its own, as the policy names it.

    Attributes:
        reports: whether a report's path, or the name of its suite, belongs to the part.
        when_changed: whether a path of the repository does; its suites must run only if such a path changed.
    """

    name: str
    reports: Fits
    when_changed: Fits


def untouched(parts: Iterable[Part], changes: Changes | None) -> tuple[Part, ...]:
    """The parts of which a change, fully known, touches no path."""
    if changes is None or not changes.complete:
        return ()
    paths = _paths(changes)
    return tuple(part for part in parts if not any(part.when_changed(path) for path in paths))


def carried_legs(base: Snapshot, missing: Mapping[str, object], parts: tuple[Part, ...]) -> tuple[Leg, ...]:
    """The legs of missing suites that belong to untouched parts.

    Args:
        base: the base in the head's names.
        missing: the suites that the head lacks.
        parts: the untouched parts.
    """
    return tuple(
        leg
        for leg in base.legs
        if leg.group in missing
        and any(part.reports(leg.path) or part.reports(leg.group) or part.name == leg.group for part in parts)
    )


def without_carried(base: Snapshot, groups: Container[str], head: Coverage | None, changes: Changes | None) -> Snapshot:
    """The base without what is carried: its suites, and the coverage of files that only they can have measured.

    Args:
        base: the base in the head's names.
        groups: the suites that are carried.
        head: what the run covered.
        changes: what changed since the base.
    """
    legs = tuple(leg for leg in base.legs if leg.group not in groups)
    if base.coverage is None or changes is None:
        return replace(base, legs=legs)
    own = {file.path for file in head.files} if head else set()
    kept = own | _paths(changes)
    files = tuple(file for file in base.coverage.files if file.path in kept)
    return replace(base, legs=legs, coverage=replace(base.coverage, files=files) if files else None)


def _paths(changes: Changes) -> set[str]:
    return {path for file in changes.files for path in (file.path, file.old_path) if path}


def carry(head: Snapshot, legs: tuple[Leg, ...], base: Coverage | None, changes: Changes | None) -> Snapshot:
    """What is stored of a run that left suites out: its own results, and theirs from the base.

    Args:
        head: what the run measured.
        legs: what is carried.
        base: the base's coverage; files that are unchanged and that the run did not measure are carried, too.
        changes: what changed since the base.
    """
    if not legs:
        return head
    covered = head.coverage
    if base is not None and changes is not None:
        own = {file.path for file in covered.files} if covered else set()
        files = [file for file in base.files if file.path not in own | _paths(changes)]
        if covered is None:
            covered = replace(base, files=tuple(files))
        else:
            covered = replace(covered, files=tuple(sorted((*covered.files, *files), key=lambda file: file.path)))
    merged = tuple(sorted((*head.legs, *legs), key=lambda leg: (leg.group, leg.leg)))
    return replace(head, legs=merged, coverage=covered)
