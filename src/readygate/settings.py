"""Inputs and environment to frozen values; all problems at once, each with the input's name.

How the runner hands inputs over: https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from readygate.errors import SettingsError
from readygate.model.patterns import Pattern, to_hide

COMMENT_MODES = ("always", "changes", "not-ready", "off")
FAIL_MODES = ("not-ready", "never")
NEED_RESULTS = ("success", "failure", "cancelled", "skipped")

_SHA = re.compile(r"^[0-9a-fA-F]{40}(?:[0-9a-fA-F]{24})?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The inputs of the action; `docs/inputs.md` says what each is for.

    Attributes:
        artifacts: names, or globs of names, of artifacts of this run to read reports from.
        annotations: how many annotations the check run gets at most.
        needs: result by job; None if the input was not given.
        leg: the matrix value of a step that runs once per leg, empty otherwise.
        legs: how the paths of reports name the legs of a matrix, for example `results-{os}-{python}`.
        pull_request: number, 0 for the event's own.
        path_map: (old, new) prefixes.
        redact: what to take out of names and texts of tests, beside what looks like a secret by itself.
    """

    tests: tuple[str, ...] = ()
    coverage: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    name: str = "readygate"
    policy: str = ""
    baseline: str = "branch"
    comment: str = "always"
    check: bool = True
    annotations: int = 50
    summary: bool = True
    fail: str = "not-ready"
    report: str = ""
    needs: Mapping[str, str] | None = None
    leg: str = ""
    legs: str = ""
    commit: str = ""
    pull_request: int = 0
    path_map: tuple[tuple[str, str], ...] = ()
    redact: tuple[Pattern, ...] = ()
    token: str = field(default="", repr=False)

    def bearing(self) -> dict[str, str]:
        """The inputs that bear on the verdict, as text, for comparing them with those of the base's run."""
        return {
            "tests": "\n".join(self.tests),
            "coverage": "\n".join(self.coverage),
            "artifacts": "\n".join(self.artifacts),
            "policy": self.policy,
            "baseline": self.baseline,
            "fail": self.fail,
            "legs": self.legs,
            "needs": "\n".join(sorted(self.needs)) if self.needs is not None else "",
            "path-map": "\n".join(f"{old}={new}" for old, new in self.path_map),
        }

    @property
    def gate(self) -> str:
        """The name of check and comment: the input `name`, with the leg of a matrix job."""
        return f"{self.name} ({self.leg})" if self.leg else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What the runner says of the run; the names are those of its variables.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """

    event_name: str = ""
    event: Mapping[str, Any] = field(default_factory=dict)
    repository: str = ""
    sha: str = ""
    ref: str = ""
    ref_protected: bool = False
    api_url: str = "https://api.github.com"
    server_url: str = "https://github.com"
    run_id: int = 0
    run_number: int = 0
    run_attempt: int = 1
    workspace: Path = Path()
    runner_workspace: str = ""
    output: Path | None = None
    step_summary: Path | None = None

    @property
    def run_url(self) -> str:
        """The page of the run."""
        return f"{self.server_url}/{self.repository}/actions/runs/{self.run_id}" if self.run_id else ""


class _Reader:
    """Reads inputs one by one and gathers what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """An input without the white space around it; the runner only turns spaces of a name into underscores."""
        return self.environment.get(f"INPUT_{name.replace(' ', '_').upper()}", "").strip() or default

    def lines(self, name: str) -> tuple[str, ...]:
        """A multi-line input; empty lines and lines that begin with # are left out."""
        rows = (row.strip() for row in self.text(name).splitlines())
        return tuple(row for row in rows if row and not row.startswith("#"))

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """An input with a fixed set of values; the first is the default."""
        value = self.text(name, allowed[0]).lower()
        if value in allowed:
            return value
        self.problems.append(f"input `{name}`: {value!r} is none of {', '.join(filter(None, allowed))}")
        return allowed[0]

    def flag(self, name: str) -> bool:
        """A yes or no, true by default."""
        value = self.text(name, "true").lower()
        if value not in ("true", "false"):
            self.problems.append(f"input `{name}`: {value!r} is neither true nor false")
        return value != "false"

    def number(self, name: str, default: int, highest: int) -> int:
        """A whole number from 0."""
        value = self.text(name, str(default))
        if value.isascii() and value.isdigit() and len(value) < 20 and int(value) <= highest:
            return int(value)
        self.problems.append(f"input `{name}`: {value!r} is no whole number from 0 to {highest:,}")
        return default

    def json(self, name: str) -> object:
        """A JSON value, None if the input is empty or null."""
        value = self.text(name)
        try:
            return json.loads(value) if value else None
        except (ValueError, RecursionError) as error:
            self.problems.append(f"input `{name}`: not JSON ({error}); write {name}: ${{{{ toJSON({name}) }}}}")
            return None


