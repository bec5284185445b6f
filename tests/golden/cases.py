"""The situations whose documents are kept: one small story each."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace
from tests.golden import policy_cases
from tests.golden.stories import COVERED, FAILURE, FILES, SKIP, SUITE, Suite, but, history
from tests.support.builders import (
    BASE,
    baseline,
    change,
    changes,
    compared,
    cover,
    coverage,
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
from readygate.model.paths import PathRules
from readygate.model.reports import Problem, Severity
from readygate.model.results import FailureDetail, Outcome, TestId
from readygate.model.snapshot import InputPattern
from readygate.model.subject import Role

LOCKED = FailureDetail(
    class_name="tests.test_store",
    name="test_is_atomic",
    outcome=Outcome.FAILED,
    type="PermissionError",
    message="PermissionError: [WinError 32] The process cannot access the file: 'data.tmp'",
    text="""\
tests/test_store.py:141: in test_is_atomic
    store.replace("data", b"new")
src/acme/store.py:96: in replace
    os.replace(temporary, target)
E   PermissionError: [WinError 32] The process cannot access the file: 'data.tmp'""",
)
LEGS = ("linux-3.11", "linux-3.12", "macos-3.12", "windows-3.12")


def test_of(name: str) -> TestId:
    """The identity of a test of the suite."""
    return TestId(class_name=next(klass for klass, tests in SUITE.items() if name in tests), name=name)


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
        return compared(mine, known, diff=changes(*diff) if diff else None, files=FILES)

    return Scene(make=make, page={"files": FILES, **more.pop("page", {})}, **more)


def first_run() -> Scene:
    """No baseline yet, all green."""
    return scene(SUITE, None, diff=(change("src/acme/api.py", [3, 4], [3, 4]),))


def all_green() -> Scene:
    """Nothing changed."""
    return scene(SUITE, SUITE, diff=(change("docs/index.md", [1]),))


def one_new_failure() -> Scene:
    """A test fails that passed on the base, and the annotation stands at its line."""
    return scene(but(test_rounds_down="f"), SUITE, diff=(change("src/acme/expiry.py", [31], [31]),))


def inherited_failure() -> Scene:
    """A test fails as it did on the base, whose snapshot is some commits behind, and for how long."""
    failing = but(test_rounds_down="f")
    behind = {"behind": 3, "wanted": "b" * 40, "history": history(test_rounds_down="......FFFFFFFFFFFFFF")}
    return scene(failing, failing, diff=(change("src/acme/api.py", [1], [1]),), facts=behind)


def fixed_and_still_failing() -> Scene:
    """One test is fixed, another still fails."""
    return scene(
        but(test_rounds_down="f"),
        but(test_rounds_down="f", test_zero="e", test_locked="f"),
        diff=(change("src/acme/api.py", [1], [1]),),
    )


def flaky() -> Scene:
    """Two tests passed when they were tried again; one of them turns often on the base, too."""
    past = {"history": history(test_locked="..F...F.~....F......", test_zero="." * 20)}
    return scene(but(test_locked="k", test_zero="k"), SUITE, diff=(change("src/acme/api.py", [1], [1]),), facts=past)


def newly_skipped() -> Scene:
    """Two tests no longer run."""
    return scene(but(test_is_atomic="s", test_keeps_mode="s"), SUITE, diff=(change("src/acme/store.py", [1], [1]),))


def gone_tests() -> Scene:
    """Two tests are gone and one is added."""
    return scene(
        but(test_locked="", test_zero="", test_power_loss="p"), SUITE, diff=(change("src/acme/api.py", [1], [1]),)
    )


def renames() -> Scene:
    """Tests go by another name: one file is renamed, one test is, and one is gone."""
    moved = {**but(test_locked="", test_zero="")}
    moved["tests.test_storage"] = moved.pop("tests.test_store")
    moved["tests.test_expiry"] = {**moved["tests.test_expiry"], "test_zero_seconds": "p"}
    return scene(moved, SUITE, diff=(change("src/acme/api.py", [1], [1]),))


def coverage_drop() -> Scene:
    """Lines that the change does not touch are no longer covered."""
    return scene(
        SUITE,
        SUITE,
        head_coverage={**COVERED, "src/acme/api.py": "h" * 50 + "m" * 10},
        diff=(change("src/acme/store.py", [1], [1]),),
    )


def patch_uncovered() -> Scene:
    """Changed lines that no test runs, a file whose diff is left out, and one that nothing measures."""
    return scene(
        SUITE,
        SUITE,
        diff=(
            change("src/acme/store.py", range(85, 96), range(85, 96)),
            change("src/acme/expiry.py", shown=False),
            change("src/acme/new.py", [1, 2], status="added"),
        ),
    )


def damaged_report() -> Scene:
    """A report that ends inside an element; what was read of it counts."""
    return scene(
        but(test_is_atomic="", test_keeps_mode=""),
        SUITE,
        diff=(change("src/acme/store.py", [1], [1]),),
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
        pattern = InputPattern(kind="tests", text="out/**/junit.xml", matched=0, given=True)
        base = measure(report(SUITE), cover(COVERED), commit=BASE, run_id=96)
        mine = measure(commit=commit, patterns=(pattern,), needs={"unit": "failure", "lint": "success"})
        return compared(mine, base, diff=changes(change("src/acme/api.py", [1], [1])))

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
            FailureDetail(
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
        diff = changes(*(change(path, [1, 2], [1, 2]) for path in paths))
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
        diff=(change("src/acme/api.py", [1], [1]),),
        page={"gate": "back_end *web*", "rules": policy("strict")},
    )


def merge_group() -> Scene:
    """A group of a merge queue: a check run and no comment."""
    about = {"event": "merge_group", "number": 0, "role": Role.CHANGE, "base_sha": BASE}
    facts = {"relation": "the base of the merge group"}
    return scene(
        but(test_rounds_down="f"), SUITE, diff=(change("src/acme/api.py", [1], [1]),), about=about, facts=facts
    )


def matrix() -> Scene:
    """Four legs: a failure that only one has, one that all have, and one that one leg inherits."""

    def make(commit: str) -> Comparison:
        names = LEGS
        base = [leg({**SUITE, "tests.test_sync": {"test_proxy": "f"}}, name=name) for name in names]
        head = []
        for name in names:
            suite = but(test_rounds_down="f", test_is_atomic="f" if name.startswith("windows") else "p")
            head.append(leg({**suite, "tests.test_sync": {"test_proxy": "p" if "3.11" in name else "f"}}, name=name))
        told = {(test_of("test_rounds_down"), name): FAILURE for name in names}
        told[test_of("test_is_atomic"), "windows-3.12"] = LOCKED
        mine = with_legs(*head, commit=commit, details=told)
        return compared(mine, baseline(with_legs(*base, commit=BASE)), files=FILES)

    return Scene(make=make, page={"files": FILES})


def one_leg() -> Scene:
    """One leg of four fails, for one cause."""

    def make(commit: str) -> Comparison:
        broken = but(test_is_atomic="f", test_keeps_mode="f")
        base = [leg(SUITE, name=name) for name in LEGS]
        head = [leg(broken if name.startswith("windows") else SUITE, name=name) for name in LEGS]
        told = {
            (test_of(name), "windows-3.12"): replace(LOCKED, name=name)
            for name in ("test_is_atomic", "test_keeps_mode")
        }
        mine = with_legs(*head, commit=commit, details=told)
        return compared(mine, baseline(with_legs(*base, commit=BASE)), files=FILES)

    return Scene(make=make, page={"files": FILES})


def missing_leg() -> Scene:
    """One leg of four left no report; what the others say is not compared as if it were all."""

    def make(commit: str) -> Comparison:
        base = [leg(SUITE, name=name) for name in LEGS]
        head = [leg(but(test_zero="f"), name=name) for name in LEGS[:3]]
        covered = coverage(COVERED)
        mine = with_legs(*head, commit=commit, covered=covered)
        return compared(mine, baseline(with_legs(*base, commit=BASE, covered=covered)), files=FILES)

    return Scene(make=make, page={"files": FILES})


def windows_paths() -> Scene:
    """A runner on Windows: drive letters and backslashes in names, traces and coverage."""

    def make(commit: str) -> Comparison:
        klass = r"tests\test_store.py"
        trace = (
            "tests\\test_store.py:12: in test_is_atomic\n    store.replace('data', b'new')\n"
            "D:\\a\\widgets\\widgets\\src\\acme\\store.py:96: in replace\n    os.replace(temporary, target)\n"
            "E   PermissionError: [WinError 32] in use: 'C:\\Users\\runner\\AppData\\Local\\Temp\\x1\\data.tmp'"
        )
        message = trace.rpartition("E   ")[2]
        told = FailureDetail(
            class_name=klass, name="test_is_atomic", outcome=Outcome.FAILED, message=message, text=trace,
            file=r"D:\a\widgets\widgets\tests\test_store.py", line=12,
        )  # fmt: skip
        rules = PathRules(files=frozenset(FILES), roots=("D:/a/widgets/widgets",))
        files = {"D:\\a\\widgets\\widgets\\src\\acme\\store.py": "h" * 90 + "m" * 10}
        head = report({klass: {"test_is_atomic": "f", "test_keeps_mode": "p"}}, details=[told])
        base = report({klass: {"test_is_atomic": "p", "test_keeps_mode": "p"}})
        name = (r"out\junit.xml", r"out\coverage.xml")
        mine = measure(head, cover(files), commit=commit, rules=rules, names=name)
        known = baseline(measure(base, cover(files), commit=BASE, rules=rules, names=name))
        return compared(mine, known, diff=changes(change("src/acme/store.py", [95, 96], [95, 96])), files=FILES)

    return Scene(make=make, page={"files": FILES})


def read_only_token() -> Scene:
    """A fork's token: nothing is written on GitHub, and the summary says so."""
    plain = one_new_failure()
    return dataclasses.replace(plain, permissions={"contents": "read"})


