"""What the jobs and steps that run Readygate say: permissions, conditions, inputs, and what stands beside them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from msgspec.structs import fields

from readygate.config.settings import Settings, read_inputs
from readygate.doctor import Remarks, Scene, advice, good, wrong
from readygate.doctor.workflows import Job, Use, given_to
from readygate.support.errors import DOCS, SettingsError

_INPUTS: Final = frozenset(
    ({each.name.replace("_", "-") for each in fields(Settings)} - {"leg"}) | {"matrix", "args", "entrypoint"}
)


def gates_may_write(scene: Scene) -> Remarks:
    """A job that judges may write what it is asked to write, and no more."""
    for use in _gates(scene):
        if use.own_token:
            yield good(
                "permissions", "It works with a token of its own, whose permissions show when it writes.", use.where
            )
            continue
        wanted = {"contents": "read"}
        if use.given("check", "true") == "true":
            wanted["checks"] = "write"
        if use.given("comment", "always") != "off" and use.events & {"pull_request", "workflow_run"}:
            wanted["pull-requests"] = "write"
        if use.given("artifacts"):
            wanted["actions"] = "read"
        lines = "permissions:\n" + "\n".join(f"  {name}: {level}" for name, level in sorted(wanted.items()))
        may = {name: use.job.may(name, level) for name, level in wanted.items()}
        missing = [f"`{name}: {wanted[name]}`" for name, given in may.items() if given is False]
        if missing:
            yield wrong("permissions", f"The job lacks {_listed(missing)}.", use.where, lines)
        elif None in may.values():
            yield advice(
                "permissions",
                "No permissions are written down: a setting of the repository decides, and often grants too much.",
                use.where,
                lines,
            )
        else:
            yield good("permissions", "The job may write what it is to write.", use.where)


def gates_may_no_more(scene: Scene) -> Remarks:
    """A job that judges needs no right to change the code."""
    for use in _gates(scene):
        if (
            use.job.may("contents", "write")
            and "pull_request" in use.gates
            and not use.records - {"merge_group", "workflow_run"}
        ):
            yield advice(
                "least-permissions",
                "The job that judges may write the code of the repository, which it has no need to.",
                use.where,
                "permissions:\n  contents: read\n  checks: write\n  pull-requests: write",
            )


def tests_run_without_rights(scene: Scene) -> Remarks:
    """The code of a pull request and a token that may write do not belong into one job."""
    for use in _gates(scene):
        runs = any("run" in step for step in use.job.steps)
        writes = any(use.job.may(name, "write") for name in ("checks", "pull-requests", "contents"))
        if runs and writes and any(use.job.checkouts()):
            yield advice(
                "one-job",
                "The job checks the pull request out, runs something and holds a token that may write. That is fine as "
                f"long as you trust whoever can open one; three jobs keep them apart: {DOCS}/security.md",
                use.where,
            )


def credentials_do_not_stay(scene: Scene) -> Remarks:
    """A checkout leaves its token on the disk unless it is told not to."""
    for use in scene.uses:
        for step in use.job.checkouts():
            if given_to(step, "persist-credentials").lower() != "false":
                yield advice(
                    "credentials",
                    "The checkout leaves its token in the workspace, for every later step to read.",
                    use.where,
                    "with:\n  persist-credentials: false",
                )


def gates_always_run(scene: Scene) -> Remarks:
    """A job that is skipped satisfies a required check; a step after a failed one does not run."""
    for use in scene.uses:
        if use.job.needs and not use.job.always:
            yield wrong(
                "always",
                "When a job that it needs fails, this one is skipped, and a skipped job satisfies a required check.",
                use.where,
                f"if: always(){_rest(use.job.condition)}",
            )
        elif not use.job.needs and _follows_tests(use) and "always()" not in use.condition:
            if "cancelled()" in use.condition:
                continue
            yield wrong(
                "always",
                "When the tests fail, this step is skipped: the failure is neither judged nor told.",
                use.where,
                "if: always()",
            )


def ends_of_jobs_are_told(scene: Scene) -> Remarks:
    """Without `needs` a cancelled test job looks like tests that went away."""
    for use in scene.uses:
        if use.job.needs and use.action and not use.given("needs"):
            yield advice(
                "needs",
                "How the needed jobs ended is not told: one that was cancelled looks like tests that went away.",
                use.where,
                "with:\n  needs: ${{ toJSON(needs) }}",
            )


def reports_reach_the_job(scene: Scene) -> Remarks:
    """A job of its own has no files but those that it downloads."""
    for use in scene.uses:
        named = [str(step.get("uses", "")) for step in use.job.steps]
        fetched = any("download-artifact" in name or "cache" in name for name in named)
        made = any("run" in step for step in use.job.steps)
        if use.job.needs and use.action and not (fetched or made or use.given("artifacts")):
            yield wrong(
                "reports",
                "Nothing brings the reports of other jobs into this one: there will be none.",
                use.where,
                "- uses: actions/download-artifact@v8\n  with:\n    path: reports",
            )


def the_measured_commit_is_known(scene: Scene) -> Remarks:
    """A test job that checks the head out measured another commit than the event names."""
    for use in _gates(scene):
        if "pull_request" not in use.events or use.given("commit") or any(use.job.checkouts()):
            continue
        for name in use.job.needs:
            job = use.workflow.jobs.get(name)
            if job is not None and _checks_head_out(job):
                yield wrong(
                    "commit",
                    f"The job `{name}` tests the head of the pull request; this one takes its merge commit to be "
                    "tested, so that changed lines are wrong.",
                    use.where,
                    "with:\n  commit: ${{ github.event.pull_request.head.sha }}",
                )


def one_verdict_for_a_matrix(scene: Scene) -> Remarks:
    """A step in each leg gives a check for each leg."""
    for use in scene.uses:
        if use.job.has_matrix:
            yield advice(
                "matrix",
                f"The step runs once for each leg: a check for each and no comment. One job over all: {DOCS}/matrix.md",
                use.where,
            )


def it_runs_on_linux(scene: Scene) -> Remarks:
    """Container actions run on Linux only."""
    for use in scene.uses:
        if use.action and any(name in use.job.runs_on.lower() for name in ("windows", "macos")):
            yield wrong(
                "runner",
                f"The action is a container and runs on Linux only, not on `{use.job.runs_on}`. Upload the reports "
                "there and judge them in a job on Linux.",
                use.where,
                "runs-on: ubuntu-latest",
            )


def inputs_are_known(scene: Scene) -> Remarks:
    """A misspelt input is ignored by the runner, with a warning that nobody reads."""
    for use in scene.uses:
        if not use.action:
            continue
        for name in use.inputs:
            if name.lower() not in _INPUTS:
                near = difflib.get_close_matches(name.lower(), sorted(_INPUTS), n=1)
                yield wrong(
                    "inputs",
                    f"There is no input `{name}`" + (f"; `{near[0]}` may be meant." if near else "."),
                    use.where,
                    f"with:\n  {near[0]}: {use.inputs[name]}" if near else "",
                )


def inputs_can_be_used(scene: Scene) -> Remarks:
    """Values that are written down are what the input takes; expressions only a run knows."""
    for use in scene.uses:
        written = {name: value for name, value in use.inputs.items() if "${{" not in value}
        try:
            read_inputs({f"INPUT_{name.upper()}": value for name, value in written.items()})
        except SettingsError as error:
            for problem in error.problems:
                yield wrong("inputs", f"{problem[:1].upper()}{problem[1:]}.", use.where)


def actions_are_pinned(scene: Scene) -> Remarks:
    """A tag can be moved; a commit cannot."""
    for use in scene.uses:
        if use.action and not use.pinned:
            yield advice(
                "pinned",
                f"`{use.action}` names a tag, which can be moved to other code.",
                use.where,
                f"uses: {use.action.partition('@')[0]}@COMMIT # {use.action.partition('@')[2] or 'version'}",
            )


def _gates(scene: Scene) -> Iterator[Use]:
    return (use for use in scene.uses if use.gates)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _rest(condition: str) -> str:
    return f" && ({condition})" if condition else ""


def _follows_tests(use: Use) -> bool:
    return any("run" in step for step in use.job.steps)


def _checks_head_out(job: Job) -> bool:
    return any("pull_request.head" in given_to(step, "ref") for step in job.checkouts())


CHECKS: Final = (
    gates_may_write,
    gates_may_no_more,
    tests_run_without_rights,
    credentials_do_not_stay,
    gates_always_run,
    ends_of_jobs_are_told,
    reports_reach_the_job,
    the_measured_commit_is_known,
    one_verdict_for_a_matrix,
    it_runs_on_linux,
    inputs_are_known,
    inputs_can_be_used,
    actions_are_pinned,
)
