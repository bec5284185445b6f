"""CTest's own XML, `Testing/<tag>/Test.xml` of `ctest -T Test`.

Described at https://cmake.org/cmake/help/latest/manual/ctest.1.html#ctest-test-step . A test that did not run because
it is disabled or skips itself is skipped; one that could not be started has failed for CTest, and is an error here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from readygate.formats import Format, Head, Source
from readygate.formats.results._report_builder import SILENT, Book, Said
from readygate.formats.results._xml_reader import Ear, walk
from readygate.model.results import Outcome

if TYPE_CHECKING:
    from readygate.formats.results._truncated_text import Excerpt
    from readygate.model.reports import TestReport

_NAME: Final = "ctest-dart-xml"
STATUSES: Final = {"passed": Outcome.PASSED, "notrun": Outcome.SKIPPED, "failed": Outcome.FAILED}
"""What the statuses count as."""

_SKIPPED: Final = ("SKIP_", "Disabled")


def _claims(head: Head) -> str | None:
    own = head.root == "Site" and "Testing" in head.children
    return "the root element is <Site> with <Testing>" if own else None


def _parse(source: Source) -> TestReport:
    reader, problem = walk(source, _Reader)
    reader.book.problem(problem)
    return reader.book.report()


class _Reader:
    """The state of reading one file."""

    def __init__(self, ear: Ear) -> None:
        self.book = Book(_NAME)
        self._ear = ear
        self._status: str | None = None  # of the test that is being read
        self._measured = ""  # the name of the measurement that is being read
        self._texts: dict[str, Excerpt] = {}

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if tag == "Test":
            self._status = attributes.get("Status")  # in the list of tests they have none
            self._texts = {}
        elif self._status is None:
            return
        elif tag in {"Name", "Path"} and tag not in self._texts:
            self._texts[tag] = self._ear.listen()
        elif tag in {"NamedMeasurement", "Measurement"}:
            self._measured = attributes.get("name", "") if tag == "NamedMeasurement" else "output"
        elif tag == "Value" and self._measured:
            self._texts[self._measured] = self._ear.listen()

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag in {"NamedMeasurement", "Measurement"}:
            self._measured = ""
        elif tag == "Test" and self._status is not None:
            self._end_test(self._status)
            self._status = None

    def _end_test(self, status: str) -> None:
        outcome = self.book.outcome(STATUSES, status)
        completion = self._text("Completion Status")
        if outcome is Outcome.SKIPPED and completion and not completion.startswith(_SKIPPED):
            outcome = Outcome.ERRORED
        reason = self._text("Exit Code") if outcome is Outcome.FAILED else ""
        said = SILENT
        if outcome is not Outcome.PASSED:
            said = Said(message=reason or completion, text=self._text("output"))
        path = self._text("Path").removeprefix(".").removeprefix("/")
        seconds = self.book.seconds(self._text("Execution Time"))
        self.book.add(path, self._text("Name"), outcome, seconds=seconds, said=said)

    def _text(self, name: str) -> str:
        return self._texts[name].text().strip() if name in self._texts else ""


FORMAT: Final = Format(
    name=_NAME,
    title="CTest XML",
    kind="tests",
    claims=_claims,
    parse=_parse,
    url="https://cmake.org/cmake/help/latest/manual/ctest.1.html#ctest-test-step",
)
