"""Lets another process read what the failing tests of a large run say, beside the comparison of all tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from readygate.compare.causes import Readings, read_all
from readygate.model.report import TestReport
from readygate.model.snapshot import Evidence
from readygate.model.tests import Outcome

FEWEST: Final = 200
"""Failing executions from which on it pays to hand over what they say."""
MOST: Final = 20_000
"""Failing executions up to which there is memory for that in both processes."""

Ask = Callable[..., Callable[[], Any] | None]
"""Takes a function and arguments for another process, and gives what waits for the result; None if there is none."""


def begin(ask: Ask, evidence: Evidence) -> Readings:
    """Begin.

    Args:
        ask: lets another process work.
        evidence: what was read; what is given is true of its very details, as long as they are there.

    Returns:
        what waits for the readings; they are empty if nobody was asked.
    """
    details = [
        detail
        for file in evidence.files
        if isinstance(file.report, TestReport)
        for detail in file.report.details
        if detail.outcome >= Outcome.FAILED
    ]
    if not FEWEST <= len(details) <= MOST:
        return dict
    answer = ask(read_all, [(detail.type, detail.message, detail.text) for detail in details])
    if answer is None:
        return dict
    return cache(lambda: dict(zip(map(id, details), answer(), strict=True)))
