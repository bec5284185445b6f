"""Parse a policy file into plain values with the line of each, and report all problems together.

Anchors and aliases are refused: a few lines can expand to gigabytes, and a policy does not need them.
YAML: https://yaml.org/spec/1.1/ as PyYAML reads it. Numbers are parsed from their text, so that 0.1 is 1/10.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

import yaml
from msgspec import Struct, field

from readygate.model.policy import tests_fit
from readygate.model.results import TestId
from readygate.policy.grammar import FILE, LEVELS, Key
from readygate.policy.yaml_scalars import boolean, integer, is_text
from readygate.rules import Option, Rule, all_rules
from readygate.support.errors import SettingsError
from readygate.support.globs import PatternError, paths_fit
from readygate.support.suggestions import nearest

MAX_BYTES = 256 << 10  # of a policy file
MOST_ITEMS = 1_000
DEEPEST = 20  # nesting of lists and mappings; a policy needs eight

_DAY = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])-(\d\d)$")
_NUMBER = re.compile(r"^\+?(\d{1,12}(?:\.\d{1,12})?)\s*%?$")
TODO = "correct the file; `readygate policy check` reads it on any machine"


class Document(Struct, frozen=True, kw_only=True):
    """The content of a policy file.

    Attributes:
        where: the name of the file in messages.
        values: by key; lists and mappings as in the file, percentages as fractions of 1.
        lines: the line of each setting by its path, such as `rules.coverage-drop.level`.
    """

    where: str
    values: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)


def read(data: bytes, where: str) -> Document:
    """Parse a policy file.

    Args:
        data: the content of the file.
        where: the name of the file in messages.

    Raises:
        SettingsError: the file is invalid; it has all problems with lines and paths.
    """
    reader = _Reader(where)
    root = reader.parse(data)
    values: Mapping[str, Any] = {}
    if root is not None and (root.id != "scalar" or root.value):  # `---` alone is an empty document
        values = reader.mapping(root, FILE, "")
    if reader.problems:
        raise SettingsError(tuple(text for _, text in sorted(reader.problems)), todo=TODO)
    return Document(where=where, values=values, lines=reader.lines)


class _Reader:
    """Converts the nodes of a file to values and collects problems."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.problems: list[tuple[int, str]] = []
        self.lines: dict[str, int] = {}
        self.kinds: dict[str, Callable[[Any, Key, str], Any]] = {
            "text": self.text,
            "flag": self.flag,
            "share": self.share,
            "points": self.share,
            "whole": self.whole,
            "day": self.day,
            "choice": self.choice,
            "label": self.label,
            "paths": self.paths,
            "tests": self.tests,
            "branches": self.paths,
            "rules": self.rules,
            "items": self.items,
        }

    def parse(self, data: bytes) -> Any:
        """Return the root node; None for an empty file, or for invalid YAML, which is a problem."""
        if len(data) > MAX_BYTES:
            self.say(1, "", f"{len(data):,} bytes are more than {MAX_BYTES:,}")
            return None
        loader = yaml.SafeLoader
        try:
            text = data.decode("utf-8-sig")
            depth = 0
            for event in yaml.parse(text, Loader=loader):
                depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
                if depth > DEEPEST:  # parsing time grows with the square of the depth
                    raise RecursionError("lists and mappings are nested too deeply")
                if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                    line = event.start_mark.line + 1 if event.start_mark else 1
                    self.say(line, "", "anchors and aliases are not read; write the value out")
                    return None
            return yaml.compose(text, Loader=loader)
        except UnicodeDecodeError as error:
            self.say(1, "", f"byte {error.start} is no UTF-8")
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.say(mark.line + 1 if mark else 1, "", f"no YAML ({error.problem or error.context})")
        except (yaml.YAMLError, RecursionError) as error:
            self.say(1, "", f"no YAML ({str(error).splitlines()[0][:200] if str(error) else type(error).__name__})")
        return None

    def say(self, line: int, path: str, what: str) -> None:
        self.problems.append((line, f"{self.where}:{line}: {f'{path}: ' if path else ''}{what}"))

    def wrong(self, node: Any, path: str, what: str) -> None:
        self.say(node.start_mark.line + 1, path, what)

    def pairs(self, node: Any, path: str) -> Iterable[tuple[str, Any, Any]]:
        """Yield (key, node of the key, node of the value) of a mapping; a duplicate is a problem."""
        if node.id != "mapping":
            self.wrong(node, path, "must be a mapping of `key: value`")
            return
        seen: set[str] = set()
        for key, value in node.value:
            name = key.value if key.id == "scalar" else ""
            if name in seen:
                self.wrong(key, f"{path}.{name}".lstrip("."), "is given twice")
                continue
            seen.add(name)
            yield name, key, value

    def mapping(self, node: Any, keys: tuple[Key, ...], path: str) -> dict[str, Any]:
        """Read a mapping with known keys; an unknown or a missing key is a problem."""
        known = {key.name: key for key in keys}
        values: dict[str, Any] = {}
        for name, key_node, value in self.pairs(node, path):
            inner = f"{path}.{name}".lstrip(".")
            if name not in known:
                self.wrong(key_node, inner, f"no such key{nearest(name, known)}")
                continue
            self.lines[inner] = key_node.start_mark.line + 1
            values[name] = self.kinds[known[name].kind](value, known[name], inner)
        if node.id == "mapping":
            for key in keys:
                if key.required and key.name not in values:
                    self.wrong(node, path, f"lacks `{key.name}` ({key.description})")
        return values

    def scalar(self, node: Any, path: str, what: str) -> str | None:
        if node.id == "scalar" and str(node.value).strip() and len(node.value) <= 1000:
            return str(node.value).strip()
        self.wrong(node, path, f"must be {what}")
        return None

    def text(self, node: Any, _key: Key, path: str) -> str:
        value = self.scalar(node, path, "a text")
        if value is not None and not value.isprintable():
            self.wrong(node, path, "holds characters that cannot be shown")
        return value or ""

    def flag(self, node: Any, _key: Key, path: str) -> bool:
        given = boolean(node)
        if given is None and node.id == "scalar" and node.value in ("true", "false"):  # in quotes
            given = node.value == "true"
        if given is None:
            self.wrong(node, path, "must be true or false")
        return given is True

    def share(self, node: Any, _key: Key, path: str) -> Fraction:
        value = self.scalar(node, path, "a number of percent from 0 to 100, as 80 or 99.5")
        found = _NUMBER.match(value) if value else None
        number = Fraction(found[1]) if found else Fraction(101)
        if value is not None and number > 100:
            self.wrong(node, path, f"{value!r} is no number of percent from 0 to 100, as 80 or 99.5")
        return number / 100

    def number(self, node: Any, path: str) -> Fraction:
        value = self.scalar(node, path, "a number")
        found = _NUMBER.match(value) if value else None
        if value is not None and (found is None or value.endswith("%")):
            self.wrong(node, path, f"{value!r} is no number from 0")
        return Fraction(found[1]) if found else Fraction(0)

    def whole(self, node: Any, key: Key, path: str) -> int:
        least, most = key.bounds
        value = integer(node)
        if value is None or not least <= value <= most:
            got = f", got {node.value[:100]!r}" if node.id == "scalar" else ""
            self.wrong(node, path, f"must be a whole number from {least:,} to {most:,}{got}")
        return value or least

    def day(self, node: Any, _key: Key, path: str) -> str:
        value = self.scalar(node, path, "a day, as 2027-03-31") or ""
        found = _DAY.match(value)
        if value and not (found and 1 <= int(found[3]) <= monthrange(int(found[1]), int(found[2]))[1]):
            self.wrong(node, path, f"{value!r} is no day, as 2027-03-31")
        return value

    def choice(self, node: Any, key: Key | Option, path: str) -> str:
        value = self.scalar(node, path, f"one of {', '.join(key.choices)}")
        if value is not None and value not in key.choices:
            self.wrong(node, path, f"{value!r} is not one of {', '.join(key.choices)}{nearest(value, key.choices)}")
        return value if value in key.choices else key.choices[0]

    def label(self, node: Any, key: Key, path: str) -> str:
        """Read a label, or an empty text for false."""
        return "" if boolean(node) is False else self.text(node, key, path)

    def texts(self, node: Any, path: str) -> tuple[str, ...]:
        """Read a list of texts, or one text."""
        nodes = node.value if node.id == "sequence" else [node]
        if not nodes:
            self.wrong(node, path, "is empty")
        found = [self.scalar(each, f"{path}[{number}]", "a text") for number, each in enumerate(nodes[:MOST_ITEMS])]
        return tuple(text for text in found if text)

    def paths(self, node: Any, _key: Key, path: str) -> tuple[str, ...]:
        texts = self.texts(node, path)
        return self.usable(node, path, texts, lambda: paths_fit(texts)(""))

    def tests(self, node: Any, _key: Key, path: str) -> tuple[str, ...]:
        texts = self.texts(node, path)
        return self.usable(node, path, texts, lambda: tests_fit(texts)(TestId()))

    def usable(self, node: Any, path: str, texts: tuple[str, ...], attempt: Callable[[], object]) -> tuple[str, ...]:
        try:
            attempt()
        except PatternError as error:
            self.wrong(node, path, str(error))
        return texts

    def items(self, node: Any, key: Key, path: str) -> tuple[dict[str, Any], ...]:
        if node.id != "sequence":
            self.wrong(node, path, "must be a list (`- …`)")
            return ()
        if len(node.value) > MOST_ITEMS:
            self.wrong(node, path, f"{len(node.value):,} entries are more than {MOST_ITEMS:,}")
        found = [
            self.mapping(each, key.items, f"{path}[{number}]") for number, each in enumerate(node.value[:MOST_ITEMS])
        ]
        names: set[str] = set()
        for each, value in zip(node.value, found, strict=False):
            if value.get("name") in names:
                self.wrong(each, path, f"two entries are called {value['name']!r}")
            names |= {value["name"]} if "name" in value else set()
        return tuple(found)

    def rules(self, node: Any, _key: Key, path: str) -> dict[str, dict[str, Any]]:
        """Read rules by name: a level, or a mapping of `level` and options."""
        known = {rule.name: rule for rule in all_rules()}
        found: dict[str, dict[str, Any]] = {}
        for name, key_node, value in self.pairs(node, path):
            inner = f"{path}.{name}"
            if name not in known:
                self.wrong(key_node, inner, f"no such rule{nearest(name, known)}")
            elif value.id == "mapping":
                found[name] = self.rule(value, known[name], inner)
            else:
                found[name] = {"level": self.level(value, f"{inner}.level")}
        return found

    def rule(self, node: Any, rule: Rule, path: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, key_node, value in self.pairs(node, path):
            inner = f"{path}.{name}"
            self.lines[inner] = key_node.start_mark.line + 1
            if name == "level":
                values["level"] = self.level(value, inner)
            elif name in rule.options:
                values[name] = self.option(value, rule.options[name], inner)
            else:
                self.wrong(key_node, inner, f"no such option{nearest(name, ('level', *rule.options))}")
        return values

    def option(self, node: Any, option: Option, path: str) -> Fraction:
        if option.unit in ("percent", "points"):
            return self.share(node, FILE[0], path)
        if option.unit == "choice":
            return Fraction(option.choices.index(self.choice(node, option, path)))
        value = self.number(node, path)
        if option.unit == "whole" and value.denominator != 1:
            self.wrong(node, path, "must be a whole number")
        return value

    def level(self, node: Any, path: str) -> str:
        """Read a level as the JSON schema defines it: a plain `off` is false in YAML 1.1, so false means off."""
        self.lines[path] = node.start_mark.line + 1
        if boolean(node) is False:
            return "off"
        value = self.scalar(node, path, f"a level: {', '.join(LEVELS)}")
        if value is not None and (node.value not in LEVELS or not is_text(node)):
            what = f"{node.value!r} is not one of the levels {', '.join(LEVELS)}"
            self.wrong(node, path, f"{what}{nearest(value, LEVELS)}")
        return value or ""
