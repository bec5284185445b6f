"""The check run on the head commit, with annotations at failing tests and at uncovered changed lines.

https://docs.github.com/en/rest/checks/runs
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from readygate.errors import ForgeError, PermissionDeniedError
from readygate.figures import ranges
from readygate.github.client import GitHub
from readygate.model.comparison import TestChange
from readygate.model.phrase import count
from readygate.model.target import Role
from readygate.outputs import Desk, Output
from readygate.render.document import CHECK, markdown
from readygate.render.page import Page, sentence
from readygate.render.sections import first_line
from readygate.render.text import redact, shorten, visible

PER_REQUEST = 50
TRIED = 2_000
"""How many failures are looked up in the repository's files; where none of these is found, the rest is not either."""
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
    for change in changes[:TRIED]:
        place = page.locator.place(change)
        if place is None:
            continue
        line = max(1, place.line)
        row: dict[str, Any] = {
            "path": place.path,
            "start_line": line,
            "end_line": line,
            "annotation_level": level,
            "title": _text(f"{shorten(visible(change.id.name), 200)} {verb}", LONGEST_TITLE),
            "message": _text(visible(first_line(change)) or "The report gives no message.", 2_000),
        }
        text = change.detail.text if change.detail else ""
        if text.strip():
            row["raw_details"] = _text("\n".join(visible(part) for part in text.splitlines()), LONGEST_TEXT)
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
    return markdown(page, room) + note


def wants(page: Page, desk: Desk) -> bool:
    """A session to write with, a commit to write on, and not switched off."""
    return bool(desk.hub and desk.settings.check and page.target.head_sha)


def publish(page: Page, desk: Desk) -> None:
    """Create or edit the check run; that it cannot be written is told and changes no exit code."""
    rows = find_annotations(page, desk.settings.annotations)
    body = {"title": sentence(page)[:LONGEST_TITLE], "summary": summary(page, len(rows), desk.settings.annotations)}
    # an informing policy is the one case that must neither pass nor fail
    conclusion = "success" if page.verdict.ready else "neutral" if page.verdict.inform else "failure"
    write(
        page.gate,
        page.target.head_sha,
        conclusion,
        body,
        rows,
        desk,
        quiet=page.target.role is Role.RECORD,
    )


def write(
    gate: str,
    sha: str,
    conclusion: str,
    output: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    desk: Desk,
    *,
    quiet: bool = False,
) -> None:
    """Write a check run called `gate` on `sha`; `quiet` keeps a missing permission to the log."""
    if desk.hub is None:
        return
    try:
        made = _write(desk.hub, gate, sha, conclusion, output, rows, desk)
        desk.posted["check-url"] = str(made.get("html_url") or "")
    except PermissionDeniedError as error:
        if quiet:
            desk.log.line(f"No check run was written: {error}")
        else:
            desk.unwritten.append("check run")
            desk.log.notice(f"No check run was written: {error}")
    except ForgeError as error:
        desk.log.notice(f"The check run could not be written: {error}")


def _write(
    hub: GitHub,
    gate: str,
    sha: str,
    conclusion: str,
    output: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    desk: Desk,
) -> Mapping[str, Any]:
    place = desk.workplace
    digest = hashlib.sha256(json.dumps(list(rows), sort_keys=True).encode()).hexdigest()[:16] if rows else "none"
    body: dict[str, Any] = {
        "name": gate,
        "status": "completed",
        "conclusion": conclusion,
        "external_id": f"{_MARK}/{place.run_id}/{place.run_attempt}/{digest}",
    }
    if place.run_url:
        body["details_url"] = place.run_url
    known = _existing(hub, gate, sha)
    # annotations are only ever added to a check run, never taken away: with others it must be a new one
    had = str(known["external_id"]).rpartition("/")[2] if known else ""
    if known and had in (digest, "none"):
        first = [] if had == digest else list(rows[:PER_REQUEST])
        made = hub.patch(f"/check-runs/{known['id']}", {**body, "output": _output(output, first)})
        rest = [] if had == digest else rows[PER_REQUEST:]
    else:
        made = hub.post("/check-runs", {**body, "head_sha": sha, "output": _output(output, rows[:PER_REQUEST])})
        rest = rows[PER_REQUEST:]
    for start in range(0, len(rest), PER_REQUEST):
        more = _output(output, rest[start : start + PER_REQUEST])
        hub.patch(f"/check-runs/{made['id']}", {"output": more})
    return dict(made)


def _output(output: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {**output, **({"annotations": list(rows)} if rows else {})}


def _existing(hub: GitHub, gate: str, sha: str) -> Mapping[str, Any] | None:
    """Our newest check run of this name on the commit."""
    runs = hub.get(f"/commits/{sha}/check-runs", check_name=gate, filter="latest", per_page=100)["check_runs"]
    ours = [run for run in runs if str(run.get("external_id") or "").startswith(f"{_MARK}/") and run["name"] == gate]
    return max(ours, key=lambda run: int(run["id"]), default=None)


OUTPUT = Output(name="check", order=20, wants=wants, publish=publish)
