"""Check the jobs and steps that run Readygate: permissions, conditions, inputs and other steps."""

import difflib
from collections.abc import Iterator
from typing import Final

from msgspec.structs import fields

from readygate.config.settings import Settings, read_inputs
from readygate.doctor import Context, Diagnostics, advice, good, wrong
from readygate.doctor.workflows import ActionStep, Job, given_to
from readygate.support.errors import DOCS, SettingsError

_INPUTS: Final = frozenset(
    ({each.name.replace("_", "-") for each in fields(Settings)} - {"leg"}) | {"matrix", "args", "entrypoint"}
)


def gates_may_write(context: Context) -> Diagnostics:
    """Check that a gating job has the permissions for its outputs."""
    for step in _gates(context):
        if step.own_token:
            yield good(
                "permissions",
                "It works with a token of its own, whose permissions show when it writes.",
                step.where,
            )
            continue
        wanted = {"contents": "read"}
        if step.given("check", "true") == "true":
            wanted["checks"] = "write"
        if step.given("comment", "always") != "off" and step.events & {"pull_request", "workflow_run"}:
            wanted["pull-requests"] = "write"
        if step.given("artifacts"):
            wanted["actions"] = "read"
        lines = "permissions:\n" + "\n".join(f"  {name}: {level}" for name, level in sorted(wanted.items()))
        may = {name: step.job.may(name, level) for name, level in wanted.items()}
        missing = [f"`{name}: {wanted[name]}`" for name, given in may.items() if given is False]
        if missing:
            yield wrong("permissions", f"The job lacks {_listed(missing)}.", step.where, lines)
        elif None in may.values():
            yield advice(
                "permissions",
                "No permissions are written down: a setting of the repository decides, and often grants too much.",
                step.where,
                lines,
            )
        else:
            yield good("permissions", "The job may write what it is to write.", step.where)


def gates_may_no_more(context: Context) -> Diagnostics:
    """Check that a gating job may not write the code of the repository."""
    for step in _gates(context):
        if (
            step.job.may("contents", "write")
            and "pull_request" in step.gates
            and not step.records - {"merge_group", "workflow_run"}
        ):
            yield advice(
                "least-permissions",
                "The job that judges may write the code of the repository, which it has no need to.",
                step.where,
                "permissions:\n  contents: read\n  checks: write\n  pull-requests: write",
            )


def tests_run_without_rights(context: Context) -> Diagnostics:
    """Check that code of a pull request and a token with write permissions are in different jobs."""
    for step in _gates(context):
        runs = any("run" in each for each in step.job.steps)
        writes = any(step.job.may(name, "write") for name in ("checks", "pull-requests", "contents"))
        if runs and writes and any(step.job.checkouts()):
            yield advice(
                "one-job",
                "The job checks the pull request out, runs something and holds a token that may write. That is fine as "
                f"long as you trust whoever can open one; three jobs keep them apart: {DOCS}/security.md",
                step.where,
            )


def credentials_do_not_stay(context: Context) -> Diagnostics:
    """Check that a checkout does not leave its token on the disk."""
    for step in context.action_steps:
        for checkout in step.job.checkouts():
            if given_to(checkout, "persist-credentials").lower() != "false":
                yield advice(
                    "credentials",
                    "The checkout leaves its token in the workspace, for every later step to read.",
                    step.where,
                    "with:\n  persist-credentials: false",
                )


def gates_always_run(context: Context) -> Diagnostics:
    """Check that the step runs after failures: a skipped job satisfies a required check."""
    for step in context.action_steps:
        if step.job.needs and not step.job.always:
            yield wrong(
                "always",
                "When a job that it needs fails, this one is skipped, and a skipped job satisfies a required check.",
                step.where,
                f"if: always(){_rest(step.job.condition)}",
            )
        elif not step.job.needs and _follows_tests(step) and "always()" not in step.condition:
            if "cancelled()" in step.condition:
                continue
            yield wrong(
                "always",
                "When the tests fail, this step is skipped: the failure is neither judged nor reported.",
                step.where,
                "if: always()",
            )


