"""Gathers what a run needs: reports of the workspace; base commit, changed lines and baseline from GitHub or git."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from readygate.baseline import Choice, choose
from readygate.errors import ForgeError
from readygate.formats import Source
from readygate.github.client import GitHub
from readygate.github.labels import waiver
from readygate.github.lineage import Origin, changes_between, first_parents, origin
from readygate.log import Log
from readygate.model.changes import Changes
from readygate.model.comparison import Waiver
from readygate.model.patterns import replacer
from readygate.model.secrets import REDACTED, Scrubber
from readygate.model.snapshot import Evidence, Pattern
from readygate.model.target import Role, Target
from readygate.model.value import dataclass
from readygate.policy import PATH, PolicyFiles
from readygate.reading import read_all
from readygate.settings import Settings
from readygate.sources import artifacts
from readygate.sources.archives import unpack
from readygate.sources.base_file import from_github
from readygate.sources.checkout import untouched
from readygate.sources.workspace import Found, find
from readygate.stores import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What a change is compared with, beside its own reports.

    Attributes:
        changes: what the change adds and removes, None if unknown.
        changes_note: why they are unknown.
        since_baseline: what changed since the baseline's commit.
        files: the repository's files at the measured commit, None if unknown.
        trusted: the commit, else the branch, whose files count and not those of the change; empty if unknown.
        policy: the policy file on both sides.
        waiver: asks for the label by which somebody answers for what is missing; None if it is not set.
    """

    choice: Choice
    changes: Changes | None = None
    changes_note: str = ""
    since_baseline: Changes | None = None
    files: frozenset[str] | None = None
    trusted: str = ""
    policy: PolicyFiles = PolicyFiles()
    waiver: Callable[[str], Waiver | None] = lambda _label: None


def read_reports(
    root: Path, settings: Settings, log: Log, what: str = "reports", archives: Sequence[Source | Found] = ()
) -> Evidence:
    """Find and read reports, each file once, and print a line for every file with a problem.

    Args:
        root: the workspace.
        settings: with the globs of the inputs.
        log: the console.
        what: what the reports are called there.
        archives: artifacts to read beside the workspace.
    """
    patterns: list[Pattern] = []
    here: dict[str, Found] = {}
    packed: dict[str, Found] = {}
    for kind, wanted in (("tests", settings.tests), ("coverage", settings.coverage)):
        counted, files = find(root, kind, wanted)
        inside, members = artifacts.choose(archives, kind, wanted)
        patterns += _added(counted, inside)
        for found, more in ((here, (part for file in files for part in unpack(file))), (packed, members)):
            for file in more:
                known = found.get(file.source.name)
                found[file.source.name] = file if known is None or known.discovered else known
    patterns += artifacts.count(archives, settings.artifacts)
    committed = untouched(root, (name for name, file in here.items() if file.discovered and file.source.path))
    for name in sorted(committed):
        log.line(
            f"{name}: passed over, as it is committed to the repository and no job has written it; name it to use it"
        )
        del here[name]
    found = artifacts.together(here, packed, log.line)
    scrub = Scrubber(replacer(settings.redact, REDACTED) if settings.redact else None)
    read = read_all([found[name] for name in sorted(found)], log, what, scrub)
    return Evidence(files=tuple(read), patterns=tuple(patterns), needs=settings.needs)


def _added(one: Iterable[Pattern], other: Iterable[Pattern]) -> list[Pattern]:
    """Count what a pattern matched in the workspace and in artifacts together."""
    more = {pattern.text: pattern.matched for pattern in other}
    return [replace(pattern, matched=pattern.matched + more.get(pattern.text, 0)) for pattern in one]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """Asks GitHub for everything a change is compared with; made to run beside the reading of reports.

    Attributes:
        store: where baselines lie; None if they are switched off.
        need_files: the workspace has no checkout that lists the repository's files.
    """

    hub: GitHub
    target: Target
    gate: str
    store: Store | None
    need_files: bool

    def fetch(self) -> Background:
        """Ask.

        Raises:
            StoreError: a baseline exists and cannot be read.
            ForgeError: GitHub could not be asked.
        """
        hub, target = self.hub, self.target
        start = origin(hub, target)
        picked = self._choose(start)
        since = start.changes
        if picked.baseline is not None and picked.baseline.snapshot.commit != start.commit:
            since = changes_between(hub, picked.baseline.snapshot.commit, target.measured)
        return Background(
            choice=picked,
            changes=start.changes,
            changes_note=start.note,
            since_baseline=since,
            files=self._files() if self.need_files else None,
            trusted=self._trusted(start),
            policy=self._policy(start),
            waiver=lambda label: waiver(hub, target.number or target.queued, label),
        )

    def _trusted(self, start: Origin) -> str:
        """The commit that the change starts from; of a base branch, its own.

        Where nothing says where the change starts from, the branch that it goes to has a policy all the same.
        """
        own = self.target.measured if self.target.role is Role.RECORD else start.commit
        return own or self.target.base_ref

    def _policy(self, start: Origin) -> PolicyFiles:
        """Read the policy that counts, and the one that the change brings if it touches it."""
        hub, target, trusted = self.hub, self.target, self._trusted(start)
        base = from_github(hub, PATH, trusted) if trusted else None
        name = f"{PATH} at {trusted[:7] if len(trusted) >= 40 else trusted}"
        if target.role is Role.RECORD or not _touches(start.changes, PATH):
            return PolicyFiles(base=base, base_name=name)
        own = from_github(hub, PATH, target.measured)
        return PolicyFiles(base=base, base_name=name, changed=own != base, own=own)

    def _choose(self, start: Origin) -> Choice:
        if self.store is None:
            return Choice(baseline=None, note="the baseline is switched off")
        if not start.commit:
            return Choice(baseline=None, note=_lower(start.note) or "it starts from no known commit")
        return choose(
            self.store,
            self.gate,
            wanted=start.commit,
            relation=start.relation,
            branch=self.target.base_ref,
            ancestors=lambda: first_parents(self.hub, start.commit),
        )

    def _files(self) -> frozenset[str] | None:
        try:
            tree = self.hub.get(f"/git/trees/{self.target.measured}", recursive=1)
            files = frozenset(row["path"] for row in tree["tree"] if row["type"] == "blob")
        except ForgeError:
            return None  # paths are then told as the reports name them
        return None if tree.get("truncated") else files


def _touches(changes: Changes | None, path: str) -> bool:
    """Whether a change touches a path, or could."""
    if changes is None or not changes.complete:
        return True
    return any(path in (file.path, file.old_path) for file in changes.files)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
