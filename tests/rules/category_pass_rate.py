"""Situations of category-pass-rate."""

from fractions import Fraction

from msgspec.structs import replace
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import cut_short, given, matrix, nothing_found, run, suites

from readygate.model.policy import Category, Policy
from readygate.model.verdict import Level


def sets(*categories: Category) -> Policy:
    return replace(given(), categories=categories)


API = Category(name="api", tests=("A::test_*",), minimum=Fraction(9, 10))

SITUATIONS = Situations(
    levels="OFF OFF OFF",
    rows=[
        Row(PASS, run("p" * 9 + "f"), ("1 category as asked",), under=sets(API)),
        Row(VIOLATED, run("p" * 8 + "f"), ("1 category misses its pass rate: api",), under=sets(API)),
        Row(PASS, run("f"), under=sets(replace(API, minimum=None))),
        Row(
            VIOLATED,
            run("f"),
            ("2 categories miss their pass rate: again, api",),
            under=sets(API, replace(API, name="again", tests=("re:test_0$",), minimum=Fraction(1))),
        ),
        Row(
            VIOLATED,
            matrix({"a": "p", "b": "f"}, {"a": "p", "b": "p"}),
            ("api",),
            under=sets(replace(API, tests=("*t",))),
        ),
        Row(VIOLATED, run("p"), ("1 category ran no test: api",), Level.WARN, sets(replace(API, tests=("B::*",)))),
        Row(VIOLATED, run("s", "p"), ("1 category misses its pass rate",), under=sets(API)),
        Row(PASS, suites(("api", "web"), ("api",)), under=sets(replace(API, tests=("api::*",)))),
        Row(UNKNOWN, cut_short, ("damaged",), under=sets(API)),
        Row(UNKNOWN, nothing_found, ("no test report",), under=sets(API)),
        Row(UNKNOWN, run("f"), ("names no category",)),
    ],
)
