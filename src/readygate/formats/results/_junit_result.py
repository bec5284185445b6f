"""Determine the outcome of one `testcase` from its child elements and attributes."""

from collections.abc import Mapping
from typing import Final

from readygate.formats.decimals import parse_decimal
from readygate.formats.results._truncated_text import Excerpt, shorten
from readygate.model.results import FailureDetail, Outcome

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
    **dict.fromkeys(("notrun", "disabled", "skipped", "ignored", "suppressed", "untested"), Outcome.SKIPPED),
    **dict.fromkeys(("failed", "failure", "fail", "broken"), Outcome.FAILED),
    **dict.fromkeys(("error", "errored"), Outcome.ERRORED),
}
"""Outcome of values of the attributes `status` and `result`, for tests without a result element."""

_PLACE: Final = frozenset(("file", "line", "lineno"))
_MAX_PATH: Final = 1_000


def outcome_of_attributes(case: Mapping[str, str]) -> Outcome:
    """Return the worse outcome of the attributes `status` and `result`; passed if neither names another."""
    status = STATES.get(case.get("status", "").lower(), Outcome.PASSED)
    return max(status, STATES.get(case.get("result", "").lower(), Outcome.PASSED))


class Result:
    """Collects the result elements of one test. The worst one counts, with its first message.

    Attributes:
        case: the attributes of the test.
        depth: the number of open tests when it began, itself included; 0 for a result of a suite.
        outcome: the worst outcome so far.
        more: the number of results beyond the first, and of failed attempts before a pass.
        failure_read: whether a failure or error element was read to its end.
    """

    __slots__ = (
        "_attempt",
        "_excerpt",
        "_message",
        "_todo",
        "_type",
        "_where",
        "case",
        "depth",
        "failure_read",
        "more",
        "outcome",
    )

    def __init__(self, case: Mapping[str, str], depth: int) -> None:
        self.case = case
        self.depth = depth
        self.outcome = Outcome.PASSED
        self.failure_read = False
        self.more = 0
        self._attempt = Outcome.PASSED
        self._todo = False
        self._type = self._message = ""
        self._where: Mapping[str, str] = case
        self._excerpt: Excerpt | None = None

    def begin(self, tag: str, attributes: Mapping[str, str]) -> Excerpt | None:
        """Add a result element; return the excerpt for its text, None if its text is not used."""
        outcome = RESULTS[tag]
        known = self._excerpt is not None
        self.more += known or outcome is Outcome.FLAKY
        if tag.startswith("rerun"):
            self._attempt = max(self._attempt, outcome)
            outcome = Outcome.PASSED  # an attempt: it decides the outcome only if no other element does
        if outcome is Outcome.SKIPPED and attributes.get("type", "").lower() == "todo":
            self._todo = True
        if known and (outcome < self.outcome or outcome is Outcome.PASSED):
            return None
        if outcome > self.outcome or not known:
            self.outcome = max(outcome, self.outcome)
            self._type = attributes.get("type", "")
            self._message = attributes.get("message", "")
            self._where = attributes
            self._excerpt = Excerpt()
        elif self._excerpt is not None:
            self._excerpt.add("\n\n")
        return self._excerpt

    def final(self) -> Outcome:
        """Return the outcome of all results.

        A failure with `<skipped type="todo">` is expected and does not fail the run (node:test).
        """
        if self._todo and self.outcome is Outcome.FAILED:
            return Outcome.SKIPPED
        return max(self.outcome, self._attempt) if self.outcome < Outcome.SKIPPED else self.outcome

    def detail(self, class_name: str, name: str, *, with_text: bool, first_line: int) -> FailureDetail:
        """Return the detail of the test; `first_line` is the number that the tool gives the first line of a file."""
        outcome, message, text = self.final(), self._message.strip(), ""
        if self._excerpt is not None:
            if not message and outcome is Outcome.SKIPPED:
                message = self._excerpt.text()
            elif with_text:
                text = self._excerpt.text()
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


def _line(text: str, first_line: int) -> int:
    line = parse_decimal(text, 8)
    return 0 if line is None else line + 1 - first_line
