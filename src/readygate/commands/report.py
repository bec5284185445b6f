"""Run `readygate report`: judge local reports, with git instead of GitHub."""

import argparse
import os
import sys
from pathlib import Path

from readygate.collect.collect_reports import collect_reports
from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import NO_LEGS, Settings, names_legs, parse_path_map
from readygate.context import RunContext
from readygate.git.checkout import checked_out
from readygate.model.paths import PathRules
from readygate.model.subject import Role, Subject
from readygate.pipeline import run
from readygate.reference import Reference, from_git
from readygate.reference.from_git import ReportOptions
from readygate.support.console import Console, columns, has_colour
from readygate.support.errors import SettingsError
from readygate.support.globs import to_hide


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
    subject = Subject(
        role=Role.RECORD if options.record else Role.LOCAL,
        measured=commit,
        measured_note="named by --commit" if options.commit else "checked out" if commit else "",
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
        return from_git.ask(_wanted(options, repo, commit), context)

    def path_rules(reference: Reference) -> PathRules:
        return from_git.rules(root, repo, reference.files, reference.links, settings)

    passed_over = [folder for folder in (options.base, options.output, options.store) if folder]
    evidence = collect_reports(root, settings, context.console, passed_over=[Path(folder) for folder in passed_over])
    return run(context, subject, evidence, fetch_reference, path_rules)


def _wanted(options: argparse.Namespace, repo: Path, commit: str) -> ReportOptions:
    return ReportOptions(
        root=options.root,
        repo=repo,
        commit=commit,
        against=options.against,
        branch=options.branch,
        base=options.base,
        store=options.store,
        policy_file=options.policy_file,
        records=options.record,
    )


def _settings(options: argparse.Namespace) -> Settings:
    commit = options.commit or checked_out(options.repo or options.root)
    if options.record and not (options.store and commit):
        raise SettingsError(("--record needs --store, and a commit: --commit, or a checkout in --repo",))
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
