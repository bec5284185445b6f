"""Short ways to make the history of a base branch."""

from msgspec.structs import replace

from readygate.model.comparison import Comparison
from readygate.model.coverage import Ratio
from readygate.model.history import History, PastRun
from readygate.model.results import Counts


def past_run(
    number: int, *, passed: int, failed: int, lines: tuple[int, int] | None = None, complete: bool = True
) -> PastRun:
    """One run, which took as many seconds as its number says."""
    return PastRun(
        commit=f"{number:040x}",
        run_id=number,
        when=1_700_000_000 + number * 86_400,
        complete=complete,
        counts=Counts(passed=passed, failed=failed),
        lines=Ratio(covered=lines[0], total=lines[1]) if lines else None,
        seconds=float(number),
        ready=not failed,
    )


def with_history(comparison: Comparison, history: History) -> Comparison:
    """The same comparison, its baseline with a history."""
    assert comparison.baseline is not None
    return replace(comparison, baseline=replace(comparison.baseline, history=history))
