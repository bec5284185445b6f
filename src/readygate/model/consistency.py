"""Check that the values of a report from outside fit together, beyond what their types say."""

from collections.abc import Iterable
from itertools import pairwise
from math import inf
from typing import Final

from readygate.model.results import SEPARATOR, ClassBlock, Counts, Outcome, count_outcomes
from readygate.model.rich_text import count

_OUTCOMES: Final = bytes(Outcome)
_BY_SEVERITY: Final = ("passed", "flaky", "skipped", "failed", "errored")


def check_blocks(blocks: Iterable[ClassBlock]) -> None:
    """Check that the columns of blocks from outside fit together and hold possible values.

    Raises:
        ValueError: a block is inconsistent; the text says how.
    """
    for block in blocks:
        names = block.names.split(SEPARATOR)
        if not len(names) == len(block.outcomes) == len(block.seconds) / 4:
            raise ValueError("the columns of a class have different lengths")
        if block.outcomes.translate(None, _OUTCOMES):
            raise ValueError("an outcome of a class does not exist")
        if not all(one < other for one, other in pairwise(names)):
            raise ValueError("the names of a class are not sorted, or not distinct")
        if not all(0 <= seconds < inf for seconds in block.durations()):
            raise ValueError("the seconds of a class are not finite and at least 0")


def check_executions(executions: Counts, blocks: Iterable[ClassBlock]) -> None:
    """Check that counts of executions fit the tests of a report, each of which was executed at least once.

    Raises:
        ValueError: there are fewer executions of an outcome than tests, or none of their tests has it or a worse one.
    """
    tests = count_outcomes(b"".join([block.outcomes for block in blocks]))
    for at, name in enumerate(_BY_SEVERITY):
        executed, counted = getattr(executions, name), getattr(tests, name)
        if executed < counted or (executed and not any(getattr(tests, worse) for worse in _BY_SEVERITY[at:])):
            raise ValueError(f"{count(executed, 'execution')} and {count(counted, 'test')} with the outcome {name}")
