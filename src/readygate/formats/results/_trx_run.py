"""Collect the run-level errors of a TRX file: a crash of the test host, an assembly that failed to load."""

import re
from typing import Final

from readygate.formats.results._report_builder import FailureText, ReportBuilder
from readygate.formats.results._truncated_text import Excerpt
from readygate.model.results import Outcome

_BAD: Final = frozenset(("Error", "Failed", "Aborted", "Timeout", "Disconnected"))
_BAD_RUN: Final = frozenset(("Failed", "Error", "Aborted", "Timeout", "Disconnected", "PassedButRunAborted"))
_FAILING_TEST: Final = re.compile(r"\[xUnit\.net [\d:.]{1,24}\]\s+(?P<name>.+) \[FAIL\]\s*", re.DOTALL)
_EXIT_CODE: Final = re.compile(r"Exit code indicates failure: '2'")
"""2 is "at least one test failed": https://aka.ms/testingplatform/exitcodes ."""


class RunErrors:
    """The errors of one file.

    Attributes:
        assembly: the first tested assembly, which names the errors.
        outcome: the outcome of the run.
        reading: whether a `RunInfo` is open.
        text: the text of the open `RunInfo`.
    """

    def __init__(self) -> None:
        self.assembly = ""
        self.outcome = ""
        self.reading = False
        self.text: Excerpt | None = None
        self._bad = False
        self._errors: list[str] = []

    def begin(self, outcome: str) -> None:
        """Handle the start of a `RunInfo`."""
        self.reading = True
        self._bad = outcome in _BAD
        self.text = None

    def end(self) -> None:
        """Handle the end of a `RunInfo`."""
        if self._bad:
            self._errors.append(self.text.text() if self.text else "")
        self.reading = self._bad = False
        self.text = None

    @property
    def name(self) -> str:
        """The name of the first tested assembly, without its folder."""
        return self.assembly.replace("\\", "/").rpartition("/")[2] or "TestRun"

    def add_to(self, builder: ReportBuilder, failing: set[str]) -> None:
        """Add each error that does not only repeat a failing test; a failed run always has a failing execution."""
        name = self.name
        own = [text for text in self._errors if not _is_echo(text, failing)]
        for text in own:
            builder.add(name, name, Outcome.ERRORED, failure=FailureText(message=text.partition("\n")[0], text=text))
        told = own or (self.outcome == "Failed" and builder.failing)
        if self.outcome in _BAD_RUN and not told:
            builder.add(
                name, name, Outcome.ERRORED, failure=FailureText(message=f"the outcome of the run is {self.outcome}")
            )


def _is_echo(text: str, failing: set[str]) -> bool:
    """Return whether a text only repeats the failure of a counted test."""
    if not failing:
        return False
    if _EXIT_CODE.match(text):
        return True
    found = _FAILING_TEST.fullmatch(text)
    return found is not None and found["name"].strip() in failing
