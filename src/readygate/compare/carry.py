"""Suites that a change does not touch, as the policy says: they need not run, and keep what the base measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from readygate.model.changes import Changes
from readygate.model.coverage import Coverage
from readygate.model.snapshot import Snapshot
from readygate.model.tests import Leg

Fits = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
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
    paths = {path for file in changes.files for path in (file.path, file.old_path) if path}
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
    changed = {path for file in changes.files for path in (file.path, file.old_path)} if changes else set()
    covered = head.coverage
    if base is not None and changes is not None:
        own = {file.path for file in covered.files} if covered else set()
        files = [file for file in base.files if file.path not in own and file.path not in changed]
        if covered is None:
            covered = replace(base, files=tuple(files))
        else:
            covered = replace(covered, files=tuple(sorted((*covered.files, *files), key=lambda file: file.path)))
    merged = tuple(sorted((*head.legs, *legs), key=lambda leg: (leg.group, leg.leg)))
    return replace(head, legs=merged, coverage=covered)