def many_failures() -> Scene:
    """Five thousand tests fail at once, for three causes."""

    def make(commit: str) -> Comparison:
        suites = {f"tests.test_{number:02d}": numbered("f" * 100, "test_case_") for number in range(50)}
        green = {klass: dict.fromkeys(tests, "p") for klass, tests in suites.items()}
        details = [
            broken(klass, name, number)
            for number, (klass, name) in enumerate((klass, name) for klass, tests in suites.items() for name in tests)
        ]
        mine = measure(report(suites, details=details), commit=commit)
        return compared(mine, measure(report(green), commit=BASE), files=FILES)

    return Scene(make=make, page={"files": [f"tests/test_{number:02d}.py" for number in range(50)]})


def broken(klass: str, name: str, number: int) -> FailureDetail:
    """One of three causes; addresses, ports of the client and lines of the tests differ from test to test."""
    path = f"{klass.replace('.', '/')}.py"
    if number % 200 == 7:
        line, text = "assert 307 == 200", f"{path}:{number}: in {name}\nE   assert 307 == 200"
    elif number % 16 == 3:
        line = f"OperationalError: connection to localhost:5432 from port {40_000 + number} failed: refused"
        text = f"{path}:9: in {name}\nsrc/acme/api.py:12: in connect\nE   {line}"
    else:
        line = "ModuleNotFoundError: No module named '_cffi_backend'"
        text = f"{path}:3: in <module>\nsrc/acme/store.py:3: in <module>\nE   {line} (at 0x{number:x}ab)"
    return FailureDetail(class_name=klass, name=name, outcome=Outcome.ERRORED, message=line, text=text)


CASES: dict[str, Callable[[], Scene]] = {
    case.__name__.replace("_", "-"): case
    for case in (
        first_run,
        all_green,
        one_new_failure,
        inherited_failure,
        fixed_and_still_failing,
        flaky,
        newly_skipped,
        gone_tests,
        renames,
        coverage_drop,
        patch_uncovered,
        damaged_report,
        no_reports,
        docs_only,
        hostile_names,
        named_gate,
        merge_group,
        matrix,
        one_leg,
        missing_leg,
        windows_paths,
        read_only_token,
        many_failures,
        *policy_cases.CASES,
    )
}
