"""The check run on the head commit, with annotations at failing tests and at uncovered changed lines.

https://docs.github.com/en/rest/checks/runs
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from readygate.github.client import GitHub
from readygate.model.comparison import TestChange
from readygate.model.rich_text import count
from readygate.model.subject import Role, Target
from readygate.outputs import Desk, Output
from readygate.render.escaping import redact, shorten, visible
from readygate.render.markdown.document import render_markdown
from readygate.render.markdown.result_cells import first_line
from readygate.render.report_view import Page, verdict_sentence
from readygate.render.size_limits import CHECK
from readygate.support.errors import ForgeError, PermissionDeniedError
from readygate.support.number_format import ranges

PER_REQUEST = 50
TRIED = 2_000
"""How many failures are looked up in the repository's files."""
SAMPLE = 200
"""Of so many of them, taken from all parts of the list, at least one is found where it is worth looking at each."""
LONGEST_TITLE = 255
LONGEST_TEXT = 60_000
"""GitHub allows 64 KB of message and of raw details each."""

_MARK = "readygate"


def find_annotations(page: Page, most: int) -> list[dict[str, Any]]:
    """The annotations, most important first: new failures, uncovered changed lines, failures of the base too."""
    found: list[dict[str, Any]] = []
    tests = page.comparison.tests
    for source in (
        _failures(page, tests.new_failures, "failure", "fails"),
        _uncovered(page),
        _failures(page, tests.still_failing, "warning", "still fails"),
    ):
        for row in source:
            if len(found) >= most:
                return found
            found.append(row)
    return found


