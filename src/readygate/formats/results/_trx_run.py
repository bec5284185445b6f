"""Errors that a TRX file tells of the run as such: a crash of the test host, an assembly that could not be loaded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from readygate.formats.results._report_builder import FailureText, ReportBuilder
from readygate.model.results import Outcome

if TYPE_CHECKING:
    from readygate.formats.results._truncated_text import Excerpt

_BAD: Final = frozenset(("Error", "Failed", "Aborted", "Timeout", "Disconnected"))
_BAD_RUN: Final = frozenset(("Failed", "Error", "Aborted", "Timeout", "Disconnected", "PassedButRunAborted"))
_FAILING_TEST: Final = re.compile(r"\[xUnit\.net [\d:.]{1,24}\]\s+(?P<name>.+) \[FAIL\]\s*", re.DOTALL)
_EXIT_CODE: Final = re.compile(r"Exit code indicates failure: '2'")
"""2 is "at least one test failed": https://aka.ms/testingplatform/exitcodes ."""


class RunErrors:
    """The errors of one file.

    Attributes:
        assembly: the first tested assembly; the errors are named after it.
        outcome: of the run.
        reading: whether a piece of information about the run is being read.
        text: collects its text.
    """

    def __init__(self) -> None:
        self.assembly = ""
        self.outcome = ""
        self.reading = False
        self.text: Excerpt | None = None
        self._bad = False
        self._errors: list[str] = []

    def begin(self, outcome: str) -> None:
        """A piece of information about the run begins."""
        self.reading = True
        self._bad = outcome in _BAD
        self.text = None

    def end(self) -> None:
        """It ends."""
        if self._bad:
            self._errors.append(self.text.text() if self.text else "")
        self.reading = self._bad = False
        self.text = None

    def add_to(self, builder: ReportBuilder, failing: set[str]) -> None:
        """Add each error that is not merely the echo of a failing test; a bad run is never without an execution."""
        name = self.assembly.replace("\\", "/").rpartition("/")[2] or "TestRun"
        own = [text for text in self._errors if not _is_echo(text, failing)]
        for text in own:
            builder.add(name, name, Outcome.ERRORED, failure=FailureText(message=text.partition("\n")[0], text=text))
        told = own or (self.outcome == "Failed" and builder.failing)
        if self.outcome in _BAD_RUN and not told:
            builder.add(
                name, name, Outcome.ERRORED, failure=FailureText(message=f"the outcome of the run is {self.outcome}")
            )


def _is_echo(text: str, failing: set[str]) -> bool:
    """Tell whether a text only repeats that a test failed that is counted."""
    if not failing:
        return False
    if _EXIT_CODE.match(text):
        return True
    found = _FAILING_TEST.fullmatch(text)
    return found is not None and found["name"].strip() in failing
