"""Read the comments of TAP that mean something: totals at the end, and the names of tests above their assertions."""

import re
from typing import Final

from readygate.formats.results._report_builder import ReportBuilder
from readygate.formats.results._tap_line import Point
from readygate.model.results import Outcome

_TOTAL: Final = re.compile(r"# (tests|fail|todo|cancelled|failure:) +(\d{1,9})")
"""Totals of node:test, tape, Mocha, AVA, and zora (`failure:`)."""


class Totals:
    """Compares the totals at the end of a document with its points.

    Points of all depths are counted, because tools do so: node:test counts a test that failed because a subtest of
    it did, but no suites (https://nodejs.org/api/test.html#test-reporters).
    """

    def __init__(self) -> None:
        self._stated: dict[str, int] = {}
        self._points = self._failed = self._excused = 0

    def add_point(self, test: Point) -> None:
        """Count a point."""
        self._points += 1
        self._excused += test.todo
        self._failed += test.outcome >= Outcome.FAILED

    def add_fields(self, test: Point) -> None:
        """Exclude a point again whose YAML block says that it is a suite."""
        if (test.fields or {}).get("type") in {"suite", "'suite'"}:
            self._points -= 1
            self._failed -= test.outcome >= Outcome.FAILED

    def add_comment(self, text: str) -> None:
        """Keep a comment below the plan if it is a total."""
        if found := _TOTAL.fullmatch(text):
            self._stated[found[1].rstrip(":")] = int(found[2])

    def check(self, builder: ReportBuilder) -> None:
        """Add what the totals state and no point shows; tools differ in what they leave out of their totals."""
        stated = self._stated
        failed = sum(stated.get(key, 0) for key in ("fail", "failure", "cancelled"))
        is_counted_apart = stated.get("todo", 0) > 0
        if not is_counted_apart and self._failed < failed <= self._failed + self._excused:
            # AVA counts what is still to do as failed
            failed = self._failed
        tests = stated.get("tests", 0)
        builder.check_totals(
            failures=(max(failed, self._failed), self._failed), tests=(max(tests, self._points), self._points)
        )


class Sections:
    """Gives points the class that a comment above them names, as tape and zora write it.

    Their documents begin with a version and such a comment. AVA repeats the comment as the name of the point.
    """

    def __init__(self) -> None:
        self._version = self._used = False
        self._name = ""

    def begin(self, *, top: bool) -> None:
        """Handle a line with the version of TAP."""
        self._version = self._version or top

    def add_comment(self, text: str, *, first: bool) -> None:
        """Handle a comment that is not indented; `first` means that no point and no plan came before it."""
        name = text.removeprefix("#").strip()
        if not self._version or name.startswith("Subtest"):
            self._version = self._used = False
        elif first or self._used:
            self._used = True
            self._name = name or self._name

    def place(self, test: Point) -> None:
        """Set the class of a point."""
        if self._used and self._name and self._name != test.name:
            test.path = (self._name,)
