"""Choose what a local run is compared with, from git and files instead of GitHub."""

from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from readygate.baseline.load_snapshot import Own
from readygate.baseline.select import BaselineChoice, WantedBaseline, choose
from readygate.baseline.snapshot_codec import decode
from readygate.baseline.snapshot_file import is_snapshot_file, unpack_snapshot
from readygate.baseline.store_paths import history_path
from readygate.baseline.stores import Store, open_store
from readygate.collect.collect_reports import collect_reports
from readygate.config.settings import Settings
from readygate.context import RunContext
from readygate.git import local_git
from readygate.model.changes import Changes
from readygate.model.paths import PathRules
from readygate.model.policy import POLICY_PATH
from readygate.model.snapshot import Baseline, HeadRun, InputFiles, Provenance, Snapshot
from readygate.policy import PolicyFiles
from readygate.reference import LoadedBaseline, Reference
from readygate.snapshot.build import build
from readygate.support.errors import SettingsError
from readygate.support.workspace_file import line_counter


class ReportOptions(Struct, frozen=True, kw_only=True):
    """The subject of a local run, and what its results are compared with.

    Attributes:
        root: the folder of the reports.
        repo: the root of the git repository, or a folder without one.
        commit: the measured commit, empty if unknown.
        edited: files of the working tree that differ from the measured commit; None if the working tree was not
            measured.
        untracked: source files that git does not track, which were measured with it.
        against: the revision that the change starts from, empty if unknown.
        branch: the name of the base branch in the report.
        base: a snapshot, or a folder of reports.
        store: a folder of stored snapshots.
        policy_file: a policy to use instead of the repository's own.
        has_git: git can be asked about the measured commit.
        records: the run stores its results, so that the folder of the store may be missing.
    """

    root: Path
    repo: Path
    commit: str
    against: str
    branch: str
    base: Path | None
    store: Path | None
    policy_file: Path | None
    edited: tuple[str, ...] | None = None
    untracked: tuple[str, ...] = ()
    has_git: bool = False
    records: bool = False

    def changes_since(self, base: str) -> Changes:
        """Return what the measured files change compared with a commit.

        Raises:
            GitError: the commit is not in the repository.
        """
        in_tree = bool(self.edited or self.untracked)
        return local_git.diff(self.repo, base, self.commit, self.untracked if in_tree else None)

    def files(self) -> frozenset[str] | None:
        """Return the files that were measured, None without git."""
        if not self.has_git:
            return None
        gone = {path for path in self.edited or () if not (self.repo / path).exists()}
        added = {path for path in self.edited or () if (self.repo / path).exists()}
        return (local_git.tracked(self.repo, self.commit) | added | set(self.untracked)) - gone


def ask(wanted: ReportOptions, context: RunContext) -> Reference:
    """Open the store of baselines, and read from git everything that a change is compared with.

    Raises:
        ReadygateError: a named revision, store, baseline or policy is missing or cannot be read.
    """
    repo, commit = wanted.repo, wanted.commit
    start = local_git.resolve(repo, wanted.against) if wanted.against else ""
    if start and wanted.has_git:
        start = local_git.merge_base(repo, start, commit)
    url = f"folder:{wanted.store.absolute()}" if wanted.store else ""
    store = open_store(url, wanted.root, None, records=wanted.records) if url else None
    files = wanted.files()
    links = local_git.links(repo, commit) if wanted.has_git else {}
    changes = wanted.changes_since(start) if start and wanted.has_git else None
    note = "" if changes else "Without --against and a git repository the changed lines are not known"

    def load(own: Own, repeats: str) -> LoadedBaseline:
        choice = _choice(wanted, start, store, files, links, context, own, repeats)
        since: Changes | None = changes
        base = choice.baseline.snapshot.commit if choice.baseline else ""
        if base and base != start and wanted.has_git:
            since = wanted.changes_since(base) if _known(repo, base) else None
        return LoadedBaseline(choice=choice, since=since)

    return Reference(
        load=load,
        ancestors=lambda: local_git.ancestors(repo, commit) if wanted.has_git else (),
        store=store,
        changes=changes,
        changes_note=note,
        files=files,
        links=links,
        policy=_policy(wanted, start if wanted.has_git else ""),
    )


