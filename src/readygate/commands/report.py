"""Run `readygate report`: judge local reports, with git instead of GitHub."""

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryFile

from readygate.collect.collect_reports import collect_reports
from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import NO_LEGS, Settings, names_legs, parse_path_map
from readygate.context import RunContext
from readygate.git import local_git
from readygate.git.checkout import checked_out
from readygate.model.paths import PathRules
from readygate.model.rich_text import count
from readygate.model.subject import Role, Subject
from readygate.pipeline import run
from readygate.reference import Reference, from_git
from readygate.reference.from_git import ReportOptions
from readygate.support.console import Console, columns, has_colour
from readygate.support.errors import SettingsError
from readygate.support.globs import to_hide
from readygate.support.source_files import is_source, measured_languages


def report(options: argparse.Namespace) -> int:
    """Judge local reports.

    Raises:
        ReadygateError: they could not be judged.
    """
    settings = _settings(options)
    root: Path = options.root
    if not root.is_dir():
        raise SettingsError((f"--root {root} is no folder",))
    if options.output:
        _create(options.output)
    wanted = _wanted(options)
    _check_record(options, wanted)
    repo = wanted.repo
    subject = Subject(
        role=Role.RECORD if options.record else Role.LOCAL,
        measured=wanted.commit,
        measured_note=_note(wanted, named=bool(options.commit)),
        base_ref=options.branch,
    )
    stream = sys.stdout if options.format == "console" else sys.stderr
    context = RunContext(
        settings=settings,
        runner=RunnerEnvironment(workspace=root),
        console=Console(stream=stream, colour=has_colour(stream, os.environ), width=columns(stream, os.environ)),
        printed=options.format,
        stdout=sys.stdout,
        folder=options.output,
        sources=repo,
    )

    def fetch_reference() -> Reference:
        return from_git.ask(wanted, context)

    def path_rules(reference: Reference) -> PathRules:
        return from_git.rules(root, repo, reference.files, reference.links, settings, in_tree=wanted.edited is not None)

    passed_over = [folder for folder in (options.base, options.output, options.store) if folder]
    if wanted.edited or wanted.untracked:
        context.console.notice(f"The results are of commit {wanted.commit[:7]} {_edits(wanted)}.")
    evidence = collect_reports(root, settings, context.console, passed_over=[Path(folder) for folder in passed_over])
    return run(context, subject, evidence, fetch_reference, path_rules)


def _create(folder: Path) -> None:
    """Create the folder of `--output`, before the work is done.

    Raises:
        SettingsError: it cannot be created or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        problem = f"--output {folder}: nothing can be written there ({error.strerror or error})"
        raise SettingsError((problem,), todo="name a folder that can be written to") from error


def _check_record(options: argparse.Namespace, wanted: ReportOptions) -> None:
    """Refuse to store results under a commit that does not have the measured sources.

    Raises:
        SettingsError: there is no commit, or the working tree has other sources.
    """
    if not options.record:
        return
    if not wanted.commit:
        raise SettingsError(("--record needs a commit: --commit, or a checkout in --repo",))
    every = measured_languages(())
    sources = [path for path in (*(wanted.edited or ()), *wanted.untracked) if is_source(path, every)]
    if sources:
        raise SettingsError(
            (f"--record: {sources[0]} differs from commit {wanted.commit[:7]}, whose results would be stored",),
            todo="commit or stash the edits, or name the measured commit by --commit",
        )


def _note(wanted: ReportOptions, *, named: bool) -> str:
    """Return how the measured commit was determined, and what was measured beside it."""
    note = "named by --commit" if named else "checked out" if wanted.commit else ""
    return f"{note}, {_edits(wanted)}" if wanted.edited or wanted.untracked else note


def _edits(wanted: ReportOptions) -> str:
    parts = [f"uncommitted changes of {count(len(wanted.edited), 'file')}"] if wanted.edited else []
    parts += [f"{count(len(wanted.untracked), 'untracked source file')}"] if wanted.untracked else []
    return f"with {' and '.join(parts)}"


def _wanted(options: argparse.Namespace) -> ReportOptions:
    """Ask git which commit and which edits are measured; without git, the commit is read from the checkout.

    Raises:
        GitError: --commit names no commit of the repository.
    """
    place: Path = options.repo or options.root
    top = local_git.root_of(place)
    edited: tuple[str, ...] | None = None
    untracked: tuple[str, ...] = ()
    if top is None:
        commit = options.commit or checked_out(place)
    elif options.commit:
        commit = local_git.resolve(top, options.commit)
    else:
        commit = local_git.head(top)
        edited, untracked = local_git.edits(top, commit) if commit else (None, ())
    return ReportOptions(
        root=options.root,
        repo=top or place,
        commit=commit,
        edited=edited,
        untracked=untracked,
        has_git=top is not None and bool(commit),
        against=options.against,
        branch=options.branch,
        base=options.base,
        store=options.store,
        policy_file=options.policy_file,
        records=options.record,
    )


def _settings(options: argparse.Namespace) -> Settings:
    if options.record and not options.store:
        raise SettingsError(("--record needs --store",))
    if options.base and options.store and not options.record:
        raise SettingsError(("--base and --store both name a baseline",), todo="give one of them")
    if not options.name.strip():
        raise SettingsError(("--name is empty",))
    problems: list[str] = []
    maps = parse_path_map(options.path_map, "--path-map", problems)
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
        path_map=maps,
        redact=hidden,
    )
