"""Run `readygate policy check`, `show`, `init` and `schema`."""

import argparse
import json
from pathlib import Path
from typing import Any

from readygate.model.policy import Policy
from readygate.model.verdict import Level
from readygate.policy.build import effective
from readygate.policy.proposal import proposal
from readygate.policy.read import Document, read
from readygate.policy.schema import schema
from readygate.rules import all_rules
from readygate.support.errors import SettingsError


def run(options: argparse.Namespace) -> int:
    """Run one of the actions.

    Raises:
        SettingsError: the file cannot be read, used or written.
    """
    if options.action == "schema":
        print(json.dumps(schema(), indent=2))
    elif options.action == "init":
        _init(options.file, options.report, force=options.force)
    elif options.action == "show":
        document = _document(options.file, optional=True)
        print(shown(effective(document, branch=options.branch, asked=options.policy)), end="")
    else:
        policy = effective(_document(options.file))
        on = sum(level is not Level.OFF for level in policy.levels.values())
        print(f"{options.file}: can be used; preset {policy.preset}, {on} rules on.")
    return 0


def _document(path: Path, *, optional: bool = False) -> Document | None:
    try:
        return read(path.read_bytes(), str(path))
    except FileNotFoundError as error:
        if optional:
            return None
        raise SettingsError(
            (f"{path}: there is no such file",), todo="write one with `readygate policy init`"
        ) from error
    except OSError as error:
        raise SettingsError((f"{path}: {error.strerror or error}",), todo="name a file that can be read") from error


def shown(policy: Policy) -> str:
    """Return the policy in force, with the origin of each value."""
    rows = [
        ("preset", policy.preset, policy.origins["preset"]),
        ("mode", "inform" if policy.inform else "enforce", policy.origins.get("mode", "default")),
        ("waiver", policy.waiver or "none", policy.origins.get("waiver", "default")),
        ("repeats", policy.repeats, policy.origins.get("repeats", "default")),
        ("baseline-size", f"{policy.baseline_mb:,} MB", policy.origins.get("baseline-size", "default")),
    ]
    for rule in all_rules():
        path = f"rules.{rule.name}"
        rows.append((path, policy.levels[rule.name].name.lower(), policy.origins[f"{path}.level"]))
        for name, option in rule.options.items():
            value = policy.options[rule.name][name]
            origin = policy.origins.get(f"{path}.{name}", "default")
            rows.append((f"{path}.{name}", option.show(value), origin))
    named: dict[str, tuple[Any, ...]] = {
        "components": policy.components,
        "categories": policy.categories,
        "quarantine": policy.quarantine,
        "groups": policy.groups,
        "targets": policy.goals,
        "base-branches": policy.base_branches,
        "guarded-files": policy.guarded,
    }
    rows += [
        (name, f"{len(items)} given", policy.origins.get(name, "default")) for name, items in named.items() if items
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "".join(f"{name:{widths[0]}}  {value:{widths[1]}}  {origin}\n" for name, value, origin in rows)


def _init(path: Path, report: Path | None, *, force: bool) -> None:
    if path.exists() and not force:
        raise SettingsError((f"{path}: is there already",), todo="name another file, or replace it with --force")
    figures: Any = None
    if report is not None:
        try:
            figures = json.loads(report.read_bytes())
            if not isinstance(figures, dict) or "schema_version" not in figures:
                raise ValueError("no report.json of Readygate")
        except (OSError, ValueError) as error:
            raise SettingsError((f"--report {report}: {error}",), todo="give a report.json of Readygate") from error
    text = proposal(figures)
    effective(read(text.encode(), str(path)))  # check that the written policy is valid
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError((f"{path}: {error.strerror or error}",), todo="name a file that can be written") from error
    print(f"{path}: written. `readygate policy show` explains it.")
