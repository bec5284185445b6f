"""What RSpec's formatter `json` writes.

Its code is the description:
https://github.com/rspec/rspec/blob/main/rspec-core/lib/rspec/core/formatters/json_formatter.rb . A file of examples
that cannot be loaded is no example: `errors_outside_of_examples_count` and `messages` tell of it.
"""

from __future__ import annotations

from typing import Any, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.results._json import Keys, claimed, line_number, load, loose
from readygate.formats.results._json_keys import outline
from readygate.formats.results._report_builder import NO_TEXT, FailureText, ReportBuilder
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "rspec-json"
STATUSES: Final = {"passed": Outcome.PASSED, "pending": Outcome.SKIPPED, "failed": Outcome.FAILED}
"""What the statuses count as."""

_OUTSIDE: Final = "errors outside of examples"


def _matches(sample: FileSample) -> str | None:
    found = outline(sample)
    if found.kind != "{" or "examples" not in found.keys:
        return None
    if found.has("examples[].full_description", "examples[].status"):
        return "its `examples` have `full_description` and `status`"
    return "it has `examples` and their `example_count`" if found.has("summary.example_count") else None


def _parse(source: Source) -> TestReport:
    builder = ReportBuilder(_NAME)
    document, problem = load(source)
    builder.problem(problem)
    if problem is None:
        _read(document, builder, Keys())
    return builder.report()


def _read(document: Any, builder: ReportBuilder, keys: Keys) -> None:
    root = keys.table(document, "the document")
    pending = 0
    for at, item in enumerate(keys.items(root.get("examples"), "examples")):
        example = keys.table(item, f"examples[{at}]")
        if example:
            pending += _example(example, f"examples[{at}]", builder, keys) is Outcome.SKIPPED
    summary = keys.table(root.get("summary"), "summary", optional=True)
    for key, what, count in (
        ("example_count", "examples", builder.total),
        ("failure_count", "failures", builder.failing),
        ("pending_count", "pending", pending),
    ):
        builder.compare("summary", what, claimed(summary.get(key)), count)
    messages = "\n".join(map(loose, keys.items(root.get("messages"), "messages", optional=True)))
    for _ in range(min(claimed(summary.get("errors_outside_of_examples_count")) or 0, 1_000)):
        failure = FailureText(message="an error occurred outside of examples", text=messages)
        builder.add(_OUTSIDE, _OUTSIDE, Outcome.ERRORED, failure=failure)
    builder.problem(keys.problem())


def _example(example: dict[str, Any], place: str, builder: ReportBuilder, keys: Keys) -> Outcome:
    outcome = builder.outcome(STATUSES, keys.text(example.get("status"), f"{place}.status"))
    file = keys.text(example.get("file_path"), f"{place}.file_path", optional=True)
    name = loose(example.get("full_description")) or keys.text(example.get("description"), f"{place}.description")
    failure = NO_TEXT
    if outcome is not Outcome.PASSED:
        error = keys.table(example.get("exception"), f"{place}.exception", optional=True)
        frames = keys.items(error.get("backtrace"), f"{place}.exception.backtrace", optional=True)
        failure = FailureText(
            type=loose(error.get("class")),
            message=loose(error.get("message")) or loose(example.get("pending_message")),
            text="\n".join(map(loose, frames)),
            file=file.removeprefix("./"),
            line=line_number(example.get("line_number")),
        )
    seconds = builder.sane(keys.number(example.get("run_time"), f"{place}.run_time"))
    builder.add(file.removeprefix("./"), name, outcome, seconds=seconds, failure=failure)
    return outcome


FORMAT: Final = Format(
    name=_NAME,
    title="RSpec JSON",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://github.com/rspec/rspec/blob/main/rspec-core/lib/rspec/core/formatters/json_formatter.rb",
)
