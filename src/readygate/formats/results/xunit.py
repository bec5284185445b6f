"""xUnit.net: the XML of its versions 2 and 3, and of version 1, which has classes where these have collections.

Described at https://xunit.net/docs/format-xml-v2 (it grew with version 3) and
https://xunit.net/docs/format-xml-v1 . Errors outside of tests (clean-up of a class, a collection, the assembly;
a fatal error of the runner) stand in `errors` of the assembly; each is an execution of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from readygate.formats import Format, Head, Source
from readygate.formats.results._report_builder import SILENT, Book, Said, whole
from readygate.formats.results._source_location import dotnet_place
from readygate.formats.results._xml_reader import Ear, walk
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

if TYPE_CHECKING:
    from readygate.formats.results._truncated_text import Excerpt

    Attributes = dict[str, str]

_NAME: Final = "xunit.net-v2"
OUTCOMES: Final = {
    "Pass": Outcome.PASSED,
    **dict.fromkeys(("Skip", "NotRun"), Outcome.SKIPPED),
    "Fail": Outcome.FAILED,
}
"""What the results count as. `NotRun` are explicit tests of version 3 that nobody asked for."""

_ITS_OWN: Final = frozenset(("collection", "class", "test", "errors"))


def _claims(head: Head) -> str | None:
    if head.root == "assemblies" and (not head.children or "assembly" in head.children):
        return "the root element is <assemblies>"
    own = not _ITS_OWN.isdisjoint(head.children) or "test-framework" in head.root_attributes
    return "the root element is <assembly> with test results" if head.root == "assembly" and own else None


def _parse(source: Source) -> TestReport:
    reader, problem = walk(source, _Reader)
    reader.book.problem(problem)
    return reader.book.report(reader.properties)


class _Reader:
    """The state of reading one file."""

    def __init__(self, ear: Ear) -> None:
        self.book = Book(_NAME)
        self.properties: dict[str, str] = {}
        self._ear = ear
        self._assembly: Attributes = {}
        self._class = ""
        self._node: Attributes | None = None  # the test, or the error, that is being read
        self._clear()
        self._tests = 0

    def _clear(self) -> None:
        self._type = ""
        self._failed = False
        self._message: Excerpt | None = None
        self._trace: Excerpt | None = None

    def begin(self, tag: str, attributes: Attributes) -> None:
        """An element begins."""
        if tag == "assembly":
            self._assembly = attributes
            self._tests = 0
            self.book.clock.see(attributes.get("finish-rtf") or attributes.get("start-rtf"))
            for key in ("environment", "target-framework"):
                if attributes.get(key):
                    self.properties.setdefault(key, attributes[key][:200])
        elif tag in {"test", "error"}:
            self._node = attributes
            self._clear()
        elif tag in {"class", "collection"}:
            self._class = attributes.get("name", "")
        elif tag == "failure":
            if self._node is None:  # of a class as such, in version 1
                self._node = {"name": self._class, "type": "class"}
                self._clear()
            self._failed = True
            self._type = attributes.get("exception-type", "")
        elif self._node is not None:
            self._begin_text(tag)

    def _begin_text(self, tag: str) -> None:
        if tag in {"message", "reason"} and self._message is None:
            self._message = self._ear.listen()
        elif tag == "stack-trace" and self._trace is None:
            self._trace = self._ear.listen()

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "test" and self._node is not None:
            self._end_test(self._node)
            self._node = None
        elif self._node is not None and (tag == "error" or (tag == "failure" and self._node.get("type") == "class")):
            self._end_error(self._node)
            self._node = None
        elif tag == "assembly":
            self.book.compare("assembly", "tests", whole(self._assembly.get("total")), self._tests)

    def _end_test(self, test: Attributes) -> None:
        outcome = self.book.outcome(OUTCOMES, test.get("result", ""))
        if self._failed and outcome is Outcome.PASSED:
            outcome = Outcome.FAILED
        class_name = test.get("type", "") or self._class
        name = test.get("name", "") or test.get("method", "")
        seconds = self.book.seconds(test.get("time", ""))
        said = SILENT if outcome is Outcome.PASSED else self._said(test, class_name)
        self._tests += 1
        self.book.add(class_name, name.removeprefix(f"{class_name}."), outcome, seconds=seconds, said=said)

    def _end_error(self, error: Attributes) -> None:
        path = self._assembly.get("name", "").replace("\\", "/")
        name = path.rpartition("/")[2] or "assembly"
        what = ": ".join(filter(None, (error.get("type", ""), error.get("name", ""))))
        self.book.add(name, what or name, Outcome.ERRORED, said=self._said(error, error.get("name", "")))

    def _said(self, node: Attributes, class_name: str) -> Said:
        trace = self._trace.text() if self._trace else ""
        line = node.get("source-line", "")
        file, number = node.get("source-file", ""), int(line) if line.isascii() and line.isdecimal() else 0
        if not file or len(line) > 8:
            file, number = dotnet_place(trace, class_name)
        message = self._message.text() if self._message else ""
        return Said(type=self._type, message=message, text=trace, file=file, line=number)


FORMAT: Final = Format(
    name=_NAME,
    title="xUnit.net XML",
    kind="tests",
    claims=_claims,
    parse=_parse,
    url="https://xunit.net/docs/format-xml-v2",
)
