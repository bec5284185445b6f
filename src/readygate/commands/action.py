"""Run the action: from the environment of the runner to an exit code, also if the run fails."""

import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TextIO

from msgspec.structs import replace

from readygate.baseline.store_paths import store_key
from readygate.collect.artifacts import LATE_ARTIFACTS, fetch, on_enterprise_server
from readygate.collect.collect_reports import collect_reports
from readygate.collect.discovery import Found
from readygate.config.runner import RunnerEnvironment, read_runner
from readygate.config.settings import Settings, read_inputs
from readygate.context import RunContext
from readygate.formats import Source
from readygate.git.checkout import checked_out, tracked_files, tracked_links
from readygate.github.branches import Branches
from readygate.github.client import GitHub
from readygate.github.event import read_subject
from readygate.github.workflow_run import conclusion
from readygate.model.paths import PathRules
from readygate.model.policy import POLICY_PATH
from readygate.model.subject import Subject
from readygate.outputs import publish_failure
from readygate.pipeline import run
from readygate.policy import effective, read
from readygate.reference import Reference, from_github
from readygate.render.not_evaluated import NotEvaluated
from readygate.support.console import Console, has_colour
from readygate.support.deadline import Clock, Deadline
from readygate.support.errors import DOCS, ReadygateError, SettingsError
from readygate.support.globs import paths_fit
from readygate.support.workspace_file import line_counter

RECIPE = (
    "This step runs once for each leg of a matrix, so check and stored results are named after the leg and no comment "
    "is written. For one verdict over all legs, upload the reports in each leg and run Readygate in one job after "
    f"them: see {DOCS}/matrix.md."
)


def run_action(environment: Mapping[str, str], stdout: TextIO, clock: Clock | None = None) -> int:
    """Run the action.

    Args:
        environment: the environment of the container: `INPUT_*`, `GITHUB_*`, `RUNNER_*`.
        stdout: the log of the step.
        clock: measures the time budget.

    Returns:
        the exit code of the process.
    """
    console = Console(
        stream=stdout,
        commands=environment.get("GITHUB_ACTIONS") == "true",
        colour=has_colour(stdout, environment),
        debug=environment.get("RUNNER_DEBUG") == "1",
        hidden=environment.get("INPUT_TOKEN", "").strip(),
    )
    # the context and the subject are completed step by step: an error is published with what is known by then
    context = RunContext(settings=Settings(), runner=RunnerEnvironment(), console=console)
    subject: Subject | None = None
    try:
        context = replace(context, runner=read_runner(environment))
        context = _with_inputs(context, environment, clock or Clock())
        context = _with_folder(context)
        context = _with_client(context)
        subject = read_subject(
            context.runner, context.settings, checked_out(context.runner.workspace), _branches(context)
        )
        if subject.triggered_by and context.settings.needs is None:
            context = replace(context, settings=replace(context.settings, needs=conclusion(context.runner.event)))
        for notice in (RECIPE if context.settings.leg else "", subject.remark):
            if notice:
                console.notice(notice)
        with context.deadline.watch():
            return _judge(context, subject)
    except ReadygateError as error:
        return _give_up(error, context, subject)
    except Exception as error:
        console.line(traceback.format_exc())
        crash = ReadygateError(
            f"Readygate crashed: {type(error).__name__}",
            why="a fault of Readygate",
            todo="report it with the log above",
        )
        return _give_up(crash, context, subject)


def _give_up(error: ReadygateError, context: RunContext, subject: Subject | None) -> int:
    """Publish an error wherever a verdict would be published: a required check must not be missing."""
    context.deadline.begin_reporting()
    failure = NotEvaluated(error=error, gate=context.settings.gate, subject=subject, hidden=context.console.hidden)
    publish_failure(failure, context)
    return error.exit_code


def _with_inputs(context: RunContext, environment: Mapping[str, str], clock: Clock) -> RunContext:
    """Add the inputs, and the time budget that they set.

    Raises:
        SettingsError: an input is invalid.
    """
    settings = read_inputs(environment)
    return replace(context, settings=settings, deadline=Deadline(settings.time_budget, clock))


def _with_folder(context: RunContext) -> RunContext:
    """Add the folder for files, which must lie in the workspace: the change could bring a link that leads elsewhere.

    Raises:
        SettingsError: it lies outside.
    """
    report, workspace = context.settings.report, context.runner.workspace
    if not report:
        return context
    folder = workspace / report
    if not folder.resolve().is_relative_to(workspace.resolve()):
        raise SettingsError((f"input `report`: {report!r} leads out of the workspace",))
    return replace(context, folder=folder)


