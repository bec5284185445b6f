"""What the workflow files as wholes say: which events gate and record, filters, names, and what cannot be read."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from wcmatch import fnmatch

from readygate.doctor import Remarks, Scene, advice, good, wrong
from readygate.doctor.workflows import Use
from readygate.model.rich_text import count
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


def files_are_readable(scene: Scene) -> Remarks:
    """Every workflow file is one."""
    for workflow in scene.workflows:
        if workflow.problem:
            yield wrong("workflow-file", f"This file cannot be read: {workflow.problem}.", workflow.path)


def it_is_used(scene: Scene) -> Remarks:
    """Some step runs Readygate."""
    if scene.uses:
        files = sorted({use.workflow.path for use in scene.uses})
        yield good("used", f"Readygate is run by {count(len(scene.uses), 'step')}, in {', '.join(files)}.")
    else:
        yield wrong("used", "No workflow runs Readygate.", ".github/workflows", f"# see {DOCS}/inputs.md\n{_ON}")


def pull_requests_are_judged(scene: Scene) -> Remarks:
    """Some step judges pull requests."""
    gates = [use for use in scene.uses if use.gates & {"pull_request", "workflow_run", "pull_request_target"}]
    if gates:
        yield good("judges", "Pull requests are judged.", gates[0].where)
    elif scene.uses:
        yield wrong("judges", "No step runs on `pull_request`: changes are not judged.", scene.uses[0].where, _ON)


def base_branch_is_recorded(scene: Scene) -> Remarks:
    """Results of the base branch are stored by a job that may write them."""
    compared = [use for use in scene.uses if use.gates and use.given("baseline", "branch") != "off"]
    if not compared:
        return
    gate = compared[0]
    records = [use for use in scene.uses if use.records]
    if not records:
        yield wrong(
            "recorded",
            "No step runs on `push`: nothing is stored to compare with, so that every failure counts as new.",
            gate.where,
            _RECORD,
        )
        return
    for use in records:
        if not use.given("baseline", "branch").startswith("branch"):
            yield from _recorded_elsewhere(use)
            continue
        if use.own_token:
            yield good("recorded", "Results of the base branch are stored with a token of its own.", use.where)
            continue
        may = use.job.may("contents", "write")
        if may is False:
            yield wrong(
                "recorded",
                "The job that records may not write `readygate-data`; it ends with exit code 3 on the base branch.",
                use.where,
                "permissions:\n  contents: write",
            )
        elif may is None:
            yield advice(
                "recorded",
                "No permissions are written down; whether the results can be stored depends on a setting.",
                use.where,
                "permissions:\n  contents: write",
            )
        else:
            yield good("recorded", "Results of the base branch are stored.", use.where)


def _recorded_elsewhere(use: Use) -> Remarks:
    """A store that is not the branch: an artifact needs the step's folder of files, which a later step uploads."""
    if not use.given("baseline", "branch").startswith("artifact"):
        return
    if use.given("report", ""):
        yield good("recorded", "Results of the base branch are written for the artifact that is uploaded.", use.where)
        return
    yield wrong(
        "recorded",
        "The artifact that baselines are read from is never written: the input `report` names no folder.",
        use.where,
        "with:\n  report: told",
    )


def pushes_reach_the_default_branch(scene: Scene) -> Remarks:
    """The filter of `push` lets the default branch through."""
    for workflow in {use.workflow.path: use.workflow for use in scene.uses if "push" in use.records}.values():
        filters = workflow.events.get("push", {})
        branches, ignored = filters.get("branches"), filters.get("branches-ignore")
        name = scene.default_branch
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


def filters_leave_no_check_waiting(scene: Scene) -> Remarks:
    """A workflow that is filtered by path leaves a required check waiting for ever."""
    for workflow in {use.workflow.path: use.workflow for use in scene.uses}.values():
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


def events_are_safe(scene: Scene) -> Remarks:
    """`pull_request_target` gives a token that may write to code that nobody has looked at."""
    for use in scene.uses:
        if "pull_request_target" not in use.events:
            continue
        allowed = use.given("allow-pull-request-target") == "true"
        told = "Readygate refuses it" if not allowed else "it is allowed by an input"
        remark = advice if allowed else wrong
        yield remark(
            "events",
            f"`pull_request_target` runs with a token that may write, for code that nobody has looked at; {told}.",
            use.where,
            "on:\n  pull_request:",
        )


def gates_have_names_of_their_own(scene: Scene) -> Remarks:
    """Two gates of one name on one event overwrite each other."""
    found: dict[tuple[str, str], list[Use]] = defaultdict(list)
    for use in scene.uses:
        for event in use.gates:
            if not use.job.has_matrix:
                found[event, use.given("name", "readygate")].append(use)
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


def recording_is_not_cancelled(scene: Scene) -> Remarks:
    """A run on the base branch that a newer one cancels stores nothing."""
    for use in scene.uses:
        if "push" in use.records and use.workflow.cancels:
            yield advice(
                "concurrency",
                "`cancel-in-progress: true` also stops runs on the base branch, whose results are then missing.",
                use.workflow.path,
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
