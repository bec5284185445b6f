"""Determine class and name of the tests of a JUnit report, with what tells namesakes apart."""

from collections.abc import Mapping
from typing import Final

from readygate.formats.results import _junit_dialects as dialects
from readygate.formats.results._report_builder import joined
from readygate.formats.results._suite_totals import Suite

Identity = tuple[str, str]
"""Class and name of a test."""

_GENERIC_CLASSES: Final = frozenset(("", "test", "suite"))
"""Class names that are the same for all tests of a run (node:test)."""


class Names:
    """Determines identities in the innermost suite.

    Attributes:
        classes: the classes of the suite that are known, by their names in the report.
        project: the project that the suite ran in; usually empty.
    """

    def __init__(self) -> None:
        self.classes: dict[str, str] = {}
        self.project = ""
        self._suite: Suite | None = None

    def enter(self, suite: Suite | None) -> None:
        """Make a suite the innermost one."""
        self._suite = suite
        self.classes.clear()
        self.project = "" if suite is None else suite.project

    def identity(self, case: Mapping[str, str]) -> Identity:
        """Return the class and the name of a test."""
        raw = case.get("classname") or case.get("class") or ""
        name = case.get("name", "")
        return self.classes.get(raw) or self.class_of(raw, case), self.with_project(name) if self.project else name

    def with_project(self, name: str) -> str:
        """Return a name with the project, unless the producer put it there (`includeProjectInTestName`)."""
        return name if name.startswith(f"[{self.project}] ") else f"{name} [{self.project}]"

    def class_of(self, raw: str, case: Mapping[str, str]) -> str:
        """Return the class of a test: the path of suites if it has none or a generic one, and what tells it apart."""
        suite = self._suite
        if suite is None:
            return dialects.stable_class(raw)
        script = dialects.script_of(case, suite.attributes)
        if raw in _GENERIC_CLASSES:
            group = case.get("group", "") if "log" in case else ""
            path = joined(suite.class_of(raw), group)
            return path if script in path else joined(script, path)
        stable = dialects.stable_class(raw)
        self.classes[raw] = stable = stable if script in stable else joined(script, stable)
        return stable
