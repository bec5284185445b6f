"""Situations in which the policy file has its say: parts with goals, excuses, changes of the policy itself."""

from collections.abc import Mapping
from typing import Any

from tests.golden.stories import COVERED, FAILURE, FILES, SUITE, Suite, but, history
from tests.support.builders import (
    BASE,
    baseline,
    change,
    changes,
    compared,
    cover,
    coverage,
    leg,
    measure,
    report,
    with_legs,
)
from tests.support.publishing import Scene

from readygate.judge.policy_preview import comparison_options, evaluate
from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.policy_change import Waiver
from readygate.model.snapshot import Baseline, HeadRun
from readygate.policy import PolicyFiles, read_policy_pair

NOW = 1_795_219_200
"""2026-11-21."""
WHERE = "acme/widgets@a1b2c3d:.github/readygate.yml"


def ruled(
    text: str,
    head: Any,
    base: HeadRun | Baseline,
    *,
    own: str | None = None,
    diff: tuple[Any, ...] = (change("src/acme/api.py", [1], [1]),),
    waiver: Waiver | None = None,
) -> Scene:
    """A pull request under a policy file, and under its own version of it; `head` is made from the commit."""
    files = PolicyFiles(
        base=text.encode(),
        base_name=WHERE,
        changed=own is not None,
        own=None if own is None else own.encode(),
    )
    book = read_policy_pair(files, "main", "")

    def make(commit: str) -> Comparison:
        mine = head(commit)

        def under(policy: Policy) -> Comparison:
            return compared(mine, base, diff=changes(*diff), files=FILES, options=comparison_options(policy, NOW))

        return evaluate(book, under, lambda _label: waiver)[0]

    return Scene(make=make, page={"files": FILES, "rules": book.policy})


def green(text: str, head: Mapping[str, str], base: Mapping[str, str] = COVERED, **more: Any) -> Scene:
    """All tests pass, and coverage is what differs."""
    known = baseline(measure(report(SUITE), cover(base), commit=BASE, run_id=96))
    return ruled(text, lambda commit: measure(report(SUITE), cover(head), commit=commit), known, **more)


def ran(text: str, head: Suite, base: Suite = SUITE, facts: Mapping[str, Any] | None = None, **more: Any) -> Scene:
    """Tests are what differs."""
    known = baseline(measure(report(base), cover(COVERED), commit=BASE, run_id=96), **(facts or {}))

    def make(commit: str) -> HeadRun:
        return measure(report(head, details=(FAILURE,)), cover(COVERED), commit=commit)

    return ruled(text, make, known, **more)


COMPONENTS = """\
components:
  - name: api
    paths: [src/acme/api.py]
    minimum: 95
    critical: true
  - name: store
    paths: [src/acme/store.py]
    maximum-drop: 1
  - name: expiry
    paths: [src/acme/expiry.py]
    minimum: 90
  - name: shell
    paths: [src/acme/shell/**]
    minimum: 50
targets:
  - coverage: 90
  - coverage: 95
    by: 2027-03-31
  - coverage: 99
"""


def components_missed() -> Scene:
    """A critical component is below its minimum, one fell too far, one fits no file, and one is as asked."""
    poor = {**COVERED, "src/acme/api.py": "h" * 55 + "m" * 5, "src/acme/store.py": "h" * 88 + "m" * 12}
    return green(COMPONENTS, poor)


def component_missed() -> Scene:
    """A single component is below its minimum: its finding names it, and the others are folded."""
    return green(
        COMPONENTS.replace("src/acme/shell/**", "src/acme/st*"), {**COVERED, "src/acme/api.py": "h" * 56 + "mmmm"}
    )


CATEGORIES = """\
categories:
  - name: login
    tests: ["tests.test_api.*"]
    minimum: 100
  - name: store
    tests: ["tests.test_store::*"]
    minimum: 75
  - name: expiry
    tests: ["tests.test_expiry::*"]
    minimum: 50
  - name: browser
    tests: ["tests.browser.*"]
"""


