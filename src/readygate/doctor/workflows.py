"""Parse workflow files: which steps run Readygate, on which events, with which permissions.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml
from msgspec import Struct, field

from readygate.support.git_names import SHA

_ACTION: Final = re.compile(r"^(?:docker://)?(?:[\w.-]+/)*readygate(?:/[\w./-]*)?(?:[@:].*)?$", re.IGNORECASE)
_COMMAND: Final = re.compile(r"(?:^|[\s;&|])(?:python\d?(?:\.\d+)? -m )?readygate(?: report\b|\s*$)", re.MULTILINE)
_EVENT: Final = re.compile(r"github\.event_name\s*(==|!=)\s*'(\w+)'")
_ALWAYS: Final = re.compile(r"\balways\(\)")
_NOT_CANCELLED: Final = re.compile(r"!\s*cancelled\(\)")
_PIN: Final = re.compile(rf"@(?:{SHA}|sha256:[0-9a-f]{{64}})$")


class Job(Struct, frozen=True, kw_only=True):
    """One job.

    Attributes:
        permissions: level by name; None if neither job nor workflow set any, so that the repository's default applies.
        events: the workflow's events on which it runs, as far as its `if` shows.
    """

    name: str
    needs: tuple[str, ...]
    condition: str
    permissions: Mapping[str, str] | None
    events: frozenset[str]
    has_matrix: bool
    runs_on: str
    steps: tuple[Mapping[str, Any], ...]

    @property
    def always(self) -> bool:
        """Whether it runs after a failed job."""
        return bool(_ALWAYS.search(self.condition) or _NOT_CANCELLED.search(self.condition))

    def may(self, permission: str, level: str) -> bool | None:
        """Return whether its token has a permission; None if this depends on the repository's settings."""
        if self.permissions is None:
            return None
        given = self.permissions.get(permission, self.permissions.get("*", "none"))
        return given in ("write", level)

    def checkouts(self) -> Iterator[Mapping[str, Any]]:
        """Return the steps that check out a repository."""
        return (step for step in self.steps if str(step.get("uses", "")).startswith("actions/checkout@"))


class Workflow(Struct, frozen=True, kw_only=True):
    """One workflow file.

    Attributes:
        events: the filters of each event.
        problem: why it is invalid; it then has no jobs.
    """

    path: str
    events: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    jobs: Mapping[str, Job] = field(default_factory=dict)
    cancels: bool = False
    problem: str = ""


class ActionStep(Struct, frozen=True, kw_only=True):
    """A step that runs Readygate.

    Attributes:
        action: the value of `uses`; empty for the command line.
        inputs: the values in `with`, expressions unevaluated.
        condition: the `if` of the step.
    """

    workflow: Workflow
    job: Job
    action: str
    inputs: Mapping[str, str]
    condition: str

    @property
    def where(self) -> str:
        """File and job, for messages."""
        return f"{self.workflow.path}, job {self.job.name}"

    @property
    def events(self) -> frozenset[str]:
        """The events on which the step runs."""
        return _narrowed(self.job.events, self.condition)

    @property
    def gates(self) -> frozenset[str]:
        """The events on which it judges a change."""
        return self.events & {"pull_request", "pull_request_target", "merge_group", "workflow_run"}

    @property
    def records(self) -> frozenset[str]:
        """The events on which it stores results of a base branch.

        A merge group becomes the tip of the branch unchanged, and a second workflow may store for the first.
        """
        stores = {"push", "schedule", "workflow_dispatch"}
        also = {"merge_group", "workflow_run"} if self.own_token or self.job.may("contents", "write") else set()
        return self.events & (stores | also)

    @property
    def own_token(self) -> bool:
        """Whether it uses another token than the job's, so that the job's permissions do not apply."""
        token = self.given("token")
        return bool(token) and not re.search(r"github\.token|secrets\.GITHUB_TOKEN", token)

    @property
    def pinned(self) -> bool:
        """Whether the action is pinned to a commit or a digest, or is in the repository itself."""
        return self.action.startswith("./") or bool(_PIN.search(self.action))

    def given(self, name: str, default: str = "") -> str:
        """Return an input, unevaluated."""
        return self.inputs.get(name, default).strip() or default


def read_workflow(path: str, text: str) -> Workflow:
    """Parse a workflow file; an invalid one has a `problem`."""
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return Workflow(
            path=path, problem=f"it is no YAML ({str(error).splitlines()[0] if str(error) else 'too deep'})"
        )
    if not isinstance(data, dict) or not isinstance(data.get("jobs"), dict):
        return Workflow(path=path, problem="it has no jobs")
    events = _events(data.get("on", data.get(True)))  # YAML 1.1 reads the key `on` as a boolean
    cancels = isinstance(data.get("concurrency"), dict) and data["concurrency"].get("cancel-in-progress") is True
    jobs = {
        str(name): _job(str(name), job, frozenset(events), data.get("permissions"))
        for name, job in data["jobs"].items()
        if isinstance(job, dict)
    }
    return Workflow(path=path, events=events, jobs=jobs, cancels=cancels)


def given_to(step: Mapping[str, Any], name: str) -> str:
    """Return an input of any step, unevaluated; empty if it is not given."""
    given = step.get("with")
    return _text(given.get(name)) if isinstance(given, dict) else ""


def find_action_steps(workflow: Workflow) -> Iterator[ActionStep]:
    """Yield the steps of a workflow that run Readygate, as an action or by its command line."""
    for job in workflow.jobs.values():
        for step in job.steps:
            action, run = str(step.get("uses", "")), str(step.get("run", ""))
            if not _ACTION.match(action) and not (not action and _COMMAND.search(run)):
                continue
            given = step.get("with")
            yield ActionStep(
                workflow=workflow,
                job=job,
                action=action,
                inputs={str(key): _text(value) for key, value in given.items()} if isinstance(given, dict) else {},
                condition=_text(step.get("if", "")),
            )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _events(value: object) -> dict[str, Mapping[str, Any]]:
    if isinstance(value, str):
        return {value: {}}
    if isinstance(value, list):
        return {str(name): {} for name in value}
    if isinstance(value, dict):
        return {str(name): filters if isinstance(filters, dict) else {} for name, filters in value.items()}
    return {}


def _job(name: str, job: Mapping[str, Any], events: frozenset[str], inherited: object) -> Job:
    needs, strategy, steps = job.get("needs", ()), job.get("strategy"), job.get("steps")
    condition = _text(job.get("if", ""))
    return Job(
        name=name,
        needs=(needs,) if isinstance(needs, str) else tuple(map(str, needs)) if isinstance(needs, list) else (),
        condition=condition,
        permissions=_permissions(job.get("permissions", inherited)),
        events=_narrowed(events, condition),
        has_matrix=isinstance(strategy, dict) and "matrix" in strategy,
        runs_on=_text(job.get("runs-on", "")),
        steps=tuple(step for step in steps if isinstance(step, dict)) if isinstance(steps, list) else (),
    )


def _permissions(value: object) -> Mapping[str, str] | None:
    if isinstance(value, dict):
        return {str(name): str(level) for name, level in value.items()}
    return {"read-all": {"*": "read"}, "write-all": {"*": "write"}}.get(str(value))


def _narrowed(events: frozenset[str], condition: str) -> frozenset[str]:
    """Return the events that a condition allows, as far as it names events; other conditions allow all."""
    found = _EVENT.findall(condition)
    wanted = {name for sign, name in found if sign == "=="}
    unwanted = {name for sign, name in found if sign == "!="}
    return frozenset((events & wanted if wanted else events) - unwanted)
