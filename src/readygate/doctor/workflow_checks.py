"""Check whole workflow files: events that gate and record, filters, names, and invalid files."""

from collections import defaultdict
from typing import Final

from wcmatch import fnmatch

from readygate.doctor import Context, Diagnostics, advice, good, wrong
from readygate.doctor.workflows import ActionStep
from readygate.model.rich_text import count
from readygate.model.subject import DEFAULT_GATE
from readygate.support.errors import DOCS

_ON: Final = "on:\n  pull_request:\n  merge_group:\n  push:\n    branches: [main]"
_RECORD: Final = """record:
  if: always() && github.event_name == 'push'
  needs: test
  runs-on: ubuntu-latest
  permissions:
    contents: write
  steps:
    - uses: actions/download-artifact@v8
      with:
        path: reports
    - uses: readygate/readygate@v0
      with:
        needs: ${{ toJSON(needs) }}"""


def files_are_readable(context: Context) -> Diagnostics:
    """Check that every workflow file is valid."""
    for workflow in context.workflows:
        if workflow.problem:
            yield wrong("workflow-file", f"This file cannot be read: {workflow.problem}.", workflow.path)


def it_is_used(context: Context) -> Diagnostics:
    """Check that a step runs Readygate."""
    if context.action_steps:
        files = sorted({step.workflow.path for step in context.action_steps})
        yield good("used", f"Readygate is run by {count(len(context.action_steps), 'step')}, in {', '.join(files)}.")
    else:
        yield wrong("used", "No workflow runs Readygate.", ".github/workflows", f"# see {DOCS}/inputs.md\n{_ON}")


def pull_requests_are_judged(context: Context) -> Diagnostics:
    """Check that a step judges pull requests."""
    gates = [
        step for step in context.action_steps if step.gates & {"pull_request", "workflow_run", "pull_request_target"}
    ]
    if gates:
        yield good("judges", "Pull requests are judged.", gates[0].where)
    elif context.action_steps:
        yield wrong(
            "judges", "No step runs on `pull_request`: changes are not judged.", context.action_steps[0].where, _ON
        )


def base_branch_is_recorded(context: Context) -> Diagnostics:
    """Check that a job stores results of the base branch and has the permission to."""
    compared = [step for step in context.action_steps if step.gates and step.given("baseline", "branch") != "off"]
    if not compared:
        return
    gate = compared[0]
    records = [step for step in context.action_steps if step.records]
    if not records:
        yield wrong(
            "recorded",
            "No step runs on `push`: nothing is stored to compare with, so that every failure counts as new.",
            gate.where,
            _RECORD,
        )
        return
    for step in records:
        if not step.given("baseline", "branch").startswith(("branch", "ref")):
            yield from _recorded_elsewhere(step)
            continue
        if step.own_token:
            yield good("recorded", "Results of the base branch are stored with a token of its own.", step.where)
            continue
        may = step.job.may("contents", "write")
        if may is False:
            yield wrong(
                "recorded",
                "The job that records lacks the permission `contents: write`; it fails with exit code 3.",
                step.where,
                "permissions:\n  contents: write",
            )
        elif may is None:
            yield advice(
                "recorded",
                "No permissions are written down; whether the results can be stored depends on a setting.",
                step.where,
                "permissions:\n  contents: write",
            )
        else:
            yield good("recorded", "Results of the base branch are stored.", step.where)


def _recorded_elsewhere(step: ActionStep) -> Diagnostics:
    """Check that a step with the store `artifact` writes the folder that a later step uploads."""
    if not step.given("baseline", "branch").startswith("artifact"):
        return
    if step.given("report", ""):
        yield good("recorded", "Results of the base branch are written for the artifact that is uploaded.", step.where)
        return
    yield wrong(
        "recorded",
        "The artifact that baselines are read from is never written: the input `report` names no folder.",
        step.where,
        "with:\n  report: told",
    )


def pushes_reach_the_default_branch(context: Context) -> Diagnostics:
    """Check that the filter of `push` includes the default branch."""
    for workflow in {
        step.workflow.path: step.workflow for step in context.action_steps if "push" in step.records
    }.values():
        filters = workflow.events.get("push", {})
        branches, ignored = filters.get("branches"), filters.get("branches-ignore")
        name = context.default_branch
        left_out = bool(name) and (
            (isinstance(branches, list) and not fnmatch.fnmatch(name, [str(each) for each in branches]))
            or (isinstance(ignored, list) and fnmatch.fnmatch(name, [str(each) for each in ignored]))
            or ("tags" in filters and branches is None and ignored is None)
        )
        if left_out:
            yield wrong(
                "push-filter",
                f"`push` leaves out the default branch `{name}`: its results are never stored.",
                workflow.path,
                f"on:\n  push:\n    branches: [{name}]",
            )


def filters_leave_no_check_waiting(context: Context) -> Diagnostics:
    """Check for path filters, which leave a required check pending forever."""
    for workflow in {step.workflow.path: step.workflow for step in context.action_steps}.values():
        for event in ("pull_request", "pull_request_target"):
            found = [name for name in ("paths", "paths-ignore") if name in workflow.events.get(event, {})]
            if found:
                yield wrong(
                    "path-filter",
                    f"`{found[0]}` skips the whole workflow; a required check then stays pending and blocks the merge. "
                    "Leave it out: a change of documentation alone passes without reports.",
                    workflow.path,
                    f"on:\n  {event}:",
                )


def events_are_safe(context: Context) -> Diagnostics:
    """Check for `pull_request_target`, which gives unreviewed code a token with write permissions."""
    for step in context.action_steps:
        if "pull_request_target" not in step.events:
            continue
        allowed = step.given("allow-pull-request-target") == "true"
        told = "Readygate refuses it" if not allowed else "it is allowed by an input"
        diagnostic = advice if allowed else wrong
        yield diagnostic(
            "events",
            f"`pull_request_target` runs with a token that may write, for code that nobody has looked at; {told}.",
            step.where,
            "on:\n  pull_request:",
        )


def gates_have_names_of_their_own(context: Context) -> Diagnostics:
    """Check that gates on the same event have different names; others overwrite each other."""
    found: dict[tuple[str, str], list[ActionStep]] = defaultdict(list)
    for step in context.action_steps:
        for event in step.gates:
            if not step.job.has_matrix:
                found[event, step.given("name", DEFAULT_GATE)].append(step)
    told = set()
    for (event, name), uses in sorted(found.items(), key=lambda item: item[0]):
        if len(uses) > 1 and name not in told:
            told.add(name)
            yield wrong(
                "names",
                f"{len(uses)} steps judge `{event}` under the name `{name}`: each overwrites comment and check of the "
                "other. Give each a name.",
                uses[1].where,
                "with:\n  name: backend",
            )


def recording_is_not_cancelled(context: Context) -> Diagnostics:
    """Check that newer runs do not cancel runs on the base branch, which then store nothing."""
    for step in context.action_steps:
        if "push" in step.records and step.workflow.cancels:
            yield advice(
                "concurrency",
                "`cancel-in-progress: true` also stops runs on the base branch, whose results are then missing.",
                step.workflow.path,
                "concurrency:\n  group: ${{ github.workflow }}-${{ github.ref }}\n"
                "  cancel-in-progress: ${{ github.event_name == 'pull_request' }}",
            )


CHECKS: Final = (
    files_are_readable,
    it_is_used,
    pull_requests_are_judged,
    base_branch_is_recorded,
    pushes_reach_the_default_branch,
    filters_leave_no_check_waiting,
    events_are_safe,
    gates_have_names_of_their_own,
    recording_is_not_cancelled,
)