def ends_of_jobs_are_told(context: Context) -> Diagnostics:
    """Check the input `needs`, without which a cancelled test job looks like missing tests."""
    for step in context.action_steps:
        if step.job.needs and step.action and not step.given("needs"):
            yield advice(
                "needs",
                "How the needed jobs ended is unknown: one that was cancelled looks like tests that went away.",
                step.where,
                "with:\n  needs: ${{ toJSON(needs) }}",
            )


def reports_reach_the_job(context: Context) -> Diagnostics:
    """Check that a separate job downloads the reports of other jobs."""
    for step in context.action_steps:
        named = [str(each.get("uses", "")) for each in step.job.steps]
        fetched = any("download-artifact" in name or "cache" in name for name in named)
        made = any("run" in each for each in step.job.steps)
        if step.job.needs and step.action and not (fetched or made or step.given("artifacts")):
            yield wrong(
                "reports",
                "Nothing brings the reports of other jobs into this one: there will be none.",
                step.where,
                "- uses: actions/download-artifact@v8\n  with:\n    path: reports",
            )


def the_measured_commit_is_known(context: Context) -> Diagnostics:
    """Check that the measured commit is given if a test job checks out the head of the pull request."""
    for step in _gates(context):
        if "pull_request" not in step.events or step.given("commit") or any(step.job.checkouts()):
            continue
        for name in step.job.needs:
            job = step.workflow.jobs.get(name)
            if job is not None and _checks_head_out(job):
                yield wrong(
                    "commit",
                    f"The job `{name}` tests the head of the pull request; this one takes its merge commit to be "
                    "tested, so that changed lines are wrong.",
                    step.where,
                    "with:\n  commit: ${{ github.event.pull_request.head.sha }}",
                )


def one_verdict_for_a_matrix(context: Context) -> Diagnostics:
    """Check whether the step runs in each leg of a matrix, which makes one check per leg."""
    for step in context.action_steps:
        if step.job.has_matrix:
            yield advice(
                "matrix",
                f"The step runs once for each leg: a check for each and no comment. One job over all: {DOCS}/matrix.md",
                step.where,
            )


def it_runs_on_linux(context: Context) -> Diagnostics:
    """Check that the job runs on Linux, as container actions require."""
    for step in context.action_steps:
        if step.action and any(name in step.job.runs_on.lower() for name in ("windows", "macos")):
            yield wrong(
                "runner",
                f"The action is a container and runs on Linux only, not on `{step.job.runs_on}`. Upload the reports "
                "there and judge them in a job on Linux.",
                step.where,
                "runs-on: ubuntu-latest",
            )


def inputs_are_known(context: Context) -> Diagnostics:
    """Check the names of inputs; the runner ignores unknown ones with a warning only."""
    for step in context.action_steps:
        if not step.action:
            continue
        for name in step.inputs:
            if name.lower() not in _INPUTS:
                near = difflib.get_close_matches(name.lower(), sorted(_INPUTS), n=1)
                yield wrong(
                    "inputs",
                    f"There is no input `{name}`" + (f"; `{near[0]}` may be meant." if near else "."),
                    step.where,
                    f"with:\n  {near[0]}: {step.inputs[name]}" if near else "",
                )


def inputs_can_be_used(context: Context) -> Diagnostics:
    """Check the literal values of inputs; expressions are only known in a run."""
    for step in context.action_steps:
        written = {name: value for name, value in step.inputs.items() if "${{" not in value}
        try:
            read_inputs({f"INPUT_{name.upper()}": value for name, value in written.items()})
        except SettingsError as error:
            for problem in error.problems:
                yield wrong("inputs", f"{problem[:1].upper()}{problem[1:]}.", step.where)


def actions_are_pinned(context: Context) -> Diagnostics:
    """Check that the action is pinned to a commit; a tag can be moved."""
    for step in context.action_steps:
        if step.action and not step.pinned:
            yield advice(
                "pinned",
                f"`{step.action}` names a tag, which can be moved to other code.",
                step.where,
                f"uses: {step.action.partition('@')[0]}@COMMIT # {step.action.partition('@')[2] or 'version'}",
            )


def _gates(context: Context) -> Iterator[ActionStep]:
    return (step for step in context.action_steps if step.gates)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _rest(condition: str) -> str:
    return f" && ({condition})" if condition else ""


def _follows_tests(step: ActionStep) -> bool:
    return any("run" in each for each in step.job.steps)


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
