"""Situations of policy-changed."""

from tests.support.builders import (
    changes,
    compared,
    measure,
    numbered,
    report,
)
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import EDIT, green, with_policy_change

from readygate.model.rich_text import Untrusted
from readygate.model.verdict import Level

SITUATIONS = Situations(
    levels="WARN BLOCK WARN",
    rows=[
        Row(PASS, lambda: compared(measure(report({"A": numbered("p")})), diff=changes(EDIT)), ("does not touch",)),
        Row(PASS, with_policy_change(ready=True, reason="all passed"), ("asks for the same",)),
        Row(
            PASS,
            with_policy_change(neutral=(("`baseline-size`: 20 MB → 40 MB",),), ready=True, reason="all passed"),
            ("asks for the same: `baseline-size`: 20 MB → 40 MB",),
        ),
        Row(
            PASS,
            with_policy_change(tightened=(("`new-skips`: warn → block",),), ready=False, reason="1 newly skipped"),
            ("asks for more", "`new-skips`: warn → block", "would be not ready (1 newly skipped"),
        ),
        Row(
            VIOLATED,
            with_policy_change(
                loosened=(("`new-failures`: block → off",), ("quarantine of ", Untrusted("A::*"), " until 2030-01-01")),
                ready=True,
                reason="all passed",
            ),
            ("loosens the policy at 2 points", "would be ready (all passed"),
        ),
        Row(VIOLATED, with_policy_change(loosened=(("mode: inform",),)), ("at 1 point;", "is not known")),
        Row(
            VIOLATED,
            with_policy_change(problems=("a.yml:1: preset: no",)),
            ("cannot be used", "a.yml:1"),
            min_level=Level.BLOCK,
        ),
        Row(UNKNOWN, green, ("changed files are not known",)),
    ],
)
