"""The situations whose documents are kept: one small story each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.support.builders import (
    BASE,
    baseline,
    change,
    changes,
    compared,
    cover,
    damage,
    leg,
    measure,
    numbered,
    policy,
    report,
    with_legs,
)
from tests.support.publishing import Scene

from readygate.model.comparison import Comparison
from readygate.model.report import Problem, Severity
from readygate.model.snapshot import Pattern
from readygate.model.target import Role
from readygate.model.tests import Detail, Outcome

SUITE = {
    "tests.test_api.TestLogin": {"test_ok": "p", "test_wrong_password": "p", "test_locked": "p"},
    "tests.test_store": {"test_is_atomic": "p", "test_keeps_mode": "p", "test_symlink": "s"},
    "tests.test_expiry": {"test_rounds_down": "p", "test_zero": "p"},
}
FILES = (
    "src/acme/api.py",
    "src/acme/expiry.py",
    "src/acme/store.py",
    "tests/test_api.py",
    "tests/test_expiry.py",
    "tests/test_store.py",
)
COVERED = {
    "src/acme/api.py": "h" * 60,
    "src/acme/expiry.py": "h" * 38 + "mm",
    "src/acme/store.py": "h" * 90 + "m" * 10,
}
TRACE = """\
tests/test_expiry.py:58: in test_rounds_down
    assert expiry(now, ttl=3599.9) == 3599
src/acme/expiry.py:31: in expiry
    return round(ttl)
