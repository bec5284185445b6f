"""Recognize the attempts of pytest-rerunfailures, which pytest's JUnit file lists as tests that passed."""

from array import array
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from readygate.model.reports import TestReport
from readygate.model.results import ClassBlock, FailureDetail, Outcome, count_outcomes, raw_name


def without_reruns(report: TestReport, stated: int) -> TestReport:
    """Return a report in which each test that pytest reran occurs once, with the outcome of its last attempt.

    An attempt that is repeated has an element without a result, and the totals leave it out. So the elements of a
    name that is listed several times are attempts only if the totals leave out exactly these and all but the last
    are without a result: https://github.com/pytest-dev/pytest-rerunfailures

    Args:
        report: a file that pytest wrote.
        stated: its stated number of tests.
    """
    orders = [order for names in report.repeats.values() for order in names.values()]
    extra = sum(len(order) - 1 for order in orders)
    if not extra or report.executions.total - stated != extra or any(any(order[:-1]) for order in orders):
        return report
    blocks = dict(report.blocks)
    for class_name, repeats in report.repeats.items():
        blocks[class_name] = _with_last(blocks[class_name], repeats)
    return replace(
        report,
        blocks=blocks,
        details=(*report.details, *_flaky(report)),
        executions=count_outcomes(b"".join(block.outcomes for block in blocks.values())),
        attempts=report.executions,
        repeats={},
    )


def _with_last(block: ClassBlock, repeats: Mapping[str, bytes]) -> ClassBlock:
    """Return a block with one row for each test, which lasted as long as all its attempts."""
    rows: dict[str, tuple[Outcome, float]] = {}
    for (name, outcome), seconds in zip(block.items(), block.durations(), strict=True):
        raw = raw_name(name)
        if raw in repeats:
            spent = rows[raw][1] if raw in rows else 0.0
            rows[raw] = (_final(repeats[raw]), spent + seconds)
        else:
            rows[name] = (outcome, seconds)
    outcomes, durations = zip(*rows.values(), strict=True)
    return ClassBlock.build(list(rows), bytes(outcomes), array("f", durations))


def _final(order: bytes) -> Outcome:
    last = Outcome(order[-1])
    return Outcome.FLAKY if last is Outcome.PASSED else last


def _flaky(report: TestReport) -> Iterator[FailureDetail]:
    """Yield a detail for each test that passed at last."""
    for class_name, repeats in report.repeats.items():
        for name, order in repeats.items():
            if _final(order) is Outcome.FLAKY:
                yield FailureDetail(class_name=class_name, name=name, outcome=Outcome.FLAKY)
