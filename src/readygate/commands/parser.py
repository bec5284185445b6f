"""The commands of the command line and their arguments."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from readygate.model.policy import POLICY_PATH, PRESETS
from readygate.model.subject import DEFAULT_GATE

EPILOG = "Exit code: 0 ready, 1 not ready, 2 bad settings, 3 could not evaluate."


def build_parser(version: str) -> argparse.ArgumentParser:
    """Return the parser of all commands; each sets `run`."""
    parser = argparse.ArgumentParser(
        prog="readygate",
        description="Reads test reports and coverage, compares them with a baseline, and says ready or not ready. "
        "Without arguments inside a GitHub workflow it runs as the action.",
        epilog=EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"readygate {version}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_report(commands)
    _add_inspect(commands)
    _add_policy(commands)
    _add_explain(commands)
    _add_doctor(commands)
    _add_render(commands)
    return parser


def _add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    report = commands.add_parser(
        "report",
        help="judge local reports against a baseline",
        description="Judge reports on this machine. Without --tests and --coverage the usual names are looked for.",
        epilog=EPILOG
        + " Example: readygate report --tests 'out/junit*.xml' --coverage coverage.xml --base main/readygate.snapshot",
    )
    add = report.add_argument
    add("--root", type=Path, default=Path(), metavar="DIR", help="where the patterns start (default: here)")
    add(
        "--tests",
        action="append",
        default=[],
        metavar="GLOB",
        help="test reports; repeat for more, ! excludes",
    )
    add("--coverage", action="append", default=[], metavar="GLOB", help="coverage reports; repeat for more")
    add("--base", type=Path, metavar="PATH", help="what to compare with: a snapshot, or a folder of reports")
    add("--store", type=Path, metavar="DIR", help="a folder of stored snapshots to take the baseline from")
    add(
        "--record",
        action="store_true",
        help="also store this snapshot in --store; the exit code then says only whether there was evidence",
    )
    add("--repo", type=Path, metavar="DIR", help="a folder of the git repository (default: --root)")
    add(
        "--commit",
        default="",
        metavar="REV",
        help="the measured commit (default: what --repo has checked out, with its edits and untracked sources)",
    )
    add(
        "--against",
        default="",
        metavar="REV",
        help="the branch or commit that the change is for; it is compared with their merge base",
    )
    add("--branch", default="", metavar="NAME", help="how the report calls the base branch")
    add("--name", default=DEFAULT_GATE, help="the gate's name")
    add("--policy", default="", choices=PRESETS, help="the preset of rules")
    add("--policy-file", type=Path, metavar="FILE", help=f"the policy (default: {POLICY_PATH}, of --against)")
    add("--template", metavar="PATH", help="a Jinja2 template of the repository for the comment")
    add("--legs", default="", metavar="PATTERN", help="how paths name the legs of a matrix: results-{os}-{python}")
    add(
        "--path-map",
        action="append",
        default=[],
        metavar="[REPORTS: ]OLD=NEW",
        help="rewrite the beginning of paths in coverage reports, or in those that a glob names",
    )
    _add_printing(report)
    report.set_defaults(run=_report)


def _add_printing(report: argparse.ArgumentParser) -> None:
    add = report.add_argument
    add(
        "--redact",
        action="append",
        default=[],
        metavar="REGEX",
        help="take what fits out of names and texts of tests, beside what looks like a secret by itself",
    )
    add("--format", default="console", choices=("console", "markdown", "json"), help="what to print")
    add(
        "--output",
        type=Path,
        metavar="DIR",
        help="write report.html, report.json, comment.md, badges, junit.xml, cobertura.xml, readygate.snapshot there",
    )


def _add_inspect(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    inspect = commands.add_parser(
        "inspect",
        help="say what a report file is and holds",
        description="Prints one JSON object a line for each file: what it was taken for, its figures (executions, "
        "lines, branches) and its problems. Exit code 3 if a file is damaged or unknown.",
    )
    inspect.add_argument("files", nargs="+", metavar="FILE")
    inspect.set_defaults(run=_inspect)


def _add_policy(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    policy = commands.add_parser(
        "policy",
        help="check, show or write a policy file",
        description=f"Works on the policy file, {POLICY_PATH}. Exit code 2 if it cannot be used.",
    )
    actions = policy.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = actions.add_parser("check", help="read a policy file and name all of its problems")
    check.add_argument("file", nargs="?", type=Path, default=Path(POLICY_PATH), metavar="FILE")
    check.set_defaults(run=_policy, action="check")
    show = actions.add_parser("show", help="show the policy in force, and where each value comes from")
    show.add_argument("file", nargs="?", type=Path, default=Path(POLICY_PATH), metavar="FILE")
    show.add_argument("--branch", default="", metavar="NAME", help="the base branch, for overrides")
    show.add_argument("--policy", default="", choices=PRESETS, help="the input `policy`")
    show.set_defaults(run=_policy, action="show")
    init = actions.add_parser("init", help="write a commented policy file that fits what was measured last")
    init.add_argument("file", nargs="?", type=Path, default=Path(POLICY_PATH), metavar="FILE")
    init.add_argument("--report", type=Path, metavar="FILE", help="a report.json to take the figures from")
    init.add_argument("--force", action="store_true", help="replace a file that is there")
    init.set_defaults(run=_policy, action="init")
    schema = actions.add_parser("schema", help="print the JSON schema of the file, for editors")
    schema.set_defaults(run=_policy, action="schema")


def _add_explain(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    explain = commands.add_parser("explain", help="say what a rule asks, why, and how a policy sets it")
    explain.add_argument("rule", nargs="?", default="", metavar="RULE")
    explain.set_defaults(run=_explain)


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    doctor = commands.add_parser(
        "doctor",
        help="say what is right and wrong about how a repository uses Readygate",
        description="Reads .github/workflows, what the runner says if there is one, and GitHub if GITHUB_TOKEN holds a "
        "token; changes nothing. Exit code 1 if something is wrong.",
    )
    add = doctor.add_argument
    add("--root", type=Path, default=None, metavar="DIR", help="the repository (default: the workspace, or here)")
    add("--repository", default="", metavar="OWNER/NAME", help="on GitHub (default: that of the run)")
    add("--json", action="store_true", help="print one JSON object")
    doctor.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    from readygate.commands.doctor import doctor  # noqa: PLC0415  (loads a whole command)

    root = options.root or Path(os.environ.get("GITHUB_WORKSPACE") or ".")
    return doctor(root, options.repository, os.environ, sys.stdout, as_json=options.json)


def _add_render(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    render = commands.add_parser(
        "render",
        help="write a report.json as another output",
        description="Renders a report.json as the comment, the summary or any other output, from what it holds alone.",
        epilog="Example: readygate render report.json --as comment",
    )
    render.add_argument("report", type=Path, metavar="FILE", help="a report.json as Readygate wrote it")
    render.add_argument(
        "--as",
        dest="as_",
        default="comment",
        metavar="OUTPUT",
        help="comment, summary, console, json, junit, cobertura, … (default: comment); an unknown one lists all",
    )
    render.add_argument("--output", type=Path, metavar="FILE", help="where to write it (default: print it)")
    render.set_defaults(run=_render)


def _render(options: argparse.Namespace) -> int:
    from readygate.commands.render import rerender  # noqa: PLC0415  (loads a whole command)

    return rerender(options)


def _report(options: argparse.Namespace) -> int:
    from readygate.commands.report import report  # noqa: PLC0415  (loads a whole command)

    return report(options)


def _policy(options: argparse.Namespace) -> int:
    from readygate.commands.policy import run  # noqa: PLC0415  (loads a whole command)

    return run(options)


def _explain(options: argparse.Namespace) -> int:
    from readygate.commands.explain import explain  # noqa: PLC0415  (loads a whole command)

    print(explain(options.rule), end="")
    return 0


def _inspect(options: argparse.Namespace) -> int:
    from readygate.commands.inspect_reports import inspect_files  # noqa: PLC0415  (loads a whole command)

    return inspect_files(options.files)