E   AssertionError: assert 3600 == 3599"""
FAILURE = Detail(
    class_name="tests.test_expiry",
    name="test_rounds_down",
    outcome=Outcome.FAILED,
    type="AssertionError",
    message="AssertionError: assert 3600 == 3599",
    text=TRACE,
)
SKIP = Detail(class_name="tests.test_store", name="test_symlink", outcome=Outcome.SKIPPED, message="no symlinks here")

Suite = Mapping[str, Mapping[str, str]]


def but(**outcomes: str) -> Suite:
    """The suite with other outcomes; an empty one takes the test away, an unknown test is added."""
    made = {klass: dict(tests) for klass, tests in SUITE.items()}
    for name, letter in outcomes.items():
        home = next((tests for tests in made.values() if name in tests), made["tests.test_store"])
        home[name] = letter
        if not letter:
            del home[name]
    return made


def scene(
    head: Suite,
    base: Suite | None,
    *,
    head_coverage: Mapping[str, str] | None = COVERED,
    base_coverage: Mapping[str, str] | None = COVERED,
    diff: tuple[Any, ...] = (),
    facts: Mapping[str, Any] | None = None,
    problems: tuple[Problem, ...] = (),
    **more: Any,
) -> Scene:
    """A pull request whose reports and baseline are given."""

    def make(commit: str) -> Comparison:
        suite = report(head, details=(FAILURE, SKIP), problems=problems)
        mine = measure(suite, *([cover(head_coverage)] if head_coverage else []), commit=commit)
        known = None
        if base is not None:
            other = [cover(base_coverage)] if base_coverage else []
            known = baseline(measure(report(base), *other, commit=BASE, run_id=96), **(facts or {}))
        return compared(mine, known, diff=changes(*diff) if diff else None)

    return Scene(make=make, page={"files": FILES, **more.pop("page", {})}, **more)


def first_run() -> Scene:
    """No baseline yet, all green."""
    return scene(SUITE, None, diff=(change("src/acme/api.py", [3, 4]),))


def all_green() -> Scene:
    """Nothing changed."""
    return scene(SUITE, SUITE, diff=(change("docs/index.md", [1]),))


def one_new_failure() -> Scene:
    """A test fails that passed on the base, and the annotation stands at its line."""
    return scene(but(test_rounds_down="f"), SUITE, diff=(change("src/acme/expiry.py", [31], [31]),))


def inherited_failure() -> Scene:
    """A test fails as it did on the base, whose snapshot is some commits behind."""
    failing = but(test_rounds_down="f")
    behind = {"behind": 3, "wanted": "b" * 40}
    return scene(failing, failing, diff=(change("src/acme/api.py", [1]),), facts=behind)


def fixed_and_still_failing() -> Scene:
    """One test is fixed, another still fails."""
    return scene(
        but(test_rounds_down="f"),
        but(test_rounds_down="f", test_zero="e", test_locked="f"),
        diff=(change("src/acme/api.py", [1]),),
    )


def newly_skipped() -> Scene:
    """Two tests no longer run."""
    return scene(but(test_is_atomic="s", test_keeps_mode="s"), SUITE, diff=(change("src/acme/store.py", [1]),))


def gone_tests() -> Scene:
    """Two tests are gone and one is added."""
    return scene(but(test_locked="", test_zero="", test_power_loss="p"), SUITE, diff=(change("src/acme/api.py", [1]),))


def coverage_drop() -> Scene:
    """Lines that the change does not touch are no longer covered."""
    return scene(
        SUITE,
        SUITE,
        head_coverage={**COVERED, "src/acme/api.py": "h" * 50 + "m" * 10},
        diff=(change("src/acme/store.py", [1]),),
    )


def patch_uncovered() -> Scene:
    """Changed lines that no test runs, a file whose diff is left out, and one that nothing measures."""
    return scene(
        SUITE,
        SUITE,
        diff=(
            change("src/acme/store.py", range(85, 96)),
            change("src/acme/expiry.py", shown=False),
            change("src/acme/new.py", [1, 2], status="added"),
        ),
    )


def damaged_report() -> Scene:
    """A report that ends inside an element; what was read of it counts."""
    return scene(
        but(test_is_atomic="", test_keeps_mode=""),
        SUITE,
        diff=(change("src/acme/store.py", [1]),),
        problems=(
            damage(
                place="line 40,112",
                why="the job was cancelled while the report was written",
                todo="look at the log of the job and run it again",
            ),
            Problem(
                severity=Severity.NOTE,
                what="the totals in the attributes say 9 tests and there are 6",
                place="testsuite 'pytest'",
            ),
        ),
    )


def no_reports() -> Scene:
    """The pattern matches nothing."""

    def make(commit: str) -> Comparison:
        pattern = Pattern(kind="tests", text="out/**/junit.xml", matched=0, given=True)
        base = measure(report(SUITE), cover(COVERED), commit=BASE, run_id=96)
        mine = measure(commit=commit, patterns=(pattern,), needs={"unit": "failure", "lint": "success"})
        return compared(mine, base, diff=changes(change("src/acme/api.py", [1])))

    return Scene(make=make, page={"files": FILES})


def docs_only() -> Scene:
    """Only documentation changed and there are no reports."""

    def make(commit: str) -> Comparison:
        base = measure(report(SUITE), cover(COVERED), commit=BASE, run_id=96)
        return compared(measure(commit=commit), base, diff=changes(change("README.md", [1])))

    return Scene(make=make)


HOSTILE = [
    "a|b `c` ``d``",
    "<img src=x onerror=alert(1)>",
    "@octocat closes #12 in e4f5a6b",
    "first\n```\n# second",
    "right\u202eto left",
    "",
    "   ",
    "test_rounding[0.125-0.125-0.125-0.125-0.125-0.125-0.125-0.125-0.125-half-even]",
    "тест 🎉 [link](https://example.org)",
    "</details></summary><h1>x",
    "::error::x ##[error]y",
    "zero\u200bwidth \x1b[31mred\x1b[0m \x07",
]


def hostile_names() -> Scene:
    """Names and messages that would like to be markup."""

    def make(commit: str) -> Comparison:
        klass = "tests.<b>|`@team"
        details = [
            Detail(
                class_name=klass,
                name=name,
                outcome=Outcome.FAILED,
                type="Error",
                message=f"{name} ghp_{'a' * 36} https://user:hunter2@example.org",
                text=f"```\n{name}\n~~~\n</code></pre>\nAuthorization: Bearer abc.def",
            )
            for name in HOSTILE
        ]
        head = report({klass: dict.fromkeys(HOSTILE, "f")}, details=details)
        base = report({klass: {**dict.fromkeys(HOSTILE, "p"), "gone |`": "p", "gone too": "f"}})
        paths = {"src/`a|b`.py": "hm", "src/<i>@x #1.py": "mm"}
        diff = changes(*(change(path, [1, 2]) for path in paths))
        names = ("out/`@evil|<b>.xml", "out/[x](y).xml")
        mine = measure(head, cover(paths), commit=commit, names=names)
        known = baseline(measure(base, cover(paths), commit=BASE), branch="feature/`<b>`@team|x")
        return compared(mine, known, diff=diff)

    return Scene(make=make)


def named_gate() -> Scene:
    """A gate with a name of its own, for a part of the repository, under the strict preset."""
    return scene(
        but(test_symlink="p", test_locked="s"),
        SUITE,
        diff=(change("src/acme/api.py", [1]),),
        page={"gate": "back_end *web*", "rules": policy("strict")},
    )


def merge_group() -> Scene:
    """A group of a merge queue: a check run and no comment."""
    about = {"event": "merge_group", "number": 0, "role": Role.CHANGE, "base_sha": BASE}
    facts = {"relation": "the base of the merge group"}
    return scene(but(test_rounds_down="f"), SUITE, diff=(change("src/acme/api.py", [1]),), about=about, facts=facts)


def matrix() -> Scene:
    """Four legs: a failure that only one has, one that all have, and one that one leg inherits."""

    def make(commit: str) -> Comparison:
        names = ("linux-3.11", "linux-3.12", "macos-3.12", "windows-3.12")
        base = [leg({**SUITE, "tests.test_sync": {"test_proxy": "f"}}, name=name) for name in names]
        head = []
        for name in names:
            suite = but(test_rounds_down="f", test_is_atomic="f" if name.startswith("windows") else "p")
            head.append(leg({**suite, "tests.test_sync": {"test_proxy": "p" if "3.11" in name else "f"}}, name=name))
        return compared(with_legs(*head, commit=commit), baseline(with_legs(*base, commit=BASE)))

    return Scene(make=make, page={"files": FILES})


def read_only_token() -> Scene:
    """A fork's token: nothing is written on GitHub, and the summary says so."""
    plain = one_new_failure()
    return replace(plain, permissions={"contents": "read"})


def many_failures() -> Scene:
    """Five thousand tests fail at once."""

    def make(commit: str) -> Comparison:
        suites = {f"tests.test_{number:02d}": numbered("f" * 100, "test_case_") for number in range(50)}
        green = {klass: dict.fromkeys(tests, "p") for klass, tests in suites.items()}
        return compared(measure(report(suites), commit=commit), measure(report(green), commit=BASE))

    return Scene(make=make, page={"files": [f"tests/test_{number:02d}.py" for number in range(50)]})


CASES: dict[str, Callable[[], Scene]] = {
    case.__name__.replace("_", "-"): case
    for case in (
        first_run,
        all_green,
        one_new_failure,
        inherited_failure,
        fixed_and_still_failing,
        newly_skipped,
        gone_tests,
        coverage_drop,
        patch_uncovered,
        damaged_report,
        no_reports,
        docs_only,
        hostile_names,
        named_gate,
        merge_group,
        matrix,
        read_only_token,
        many_failures,
    )
}