def rules(
    root: Path,
    repo: Path,
    files: frozenset[str] | None,
    links: Mapping[str, str],
    settings: Settings,
    *,
    in_tree: bool = False,
) -> PathRules:
    """Return the rules that map paths of reports to paths of the repository; `in_tree` if its tree was measured."""
    here, top = root.resolve(), repo.resolve()
    folder = "/".join(here.relative_to(top).parts) if here.is_relative_to(top) else ""
    roots = tuple(dict.fromkeys((str(repo.absolute()), str(root.absolute()))))
    known = PathRules(files=files, links=links, roots=roots, maps=settings.path_map, folder=folder)
    return replace(known, lengths=line_counter(repo)) if in_tree else known


def _policy(wanted: ReportOptions, start: str) -> PolicyFiles:
    """Read the policy of the revision that the change starts from; without a revision, the one of the working tree."""
    path = wanted.policy_file or wanted.repo / POLICY_PATH
    try:
        here = path.read_bytes() if wanted.policy_file or path.is_file() else None
    except OSError as error:
        raise SettingsError((f"--policy-file {path}: {error.strerror or error}",)) from error
    if wanted.policy_file or not start:
        return PolicyFiles(base=here, base_name=str(wanted.policy_file or POLICY_PATH))
    listed = POLICY_PATH in local_git.tracked(wanted.repo, start)
    base = local_git.show(wanted.repo, start, POLICY_PATH) if listed else None
    return PolicyFiles(base=base, base_name=f"{POLICY_PATH} at {start[:7]}", changed=here != base, own=here)


def _known(repo: Path, commit: str) -> bool:
    try:
        return bool(local_git.resolve(repo, commit))
    except local_git.GitError:
        return False


def _choice(
    wanted: ReportOptions,
    start: str,
    store: Store | None,
    files: frozenset[str] | None,
    links: Mapping[str, str],
    context: RunContext,
    own: Own,
    repeats: str,
) -> BaselineChoice:
    if wanted.base:
        paths = rules(wanted.root, wanted.repo, files, links, context.settings)
        given = _given(wanted.base, start, paths, context, repeats)
        snapshot, details = (given.snapshot, given.details) if isinstance(given, HeadRun) else (given, {})
        return BaselineChoice(
            baseline=Baseline(snapshot=snapshot, branch=wanted.branch, relation="the given base", details=details)
        )
    if store is None:
        return BaselineChoice(
            baseline=None,
            note="no baseline was given",
            todo="Give one with `--base`, or store one with `--store DIR --record` and name the folder with `--store`.",
        )

    newest = start or wanted.commit

    def before() -> Iterable[str]:
        return local_git.ancestors(wanted.repo, newest) if wanted.has_git and newest else ()

    compared_with = start or next(iter(before()), "")
    if compared_with:
        return choose(
            store,
            context.settings.name,
            WantedBaseline(
                commit=compared_with,
                relation="the merge base" if start else "the commit before",
                branch=wanted.branch,
                ancestors=lambda: before() if start else islice(before(), 1, None),
                between=lambda older: local_git.parents_between(wanted.repo, older, compared_with),
                own=own,
                records=wanted.records,
            ),
        )
    store.history(history_path(context.settings.name), iter(()))  # a mistyped folder is an error here, too
    return BaselineChoice(baseline=None, note="there is no commit before it to compare with; --base names one")


def _collect(path: Path, context: RunContext) -> InputFiles:
    """Collect the reports of a folder by the patterns of the inputs, or by discovery if these match nothing there."""
    name, redact, settings = context.settings.name, context.settings.redact, context.settings
    same = Settings(name=name, redact=redact, tests=settings.tests, coverage=settings.coverage)
    evidence = collect_reports(path, same, context.console, what="the base")
    if evidence.files:
        return evidence
    context.console.line(f"{path}: the patterns of the inputs match no file there, so its reports are discovered")
    return collect_reports(path, Settings(name=name, redact=redact), context.console, what="the base")


def _given(path: Path, commit: str, rules: PathRules, context: RunContext, repeats: str) -> Snapshot | HeadRun:
    """Read the baseline from a snapshot file, or from a folder of reports."""
    if path.is_dir():
        evidence = _collect(path, context)
        if not any(file.report for file in evidence.files):  # nothing measured is not the same as nothing failed
            raise SettingsError(
                (f"--base {path} holds no report that can be read",),
                todo="name a folder with reports, or a snapshot; `readygate inspect` says what a file is",
            )
        return build(commit, evidence, rules, Provenance(), pattern=context.settings.legs, repeats=repeats)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError((f"--base {path}: {error.strerror or error}",)) from error
    if not is_snapshot_file(data):
        raise SettingsError((f"--base {path} is neither a snapshot nor a folder of reports",))
    return decode(unpack_snapshot(data, str(path)), str(path))