def categories_missed() -> Scene:
    """Two categories miss their pass rate, one has it, and of one no test ran."""
    return ran(CATEGORIES, but(test_locked="f", test_is_atomic="f", test_zero="f"))


QUARANTINE = """\
quarantine:
  - tests: ["tests.test_expiry::*"]
    reason: the clock of the test bed is being replaced
    expires: 2026-12-31
  - tests: ["tests.test_store::test_keeps_mode"]
    reason: flaky on the old file system
    expires: 2026-11-01
"""


def quarantine() -> Scene:
    """A failing test is excused until a day; the entry of another has expired."""
    return ran(QUARANTINE, but(test_rounds_down="f"))


def known_flaky() -> Scene:
    """Two tests fail that failed before on the base: one is proven to be flaky and excused, one is likely flaky."""
    past = {"history": history(test_rounds_down="..F....~.....F......", test_locked="  ..s.F...F...F.....")}
    return ran("", but(test_rounds_down="f", test_locked="f"), facts=past)


STRICT = """\
preset: strict
rules:
  coverage-min:
    minimum: 90
  duration: warn
components:
  - name: api
    paths: [src/acme/api.py]
    minimum: 95
    critical: true
"""
LOOSE = """\
preset: standard
rules:
  coverage-min:
    minimum: 60
  new-failures: warn
  test-count:
    minimum: 5
"""


def policy_loosened() -> Scene:
    """The change asks less of itself: it is judged by the policy of the base, and told what its own would say."""
    edits = (change(".github/readygate.yml", [1]), change("src/acme/expiry.py", [31], [31]))
    return ran(STRICT, but(test_rounds_down="f"), own=LOOSE, diff=edits)


def waived() -> Scene:
    """A suite left no report, and somebody answers for it with a label."""
    sides = {"unit": SUITE, "e2e": {"web.test_login": {"test_page": "p"}}}
    covered = coverage(COVERED)
    base = with_legs(*(leg(suite, group=name) for name, suite in sides.items()), commit=BASE, covered=covered)
    label = Waiver(label="readygate-accept", by="octavia", when="2026-11-20T09:30:00Z")
    return ruled(
        "preset: standard\n",
        lambda commit: with_legs(leg(SUITE, group="unit"), commit=commit, covered=covered),
        baseline(base),
        waiver=label,
    )


CARRIED = """\
groups:
  - name: web
    reports: [web]
    when-changed: [web/**]
  - name: docs
    reports: [docs]
    when-changed: [docs/**]
"""


def carried_suites() -> Scene:
    """Two suites need not run for this change: they are named, and in no figure."""
    pages = {"test_page": "p", "test_form": "p"}
    sides = {"unit": SUITE, "web": {"web.test_login": pages}, "docs": {"docs.test_links": pages}}
    base = with_legs(*(leg(suite, group=name) for name, suite in sides.items()), commit=BASE)
    return ruled(CARRIED, lambda commit: with_legs(leg(SUITE, group="unit"), commit=commit), baseline(base))


LADDER = """\
targets:
  - coverage: 20
  - coverage: 25
    by: 2027-01-31
  - coverage: 50
"""
POOR = {
    "src/acme/api.py": "h" * 25 + "m" * 45,
    "src/acme/expiry.py": "m" * 40,
    "src/acme/store.py": "h" * 20 + "m" * 80,
}


def score_and_goals() -> Scene:
    """What blocks and warns takes points off, and the ladder of goals says what is missing."""
    known = baseline(measure(report(SUITE), cover(POOR), commit=BASE, run_id=96))
    bad = but(test_rounds_down="f", test_locked="s", test_zero="")

    def make(commit: str) -> HeadRun:
        return measure(report(bad, details=(FAILURE,)), cover(POOR), commit=commit)

    return ruled(LADDER, make, known, diff=(change("src/acme/api.py", [24, 25, 26, 27, 28], [24, 25, 26, 27, 28]),))


CASES = (
    components_missed,
    component_missed,
    categories_missed,
    quarantine,
    known_flaky,
    policy_loosened,
    waived,
    carried_suites,
    score_and_goals,
)
