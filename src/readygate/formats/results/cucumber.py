"""Cucumber JSON, of Cucumber's own tools, behave, Behat and others.

Schema: https://github.com/cucumber/cucumber-json-schema . A scenario is a test; its outcome is the worst of its steps
and hooks. The steps of a background belong to the scenario after it; behave repeats them in each scenario and writes
the background without results. Statuses: https://cucumber.io/docs/cucumber/api/#steps . A step without a definition
cannot run, which is an error. A hook that fails in behave shows in the `status` of the scenario alone
(https://github.com/behave/behave/blob/main/behave/formatter/json.py).
"""

import re
from typing import Any, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.results._json import ValueReader, line_number, parse_document, text_of
from readygate.formats.results._json_keys import outline
from readygate.formats.results._report_builder import FailureText, ReportBuilder, joined
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "cucumber-json"
STATUSES: Final = {
    "passed": Outcome.PASSED,
    **dict.fromkeys(
        ("skipped", "pending", "unknown", "untested", "untested_pending", "untested_undefined"), Outcome.SKIPPED
    ),
    "failed": Outcome.FAILED,
    **dict.fromkeys(("undefined", "ambiguous", "error", "hook_error", "cleanup_error"), Outcome.ERRORED),
}
"""Outcome of each step status."""

_ROW: Final = re.compile(r"[^;]*;.*;[^;]*;(\d+)", re.DOTALL)
_Step = tuple[Outcome, FailureText, float]


def _matches(sample: FileSample) -> str | None:
    found = outline(sample)
    if found.kind != "[" or "[].keyword" not in found.keys:
        return None
    own = "[].elements" in found.keys or found.has("[].uri", "[].name")
    return "it is a list of features with `keyword` and `elements`" if own else None


def _parse(source: Source) -> TestReport:
    return parse_document(source, _NAME, lambda document, builder, keys: _Reader(builder, keys).read(document))


class _Reader:
    """Parses the document."""

    def __init__(self, builder: ReportBuilder, keys: ValueReader) -> None:
        self._builder = builder
        self._keys = keys
        self._failing = 0  # scenarios that failed or errored

    def read(self, document: Any) -> None:
        """Parse all features."""
        for at, item in enumerate(self._keys.items(document, "the document")):
            feature = self._keys.table(item, f"[{at}]")
            if feature:
                self._feature(feature, f"[{at}]")

    def _feature(self, feature: dict[str, Any], place: str) -> None:
        keys = self._keys
        uri = text_of(feature.get("uri")) or text_of(feature.get("location")).rpartition(":")[0]
        name = keys.text(feature.get("name"), f"{place}.name", optional=True)
        before = self._failing
        background: list[_Step] = []
        for at, item in enumerate(keys.items(feature.get("elements"), f"{place}.elements", optional=True)):
            inner = f"{place}.elements[{at}]"
            element = keys.table(item, inner)
            self._builder.newest.add(text_of(element.get("start_timestamp")))
            steps = [*self._steps(element, inner), *_own_failure(element)]
            if text_of(element.get("type")).lower() == "background":
                background += steps if _has_results(element) else []
            elif element:
                self._add(element, inner, (uri, name), background + steps)
                background = []
        if any(outcome >= Outcome.FAILED for outcome, _, _ in background):  # with no scenario after it
            self._add({"name": "Background"}, place, (uri, name), background)
        if self._failing == before and (own := _own_failure(feature)):  # a hook of the feature
            self._add({"name": name, "line": feature.get("line")}, place, (uri, name), own)

    def _add(self, element: dict[str, Any], place: str, feature: tuple[str, str], steps: list[_Step]) -> None:
        uri, feature_name = feature
        name = self._keys.text(element.get("name"), f"{place}.name", optional=True)
        row = _ROW.fullmatch(text_of(element.get("id")))
        if row:
            name += f" (row {row[1]})"  # the rows of a scenario outline share its name
        outcome, failure, _ = max(steps, key=lambda step: step[0], default=(Outcome.SKIPPED, FailureText(), 0.0))
        failure = FailureText(
            message=failure.message,
            text=failure.text,
            type=failure.type,
            file=uri,
            line=failure.line or line_number(element.get("line")),
        )
        self._failing += outcome >= Outcome.FAILED
        seconds = self._builder.valid_seconds(sum(spent for _, _, spent in steps))
        self._builder.add(joined(uri, feature_name), name, outcome, seconds=seconds, failure=failure)

    def _steps(self, element: dict[str, Any], place: str) -> list[_Step]:
        """Return the steps of an element and its hooks."""
        found = []
        for kind in ("before", "steps", "after"):
            items = self._keys.items(element.get(kind), f"{place}.{kind}", optional=True)
            for at, item in enumerate(items):
                inner = f"{place}.{kind}[{at}]"
                step = self._keys.table(item, inner)
                found.append(self._step(step, inner, is_hook=kind != "steps"))
                for hooks in ("before", "after"):
                    around = self._keys.items(step.get(hooks), f"{inner}.{hooks}", optional=True)
                    places = (f"{inner}.{hooks}[{number}]" for number in range(len(around)))
                    found += [
                        self._step(self._keys.table(hook, where), where, is_hook=True)
                        for hook, where in zip(around, places, strict=True)
                    ]
        return found

    def _step(self, step: dict[str, Any], place: str, *, is_hook: bool) -> _Step:
        keys = self._keys
        result = keys.table(step.get("result"), f"{place}.result", optional=True)
        status = keys.text(result.get("status"), f"{place}.result.status", optional=not result)
        outcome = self._builder.outcome(STATUSES, status.lower()) if result else Outcome.SKIPPED
        if is_hook and outcome is Outcome.SKIPPED and not result:
            outcome = Outcome.PASSED
        text = text_of(result.get("error_message"))
        label = f"{text_of(step.get('keyword'))}{text_of(step.get('name'))}".strip()
        message = text.strip().partition("\n")[0] or (f"{status}: {label}" if label else status)
        failure = FailureText(message=message, text=text, line=line_number(step.get("line")))
        return outcome, failure, keys.number(result.get("duration"), f"{place}.result.duration") / 1e9


def _has_results(element: dict[str, Any]) -> bool:
    steps = element.get("steps")
    return isinstance(steps, list) and any(isinstance(step, dict) and step.get("result") for step in steps)


def _own_failure(element: dict[str, Any]) -> list[_Step]:
    """Return the failure that the `status` of an element states, as an additional step."""
    status = text_of(element.get("status"))
    outcome = STATUSES.get(status.lower(), Outcome.PASSED)
    return [(outcome, FailureText(message=f"the status is {status}"), 0.0)] if outcome >= Outcome.FAILED else []


FORMAT: Final = Format(
    name=_NAME,
    title="Cucumber JSON",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://github.com/cucumber/cucumber-json-schema",
)
