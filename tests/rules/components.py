"""Situations of components."""

from fractions import Fraction

from msgspec.structs import replace
from tests.support.builders import (
    change,
)
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import branched, covered, given, lines, run

from readygate.model.policy import Component, Policy
from readygate.model.verdict import Level


def parts(*components: Component) -> Policy:
    return replace(given(), components=components)


AUTH = Component(name="auth", paths=("auth/**",), minimum=Fraction(4, 5), critical=True)


STEADY = Component(name="auth", paths=("auth/**",), maximum_drop=Fraction(1, 100))

SITUATIONS = Situations(
    levels="OFF OFF OFF",
    rows=[
        Row(PASS, lines({"auth/a.py": "hhhhm", "b.py": "m"}, None), ("1 component as asked",), under=parts(AUTH)),
        Row(
            VIOLATED,
            branched(({"auth/a.py": "hhhh", "b.py": "h"}, {"auth/a.py": {1: (1, 2)}, "b.py": {1: (2, 2)}}), None),
            ("1 component misses", "auth"),
            under=parts(replace(AUTH, measure="branches")),
        ),
        Row(
            VIOLATED,
            branched(
                ({"auth/a.py": "hh"}, {"auth/a.py": {1: (1, 2)}}), ({"auth/a.py": "hh"}, {"auth/a.py": {1: (2, 2)}})
            ),
            ("1 component misses", "auth"),
            max_level=Level.WARN,
            under=parts(replace(STEADY, measure="both")),
        ),
        # a component whose branches nothing measured is not as asked
        Row(
            VIOLATED,
            lines({"auth/a.py": "hhhh"}, None),
            ("1 component is not measured", "auth"),
            max_level=Level.WARN,
            under=parts(replace(AUTH, measure="branches")),
        ),
        Row(
            VIOLATED,
            lines({"auth/a.py": "hhhm", "b.py": "hh"}, None),
            ("1 component misses", "auth"),
            under=parts(AUTH),
        ),
        Row(
            VIOLATED,
            lines({"auth/a.py": "hhhm"}, None),
            ("1 component misses its goals",),
            max_level=Level.WARN,
            under=parts(replace(AUTH, critical=False)),
        ),
        Row(
            VIOLATED,
            lines({"auth/a.py": "hhhm", "c.py": "m"}, None),
            ("2 components miss their goals: auth, c",),
            under=parts(replace(AUTH, name="c", paths=("c.py",), critical=False), AUTH),
        ),
        # the project did not fall, its part did
        Row(
            VIOLATED,
            lines({"auth/a.py": "hm", "b.py": "hh"}, {"auth/a.py": "hh", "b.py": "hm"}),
            ("auth",),
            max_level=Level.WARN,
            under=parts(STEADY),
        ),
        Row(PASS, lines({"auth/a.py": covered(99, 100)}, {"auth/a.py": covered(100, 100)}), under=parts(STEADY)),
        Row(
            VIOLATED,
            lines({"auth/a.py": covered(9_899, 10_000)}, {"auth/a.py": covered(10_000, 10_000)}),
            under=parts(replace(STEADY, critical=True)),
        ),
        # 8 of 10, of which the change removes 5 covered ones: 3 of 5 are as good as before
        Row(
            PASS,
            lines({"auth/a.py": "hhhmm"}, {"auth/a.py": "hhhhhhhhmm"}, change("auth/a.py", [], range(4, 9))),
            under=parts(STEADY),
        ),
        # a moved file is followed
        Row(
            VIOLATED,
            lines({"auth/b.py": "hm"}, {"x/b.py": "hh"}, change("auth/b.py", status="renamed", old_path="x/b.py")),
            max_level=Level.WARN,
            under=parts(STEADY),
        ),
        Row(
            VIOLATED,
            lines({"b.py": "h"}, None),
            ("1 component is not measured: auth",),
            max_level=Level.WARN,
            under=parts(AUTH),
        ),
        # no longer measured although it is still there
        Row(VIOLATED, lines({"b.py": "h"}, {"b.py": "h", "auth/a.py": "h"}), ("misses",), under=parts(AUTH)),
        # its files were deleted
        Row(
            VIOLATED,
            lines({"b.py": "h"}, {"b.py": "h", "auth/a.py": "h"}, change("auth/a.py", status="removed")),
            ("is not measured",),
            max_level=Level.WARN,
            under=parts(AUTH),
        ),
        Row(
            UNKNOWN,
            lines({"auth/b.py": "h"}, {"auth/b.py": "h", "auth/a.py": "h"}),
            ("do not compare", "auth"),
            under=parts(STEADY),
        ),
        Row(UNKNOWN, run("p"), ("names no component",)),
        Row(UNKNOWN, run("p"), ("not measured",), under=parts(AUTH)),
        Row(UNKNOWN, lines({"auth/a.py": "m"}, None, damaged=True), ("damaged",), under=parts(AUTH)),
    ],
)
