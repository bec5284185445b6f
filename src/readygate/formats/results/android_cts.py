"""The results of Android's compatibility tests (CTS, VTS and others of Tradefed), `test_result.xml`.

Described at https://source.android.com/docs/compatibility/cts/interpret . A module that did not end (`done` is false)
is damage: some of its tests are not in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from readygate.formats import Format, Head, Source
from readygate.formats.results._report_builder import SILENT, Book, Said, damage, joined
from readygate.formats.results._xml_reader import Ear, walk
from readygate.model.results import Outcome

if TYPE_CHECKING:
    from readygate.formats.results._truncated_text import Excerpt
    from readygate.model.reports import TestReport

_NAME: Final = "android-cts"
RESULTS: Final = {
    **dict.fromkeys(("pass", "warning"), Outcome.PASSED),
    **dict.fromkeys(("ignored", "assumption_failure", "not_executed", "notexecuted", "skipped"), Outcome.SKIPPED),
    "fail": Outcome.FAILED,
}
"""What the results count as, whatever their case."""


def _claims(head: Head) -> str | None:
    own = head.root == "Result" and ("suite_plan" in head.root_attributes or {"Module", "Summary"} <= {*head.children})
    return "the root element is <Result> with <Module>" if own else None


def _parse(source: Source) -> TestReport:
    reader, problem = walk(source, _Reader)
    reader.book.problem(problem)
    return reader.report()


class _Reader:
    """The state of reading one file."""

    def __init__(self, ear: Ear) -> None:
        self.book = Book(_NAME)
        self._ear = ear
        self._module = self._case = ""
        self._test: dict[str, str] | None = None
        self._message = ""
        self._trace: Excerpt | None = None
        self._not_done: list[str] = []

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if tag == "Module":
            self._module = attributes.get("name", "")
            if attributes.get("done", "true").lower() == "false":
                self._not_done.append(self._module)
        elif tag == "TestCase":
            self._case = attributes.get("name", "")
        elif tag == "Test":
            self._test, self._message, self._trace = attributes, "", None
        elif tag == "Failure":
            self._message = attributes.get("message", "")
        elif tag == "StackTrace" and self._test is not None:
            self._trace = self._ear.listen()
        elif tag == "Reason" and not self._message:  # why a module did not end
            self._message = attributes.get("message", "")

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag != "Test" or self._test is None:
            return
        outcome = self.book.outcome(RESULTS, self._test.get("result", "").lower())
        said = SILENT
        if outcome is not Outcome.PASSED:
            trace = self._trace.text() if self._trace else ""
            said = Said(message=self._message or trace.strip().partition("\n")[0], text=trace)
        name = self._test.get("name", "")
        self.book.add(joined(self._module, self._case), name, outcome, said=said)
        self._test = None

    def report(self) -> TestReport:
        """Return what was read."""
        if self._not_done:
            self.book.problem(
                damage(
                    f"modules that did not end: {len(self._not_done):,}",
                    place=f"Module '{self._not_done[0][:100]}'",
                    todo="look for the reason in the log of the run, and run these modules again",
                )
            )
        return self.book.report()


FORMAT: Final = Format(
    name=_NAME,
    title="Android CTS results",
    kind="tests",
    claims=_claims,
    parse=_parse,
    url="https://source.android.com/docs/compatibility/cts/interpret",
)