def _with_client(context: RunContext) -> RunContext:
    """Add a client of GitHub if there is a token."""
    if not context.settings.token:
        return context
    github = GitHub(
        api_url=context.runner.api_url,
        token=context.settings.token,
        repository=context.runner.repository,
        deadline=context.deadline,
        log=context.console.line,
        trace=context.console.trace,
    )
    return replace(context, github=github)


def _unknown_length(_path: str) -> None:
    return None


def _branches(context: RunContext) -> Branches:
    """Return the base branches according to GitHub and to the policy of the default branch."""

    def lists(data: bytes, branch: str, default: str) -> bool:
        policy = effective(read(data, f"{POLICY_PATH} at {default}"), branch=default, asked=context.settings.policy)
        return paths_fit(policy.base_branches)(branch)

    return Branches(client=context.github, lists=lists)


def _judge(context: RunContext, subject: Subject) -> int:
    """Collect the reports and fetch what they are compared with, at the same time; run the rest of the pipeline."""
    runner = context.runner
    context.console.line(f"Measured commit: {subject.measured or 'unknown'} ({subject.measured_note})")
    tracked = tracked_files(runner.workspace)
    _refuse_own_baseline(runner, context.settings, tracked or frozenset())
    if subject.triggered_by and checked_out(runner.workspace) != subject.measured:
        tracked = None  # the checkout is that of another commit

    def path_rules(reference: Reference) -> PathRules:
        files = tracked if tracked is not None else reference.files
        links = tracked_links(runner.workspace) if tracked is not None else {}
        is_measured = tracked is not None and checked_out(runner.workspace) == subject.measured
        return PathRules(
            files=files,
            links=links,
            roots=_roots(runner),
            maps=context.settings.path_map,
            lengths=line_counter(runner.workspace) if is_measured else _unknown_length,
        )

    def fetch_reference() -> Reference:
        return from_github.ask(context, subject, run_id=runner.run_id, need_files=tracked is None)

    with ThreadPoolExecutor(1) as pool:
        fetched = pool.submit(fetch_reference)
        archives = _artifacts(context, subject.run_id) if context.settings.artifacts else ()
        passed_over = _no_reports(runner.workspace, context.settings)
        evidence = collect_reports(
            runner.workspace, context.settings, context.console, archives, passed_over=passed_over
        )
        return run(context, subject, evidence, fetched.result, path_rules)


def _no_reports(workspace: Path, settings: Settings) -> tuple[Path, ...]:
    """Return the folders of the output and of baselines, which hold no reports of this run."""
    scheme, _, path = settings.baseline.partition(":")
    return tuple(workspace / folder for folder in (settings.report, path if scheme == "folder" else "") if folder)


def _refuse_own_baseline(runner: RunnerEnvironment, settings: Settings, tracked: frozenset[str]) -> None:
    """Refuse a folder of baselines that the repository itself contains: a change could bring its own baseline.

    Raises:
        SettingsError: it is such a folder.
    """
    scheme, _, path = settings.baseline.partition(":")
    root, folder = runner.workspace.resolve(), (runner.workspace / path).resolve()
    if scheme != "folder" or not folder.is_relative_to(root):
        return
    own = f"{(folder / store_key(settings.gate)).relative_to(root).as_posix()}/".casefold()
    # a tracked name above the folder is that of a submodule
    if any(name.startswith(own) or own.startswith(name) for name in (f"{name}/".casefold() for name in tracked)):
        raise SettingsError(
            (f"input `baseline`: the repository itself holds files in {path!r}, so a change could bring its baseline",),
            todo="take them out of the repository, or name a folder that only the base branch fills",
        )


def _artifacts(context: RunContext, run_id: int) -> tuple[Source | Found, ...]:
    """Download the artifacts that the input names.

    Raises:
        ForgeError: they cannot be listed.
    """
    github = context.for_thread().github
    if github is None:
        raise SettingsError(("the input `artifacts` needs the input `token`",))
    with context.console.group("Reading artifacts"):
        found = fetch(github, run_id, context.settings.artifacts)
        for part in found:
            context.console.line(part.name if isinstance(part, Source) else part.source.name)
    if not found and run_id == context.runner.run_id and on_enterprise_server(context.runner.server_url):
        context.console.notice(LATE_ARTIFACTS)
    return found


def _roots(runner: RunnerEnvironment) -> tuple[str, ...]:
    """Return the absolute paths in reports that mean the root of the repository."""
    name = runner.repository.rpartition("/")[2]
    roots = [str(runner.workspace.absolute())]
    if runner.runner_workspace and name:
        roots.append(f"{runner.runner_workspace.rstrip('/')}/{name}")
    return tuple(roots)
