"""Generates what the documents take from the code: the tables of README.md and docs/, and docs/policy.schema.json.

A table is between `<!-- table: NAME -->` and `<!-- end of table -->`. After a change of the code or of action.yml:

    .venv/bin/python -m tests.repo.tables --update
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from readygate import __version__
from readygate.baseline.stores import all_stores
from readygate.commands.explain import page
from readygate.commands.parser import build_parser
from readygate.formats import all_formats
from readygate.model.policy import PRESETS
from readygate.policy.schema import schema
from readygate.rules import Rule, all_rules

ROOT = Path(__file__).resolve().parents[2]

_BLOCK = re.compile(r"(<!-- table: (?P<name>[a-z-]+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


def action() -> dict[str, Any]:
    """What action.yml says."""
    data = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


def inputs() -> Iterable[tuple[str, ...]]:
    yield "Input", "Default", "What it is"
    for name, given in action()["inputs"].items():
        yield f"`{name}`", _code(given["default"]), given["description"].strip()


def outputs() -> Iterable[tuple[str, ...]]:
    yield "Output", "What it is"
    for name, given in action()["outputs"].items():
        yield f"`{name}`", given["description"].strip()


def rules() -> Iterable[tuple[str, ...]]:
    yield "Rule", "Asks for", *(f"`{preset}`" for preset in PRESETS)
    for rule in _by_name():
        yield f"`{rule.name}`", rule.summary, *_levels(rule)


def rules_in_full() -> Iterable[tuple[str, ...]]:
    yield "Rule", "Asks for", "Options", "Points", *(f"`{preset}`" for preset in PRESETS)
    for rule in _by_name():
        options = ", ".join(
            f"`{name}` {option.show(option.default) if option.default is not None else '(to be given)'}"
            for name, option in rule.options.items()
        )
        yield f"`{rule.name}`", rule.summary, options or "–", str(rule.points), *_levels(rule)


def formats() -> Iterable[tuple[str, ...]]:
    yield "Format", "Called", "Holds", "Described at"
    for fmt in sorted(all_formats(), key=lambda f: (f.kind != "tests", f.name)):
        yield fmt.title, f"`{fmt.name}`", fmt.kind, f"<{fmt.url}>"


def stores() -> Iterable[tuple[str, ...]]:
    yield "`baseline`", "Where the results lie"
    for store in all_stores():
        yield f"`{store.scheme}`", store.title


def report_options() -> Iterable[tuple[str, ...]]:
    yield from _options("report")


def _options(command: str) -> Iterable[tuple[str, ...]]:
    yield "Option", "What it does"
    parser = build_parser(__version__)
    (commands,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    for option in commands.choices[command]._actions:
        if "--help" in option.option_strings:
            continue
        value = "" if option.nargs == 0 else f" {option.metavar or '|'.join(option.choices or ['VALUE'])}"
        text = option.help or ""
        if isinstance(option.default, str) and option.default:
            text += f" (default: {option.default})"
        yield f"`{option.option_strings[0]}{value}`", text[:1].upper() + text[1:]


def _by_name() -> list[Rule]:
    """In the order in which they are told."""
    return sorted(all_rules(), key=lambda rule: rule.weight)


def _levels(rule: Rule) -> list[str]:
    return [level.name.lower() for level in rule.levels]


def _code(value: str) -> str:
    return f"`{value}`" if value else "–"


TABLES: Mapping[str, Callable[[], Iterable[tuple[str, ...]]]] = {
    "inputs": inputs,
    "outputs": outputs,
    "rules": rules,
    "rules-in-full": rules_in_full,
    "formats": formats,
    "stores": stores,
    "report-options": report_options,
}


def rule_pages() -> str:
    """What each rule says of itself."""
    return "\n".join(page(rule, "###") for rule in _by_name())


TEXTS: Mapping[str, Callable[[], str]] = {"rule-pages": rule_pages}


def render(name: str) -> str:
    """A table, or a text that the code makes, in Markdown."""
    if name in TEXTS:
        return TEXTS[name]()
    head, *rows = ([cell.replace("|", "\\|") for cell in row] for row in TABLES[name]())
    lines = [head, [":--"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def updated(text: str) -> str:
    """Return a document with its tables and its numbers of formats as they are now."""
    for title, kind in (("Test", "tests"), ("Coverage", "coverage")):
        number = sum(fmt.kind == kind for fmt in all_formats())
        text = re.sub(rf"(\| {title} reports \| )\d+ formats", rf"\g<1>{number} formats", text)
    return _BLOCK.sub(lambda found: f"{found[1]}\n{render(found['name'])}\n{found[3]}", text)


def documents() -> list[Path]:
    """What users read, in Markdown."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("examples/**/*.md"))]


def generated() -> dict[Path, str]:
    """Return what each document must hold, by path."""
    made = {path: updated(path.read_text(encoding="utf-8")) for path in documents()}
    return {**made, ROOT / "docs/policy.schema.json": json.dumps(schema(), indent=2) + "\n"}


def main() -> int:
    """Print the documents that are not up to date; write them with `--update`."""
    update = "--update" in sys.argv[1:]
    stale = 0
    for path, made in generated().items():
        if made != path.read_text(encoding="utf-8"):
            stale += 1
            print(path.relative_to(ROOT))
            if update:
                path.write_text(made, encoding="utf-8")
    return int(stale > 0 and not update)


if __name__ == "__main__":
    raise SystemExit(main())