def read_inputs(environment: Mapping[str, str]) -> Settings:
    """Read the inputs of the action from the environment of its container.

    Raises:
        SettingsError: with all problems of all inputs.
    """
    reader = _Reader(environment)
    leg = _leg(reader)
    comment = reader.choice("comment", COMMENT_MODES)
    settings = Settings(
        tests=reader.lines("tests"),
        coverage=reader.lines("coverage"),
        artifacts=reader.lines("artifacts"),
        name=_name(reader),
        policy=reader.choice("policy", ("", "standard", "strict", "lenient")),
        baseline=_baseline(reader),
        comment="off" if leg else comment,
        check=reader.flag("check"),
        annotations=reader.number("annotations", 50, 1000),
        summary=reader.flag("summary"),
        fail=reader.choice("fail", FAIL_MODES),
        report=reader.text("report"),
        needs=_needs(reader),
        leg=leg,
        legs=_legs(reader),
        commit=_commit(reader),
        pull_request=reader.number("pull-request", 0, 2**31),
        path_map=_path_map(reader),
        redact=to_hide(reader.lines("redact"), "input `redact`", reader.problems),
        token=reader.text("token"),
    )
    if reader.problems:
        raise SettingsError(tuple(reader.problems), todo="correct the `with:` block of the step")
    return settings


def _name(reader: _Reader) -> str:
    name = reader.text("name", "readygate")
    if len(name) > 100 or not name.isprintable() or "--" in name or any(mark in name for mark in "<>`"):
        reader.problems.append("input `name`: up to 100 printable characters, without --, <, > and `")
    return name


def _baseline(reader: _Reader) -> str:
    value = reader.text("baseline", "branch")
    scheme, _, rest = value.partition(":")
    if scheme in ("off", "branch") or (scheme == "folder" and rest):
        return value
    reader.problems.append(f"input `baseline`: {value!r} is none of branch, branch:NAME, folder:PATH, off")
    return "branch"


def _needs(reader: _Reader) -> Mapping[str, str] | None:
    value = reader.json("needs")
    if value is None:
        return None
    if isinstance(value, dict) and all(
        isinstance(job, dict) and job.get("result") in NEED_RESULTS for job in value.values()
    ):
        return {str(name): str(job["result"]) for name, job in value.items()}
    reader.problems.append("input `needs`: not what GitHub calls `needs`; write needs: ${{ toJSON(needs) }}")
    return None


def _leg(reader: _Reader) -> str:
    value = reader.json("matrix")
    if not isinstance(value, dict):
        return ""
    shown = ", ".join(str(item) for item in value.values() if isinstance(item, str | int | float))
    return re.sub(r"[^\w .,:+/-]", "_", shown)[:80]


def _legs(reader: _Reader) -> str:
    value = reader.text("legs")
    names = re.findall(r"\{(\w*)\}", value)
    if value and (not names or "" in names or len(set(names)) < len(names) or "\n" in value):
        reader.problems.append(f"input `legs`: {value!r} is not of the form results-{{os}}-{{python}}")
        return ""
    return value


def _commit(reader: _Reader) -> str:
    value = reader.text("commit")
    if value and not _SHA.match(value):
        reader.problems.append(f"input `commit`: {value!r} is no full commit id of 40 hexadecimal digits")
    return value.lower()


def _path_map(reader: _Reader) -> tuple[tuple[str, str], ...]:
    pairs = []
    for line in reader.lines("path-map"):
        old, equals, new = line.partition("=")
        if not equals or not (old.strip() or new.strip()):
            reader.problems.append(f"input `path-map`: {line!r} is not of the form old=new")
        pairs.append((old.strip(), new.strip()))
    return tuple(pairs)


def read_workplace(environment: Mapping[str, str]) -> Workplace:
    """Read what the runner says of the run.

    Raises:
        SettingsError: a variable that every runner sets is missing, or the event cannot be read.
    """
    get = environment.get
    problems = [
        f"the variable {name} is not set" for name in ("GITHUB_REPOSITORY", "GITHUB_EVENT_NAME") if not get(name)
    ]
    event: object = {}
    try:
        path = get("GITHUB_EVENT_PATH", "")
        event = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError, RecursionError) as error:
        problems.append(f"the event at GITHUB_EVENT_PATH cannot be read ({error})")
    if not isinstance(event, dict):
        problems.append("the event at GITHUB_EVENT_PATH is no JSON object")
    if problems:
        raise SettingsError(
            tuple(problems), todo="run this in a GitHub workflow; on a laptop use `readygate report --help`"
        )
    output, summary = get("GITHUB_OUTPUT"), get("GITHUB_STEP_SUMMARY")
    return Workplace(
        event_name=get("GITHUB_EVENT_NAME", ""),
        event=event if isinstance(event, dict) else {},
        repository=get("GITHUB_REPOSITORY", ""),
        sha=get("GITHUB_SHA", ""),
        ref=get("GITHUB_REF", ""),
        ref_protected=get("GITHUB_REF_PROTECTED") == "true",
        api_url=get("GITHUB_API_URL") or "https://api.github.com",
        server_url=get("GITHUB_SERVER_URL") or "https://github.com",
        run_id=_whole(get("GITHUB_RUN_ID")),
        run_number=_whole(get("GITHUB_RUN_NUMBER")),
        run_attempt=_whole(get("GITHUB_RUN_ATTEMPT")) or 1,
        workspace=Path(get("GITHUB_WORKSPACE") or "."),
        runner_workspace=get("RUNNER_WORKSPACE", ""),
        output=Path(output) if output else None,
        step_summary=Path(summary) if summary else None,
    )


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else 0
