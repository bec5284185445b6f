"""Determine the outcome of one `testcase` from its child elements and attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from readygate.formats.decimals import parse_decimal
from readygate.formats.results._junit_dialects import (
    could_not_run,
    expected_failure,
    harmless_type,
    if_left_out,
)
from readygate.formats.results._truncated_text import Excerpt, shorten
from readygate.model.results import EXPECTED_FAILURE, FailureDetail, Outcome

RESULTS: Final = {
    "error": Outcome.ERRORED,
    "failure": Outcome.FAILED,
    "skipped": Outcome.SKIPPED,
    "ignored": Outcome.SKIPPED,
    "rerunError": Outcome.ERRORED,
    "rerunFailure": Outcome.FAILED,
    "flakyError": Outcome.FLAKY,
    "flakyFailure": Outcome.FLAKY,
}
"""Outcome of each result element. `rerun…` are failed attempts after the failure that counts, `flaky…` failed
attempts before a pass."""

STATES: Final = {
    **dict.fromkeys(
        ("", "run", "ran", "passed", "pass", "passing", "ok", "success", "succeeded", "successful", "true", "expected"),
        Outcome.PASSED,
    ),
    **dict.fromkeys(("completed", "complete", "executed", "finished", "done", "fixed"), Outcome.PASSED),
    **dict.fromkeys(("notrun", "disabled", "skipped", "skip", "ignored", "ignore", "suppressed"), Outcome.SKIPPED),
    **dict.fromkeys(("untested", "pending", "todo", "blocked", "notexecuted", "notapplicable"), Outcome.SKIPPED),
    **dict.fromkeys(("inconclusive", "excluded", "filtered", "xfail", "xfailed"), Outcome.SKIPPED),
    **dict.fromkeys(("failed", "failure", "fail", "broken", "unexpected", "regression", "false"), Outcome.FAILED),
    **dict.fromkeys(("error", "errored"), Outcome.ERRORED),
    "flaky": Outcome.FLAKY,
}
"""Outcome of values of the attributes `status` and `result`, for tests without a result element; in small letters,
without spaces and hyphens. Any other value counts as errored."""

STRANGE: Final = {
    **dict.fromkeys(("skip", "skipped", "ignored", "pending", "disabled"), Outcome.SKIPPED),
    **dict.fromkeys(("failure", "failed", "fail", "error", "errored", "exception"), Outcome.ERRORED),
    **dict.fromkeys(("timeout", "crash", "crashed", "abort", "aborted"), Outcome.ERRORED),
}
"""Outcome of elements, in small letters, that resemble those of `RESULTS`."""

_PLACE: Final = frozenset(("file", "line", "lineno"))
_MAX_PATH: Final = 1_000
_SPACES: Final = str.maketrans("", "", " _-")


def outcome_of_attributes(case: Mapping[str, str]) -> tuple[Outcome, str]:
    """Return the worse outcome of the attributes `status` and `result`, and the first value that is not known."""
    worst, unknown = Outcome.PASSED, ""
    for word in (case.get("status", ""), case.get("result", "")):
        outcome = STATES.get(word.lower().translate(_SPACES))
        unknown = word if outcome is None and not unknown else unknown
        worst = max(worst, Outcome.ERRORED if outcome is None else outcome)
    return worst, unknown


def outcome_of_tag(tag: str) -> Outcome | None:
    """Return the outcome of a result element; None for an element that is not one."""
    return RESULTS.get(tag) or STRANGE.get(tag.lower())


class Result:
    """Collects the result elements of one test. The worst one counts, with the first message of a failure.

    Attributes:
        case: the attributes of the test.
        depth: the number of open tests when it began, itself included; 0 for a result of a suite.
        more: the number of results beyond the first, and of failed attempts before a pass.
        failure_read: whether a failure or error element was read to its end.
        has_output: whether the test has an element `system-err`.
        skip: the attributes of the first skip.
        strange: the first tag that only resembles one of JUnit.
    """

    __slots__ = (
        "_attempt",
        "_excerpt",
        "_failing",
        "_message",
        "_outcome",
        "_type",
        "_where",
        "case",
        "depth",
        "failure_read",
        "has_output",
        "more",
        "skip",
        "strange",
    )

    def __init__(self, case: Mapping[str, str], depth: int) -> None:
        self.case = case
        self.depth = depth
        self.failure_read = self.has_output = False
        self.more = 0
        self.skip: Mapping[str, str] | None = None
        self.strange = ""
        self._outcome = self._attempt = Outcome.PASSED
        self._failing = 0
        self._type = self._message = ""
        self._where: Mapping[str, str] = case
        self._excerpt: Excerpt | None = None

    def begin(self, tag: str, attributes: Mapping[str, str]) -> Excerpt | None:
        """Add a result element; return the excerpt for its text, None if its text is not used."""
        outcome = outcome_of_tag(tag) or Outcome.PASSED
        known = self._excerpt is not None
        self.more += known or outcome is Outcome.FLAKY
        if tag not in RESULTS:
            self.strange = self.strange or tag
        if tag.startswith("rerun"):
            self._attempt = max(self._attempt, outcome)
            outcome = Outcome.PASSED  # an attempt: it decides the outcome only if no other element does
        elif outcome is Outcome.SKIPPED and self.skip is None:
            self.skip = attributes
        self._failing += outcome >= Outcome.FAILED
        if known and (outcome is Outcome.PASSED or outcome < min(self._outcome, Outcome.FAILED)):
            return None
        if not known or (outcome > self._outcome and self._outcome < Outcome.FAILED):
            self._type = attributes.get("type", "")
            self._message = attributes.get("message", "")
            self._where = attributes
            self._excerpt = Excerpt()
        elif self._excerpt is not None:
            self._excerpt.add("\n\n")
        self._outcome = max(outcome, self._outcome)
        return self._excerpt

    def append(self, other: Result) -> None:
        """Add the results of another element of the same test; the first message stays."""
        self.more += other.more + 1
        self._failing += other._failing
        self._outcome = max(self._outcome, other._outcome)
        if self._excerpt is not None and other._excerpt is not None:
            self._excerpt.add(f"\n\n{other._excerpt.text()}")

    def without_text(self) -> None:
        """Drop the text, to bound the memory of results that wait."""
        self._excerpt = None

    @property
    def message(self) -> str:
        """The first message."""
        return self._message.strip()

    @property
    def text(self) -> str:
        """The text of the elements."""
        return self._excerpt.text() if self._excerpt else ""

    def written(self) -> Outcome:
        """Return the worst outcome of the elements, as totals count it."""
        return max(self._outcome, self._attempt) if self._outcome < Outcome.SKIPPED else self._outcome

    def final(self) -> Outcome:
        """Return the outcome of the test.

        A failure with `<skipped type="todo">` is expected and does not fail the run (node:test).
        """
        outcome = self.written()
        if outcome is Outcome.SKIPPED and self.skip is not None and could_not_run(self.case, self.skip):
            return Outcome.ERRORED
        if outcome is Outcome.FAILED and self.skip is not None and self.skip.get("type", "").lower() == "todo":
            return Outcome.SKIPPED
        if outcome >= Outcome.FAILED and self._failing == 1 and harmless_type(self._type) is not None:
            return Outcome.SKIPPED
        return outcome

    def left_out(self) -> Outcome | None:
        """Return the outcome if the totals of the suite leave a failure of the test out; None if they cannot."""
        if not self.depth or self.final() is not Outcome.FAILED:
            return None
        return if_left_out(self.case, self.skip, self._type, has_output=self.has_output)

    def detail(
        self, class_name: str, name: str, outcome: Outcome, *, with_text: bool, first_line: int
    ) -> FailureDetail:
        """Return the detail of the test; `first_line` is the number that the tool gives the first line of a file."""
        message, text = self.message, ""
        if not message and outcome is Outcome.SKIPPED:
            message = self.text
        elif with_text:
            text = self.text
        if outcome is Outcome.SKIPPED:
            message = self._reason(message)
        case = self._where if self.case.keys().isdisjoint(_PLACE) else self.case
        return FailureDetail(
            class_name=class_name,
            name=name,
            outcome=outcome,
            type=shorten(self._type),
            message=shorten(message),
            text=text,
            file=case.get("file", "")[:_MAX_PATH],
            line=_line(case.get("line") or case.get("lineno") or "", first_line),
        )

    def _reason(self, message: str) -> str:
        """Return the reason of a skip; that of an expected failure says so."""
        if self.written() < Outcome.FAILED:
            is_expected = self._type.lower().endswith("xfail") and EXPECTED_FAILURE not in message.lower()
            return expected_failure(message, None) if is_expected else message
        label = harmless_type(self._type)
        if label is None:
            return expected_failure(message, self.skip)
        return f"{label}: {message}" if label else message


def _line(text: str, first_line: int) -> int:
    line = parse_decimal(text, 8)
    return 0 if line is None else line + 1 - first_line
