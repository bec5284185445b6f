"""Where a failing test stands in the repository, from what its report says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from readygate.model.comparison import TestChange
from readygate.model.paths import PathRules, Placer
from readygate.model.results import TestId

_FRAME = re.compile(
    r"""(?:[^\S\n]*File\ "(?P<a>[^"\n]{1,400})",\ line\ (?P<b>\d{1,7})   # Python's own traceback
    |[^\S\n]*(?:at\ .{0,200}?\()?(?P<c>[^\s():"'<>]{1,400}\.\w{1,6}):(?P<d>\d{1,7})\b)""",
    re.VERBOSE,
)
"""What stands at the beginning of a line that names a place."""
_FRAMES = 20
"""Frames that are looked at, from the beginning of a trace and again from its end."""


class Place(Struct, frozen=True, kw_only=True):
    """A file of the repository and a line from 1; 0 if only the file is known."""

    path: str
    line: int


class Places(Protocol):
    """Knows where tests stand in the repository."""

    def place(self, change: TestChange) -> Place | None:
        """The test's own file and line; None if that is unknown."""
        ...


class RecordedPlaces(Struct, frozen=True):
    """Places that were found earlier."""

    known: Mapping[TestId, Place]

    def place(self, change: TestChange) -> Place | None:
        """The place that was found for the test."""
        return self.known.get(change.id)


class Locator:
    """Finds the places of tests; without a list of the repository's files it trusts no name."""

    def __init__(self, rules: PathRules) -> None:
        self._placer = Placer(rules)
        self._files = rules.files
        self._placed: dict[str, str] = {}  # by name: thousands of failures name the same few files
        self._own: dict[str, str] = {}  # by class
        self._modules: dict[str, bool] = {}  # by part of a class: whether a file could be called so

    def place(self, change: TestChange) -> Place | None:
        """The test's own file and line: as the report names them, else from its trace, else from its class."""
        detail = change.detail
        if self._files is None:
            return None
        if detail is not None and detail.file:
            path = self._file(detail.file)
            if path:
                return Place(path=path, line=detail.line)
        own = self._own.get(change.id.class_name)
        if own is None:
            own = self._own[change.id.class_name] = self._own_file(change.id.class_name)
        frames = self._frames(detail.text) if detail is not None else []
        mine = [frame for frame in frames if frame.path == own]
        if mine:
            return mine[0]
        if own:
            return Place(path=own, line=0)
        return frames[-1] if frames else None

    def _frames(self, text: str) -> list[Place]:
        told = [line for line in text.split("\n") if ":" in line or '", line ' in line]
        matches = list(filter(None, map(_FRAME.match, told)))
        if len(matches) > 2 * _FRAMES:
            matches = matches[:_FRAMES] + matches[-_FRAMES:]
        found = []
        for python_path, python_line, other_path, other_line in (match.groups() for match in matches):
            path = self._file(python_path or other_path)
            if path:
                found.append(Place(path=path, line=int(python_line or other_line)))
        return found

    def _file(self, name: str) -> str:
        path = self._placed.get(name)
        if path is None:
            path = self._placed[name] = self._placer.find(name)
        return path

    def _own_file(self, class_name: str) -> str:
        """`tests.test_api.TestLogin` is `tests/test_api.py` if that exists."""
        parts = class_name.split(".")
        for end in range(len(parts), 0, -1):
            part = parts[end - 1]
            known = self._modules.get(part)
            if known is None:
                known = self._modules[part] = self._placer.may_place(f"{part}.py")
            if not known:
                continue  # without a name made and looked for: thousands of classes have a file of their own elsewhere
            name = "/".join(parts[:end]) + ".py"
            if self._files is not None and name in self._files:
                return name
            path = self._file(name) if end > 1 and all(parts[:end]) else ""  # a bare name could be anybody's
            if path:
                return path
        return ""
