"""`readygate report`: the same road on a laptop, with git instead of GitHub."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from readygate.baseline import Choice, choose
from readygate.collect import Background, read_reports
from readygate.errors import SettingsError
from readygate.log import Log, columns, has_colour
from readygate.model.changes import Changes
from readygate.model.paths import PathRules
from readygate.model.patterns import to_hide
from readygate.model.snapshot import Baseline, Measured, Provenance, Snapshot
from readygate.model.target import Role, Target
from readygate.outputs import Desk
from readygate.policy import PATH, PolicyFiles
from readygate.settings import NO_LEGS, Settings, Workplace, names_legs
from readygate.snapshot.build import build
from readygate.snapshot.codec import MAGIC, decode
from readygate.sources import local_git
from readygate.sources.base_file import from_git
from readygate.sources.checkout import checked_out
from readygate.stores import Store, open_store


def report(options: argparse.Namespace) -> int:
    """Judge local reports.

    Raises:
        ReadygateError: they could not be judged.
    """
    settings = _settings(options)
    root: Path = options.root
    if not root.is_dir():
        raise SettingsError((f"--root {root} is no folder",))
    repo = options.repo or root
    commit = options.commit or checked_out(repo)
    start = local_git.resolve(repo, options.against) if options.against else ""
    store = open_store(f"folder:{options.store.absolute()}", root, None) if options.store else None
    target = Target(
        role=Role.RECORD if options.record else Role.LOCAL,
        measured=commit,
        measured_note="named by --commit" if options.commit else "checked out" if commit else "",
        base_ref=options.branch,
    )
    stream = sys.stdout if options.format == "console" else sys.stderr
    log = Log(stream=stream, colour=has_colour(stream, os.environ), width=columns(stream, os.environ))
    desk = Desk(
        settings=settings,
        workplace=Workplace(workspace=root),
        log=log,
        printed=options.format,
        stdout=sys.stdout,
        folder=options.output,
        sources=repo,
    )
    evidence = read_reports(root, settings, log)
    from readygate.pipeline import run  # noqa: PLC0415  (the first report is opened sooner)

    rules = _paths(repo, commit, root, settings)
    return run(
        desk,
        target,
        evidence,
        lambda: _background(options, repo, commit, start, store, rules, desk),
        lambda _known: rules,
        store if options.record else None,
    )


def _settings(options: argparse.Namespace) -> Settings:
    commit = options.commit or checked_out(options.repo or options.root)
    if options.record and not (options.store and commit):
        raise SettingsError(("--record needs --store, and a commit: --commit, or a checkout in --repo",))
    if options.base and options.store and not options.record:
        raise SettingsError(("--base and --store both name a baseline",), todo="give one of them")
    if not options.name.strip():
        raise SettingsError(("--name is empty",))
    maps = tuple(tuple(pair.split("=", 1)) for pair in options.path_map)
    problems = ["--path-map is of the form OLD=NEW"] if any(len(pair) != 2 for pair in maps) else []
    if options.legs and not names_legs(options.legs):
        problems.append(f"--legs: {options.legs!r} {NO_LEGS}")
    hidden = to_hide(options.redact, "--redact", problems)
    if problems:
        raise SettingsError(tuple(problems))
    return Settings(
        tests=tuple(options.tests),
        coverage=tuple(options.coverage),
        name=options.name,
        policy=options.policy,
        template=str(options.template or ""),
        legs=options.legs,
        path_map=tuple((pair[0], pair[1]) for pair in maps),
        redact=hidden,
    )


def _paths(repo: Path, commit: str, root: Path, settings: Settings) -> PathRules:
    files = None
    if commit and (repo / ".git").exists():
        files = local_git.tracked(repo, commit)
    roots = tuple(dict.fromkeys((str(repo.absolute()), str(root.absolute()))))
    return PathRules(files=files, roots=roots, maps=settings.path_map)


def _background(
    options: argparse.Namespace,
    repo: Path,
    commit: str,
    start: str,
    store: Store | None,
    rules: PathRules,
    desk: Desk,
) -> Background:
    has_git = bool(commit) and (repo / ".git").exists()
    changes = local_git.diff(repo, start, commit) if start and has_git else None
    note = "" if changes else "Without --against and a git repository the changed lines are not known"
    choice = _choice(options, repo, commit, start, store, rules, desk)
    since: Changes | None = changes
    base = choice.baseline.snapshot.commit if choice.baseline else ""
    if base and base != start and has_git:
        since = local_git.diff(repo, base, commit) if _known(repo, base) else None
    return Background(
        choice=choice,
        changes=changes,
        changes_note=note,
        since_baseline=since,
        files=rules.files,
        policy=_policy(options, repo, start if has_git else ""),
    )


def _policy(options: argparse.Namespace, repo: Path, start: str) -> PolicyFiles:
    """The policy of the revision that the change starts from, else the one that lies there."""
    path: Path = options.policy_file or repo / PATH
    try:
        here = path.read_bytes() if options.policy_file or path.is_file() else None
    except OSError as error:
        raise SettingsError((f"--policy-file {path}: {error.strerror or error}",)) from error
    if options.policy_file or not start:
        return PolicyFiles(base=here, base_name=str(options.policy_file or PATH))
    base = from_git(repo, PATH, start)
    return PolicyFiles(base=base, base_name=f"{PATH} at {start[:7]}", changed=here != base, own=here)


def _known(repo: Path, commit: str) -> bool:
    try:
        return bool(local_git.resolve(repo, commit))
    except local_git.GitError:
        return False


def _choice(
    options: argparse.Namespace,
    repo: Path,
    commit: str,
    start: str,
    store: Store | None,
    rules: PathRules,
    desk: Desk,
) -> Choice:
    if options.base:
        given = _given(options.base, start, rules, desk)
        snapshot, details = (given.snapshot, given.details) if isinstance(given, Measured) else (given, {})
        return Choice(
            baseline=Baseline(snapshot=snapshot, branch=options.branch, relation="the given base", details=details)
        )
    if store is None:
        return Choice(
            baseline=None,
            note="no baseline was given",
            todo="Give one with `--base`, or store one with `--store DIR --record` and name the folder with `--store`.",
        )

    def before() -> Iterable[str]:
        return local_git.ancestors(repo, start or commit) if (repo / ".git").exists() and (start or commit) else ()

    wanted = start or next(iter(before()), "")
    if wanted:
        return choose(
            store,
            options.name,
            wanted=wanted,
            relation="the base commit" if start else "the commit before",
            branch=options.branch,
            ancestors=before,
        )
    return Choice(baseline=None, note="there is no commit before it to compare with; --base names one")


def _given(path: Path, commit: str, rules: PathRules, desk: Desk) -> Snapshot | Measured:
    """The baseline as a snapshot file, or as a folder of reports to read now."""
    if path.is_dir():
        quiet = Settings(name=desk.settings.name, redact=desk.settings.redact)
        evidence = read_reports(path, quiet, desk.log, "the base")
        if not any(file.report for file in evidence.files):  # nothing measured is not the same as nothing failed
            raise SettingsError(
                (f"--base {path} holds no report that can be read",),
                todo="name a folder with reports, or a snapshot; `readygate inspect` says what a file is",
            )
        return build(commit, evidence, rules, Provenance())
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError((f"--base {path}: {error.strerror or error}",)) from error
    if not data.startswith(MAGIC):
        raise SettingsError((f"--base {path} is neither a snapshot nor a folder of reports",))
    return decode(data, str(path))
