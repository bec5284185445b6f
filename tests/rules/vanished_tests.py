"""Situations of vanished-tests."""

from collections.abc import Callable

from tests.support.builders import compared, leg, numbered, with_legs
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import cut_short, docs_only_without_reports, nothing_found, run

from readygate.model.comparison import Comparison
from readygate.model.snapshot import HeadRun
from readygate.model.verdict import Level


def _sizes(head: dict[str, int], base: dict[str, int]) -> Callable[[], Comparison]:
    """Legs that run the first tests of one list, by the number of tests."""

    def side(legs: dict[str, int]) -> HeadRun:
        return with_legs(*(leg({"A": numbered("p" * size)}, name=name) for name, size in legs.items()))

    return lambda: compared(side(head), side(base))


def _shards(head: dict[str, range], base: dict[str, range]) -> Callable[[], Comparison]:
    """Legs that run a part of one list each."""

    def side(legs: dict[str, range]) -> HeadRun:
        return with_legs(*(leg({"A": {f"t{at}": "p" for at in part}}, name=name) for name, part in legs.items()))

    return lambda: compared(side(head), side(base))


SITUATIONS = Situations(
    levels="WARN BLOCK WARN",
    rows=[
        Row(PASS, run("ppp", "pp")),
        Row(VIOLATED, run("p", "pp"), ("1 test is gone",)),
        Row(VIOLATED, run("p", "pfs"), ("2 tests are gone",)),
        Row(VIOLATED, run("p" * 16, "p" * 20), ("4 tests are gone",)),
        Row(VIOLATED, run("p" * 15, "p" * 20), ("5 tests are gone",), min_level=Level.BLOCK),
        Row(VIOLATED, run("p" * 5, "p" * 8), ("3 tests are gone",)),
        Row(VIOLATED, _sizes({"linux": 20, "mac": 16}, {"linux": 20, "mac": 20}), ("4 tests are gone from some legs",)),
        Row(
            VIOLATED,
            _sizes({"linux": 20, "mac": 15}, {"linux": 20, "mac": 20}),
            ("5 tests are gone from some legs",),
            min_level=Level.BLOCK,
        ),
        Row(PASS, _shards({"1": range(5), "2": range(5, 20)}, {"1": range(15), "2": range(15, 20)})),
        Row(UNKNOWN, run("p"), ("no baseline",)),
        Row(UNKNOWN, cut_short, ("damaged",)),
        Row(UNKNOWN, docs_only_without_reports),
        Row(UNKNOWN, nothing_found),
    ],
)
