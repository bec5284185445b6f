"""Fetch what a run is compared with from GitHub."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from msgspec import Struct
from msgspec.structs import replace

from readygate.baseline.load_snapshot import Own
from readygate.baseline.select import BaselineChoice, WantedBaseline, choose
from readygate.baseline.store_paths import history_path
from readygate.baseline.stores import Store, open_store
from readygate.context import RunContext
from readygate.github.client import GitHub
from readygate.github.commits import Origin, Parents, changes_and_commits, changes_between, first_parents, origin
from readygate.github.files import file_at
from readygate.github.labels import waiver
from readygate.model.policy import POLICY_PATH
from readygate.model.subject import Role, Subject
from readygate.policy import PolicyFiles
from readygate.reference import LoadedBaseline, Reference
from readygate.support.errors import ForgeError


def ask(context: RunContext, subject: Subject, *, run_id: int, need_files: bool) -> Reference:
    """Open the store of baselines and fetch everything that a change is compared with.

    Args:
        context: settings, client and folders.
        subject: what the run is about.
        run_id: the id of this run.
        need_files: fetch the list of files, because the workspace has no checkout that contains it.

    Raises:
        SettingsError: the store of baselines cannot be opened.
        StoreError: a baseline exists and cannot be read.
        ForgeError: a request to GitHub failed.
    """
    store_client = context.github.clone_for_thread() if context.github else None
    store = _open_store(context, subject, store_client, run_id)
    if context.github is None or store_client is None:
        note = "there is no token to ask GitHub with"
        return Reference(
            load=lambda _own, _repeats: LoadedBaseline(choice=BaselineChoice(baseline=None, note=note)),
            store=store,
            changes_note="There is no token to ask GitHub with",
            policy=PolicyFiles(note=note),
        )
    return GitHubReference(
        client=context.github,
        store_client=store_client,
        subject=subject,
        gate=context.settings.gate,
        store=store,
        need_files=need_files,
    ).fetch()


def _open_store(context: RunContext, subject: Subject, client: GitHub | None, run_id: int) -> Store | None:
    """Open the store of baselines; None if baselines are off."""
    settings = context.settings
    if settings.baseline == "off":
        return None
    return open_store(
        settings.baseline,
        context.runner.workspace,
        client,
        branches=tuple(filter(None, (subject.base_ref, subject.default_branch))),
        commit=subject.measured,
        run_id=run_id,
        folder=context.folder,
        records=subject.stores,
    )


class GitHubReference(Struct, frozen=True, kw_only=True):
    """Fetches everything that a change is compared with.

    Attributes:
        store_client: the client of the store, which is queried in parallel with the rest.
    """

    client: GitHub
    store_client: GitHub
    subject: Subject
    gate: str
    store: Store | None
    need_files: bool

    def fetch(self) -> Reference:
        """Fetch what does not depend on each other in parallel.

        Raises:
            StoreError: a baseline exists and cannot be read.
            ForgeError: a request to GitHub failed.
        """
        client, subject = self.client, self.subject
        with ThreadPoolExecutor(2) as pool:
            origins: Future[Origin] = Future()
            history = pool.submit(self._history, origins)
            try:
                start = origin(client, subject)
            except BaseException as error:
                origins.set_exception(error)
                raise
            origins.set_result(start)
            fetched = pool.submit(lambda: self._policy_and_files(start))
            policy, files = fetched.result()
            data = history.result()
        return Reference(
            load=lambda own, _repeats: self._load(start, data, own),
            ancestors=lambda: first_parents(client, subject.measured, start.parents),
            store=self.store,
            changes=start.changes,
            changes_note=start.note,
            files=files,
            trusted=self._trusted(start),
            policy=policy,
            waiver=lambda label: waiver(client, subject.number or subject.queued_pr, label),
        )

    def _trusted(self, start: Origin) -> str:
        """Return the commit that the change starts from, or the measured commit of a base branch.

        Where the start is unknown, return the target branch, which has a policy, too.
        """
        own = self.subject.measured if self.subject.role is Role.RECORD else start.commit
        return own or self.subject.base_ref

    def _policy_and_files(self, start: Origin) -> tuple[PolicyFiles, frozenset[str] | None]:
        """Read the policy in force, and the list of files, which may show that there is no policy."""
        types = self._types_of_paths()
        files = None if types is None else frozenset(path for path, kind in types.items() if kind == "blob")
        return self._policy(start, listed=None if types is None else POLICY_PATH in types), files

    def _policy(self, start: Origin, *, listed: bool | None) -> PolicyFiles:
        """Read the policy in force, and the policy of the change if the change touches it.

        Args:
            start: the commit that the change starts from, with its changes.
            listed: whether the measured commit has a policy file, None if unknown.

        Raises:
            ForgeError: a request failed, or GitHub denies a file that it lists.
        """
        client, subject, trusted = self.client, self.subject, self._trusted(start)
        name = f"{POLICY_PATH} at {trusted[:7] if len(trusted) >= 40 else trusted}"
        untouched = start.changes is not None and not start.changes.may_touch(POLICY_PATH)
        same = subject.role is Role.RECORD or untouched
        if same and listed is False:
            return PolicyFiles(base_name=name)
        base = file_at(client, POLICY_PATH, trusted) if trusted else None
        if same and base is None and listed:  # one wrong answer must not put a weaker policy in force
            raise ForgeError(f"GitHub lists {name} and does not find it", todo="run the job again")
        if same:
            return PolicyFiles(base=base, base_name=name)
        own = file_at(client, POLICY_PATH, subject.measured)
        return PolicyFiles(base=base, base_name=name, changed=own != base, own=own)

    def _history(self, start: Future[Origin]) -> bytes | None:
        """Read the record of the gate, while other threads still look for the commit that the change starts from."""

        def line() -> Iterator[str]:
            commit = start.result().commit
            if commit:
                yield commit
                yield from first_parents(self.store_client, commit, start.result().parents)

        return self.store.history(history_path(self.gate), line()) if self.store else None

    def _load(self, start: Origin, history: bytes | None, own: Own) -> LoadedBaseline:
        """Load the baseline, and the changes since its commit."""
        compared = {start.commit: start.changes}

        def between(older: str) -> Parents:
            if not _may_merge(start, older):
                return {}
            compared[older], parents = changes_and_commits(self.client, older, self.subject.measured)
            return {**start.parents, **parents}

        choice = self._choose(start, history, own, between)
        base = choice.baseline.snapshot.commit if choice.baseline else start.commit
        if base not in compared:
            compared[base] = changes_between(self.client, base, self.subject.measured)
        return LoadedBaseline(choice=choice, since=compared[base])

    def _attempt(self) -> tuple[str, int, int] | None:
        """Return the measured commit, run and attempt if earlier attempts may be recorded."""
        subject = self.subject
        return (subject.measured, subject.run_id, subject.run_attempt) if subject.stores else None

    def _choose(
        self, start: Origin, history: bytes | None, own: Own, between: Callable[[str], Parents]
    ) -> BaselineChoice:
        if self.store is None:
            return BaselineChoice(baseline=None, note="the baseline is switched off")
        if not start.commit:
            return BaselineChoice(baseline=None, note=_lower(start.note) or "it starts from no known commit")
        wanted = WantedBaseline(
            commit=start.commit,
            relation=start.relation,
            branch=self.subject.base_ref,
            ancestors=lambda: first_parents(self.store_client, start.commit, start.parents),
            between=between,
            own=own,
            attempt=self._attempt(),
            records=self.subject.role is Role.RECORD,
        )
        store, already = self.store, [history]

        def read(path: str, line: Iterator[str]) -> bytes | None:
            """Return what was read already, and on a second call what is there now."""
            return already.pop() if already else store.history(path, line)

        return choose(replace(store, history=read), self.gate, wanted)

    def _types_of_paths(self) -> dict[str, str] | None:
        """Return the types of all paths of the measured commit, such as `blob` and `tree`; None if unknown."""
        if not self.need_files:
            return None
        try:
            tree = self.client.get(f"/git/trees/{self.subject.measured}", recursive=1)
            types = {row["path"]: row["type"] for row in tree["tree"]}
        except ForgeError:
            return None  # paths are then shown as the reports name them
        return None if tree.get("truncated") else types


def _may_merge(start: Origin, older: str) -> bool:
    """Return whether a commit from the start of a change back to an older one may be a merge commit."""
    commit = start.commit
    while commit != older:
        parents = start.parents.get(commit, ())
        if len(parents) != 1:  # a merge, or not known
            return True
        commit = parents[0]
    return False


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
