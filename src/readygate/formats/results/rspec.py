"""JSON of RSpec's formatter `json`.

The writer: https://github.com/rspec/rspec/blob/main/rspec-core/lib/rspec/core/formatters/json_formatter.rb . A spec
file that cannot be loaded has no example; it is counted by `errors_outside_of_examples_count`, with its error in
`messages`.
"""

from typing import Any, Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.results._json import ValueReader, line_number, parse_document, text_of, total_of
from readygate.formats.results._json_keys import outline
from readygate.formats.results._report_builder import NO_TEXT, FailureText, ReportBuilder
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "rspec-json"
STATUSES: Final = {"passed": Outcome.PASSED, "pending": Outcome.SKIPPED, "failed": Outcome.FAILED}
"""Outcome of each status."""

_OUTSIDE: Final = "errors outside of examples"


def _matches(sample: FileSample) -> str | None:
    found = outline(sample)
    if found.kind != "{" or "examples" not in found.keys:
        return None
    if found.has("examples[].full_description", "examples[].status"):
        return "its `examples` have `full_description` and `status`"
    return "it has `examples` and their `example_count`" if found.has("summary.example_count") else None


def _parse(source: Source) -> TestReport:
    return parse_document(source, _NAME, _read)


def _read(document: Any, builder: ReportBuilder, keys: ValueReader) -> None:
    root = keys.table(document, "the document")
    for at, item in enumerate(keys.items(root.get("examples"), "examples")):
        example = keys.table(item, f"examples[{at}]")
        if example:
            _example(example, f"examples[{at}]", builder, keys)
    summary = keys.table(root.get("summary"), "summary", optional=True)
    pending = total_of(summary.get("pending_count"))
    builder.compare("summary", "pending", pending, builder.skipped)
    builder.check_totals(
        failures=(total_of(summary.get("failure_count")), builder.failing),
        tests=(total_of(summary.get("example_count")), builder.total),
        unlisted=max((pending or 0) - builder.skipped, 0),
        place="summary",
    )
    messages = "\n".join(map(text_of, keys.items(root.get("messages"), "messages", optional=True)))
    for _ in range(min(total_of(summary.get("errors_outside_of_examples_count")) or 0, 1_000)):
        failure = FailureText(message="an error occurred outside of examples", text=messages)
        builder.add(_OUTSIDE, _OUTSIDE, Outcome.ERRORED, failure=failure)


def _example(example: dict[str, Any], place: str, builder: ReportBuilder, keys: ValueReader) -> None:
    outcome = builder.outcome(STATUSES, keys.text(example.get("status"), f"{place}.status"))
    file = keys.text(example.get("file_path"), f"{place}.file_path", optional=True)
    name = text_of(example.get("full_description")) or keys.text(example.get("description"), f"{place}.description")
    failure = NO_TEXT
    if outcome is not Outcome.PASSED:
        error = keys.table(example.get("exception"), f"{place}.exception", optional=True)
        frames = keys.items(error.get("backtrace"), f"{place}.exception.backtrace", optional=True)
        failure = FailureText(
            type=text_of(error.get("class")),
            message=text_of(error.get("message")) or text_of(example.get("pending_message")),
            text="\n".join(map(text_of, frames)),
            file=file.removeprefix("./"),
            line=line_number(example.get("line_number")),
        )
    seconds = builder.valid_seconds(keys.number(example.get("run_time"), f"{place}.run_time"))
    builder.add(file.removeprefix("./"), name, outcome, seconds=seconds, failure=failure)


FORMAT: Final = Format(
    name=_NAME,
    title="RSpec JSON",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://github.com/rspec/rspec/blob/main/rspec-core/lib/rspec/core/formatters/json_formatter.rb",
)
