"""Write the check run on the head commit, with annotations at failing tests and uncovered changed lines.

https://docs.github.com/en/rest/checks/runs
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from readygate.context import Published, RunContext, logged
from readygate.github.client import GitHub
from readygate.github.earlier import Earlier
from readygate.model.rich_text import count
from readygate.model.subject import Role, Subject
from readygate.outputs import Output, Stage, not_written
from readygate.outputs._annotations import LONGEST_TEXT, LONGEST_TITLE, find_annotations
from readygate.render.markdown.document import render_markdown
from readygate.render.not_evaluated import NotEvaluated
from readygate.render.report_view import ReportView, verdict_sentence
from readygate.render.size_limits import CHECK
from readygate.support.errors import ForgeError

TITLE = "check run"
PER_REQUEST = 50
"""Annotations that GitHub accepts in one request."""

_MARK = "readygate"


def summary(view: ReportView, rows: int, most: int) -> str:
    """Return the text of the check run, with a note if there are more places to annotate than the setting allows."""
    note = ""
    if most and rows >= most and len(find_annotations(view, most + 1)) > most:
        note = f"\n\nThe {count(most, 'most important place')} {'is' if most == 1 else 'are'} annotated, and no more."
    room = replace(CHECK, characters=CHECK.characters - len(note), bytes=CHECK.bytes - len(note))
    return render_markdown(view, room) + note


class CheckRun(Struct, frozen=True, kw_only=True):
    """A check run to write.

    Attributes:
        gate: the name of the gate.
        subject: what the run is about; the check run is written on its head commit.
        output: `title` and `summary`, in the form of GitHub.
        annotations: in the form of GitHub, the most important first.
    """

    gate: str
    subject: Subject
    conclusion: str
    output: Mapping[str, Any]
    annotations: Sequence[Mapping[str, Any]] = ()

    @property
    def name(self) -> str:
        """The name that GitHub shows."""
        return self.subject.check_name(self.gate)

    @property
    def digest(self) -> str:
        """A short hash of the annotations."""
        if not self.annotations:
            return "none"
        return hashlib.sha256(json.dumps(list(self.annotations), sort_keys=True).encode()).hexdigest()[:16]

    def body(self) -> dict[str, Any]:
        """Return the body of a request, without the output."""
        subject = self.subject
        body: dict[str, Any] = {
            "name": self.name,
            "status": "completed",
            "conclusion": self.conclusion,
            "external_id": f"{scope(subject)}/{subject.run_id}/{subject.run_attempt}/{self.digest}",
        }
        if subject.run_url:
            body["details_url"] = subject.run_url
        return body

    def output_with(self, annotations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return the output of one request, with the annotations that it adds."""
        return {**self.output, **({"annotations": list(annotations)} if annotations else {})}


def enabled(view: ReportView, context: RunContext) -> bool:
    """Return whether the setting is on, and there are a client and a commit to write to."""
    return bool(context.github and context.settings.check and view.subject.head_sha)


def publish(view: ReportView, context: RunContext, _published: Published) -> Published:
    """Create or edit the check run. If that fails, the exit code stays the same."""
    most = context.settings.annotations
    rows = find_annotations(view, most)
    check = CheckRun(
        gate=view.gate,
        subject=view.subject,
        # an informing policy is the one case that must neither pass nor fail
        conclusion="success" if view.verdict.ready else "neutral" if view.verdict.inform else "failure",
        output={"title": verdict_sentence(view)[:LONGEST_TITLE], "summary": summary(view, len(rows), most)},
        annotations=rows,
    )
    return _write(check, context, quiet=view.subject.role is Role.RECORD)


def publish_failure(failure: NotEvaluated, context: RunContext, _published: Published) -> Published:
    """Write an error as the check run of a change: a required check must not be missing."""
    subject = failure.subject
    if subject is None or subject.role is not Role.CHANGE or not context.settings.check:
        return Published()
    output = {"title": failure.title, "summary": failure.markdown[:LONGEST_TEXT]}
    return _write(CheckRun(gate=failure.gate, subject=subject, conclusion="failure", output=output), context)


def _write(check: CheckRun, context: RunContext, *, quiet: bool = False) -> Published:
    """Write a check run unless a later run has written it; `quiet` keeps a missing permission to the log."""
    github, done = context.github, Published()
    if github is None:
        return done
    try:
        found = [] if _is_first(check.subject) else _named(github, check.name, check.subject.head_sha, context.earlier)
        done = _other_workflows(found, check)
        known = _newest_of_ours(found, check.subject)
        if known and _order(known) > (check.subject.run_id, check.subject.run_attempt):
            text = f"a later run has written `{check.name}` on {check.subject.head_sha[:7]}"
            done += logged(f"No check run was written: {text}.")
            run = known
        else:
            run = _send(github, check, known)
    except ForgeError as error:
        return done + not_written(TITLE, error, quiet=quiet)
    return done + Published(step_outputs={"check-url": str(run.get("html_url") or "")})


