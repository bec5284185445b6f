"""Collect the executions of one report into blocks by class, and their messages within bounds."""

from array import array
from collections.abc import Mapping
from typing import Final

from readygate.model.identity import stable_names
from readygate.model.reports import Problem, Severity
from readygate.model.results import ClassBlock, Counts, FailureDetail, Outcome

MAX_DETAILS: Final = 20_000
"""Failing, and again skipped, executions of one report whose message is kept."""
MAX_TEXTS: Final = 5_000
"""Executions of one report whose trace is kept."""

_MIN_FOLD: Final = 4_096
"""Executions of one class that are collected before they are folded into its block."""


class _Column:
    """The executions of one class: a block, and those that were added since it was built."""

    __slots__ = ("block", "limit", "names", "outcomes", "repeats", "seconds")

    def __init__(self) -> None:
        self.block: ClassBlock | None = None
        self.limit = _MIN_FOLD
        self.names: list[str] = []
        self.outcomes = bytearray()
        self.seconds = array("f")
        self.repeats: dict[str, bytearray] = {}

    def fold(self) -> ClassBlock:
        """Merge all executions into the block and return it."""
        if self.names:
            names, before = stable_names(self.names), self.block
            block = ClassBlock.build(names, self.outcomes, self.seconds)
            self.block = block if before is None else ClassBlock.merge((before, block))
            if "(#" in self.block.names:
                self._add_repeats(names, dict(before.items()) if before else {})
            self.limit = max(_MIN_FOLD, self.block.size)
            self.names, self.outcomes, self.seconds = [], bytearray(), array("f")
        assert self.block is not None  # noqa: S101  (a column is created for its first execution)
        return self.block

    def _add_repeats(self, names: list[str], before: Mapping[str, Outcome]) -> None:
        """Add the outcomes of tests that occur several times, in the order of the file."""
        for name, outcome in zip(names, self.outcomes, strict=True):
            if name not in self.repeats:
                self.repeats[name] = bytearray([before[name]] if name in before else b"")
            self.repeats[name].append(outcome)
        self.repeats = {name: outcomes for name, outcomes in self.repeats.items() if len(outcomes) > 1}


class BlockBuilder:
    """Builds the blocks of one report.

    The tests of a class usually follow one another, so a class is folded into a block when the next one begins.
    A class that has a block already is folded again only when as many executions were added as the block holds.
    Memory therefore grows with the number of distinct tests, and the time to fold stays linear.
    """

    def __init__(self) -> None:
        self._nanoseconds = 0
        self._counts = [0] * len(Outcome)
        self._columns: dict[str, _Column] = {}
        self._class: str | None = None
        self._column = _Column()

    def add(self, class_name: str, name: str, outcome: Outcome, seconds: float) -> None:
        """Add one execution."""
        if class_name != self._class:
            self._begin(class_name)
        column = self._column
        self._counts[outcome] += 1
        self._nanoseconds += round(seconds * 1e9)
        column.names.append(name)
        column.outcomes.append(outcome)
        column.seconds.append(seconds)
        if len(column.names) >= column.limit:
            column.fold()

    def _begin(self, class_name: str) -> None:
        """Make `class_name` the current class."""
        last = self._column
        if last.names and (last.block is None or len(last.names) >= last.block.size):
            last.fold()
        self._class = class_name
        self._column = self._columns.setdefault(class_name, _Column())

    @property
    def seconds(self) -> float:
        """The sum of all durations, to the nanosecond and in whatever order they were added."""
        return self._nanoseconds / 1e9

    def counts(self) -> Counts:
        """Return the counts of all executions."""
        passed, flaky, skipped, failed, errored = self._counts
        return Counts(passed=passed + flaky, failed=failed, errored=errored, skipped=skipped, flaky=flaky)

    def blocks(self) -> dict[str, ClassBlock]:
        """Return the blocks by stable class name, sorted."""
        blocks: dict[str, ClassBlock] = {}
        names = sorted(self._columns)
        for class_name, stable in zip(names, stable_names(names), strict=True):
            block = self._columns[class_name].fold()
            blocks[stable] = ClassBlock.merge((blocks[stable], block)) if stable in blocks else block
        return blocks

    def repeats(self) -> dict[str, dict[str, bytes]]:
        """Return `TestReport.repeats`, after `blocks`.

        It leaves out classes that share a stable name: the order of their tests is not known.
        """
        found: dict[str, dict[str, bytes]] = {}
        names = sorted(self._columns)
        stable = stable_names(names)
        for class_name, shown in zip(names, stable, strict=True):
            repeats = self._columns[class_name].repeats
            if repeats and stable.count(shown) == 1:
                found[shown] = {name: bytes(outcomes) for name, outcomes in repeats.items()}
        return found


class DetailCollector:
    """Collects the messages of executions that did not pass, up to `MAX_DETAILS` and `MAX_TEXTS`."""

    def __init__(self) -> None:
        self._kept: list[FailureDetail] = []
        self._skipped = self._failing = self._texts = self._left_out = 0

    def wants_text(self) -> bool:
        """Return whether another trace is kept."""
        return self._texts < MAX_TEXTS

    def add(self, detail: FailureDetail) -> None:
        """Keep a detail unless the limit is reached."""
        if detail.outcome is Outcome.SKIPPED:
            self._skipped += 1
            room = self._skipped <= MAX_DETAILS
        else:
            self._failing += 1
            room = self._failing <= MAX_DETAILS
        if not room:
            self._left_out += 1
            return
        self._texts += bool(detail.text)
        self._kept.append(detail)

    def all(self) -> tuple[FailureDetail, ...]:
        """Return the kept details in the order of the report."""
        return tuple(self._kept)

    def problems(self) -> tuple[Problem, ...]:
        """Return a note if a detail or a trace was dropped."""
        without_text = self._failing > MAX_TEXTS and self._texts >= MAX_TEXTS
        if not self._left_out and not without_text:
            return ()
        return (
            Problem(
                severity=Severity.NOTE,
                what="the report says more about its tests than is kept",
                why=f"messages of {MAX_DETAILS:,} failing and {MAX_DETAILS:,} skipped tests are kept, "
                f"traces of {MAX_TEXTS:,}",
                todo="nothing for the figures: all tests are counted",
            ),
        )
