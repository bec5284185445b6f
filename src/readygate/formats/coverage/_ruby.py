"""Add line arrays of Ruby's Coverage module, as SimpleCov stores them.

Index 0 is line 1. Each entry is a count, `null` for a line without code, or "ignored" for an excluded line.
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from readygate.formats.coverage._document import Shape, kind
from readygate.formats.coverage._report_builder import CoverageBuilder


def add_lines(builder: CoverageBuilder, shape: Shape, name: str, runs: Sequence[tuple[str, list[Any]]]) -> None:
    """Add the lines of a file, measured by one or several commands.

    They are merged by SimpleCov's own rule (`combine/lines_combiner.rb` in
    https://github.com/simplecov-ruby/simplecov): a line that never ran and has no code for one command has no code.

    Args:
        builder: receives the lines.
        shape: records values of the wrong type.
        name: the name of the file.
        runs: for each command, the place of its array in the document, and the array.
    """
    for place, values in runs:
        wrong = [at for at, value in enumerate(values) if not _known(value)]
        if wrong:
            shape.wrong(f"{place}[{wrong[0]}] is {kind(values[wrong[0]])}", len(wrong))
    hit: list[int] = []
    missed: list[int] = []
    excluded: list[int] = []
    for line, counts in enumerate(zip_longest(*(values for _, values in runs)), 1):
        numbers = [count for count in counts if type(count) is int]
        if numbers and max(numbers) > 0:
            hit.append(line)
        elif "ignored" in counts:
            excluded.append(line)
        elif numbers and len(numbers) == len(counts):
            missed.append(line)
    builder.states(name, 0)
    builder.add(name, hit, missed, excluded)


def _known(value: Any) -> bool:
    return value is None or type(value) is int or value == "ignored"