def _failures(page: Page, changes: tuple[TestChange, ...], level: str, verb: str) -> Iterator[dict[str, Any]]:
    tried = changes[:TRIED]
    if not any(map(page.locator.locate, tried[:: -(-len(tried) // SAMPLE) or 1])):
        return
    for change in tried:
        place = page.locator.locate(change)
        if place is None:
            continue
        line = max(1, place.line)
        row: dict[str, Any] = {
            "path": place.path,
            "start_line": line,
            "end_line": line,
            "annotation_level": level,
            "title": _text(f"{shorten(visible(redact(change.id.name)), 200)} {verb}", LONGEST_TITLE),
            "message": _text(visible(redact(first_line(change))) or "The report gives no message.", 2_000),
        }
        text = change.detail.text if change.detail else ""
        if text.strip():
            rows = (visible(part) for part in redact(text).splitlines())
            row["raw_details"] = _text("\n".join(rows), LONGEST_TEXT)
        yield row


def _uncovered(page: Page) -> Iterator[dict[str, Any]]:
    coverage = page.comparison.coverage
    patch = coverage.patch if coverage else None
    for file in patch.files if patch else ():
        for first, last in ranges(file.uncovered):
            number = last - first + 1
            yield {
                "path": file.path,
                "start_line": first,
                "end_line": last,
                "annotation_level": "warning",
                "title": f"{count(number, 'changed line')} not covered",
                "message": "No test runs this line." if number == 1 else "No test runs these lines.",
            }


def _text(text: str, longest: int) -> str:
    """Text that GitHub takes: redacted, bounded in bytes, without characters beyond U+FFFF, which it refuses."""
    text = redact(text)
    text = "".join(c if ord(c) < 0x10000 else f"\\U{ord(c):08x}" for c in text)
    return text.encode("utf-8", "replace")[:longest].decode("utf-8", "ignore")


def summary(page: Page, rows: int, most: int) -> str:
    """The text of the check run; it says so where there are more places to annotate than the setting allows."""
    note = ""
    if most and rows >= most and len(find_annotations(page, most + 1)) > most:
        note = f"\n\nThe {count(most, 'most important place')} {'is' if most == 1 else 'are'} annotated, and no more."
    room = replace(CHECK, characters=CHECK.characters - len(note), bytes=CHECK.bytes - len(note))
    return render_markdown(page, room) + note


def wants(page: Page, desk: Desk) -> bool:
    """A session to write with, a commit to write on, and not switched off."""
    return bool(desk.hub and desk.settings.check and page.target.head_sha)


def publish(page: Page, desk: Desk) -> None:
    """Create or edit the check run; that it cannot be written is told and changes no exit code."""
    rows = find_annotations(page, desk.settings.annotations)
    body = {
        "title": verdict_sentence(page)[:LONGEST_TITLE],
        "summary": summary(page, len(rows), desk.settings.annotations),
    }
    # an informing policy is the one case that must neither pass nor fail
    conclusion = "success" if page.verdict.ready else "neutral" if page.verdict.inform else "failure"
    write(
        page.target.check_name(page.gate),
        page.target,
        conclusion,
        body,
        rows,
        desk,
        quiet=page.target.role is Role.RECORD,
    )


def write(
    name: str,
    target: Target,
    conclusion: str,
    output: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    desk: Desk,
    *,
    quiet: bool = False,
) -> None:
    """Write a check run called `name` on the target's head; `quiet` keeps a missing permission to the log."""
    if desk.hub is None:
        return
    try:
        made = _write(desk.hub, name, target, conclusion, output, rows, desk)
        desk.posted["check-url"] = str(made.get("html_url") or "")
    except PermissionDeniedError as error:
        desk.log.line(f"No check run was written: {error}")
        if not quiet:
            desk.unwritten.append("check run")
    except ForgeError as error:
        desk.log.notice(f"The check run could not be written: {error}")


def _write(
    hub: GitHub,
    name: str,
    target: Target,
    conclusion: str,
    output: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    desk: Desk,
) -> Mapping[str, Any]:
    digest = hashlib.sha256(json.dumps(list(rows), sort_keys=True).encode()).hexdigest()[:16] if rows else "none"
    body: dict[str, Any] = {
        "name": name,
        "status": "completed",
        "conclusion": conclusion,
        "external_id": f"{scope(target)}/{target.run_id}/{target.run_attempt}/{digest}",
    }
    if target.run_url:
        body["details_url"] = target.run_url
    known = _existing(hub, name, target, desk)
    if known and _order(known) > (target.run_id, target.run_attempt):
        desk.log.notice(f"No check run was written: a later run has written `{name}` on {target.head_sha[:7]}.")
        return known
    if known is not None and _continues(known, digest, len(rows)):
        run, sent = known, _sent(known)
        if sent == len(rows):
            run = hub.patch(f"/check-runs/{run['id']}", {**body, "output": _output(output, ())})
    else:
        first = {**body, "head_sha": target.head_sha, "output": _output(output, rows[:PER_REQUEST])}

        def find() -> Mapping[str, Any] | None:
            made = _named(hub, name, target.head_sha)
            return next((run for run in made if run["external_id"] == body["external_id"]), None)

        run = hub.create("/check-runs", first, find)
        sent = len(rows[:PER_REQUEST])
    while sent < len(rows):
        more = {**body, "output": _output(output, rows[sent : sent + PER_REQUEST])}
        sent = min(sent + PER_REQUEST, len(rows))
        run = hub.patch(f"/check-runs/{run['id']}", more, _arrived(hub, int(run["id"]), sent))
    return run


def _continues(known: Mapping[str, Any], digest: str, total: int) -> bool:
    """Whether a check run can be edited: annotations are only ever added to it, never taken away.

    It can if it holds none, or the same ones; of those a run that was cut off may have sent only the first.
    """
    had, sent = str(known["external_id"]).rpartition("/")[2], _sent(known)
    return sent == 0 or (had == digest and sent <= total)


def _sent(run: Mapping[str, Any]) -> int:
    return int((run.get("output") or {}).get("annotations_count") or 0)


def _arrived(hub: GitHub, number: int, expected: int) -> Callable[[], Any]:
    """After a lost answer: the check run, if its annotations have arrived, so that they are not added twice."""

    def find() -> Mapping[str, Any] | None:
        run: Mapping[str, Any] = hub.get(f"/check-runs/{number}")
        return run if _sent(run) >= expected else None

    return find


def _output(output: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {**output, **({"annotations": list(rows)} if rows else {})}


def scope(target: Target) -> str:
    """The part of `external_id` that tells whose a check run is: which workflow's, for which pull request or event.

    Two gates, two workflows, or a push and a pull request for one commit must never edit each other's check run.
    """
    return f"{_MARK}/{target.workflow_key}/{target.event}-{target.number}"


def _order(run: Mapping[str, Any]) -> tuple[int, int]:
    """Run and attempt that wrote a check run of ours; zero if it does not say."""
    parts = str(run["external_id"]).split("/")[-3:-1]
    return (int(parts[0]), int(parts[1])) if len(parts) == 2 and all(p.isdecimal() for p in parts) else (0, 0)


def _existing(hub: GitHub, name: str, target: Target, desk: Desk) -> Mapping[str, Any] | None:
    """Our newest check run of this name and scope on the commit; one of another workflow is told, never edited."""
    own, found = f"{scope(target)}/", _named(hub, name, target.head_sha)
    keys = [str(run.get("external_id") or "").split("/") for run in found]
    ours = [run for run in found if str(run.get("external_id") or "").startswith(own)]
    if any(key[0] == _MARK and key[1:2] != [target.workflow_key] for key in keys):
        desk.log.notice(
            f"Another workflow writes a check run `{name}` on this commit, too, and GitHub goes by the latest of a "
            "name. Give each its own by the input `name`."
        )
    return max(ours, key=lambda run: int(run["id"]), default=None)


def _named(hub: GitHub, name: str, sha: str) -> list[Mapping[str, Any]]:
    """All check runs of a name on a commit; not `latest`, which is one of each: ours may stand behind it."""
    runs = hub.pages(f"/commits/{sha}/check-runs", key="check_runs", check_name=name, filter="all")
    return [run for run in runs if run["name"] == name]


OUTPUT = Output(name="check", order=20, wants=wants, publish=publish)
