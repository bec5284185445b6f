"""Find the file and line of a failing test in the repository, from the facts in its report."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from readygate.model.comparison import TestChange
from readygate.model.paths import PathRules, Placer
from readygate.model.results import TestId
from readygate.support.stack_frames import named_places


class Location(Struct, frozen=True, kw_only=True):
    """A file of the repository and a line number from 1; the line is 0 if only the file is known."""

    path: str
    line: int


class Locator(Protocol):
    """Finds the locations of tests in the repository."""

    def locate(self, change: TestChange) -> Location | None:
        """Return the file and line of a test; None if they are unknown."""
        ...


class RecordedLocator(Struct, frozen=True):
    """Returns the locations that an earlier run found."""

    known: Mapping[TestId, Location]

    def locate(self, change: TestChange) -> Location | None:
        """Return the recorded location of a test; None if there is none."""
        return self.known.get(change.id)


class ReportLocator:
    """Finds locations from reports; it finds none if the list of the repository's files is unknown."""

    def __init__(self, rules: PathRules) -> None:
        self._placer = Placer(rules)
        self._files = rules.files
        # Thousands of failures name the same few files and classes, so each name is resolved once.
        self._path_by_name: dict[str, str] = {}
        self._path_by_class: dict[str, str] = {}
        self._is_module: dict[str, bool] = {}  # by segment of a class name: whether a file may have this name

    def locate(self, change: TestChange) -> Location | None:
        """Return the location from the report's file attribute, else from the trace, else from the class name."""
        detail = change.detail
        if self._files is None:
            return None
        if detail is not None and detail.file:
            path = self._find_path(detail.file)
            if path:
                return Location(path=path, line=detail.line)
        class_path = self._path_by_class.get(change.id.class_name)
        if class_path is None:
            class_path = self._path_by_class[change.id.class_name] = self._find_class(change.id.class_name)
        frames = self._find_frames(detail.text) if detail is not None else []
        own_frame = next((frame for frame in frames if frame.path == class_path), None)
        if own_frame is not None:
            return own_frame
        if class_path:
            return Location(path=class_path, line=0)
        return frames[-1] if frames else None

    def _find_frames(self, text: str) -> list[Location]:
        """Return the frames of a trace that are in the repository, in the order of the trace."""
        places = ((self._find_path(frame.path), frame.line) for frame in named_places(text))
        return [Location(path=path, line=line) for path, line in places if path]

    def _find_path(self, name: str) -> str:
        """Return the path in the repository that a name refers to; empty if there is none."""
        path = self._path_by_name.get(name)
        if path is None:
            path = self._path_by_name[name] = self._placer.find(name)
        return path

    def _find_class(self, class_name: str) -> str:
        """Return `tests/test_api.py` for `tests.test_api.TestLogin` if that file exists; else an empty string."""
        segments = class_name.split(".")
        for end in range(len(segments), 0, -1):
            segment = segments[end - 1]
            may_exist = self._is_module.get(segment)
            if may_exist is None:
                may_exist = self._is_module[segment] = self._placer.may_place(f"{segment}.py")
            if not may_exist:
                continue
            name = "/".join(segments[:end]) + ".py"
            if self._files is not None and name in self._files:
                return name
            # A single segment is too ambiguous to search for: many folders may hold a file of that name.
            path = self._find_path(name) if end > 1 and all(segments[:end]) else ""
            if path:
                return path
        return ""
