"""Run `readygate doctor`: read workflows, run and repository, run all checks, and print their results."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from readygate.config.runner import read_runner
from readygate.config.settings import read_inputs
from readygate.doctor import Context, Diagnostic, Grade, github_checks, job_checks, run_checks, workflow_checks
from readygate.doctor.workflows import Workflow, find_action_steps, read_workflow
from readygate.git.checkout import checked_out
from readygate.github.client import GitHub
from readygate.support.console import Console, quiet_json
from readygate.support.errors import EXIT_NOT_READY, EXIT_READY, SettingsError

CHECKS = (*workflow_checks.CHECKS, *job_checks.CHECKS, *run_checks.CHECKS, *github_checks.CHECKS)
LARGEST = 1 << 20
"""The largest size of a workflow file that is read, in bytes."""

_MARKS = {Grade.WRONG: "wrong ", Grade.ADVICE: "advice", Grade.GOOD: "good  "}
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


def doctor(root: Path, repository: str, environment: Mapping[str, str], stdout: TextIO, *, as_json: bool) -> int:
    """Check how a repository uses Readygate and print the results.

    Args:
        root: the folder that contains `.github/workflows`.
        repository: `owner/name` on GitHub; empty for the repository of the run.
        environment: the environment of the run, or of a terminal with GITHUB_TOKEN.
        stdout: the stream to print to.
        as_json: print one JSON object instead of text.

    Returns:
        0, or 1 if something is wrong.

    Raises:
        SettingsError: an argument is invalid.
    """
    context = look(root, repository, environment)
    diagnostics = examine(context)
    if as_json:
        rows = [
            {"grade": r.grade.value, "check": r.check, "what": r.what, "where": r.where, "paste": r.fix_snippet}
            for r in diagnostics
        ]
        ready = all(diagnostic.grade is not Grade.WRONG for diagnostic in diagnostics)
        stdout.write(quiet_json(json.dumps({"schema": 1, "well": ready, "remarks": rows}, indent=1)) + "\n")
    else:
        _print(diagnostics, Console(stream=stdout))
    return EXIT_NOT_READY if any(diagnostic.grade is Grade.WRONG for diagnostic in diagnostics) else EXIT_READY


def examine(context: Context) -> list[Diagnostic]:
    """Run all checks and return their distinct results, errors first."""
    order = list(Grade)
    found = dict.fromkeys(diagnostic for check in CHECKS for diagnostic in check(context))
    return sorted(found, key=lambda diagnostic: order.index(diagnostic.grade))


def look(root: Path, repository: str, environment: Mapping[str, str]) -> Context:
    """Read everything that the checks need."""
    if not root.is_dir():
        raise SettingsError((f"--root {root} is no folder",))
    if repository and not _REPOSITORY.fullmatch(repository):
        raise SettingsError((f"--repository {repository!r} is not of the form owner/name",))
    in_a_run = bool(environment.get("GITHUB_EVENT_NAME") and environment.get("GITHUB_REPOSITORY"))
    place = read_runner(environment) if in_a_run else None
    settings = read_inputs(environment) if in_a_run else None
    repository = repository or (place.repository if place else "")
    token = (settings.token if settings else "") or environment.get("GITHUB_TOKEN", "")
    url = environment.get("GITHUB_API_URL") or "https://api.github.com"
    client = GitHub(api_url=url, token=token, repository=repository) if token and repository else None
    branch = github_checks.default_branch(client) if client else ""
    if not branch and place is not None:
        branch = str((place.event.get("repository") or {}).get("default_branch", ""))
    workflows = read_workflows(root)
    return Context(
        workflows=workflows,
        action_steps=tuple(step for workflow in workflows for step in find_action_steps(workflow)),
        place=place,
        settings=settings,
        github=client,
        default_branch=branch,
        checked_out=checked_out(root),
        rules=github_checks.branch_rules(client, branch) if client and branch else None,
    )


def read_workflows(root: Path) -> tuple[Workflow, ...]:
    """Read all workflow files of a repository."""
    folder = root / ".github" / "workflows"
    found = []
    for path in sorted((*folder.glob("*.yml"), *folder.glob("*.yaml"))):
        name = path.relative_to(root).as_posix()
        try:
            if not path.is_file() or path.is_symlink() or path.stat().st_size > LARGEST:
                found.append(Workflow(path=name, problem="it is no regular file, or larger than 1 MiB"))
                continue
            found.append(read_workflow(name, path.read_text(encoding="utf-8", errors="replace")))
        except OSError as error:
            found.append(Workflow(path=name, problem=str(error.strerror or error)))
    return tuple(found)


def _print(diagnostics: list[Diagnostic], log: Console) -> None:
    for diagnostic in diagnostics:
        where = f"  [{diagnostic.where}]" if diagnostic.where else ""
        log.line(f"{_MARKS[diagnostic.grade]}  {diagnostic.check}: {diagnostic.what}{where}")
        for row in diagnostic.fix_snippet.splitlines():
            log.line(f"            {row}")
    counts = {grade: sum(diagnostic.grade is grade for diagnostic in diagnostics) for grade in Grade}
    log.line()
    log.line(f"{counts[Grade.WRONG]} wrong, {counts[Grade.ADVICE]} to improve, {counts[Grade.GOOD]} good.")
