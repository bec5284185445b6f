"""Read all inputs of the action and report their problems together.

How the runner passes inputs: https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
"""

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from readygate.config.inputs import Reader
from readygate.model.paths import PathMap
from readygate.model.policy import PRESETS
from readygate.model.subject import DEFAULT_GATE
from readygate.support.errors import SettingsError
from readygate.support.git_names import is_sha
from readygate.support.globs import NamePattern, PatternError, paths_fit, to_hide

COMMENT_MODES = ("always", "changes", "not-ready", "off")
FAIL_MODES = ("not-ready", "never")
NEED_RESULTS = ("success", "failure", "cancelled", "skipped")


class Settings(Struct, frozen=True, kw_only=True):
    """The inputs of the action; `docs/inputs.md` describes each.

    Attributes:
        artifacts: names or globs of artifacts of this run that contain reports.
        status: also write a commit status.
        time_budget: maximum duration of the step in minutes.
        annotations: maximum number of annotations of the check run.
        needs: result by job; None if the input is not given.
        template: path of a Jinja2 template for the comment, in the repository.
        leg: the matrix values of a step that runs once per leg; empty otherwise.
        legs: pattern of the legs of a matrix in the paths of reports, such as `results-{os}-{python}`.
        pull_request: number; 0 for the event's own.
        path_map: prefixes of paths in coverage reports.
        allow_pull_request_target: accept this event, whose token may write although anybody can trigger it.
        redact: matches to redact in test names and texts, in addition to detected secrets.
    """

    tests: tuple[str, ...] = ()
    coverage: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    name: str = DEFAULT_GATE
    policy: str = ""
    baseline: str = "branch"
    comment: str = "always"
    check: bool = True
    status: bool = False
    annotations: int = 50
    summary: bool = True
    fail: str = "not-ready"
    report: str = ""
    template: str = ""
    needs: Mapping[str, str] | None = None
    leg: str = ""
    legs: str = ""
    commit: str = ""
    pull_request: int = 0
    path_map: tuple[PathMap, ...] = ()
    allow_pull_request_target: bool = False
    time_budget: int = 10
    redact: tuple[NamePattern, ...] = ()
    token: str = ""

    def __repr__(self) -> str:
        """Return no values, because the token must not reach a message or a traceback."""
        return "Settings(…)"

    def bearing(self) -> dict[str, str]:
        """Return the inputs that affect the verdict as text, for a comparison with the base's run."""
        return {
            "tests": "\n".join(self.tests),
            "coverage": "\n".join(self.coverage),
            "artifacts": "\n".join(self.artifacts),
            "policy": self.policy,
            "baseline": self.baseline,
            "fail": self.fail,
            "legs": self.legs,
            "needs": "\n".join(sorted(self.needs)) if self.needs is not None else "",
            "path-map": "\n".join(map(str, self.path_map)),
        }

    @property
    def gate(self) -> str:
        """The name of the check and the comment: the input `name`, with the leg of a matrix job."""
        return f"{self.name} ({self.leg})" if self.leg else self.name


def read_inputs(environment: Mapping[str, str]) -> Settings:
    """Read the inputs of the action from the environment of its container.

    Raises:
        SettingsError: inputs are invalid; it has all problems.
    """
    reader = Reader(environment)
    leg = _leg(reader)
    comment = reader.choice("comment", COMMENT_MODES)
    settings = Settings(
        tests=reader.lines("tests"),
        coverage=reader.lines("coverage"),
        artifacts=reader.lines("artifacts"),
        name=_name(reader),
        policy=reader.choice("policy", ("", *PRESETS)),
        baseline=_baseline(reader),
        comment="off" if leg else comment,
        check=reader.flag("check"),
        status=reader.flag("status", "false"),
        annotations=reader.number("annotations", 50, 1000),
        summary=reader.flag("summary"),
        fail=reader.choice("fail", FAIL_MODES),
        report=reader.text("report"),
        template=reader.path("template"),
        needs=_needs(reader),
        leg=leg,
        legs=_legs(reader),
        commit=_commit(reader),
        pull_request=reader.number("pull-request", 0, 2**31),
        path_map=_path_map(reader),
        allow_pull_request_target=reader.flag("allow-pull-request-target", "false"),
        time_budget=reader.number("time-budget", 10, 360, lowest=1),
        redact=to_hide(reader.lines("redact"), "input `redact`", reader.problems),
        token=reader.text("token"),
    )
    if reader.problems:
        raise SettingsError(tuple(reader.problems), todo="correct the `with:` block of the step")
    return settings


def _name(reader: Reader) -> str:
    name = reader.text("name", DEFAULT_GATE)
    if len(name) > 100 or not name.isprintable() or "--" in name or any(mark in name for mark in "<>`"):
        reader.problems.append("input `name`: up to 100 printable characters, without --, <, > and `")
    return name


def _baseline(reader: Reader) -> str:
    value = reader.text("baseline", "branch")
    scheme, _, rest = value.partition(":")
    if scheme in ("off", "branch", "ref", "artifact") or (scheme == "folder" and rest):
        return value
    known = "branch, branch:NAME, ref, ref:REF, artifact, artifact:NAME, folder:PATH, off"
    reader.problems.append(f"input `baseline`: {value!r} is not one of {known}")
    return "branch"


def _needs(reader: Reader) -> Mapping[str, str] | None:
    value = reader.json("needs")
    if value is None:
        return None
    if isinstance(value, dict) and all(
        isinstance(job, dict) and job.get("result") in NEED_RESULTS for job in value.values()
    ):
        return {str(name): str(job["result"]) for name, job in value.items()}
    reader.problems.append("input `needs`: not what GitHub calls `needs`; write needs: ${{ toJSON(needs) }}")
    return None


def _leg(reader: Reader) -> str:
    value = reader.json("matrix")
    if not isinstance(value, dict):
        return ""
    shown = ", ".join(str(item) for item in value.values() if isinstance(item, str | int | float))
    return re.sub(r"[^\w .,:+/-]", "_", shown)[:80]


def _legs(reader: Reader) -> str:
    value = reader.text("legs")
    if value and not names_legs(value):
        reader.problems.append(f"input `legs`: {value!r} {NO_LEGS}")
        return ""
    return value


NO_LEGS = "is not of the form results-{os}-{python}"


def names_legs(pattern: str) -> bool:
    """Return whether a pattern has distinct names in braces for the values of a matrix."""
    names = re.findall(r"\{(\w*)\}", pattern)
    return bool(names) and "" not in names and len(set(names)) == len(names) and "\n" not in pattern


def _commit(reader: Reader) -> str:
    value = reader.text("commit")
    if value and not is_sha(value.lower()):
        reader.problems.append(f"input `commit`: {value!r} is no full commit id of 40 hexadecimal digits")
    return value.lower()


def _path_map(reader: Reader) -> tuple[PathMap, ...]:
    return parse_path_map(reader.lines("path-map"), "input `path-map`", reader.problems)


def parse_path_map(lines: Iterable[str], what: str, problems: list[str]) -> tuple[PathMap, ...]:
    """Parse prefixes of paths; a line of another form is added to the problems."""
    maps = []
    for line in lines:
        parsed = PathMap.parse(line)
        try:
            if parsed is None:
                problems.append(f"{what}: {line!r} is not of the form old=new or REPORTS: old=new")
            else:
                paths_fit((parsed.reports,) if parsed.reports else ())
                maps.append(parsed)
        except PatternError as error:
            problems.append(f"{what}: {line!r}: {error}")
    return tuple(maps)
