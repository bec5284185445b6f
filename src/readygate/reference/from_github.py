"""What a run is compared with, as GitHub tells it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct
from msgspec.structs import replace

from readygate.baseline.select import Choice, choose, slug
from readygate.baseline.stores import Store, open_store
from readygate.github.client import GitHub
from readygate.github.commits import Origin, changes_between, first_parents, origin
from readygate.github.labels import waiver
from readygate.model.changes import Changes
from readygate.model.subject import Role, Target
from readygate.outputs import Desk
from readygate.policy import PATH, PolicyFiles
from readygate.reference import Background
from readygate.reference.base_file import from_github
from readygate.support.errors import ForgeError


def ask(desk: Desk, target: Target, *, run_id: int, need_files: bool) -> Background:
    """Open the store of baselines and ask for everything a change is compared with.

    Args:
        desk: settings, session and folders.
        target: what the run is about.
        run_id: of this run.
        need_files: the workspace has no checkout that lists the repository's files.

    Raises:
        SettingsError: there is no such store.
        StoreError: a baseline exists and cannot be read.
        ForgeError: GitHub could not be asked.
    """
    aside = desk.hub.apart() if desk.hub else None
    store = open_baselines(desk, target, aside, run_id)
    if desk.hub is None or aside is None:
        note = "there is no token to ask GitHub with"
        return Background(
            choice=Choice(baseline=None, note=note),
            store=store,
            changes_note="There is no token to ask GitHub with",
            policy=PolicyFiles(note=note),
        )
    return Remote(
        hub=desk.hub, aside=aside, target=target, gate=desk.settings.gate, store=store, need_files=need_files
    ).fetch()


def open_baselines(desk: Desk, target: Target, hub: GitHub | None, run_id: int) -> Store | None:
    """Open the store of baselines, by a session with GitHub; None if baselines are switched off.

    Raises:
        SettingsError: there is no such store, or it needs a session.
    """
    settings = desk.settings
    if settings.baseline == "off":
        return None
    return open_store(
        settings.baseline,
        desk.workplace.workspace,
        hub,
        gate=slug(settings.gate),
        branch=target.base_ref,
        run_id=run_id,
        folder=desk.folder,
    )


class Remote(Struct, frozen=True, kw_only=True):
    """Asks GitHub for everything a change is compared with; made to run beside the reading of reports.

    Each answer takes its time on the way, so the store is asked beside the rest, by a session of its own.

    Attributes:
        aside: the session of the store.
    """

    hub: GitHub
    aside: GitHub
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
        with ThreadPoolExecutor(2) as pool:
            names = pool.submit(self.store.names) if self.store else None
            start = origin(hub, target)
            told = pool.submit(lambda: (self._policy(start), self._files()))
            picked = self._choose(start, names.result if names else None)
            policy, files = told.result()
        since = start.changes
        if picked.baseline is not None and picked.baseline.snapshot.commit != start.commit:
            since = changes_between(hub, picked.baseline.snapshot.commit, target.measured)
        return Background(
            choice=picked,
            store=self.store,
            changes=start.changes,
            changes_note=start.note,
            since_baseline=since,
            files=files,
            trusted=self._trusted(start),
            policy=policy,
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

    def _choose(self, start: Origin, names: Callable[[], tuple[str, ...]] | None) -> Choice:
        if self.store is None or names is None:
            return Choice(baseline=None, note="the baseline is switched off")
        if not start.commit:
            return Choice(baseline=None, note=_lower(start.note) or "it starts from no known commit")
        return choose(
            replace(self.store, names=names),
            self.gate,
            wanted=start.commit,
            relation=start.relation,
            branch=self.target.base_ref,
            ancestors=lambda: first_parents(self.aside, start.commit),
        )

    def _files(self) -> frozenset[str] | None:
        if not self.need_files:
            return None
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
