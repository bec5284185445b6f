"""The action: from the runner's environment to an exit code, whatever happens on the way."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from msgspec.structs import replace

from readygate.collect.artifacts import LATE_ARTIFACTS, fetch, on_enterprise_server
from readygate.collect.collect_reports import collect_reports
from readygate.config.settings import Settings, Workplace, read_inputs, read_workplace
from readygate.formats import Source
from readygate.git.checkout import checked_out, tracked_files
from readygate.github.branches import Branches
from readygate.github.client import GitHub
from readygate.github.event import read_target
from readygate.github.workflow_run import conclusion
from readygate.model.paths import PathRules
from readygate.model.subject import Role, Target
from readygate.outputs import Desk, check, status, step_outputs
from readygate.pipeline import run
from readygate.policy import PATH, effective, read
from readygate.reference import Background, from_github
from readygate.reference.base_file import from_github as file_from_github
from readygate.render.escaping import fenced
from readygate.support.console import Log, has_colour
from readygate.support.deadline import Budget, Clock
from readygate.support.errors import DOCS, EXIT_NOT_EVALUATED, ReadygateError, SettingsError
from readygate.support.globs import paths_fit
from readygate.support.redaction import REDACTED

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

    from readygate.collect.discovery import Found

RECIPE = (
    "This step runs once for each leg of a matrix, so check and stored results are named after the leg and no comment "
    "is written. For one verdict over all legs, upload the reports in each leg and run Readygate in one job after "
    f"them: see {DOCS}/matrix.md."
)


def run_action(environment: Mapping[str, str], stdout: TextIO, clock: Clock | None = None) -> int:
    """Run the action.

    Args:
        environment: of the container: `INPUT_*`, `GITHUB_*`, `RUNNER_*`.
        stdout: the log of the step.
        clock: what the time budget is measured with.

    Returns:
        the exit code of the process.
    """
    in_runner = environment.get("GITHUB_ACTIONS") == "true"
    log = Log(
        stream=stdout,
        commands=in_runner,
        colour=has_colour(stdout, environment),
        debug=environment.get("RUNNER_DEBUG") == "1",
        hidden=environment.get("INPUT_TOKEN", "").strip(),
    )
    desk: Desk | None = None
    target: Target | None = None
    try:
        place = read_workplace(environment)
        desk = Desk(settings=Settings(), workplace=place, log=log)  # wrong inputs are told in the summary, too
        settings = desk.settings = read_inputs(environment)
        desk.budget = Budget(settings.time_budget, clock or Clock())
        if settings.report:
            desk.folder = _folder(place, settings)
        if settings.token:
            desk.hub = _session(desk, place)
        target = read_target(place, settings, checked_out(place.workspace), _branches(desk.hub, settings))
        if target.via and settings.needs is None:
            settings = desk.settings = replace(settings, needs=conclusion(place.event))
        for notice in (RECIPE if settings.leg else "", target.remark):
            if notice:
                log.notice(notice)
        with desk.budget.watch():
            return _judge(desk, target, place, settings)
    except ReadygateError as error:
        return _give_up(error, error.exit_code, desk, target, log)
    except Exception as error:
        log.line(traceback.format_exc())
        crash = ReadygateError(
            f"Readygate crashed: {type(error).__name__}",
            why="a fault of Readygate",
            todo="report it with the log above",
        )
        return _give_up(crash, EXIT_NOT_EVALUATED, desk, target, log)


def _branches(hub: GitHub | None, settings: Settings) -> Branches:
    """Base branches as GitHub and the policy of the default branch tell them."""

    def listed(branch: str, default: str) -> bool:
        data = file_from_github(hub, PATH, default) if hub else None
        if data is None:
            return False
        policy = effective(read(data, f"{PATH} at {default}"), branch=default, asked=settings.policy)
        return paths_fit(policy.base_branches)(branch)

    return Branches(client=hub, listed=listed)


def _folder(place: Workplace, settings: Settings) -> Path:
    """Where files go: in the workspace, and not where a link of the pull request's own leads.

    Raises:
        SettingsError: it lies outside.
    """
    folder = place.workspace / settings.report
    if not folder.resolve().is_relative_to(place.workspace.resolve()):
        raise SettingsError((f"input `report`: {settings.report!r} leads out of the workspace",))
    return folder


def _judge(desk: Desk, target: Target, place: Workplace, settings: Settings) -> int:
    desk.log.line(f"Measured commit: {target.measured or 'unknown'} ({target.measured_note})")
    tracked = tracked_files(place.workspace)
    _refuse_own_baseline(place, settings, tracked or frozenset())
    if target.via and checked_out(place.workspace) != target.measured:
        tracked = None  # the checkout is that of another commit

    def paths(known: Background) -> PathRules:
        return PathRules(
            files=tracked if tracked is not None else known.files,
            roots=_roots(place),
            maps=settings.path_map,
        )

    def ask() -> Background:
        return from_github.ask(desk, target, run_id=place.run_id, need_files=tracked is None)

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask)  # GitHub answers while reports are read
        archives = _artifacts(desk, place, settings, target.run_id) if settings.artifacts else ()
        evidence = collect_reports(place.workspace, settings, desk.log, archives)
        return run(desk, target, evidence, asked.result, paths)


def _session(desk: Desk, place: Workplace) -> GitHub:
    return GitHub(
        api_url=place.api_url,
        token=desk.settings.token,
        repository=place.repository,
        budget=desk.budget,
        log=desk.log.line,
        trace=desk.log.trace,
    )


def _refuse_own_baseline(place: Workplace, settings: Settings, tracked: frozenset[str]) -> None:
    """A folder of baselines that the repository itself holds would let a change bring its own.

    Raises:
        SettingsError: it is such a folder.
    """
    scheme, _, path = settings.baseline.partition(":")
    root, folder = place.workspace.resolve(), (place.workspace / path).resolve()
    if scheme != "folder" or not folder.is_relative_to(root):
        return
    prefix = "" if folder == root else f"{folder.relative_to(root).as_posix()}/"
    if any(name.startswith(f"{prefix}snapshots/") for name in tracked):
        raise SettingsError(
            (f"input `baseline`: the repository itself holds files in {path!r}, so a change could bring its baseline",),
            todo="take them out of the repository, or name a folder that only the base branch fills",
        )


def _artifacts(desk: Desk, place: Workplace, settings: Settings, run_id: int) -> tuple[Source | Found, ...]:
    """Download the artifacts that the input names, by a session of their own.

    Raises:
        ForgeError: they cannot be listed.
    """
    if not settings.token:
        raise SettingsError(("the input `artifacts` needs the input `token`",))
    with desk.log.group("Reading artifacts"):
        found = fetch(_session(desk, place), run_id, settings.artifacts)
        for part in found:
            desk.log.line(part.name if isinstance(part, Source) else part.source.name)
    if not found and run_id == place.run_id and on_enterprise_server(place.server_url):
        desk.log.notice(LATE_ARTIFACTS)
    return found


def _roots(place: Workplace) -> tuple[str, ...]:
    """Absolute paths that stand for the root of the repository in reports."""
    name = place.repository.rpartition("/")[2]
    roots = [str(place.workspace.absolute())]
    if place.runner_workspace and name:
        roots.append(f"{place.runner_workspace.rstrip('/')}/{name}")
    return tuple(roots)


def _give_up(error: ReadygateError, code: int, desk: Desk | None, target: Target | None, log: Log) -> int:
    """Tell an error wherever it can be told; a required check must not stay silent."""
    log.error(str(error))
    if desk is None:
        return code
    desk.budget.begin_telling()
    title = "❌ Not ready: the change could not be judged"
    said = str(error).replace(log.hidden, REDACTED) if log.hidden else str(error)
    text = f"{title}\n\n{fenced(said)}\n"
    if desk.workplace.step_summary is not None:
        try:
            with desk.workplace.step_summary.open("a", encoding="utf-8", errors="replace") as stream:
                stream.write(f"## {text}")
        except OSError as problem:
            log.notice(f"The job summary could not be written ({problem})")
    if desk.hub is not None and target is not None and target.role is Role.CHANGE:
        sha, output = target.head_sha, {"title": title, "summary": text[:60_000]}
        try:
            if desk.settings.check:
                check.write(target.check_name(desk.settings.gate), target, "failure", output, (), desk)
            if desk.settings.status:
                status.write(target.check_name(desk.settings.gate), sha, "error", f"{title}: {error.what}", desk)
        except Exception as problem:  # what made the run crash may well do it here again
            log.notice(f"The check run could not be written ({type(problem).__name__})")
    step_outputs.write({"verdict": "not-evaluated", "ready": "false", **desk.posted}, desk)
    return code
