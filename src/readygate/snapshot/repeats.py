"""Let the last execution of a test that a report lists several times decide, as the policy's `repeats: last` asks for.

Producers that repeat failing tests without marking the attempts list a test once for each: gotestsum with
`--rerun-fails` (https://github.com/gotestyourself/gotestsum#re-running-failed-tests).
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce

from msgspec.structs import replace

from readygate.collect.attempts import outcome_after
from readygate.model.reports import TestReport
from readygate.model.results import (
    OUTCOMES,
    ClassBlock,
    FailureDetail,
    Outcome,
    count_outcomes,
    raw_name,
)

Decided = Mapping[str, Mapping[str, Outcome]]
"""By class and name, the outcomes of the tests that a report lists several times."""


def with_last(report: TestReport) -> TestReport:
    """Return a report in which each test occurs once: what failed first and passed last is flaky."""
    decided = {
        class_name: _decide(report.blocks[class_name], repeats)
        for class_name, repeats in report.repeats.items()
        if class_name in report.blocks
    }
    blocks = {
        class_name: _with_one_row(block, decided[class_name]) if decided.get(class_name) else block
        for class_name, block in report.blocks.items()
    }
    return replace(
        report,
        blocks=blocks,
        details=tuple(_details(report.details, decided)),
        executions=count_outcomes(b"".join(block.outcomes for block in blocks.values())),
        attempts=report.attempts or report.executions,
        repeats={},
    )


def _decide(block: ClassBlock, repeats: Mapping[str, bytes]) -> dict[str, Outcome]:
    """Return the outcomes of repeated tests; tests whose names became alike later stay namesakes."""
    rows = Counter(raw_name(name) for name, _outcome in block.items())
    return {
        name: reduce(outcome_after, map(OUTCOMES.__getitem__, order))
        for name, order in repeats.items()
        if len(order) == rows[name]
    }


def _with_one_row(block: ClassBlock, decided: Mapping[str, Outcome]) -> ClassBlock:
    """Return a block with one row for each repeated test, which lasted as long as all its executions."""
    rows: dict[str, tuple[Outcome, float]] = {}
    for (name, outcome), seconds in zip(block.items(), block.durations(), strict=True):
        raw = raw_name(name)
        key = raw if raw in decided else name
        rows[key] = (decided.get(raw, outcome), seconds + rows.get(key, (outcome, 0.0))[1])
    outcomes, seconds_of = zip(*rows.values(), strict=True)
    return ClassBlock.build(list(rows), bytes(outcomes), array("f", seconds_of))


def _details(details: Sequence[FailureDetail], decided: Decided) -> Iterator[FailureDetail]:
    """Yield the details without those of repetitions that do not decide."""
    last: dict[tuple[str, str], FailureDetail] = {}
    for detail in details:
        outcome = decided.get(detail.class_name, {}).get(detail.name)
        if outcome is None:
            yield detail
        elif detail.outcome is outcome or (outcome is Outcome.FLAKY and detail.outcome >= Outcome.FAILED):
            last[detail.class_name, detail.name] = replace(detail, outcome=outcome)
    yield from last.values()