def _send(github: GitHub, check: CheckRun, known: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Edit the known check run or create one; annotations follow, `PER_REQUEST` at a time."""
    rows, body = check.annotations, check.body()
    if known is not None and _continues(known, check.digest, len(rows)):
        run, sent = known, _sent(known)
        if sent == len(rows):
            run = github.patch(f"/check-runs/{run['id']}", {**body, "output": check.output_with(())})
    else:
        first = {**body, "head_sha": check.subject.head_sha, "output": check.output_with(rows[:PER_REQUEST])}

        def find() -> Mapping[str, Any] | None:
            made = _named(github, check.name, check.subject.head_sha)
            return next((run for run in made if run["external_id"] == body["external_id"]), None)

        run = github.create("/check-runs", first, find)
        sent = len(rows[:PER_REQUEST])
    while sent < len(rows):
        more = {**body, "output": check.output_with(rows[sent : sent + PER_REQUEST])}
        sent = min(sent + PER_REQUEST, len(rows))
        run = github.patch(f"/check-runs/{run['id']}", more, _arrived(github, int(run["id"]), sent))
    return run


def _continues(known: Mapping[str, Any], digest: str, total: int) -> bool:
    """Return whether a check run can be edited. Annotations can be added to it, but not removed.

    It can if it has no annotations, or the first or all of the same ones.
    """
    had, sent = str(known["external_id"]).rpartition("/")[2], _sent(known)
    return sent == 0 or (had == digest and sent <= total)


def _sent(run: Mapping[str, Any]) -> int:
    return int((run.get("output") or {}).get("annotations_count") or 0)


def _arrived(github: GitHub, number: int, expected: int) -> Callable[[], Any]:
    """Return a function that finds the check run after a lost answer, so that no annotation is added twice."""

    def find() -> Mapping[str, Any] | None:
        run: Mapping[str, Any] = github.get(f"/check-runs/{number}")
        return run if _sent(run) >= expected else None

    return find


def scope(subject: Subject) -> str:
    """Return the part of `external_id` that names the owner of a check run: workflow, event and pull request.

    Two workflows, or a push and a pull request for one commit, must never edit each other's check run.
    """
    return f"{_MARK}/{subject.workflow_key}/{subject.event}-{subject.number}"


def _order(run: Mapping[str, Any]) -> tuple[int, int]:
    """Return the run and the attempt that wrote one of our check runs; zeros if unknown."""
    parts = str(run["external_id"]).split("/")[-3:-1]
    return (int(parts[0]), int(parts[1])) if len(parts) == 2 and all(p.isdecimal() for p in parts) else (0, 0)


def _other_workflows(found: Sequence[Mapping[str, Any]], check: CheckRun) -> Published:
    """Warn if another workflow writes a check run of the same name; it is never edited."""
    keys = [str(run.get("external_id") or "").split("/") for run in found]
    if not any(key[0] == _MARK and key[1:2] != [check.subject.workflow_key] for key in keys):
        return Published()
    return logged(
        f"Another workflow writes a check run `{check.name}` on this commit, too, and GitHub goes by the latest of a "
        "name. Give each its own by the input `name`."
    )


def _is_first(subject: Subject) -> bool:
    """Return whether no run can have written a check run before: the commit of a merge group is made for this run."""
    return subject.event == "merge_group" and subject.run_attempt == 1


def _newest_of_ours(found: Sequence[Mapping[str, Any]], subject: Subject) -> Mapping[str, Any] | None:
    own = f"{scope(subject)}/"
    ours = [run for run in found if str(run.get("external_id") or "").startswith(own)]
    return max(ours, key=lambda run: int(run["id"]), default=None)


def _named(github: GitHub, name: str, sha: str, earlier: Earlier | None = None) -> list[Mapping[str, Any]]:
    """Return all check runs of a name on a commit; ask for them unless they are known from `earlier`.

    GitHub's filter `latest` would hide ours behind another.
    """
    runs: Iterable[Mapping[str, Any]]
    if earlier is not None and earlier.check_runs is not None:
        runs = earlier.check_runs
    else:
        runs = github.pages(f"/commits/{sha}/check-runs", key="check_runs", check_name=name, filter="all")
    return [run for run in runs if run["name"] == name]


OUTPUT = Output(
    name="check",
    title=TITLE,
    stage=Stage.GITHUB,
    order=2,
    enabled=enabled,
    publish=publish,
    publish_failure=publish_failure,
)
