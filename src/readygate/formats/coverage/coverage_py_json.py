"""What `coverage json` of coverage.py writes.

Described at https://coverage.readthedocs.io/en/latest/commands/cmd_reporting.html#json-reporting ; formats 2
and 3 (and those before, which have no number) agree in all that is read here. It is the most exact of
coverage.py's reports: full paths, excluded lines, and each branch by its two ends.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from readygate.formats import Format
from readygate.formats.coverage._tally import Oddity, Tally, disagreement, share
from readygate.model.report import CoverageReport, Problem, Severity

if TYPE_CHECKING:
    from readygate.formats import Head, Source

MAX_BYTES: Final = 1 << 28
"""Bytes from which on a file is refused: read as a whole it takes about six times as many of memory."""

_NAME: Final = "coverage.py-json"
_META: Final = re.compile(r'"meta"\s*:\s*\{(?=[^{}]*"version"\s*:)[^{}]*"branch_coverage"\s*:')
_REDO: Final = "look for an error in the log of the job that makes the file, and run it again"
_WRONG: Final = Oddity(
    Severity.DAMAGE,
    "a value of the wrong kind: passed over",
    "another program changed the file after coverage.py wrote it",
    "use the file as `coverage json` writes it",
)


def _claims(head: Head) -> str | None:
    if not head.text.lstrip().startswith("{"):
        return None
    if _META.search(head.text):
        return "its `meta` says `version` and `branch_coverage`"  # SimpleCov's says `simplecov_version`
    if all(f'"{key}"' in head.text for key in ("files", "executed_lines", "missing_lines")):
        return "its `files` have `executed_lines` and `missing_lines`"
    return None


def _damage(what: str, place: str = "", why: str = "", todo: str = _REDO) -> CoverageReport:
    problem = Problem(severity=Severity.DAMAGE, what=what, place=place, why=why, todo=todo)
    return CoverageReport(format=_NAME, files=(), problems=(problem,))


def _parse(source: Source) -> CoverageReport:
    if source.size > MAX_BYTES:
        return _damage(
            f"the file has {source.size:,} bytes, more than the {MAX_BYTES:,} that are read",
            why="it holds contexts (`show_contexts`), or far more than one code base",
            todo="write it without --show-contexts, or use `coverage lcov`",
        )
    with source.open() as stream:
        data = stream.read(MAX_BYTES + 1)
    try:
        document = json.loads(data)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(error.doc.rstrip()) - 1 or error.msg.startswith("Unterminated")
        return _damage(
            f"this is not valid JSON ({error.msg})",
            f"line {error.lineno:,}, column {error.colno:,}",
            "the tool that wrote it was stopped, or the disk was full" if cut else "two programs wrote to it",
        )
    except ValueError:
        return _damage(
            "this is not valid JSON (its text cannot be decoded, or a number is too long)",
            why="another program changed the file after coverage.py wrote it",
        )
    except RecursionError:
        return _damage("this JSON is nested too deeply to be read", why="coverage.py does not write such files")
    return _Reader(document).report()


class _Reader:
    """Reads the document; what is of the wrong kind is told by its place and passed over."""

    def __init__(self, document: Any) -> None:
        self._tally = Tally(_NAME)
        self._root = self._dict(document, "the document")
        self._meta = self._dict(self._root.get("meta"), "meta")
        self._branches = self._meta.get("branch_coverage") is True

    def report(self) -> CoverageReport:
        """Read all files."""
        for name, entry in self._dict(self._root.get("files"), "files").items():
            self._file(name, self._dict(entry, f"files[{name[:100]!r}]"))
        totals = self._root.get("totals")
        note = self._disagreement(totals) if isinstance(totals, dict) else None
        return self._tally.report(problems=(note,), has_branches=self._branches)

    def _file(self, name: str, entry: dict[str, Any]) -> None:
        place = f"files[{name[:100]!r}]"
        self._tally.add(
            name,
            self._numbers(entry.get("executed_lines"), f"{place}.executed_lines"),
            self._numbers(entry.get("missing_lines"), f"{place}.missing_lines"),
            self._numbers(entry.get("excluded_lines", []), f"{place}.excluded_lines"),
        )
        if not self._branches:
            return
        taken = self._arcs(entry.get("executed_branches", []), f"{place}.executed_branches")
        missed = self._arcs(entry.get("missing_branches", []), f"{place}.missing_branches") - taken
        counts: dict[int, tuple[int, int]] = {}
        for arcs, hit in ((taken, 1), (missed, 0)):
            for line, _ in arcs:
                known = counts.get(line, (0, 0))
                counts[line] = (known[0] + hit, known[1] + 1)
        self._tally.branches(name, counts)

    def _dict(self, value: Any, place: str) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self._tally.odd(_WRONG, f"{place} is {_kind(value)}, not an object")
        return {}

    def _numbers(self, value: Any, place: str) -> list[int]:
        """The line numbers of a list."""
        if not isinstance(value, list):
            self._tally.odd(_WRONG, f"{place} is {_kind(value)}, not a list")
            return []
        if set(map(type, value)) <= {int}:
            return value
        usable = [number for number in value if type(number) is int]
        at = next(i for i, number in enumerate(value) if type(number) is not int)
        self._tally.odd(_WRONG, f"{place}[{at}] is {_kind(value[at])}", len(value) - len(usable))
        return usable

    def _arcs(self, value: Any, place: str) -> set[tuple[int, int]]:
        """The branches of a list: from which line to which; a negative line is the way out of a function."""
        if not isinstance(value, list):
            self._tally.odd(_WRONG, f"{place} is {_kind(value)}, not a list")
            return set()
        arcs = set()
        for at, arc in enumerate(value):
            if isinstance(arc, list) and len(arc) == 2 and type(arc[0]) is type(arc[1]) is int:
                arcs.add((arc[0], arc[1]))
            else:
                self._tally.odd(_WRONG, f"{place}[{at}] is no pair of line numbers")
        return arcs

    def _disagreement(self, totals: dict[str, Any]) -> Problem | None:
        counts = self._tally.totals()
        for what, at, keys in (
            ("lines", 0, ("covered_lines", "num_statements")),
            ("branches", 2, ("covered_branches", "num_branches")),
        ):
            claims = tuple(totals.get(key, count) for key, count in zip(keys, counts[at : at + 2], strict=True))
            if claims != counts[at : at + 2] and (at == 0 or self._branches):
                claimed = share(*claims) if set(map(type, claims)) == {int} else "no number"
                return disagreement(f"{what} {claimed} claimed, {share(*counts[at : at + 2])} counted", "totals")
        return None


def _kind(value: Any) -> str:
    """What a JSON value is, in words."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "missing"}
    return names.get(type(value), "a number")


FORMAT = Format(
    name=_NAME,
    title="coverage.py JSON",
    kind="coverage",
    claims=_claims,
    parse=_parse,
    url="https://coverage.readthedocs.io/en/latest/commands/cmd_reporting.html#json-reporting",
)
