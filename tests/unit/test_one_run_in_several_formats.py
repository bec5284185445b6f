"""The same run, written in several formats and split over files in several ways, gets one verdict."""

import json
from collections.abc import Callable, Iterable, Mapping
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import BASE, baseline, compared, measure, policy
from tests.support.reading import parse

from readygate.formats import all_formats
from readygate.judge.verdict import judge
from readygate.model.reports import TestReport
from readygate.model.snapshot import HeadRun
from readygate.model.verdict import Status

PROJECTS, FILES, TITLES = ("chromium", "firefox"), ("a.spec.js", "b.spec.js"), ("login", "pay", "log out")
WORDS = {".": "passed", "F": "failed", "s": "skipped"}
MESSAGE = "expected the cart to be empty"

Key = tuple[str, str, str]
"""Project, file and title of a test."""
Run = Mapping[Key, str]
"""The letter of each outcome."""

FORMATS = {fmt.name: fmt for fmt in all_formats()}
keys = st.tuples(st.sampled_from(PROJECTS), st.sampled_from(FILES), st.sampled_from(TITLES))
runs = st.dictionaries(keys, st.sampled_from("...Fs"), min_size=1)


def grouped(run: Run, *parts: int) -> dict[tuple[str, ...], dict[Key, str]]:
    """Return the tests by some parts of their keys."""
    found: dict[tuple[str, ...], dict[Key, str]] = {}
    for key in sorted(run):
        found.setdefault(tuple(key[part] for part in parts), {})[key] = run[key]
    return found


def junit_suite(run: Run) -> str:
    """Return the suite of one file in one project, as Playwright writes it."""
    cases = []
    for (_, file, title), letter in run.items():
        inside = {".": "", "F": f"<failure message={quoteattr(MESSAGE)}/>", "s": "<skipped/>"}[letter]
        cases.append(f"<testcase name={quoteattr(title)} classname={quoteattr(file)} time='0.1'>{inside}</testcase>")
    project, file, _ = next(iter(run))
    totals = f"tests='{len(run)}' failures='{list(run.values()).count('F')}'"
    return f"<testsuite name={quoteattr(file)} hostname={quoteattr(project)} {totals}>{''.join(cases)}</testsuite>"


def junit(run: Run, *parts: int) -> list[TestReport]:
    """Return a report for each part of the tests, with a suite for each project and file."""
    made = []
    for part in grouped(run, *parts).values():
        suites = "".join(map(junit_suite, grouped(part, 0, 1).values()))
        letters = list(part.values())
        totals = f"tests='{len(letters)}' failures='{letters.count('F')}' skipped='{letters.count('s')}' errors='0'"
        made.append(parse(FORMATS["junit"], f"<testsuites id='' name='' {totals} time='1'>{suites}</testsuites>"))
    return made


def ctrf(run: Run) -> list[TestReport]:
    tests = []
    for (project, file, title), letter in sorted(run.items()):
        test = {"name": title, "status": WORDS[letter], "duration": 100, "suite": [project, file]}
        tests.append({**test, "message": MESSAGE} if letter == "F" else test)
    words = [test["status"] for test in tests]
    summary = {word: words.count(word) for word in (*WORDS.values(), "pending", "other")} | {"tests": len(tests)}
    results = {"tool": {"name": "playwright"}, "summary": {**summary, "start": 0, "stop": 1}, "tests": tests}
    return [parse(FORMATS["ctrf-json"], json.dumps({"results": results}))]


def playwright(run: Run) -> list[TestReport]:
    suites = []
    for (file,), of_file in grouped(run, 1).items():
        specs = []
        for (title,), of_title in grouped(of_file, 2).items():
            tests = [playwright_test(project, letter) for (project, _, _), letter in of_title.items()]
            specs.append({"title": title, "file": file, "line": 1, "tests": tests})
        suites.append({"title": file, "file": file, "specs": specs})
    config = {"rootDir": "/app", "projects": [{"name": name} for name in PROJECTS]}
    return [parse(FORMATS["playwright-json"], json.dumps({"config": config, "suites": suites, "errors": []}))]


def playwright_test(project: str, letter: str) -> dict[str, object]:
    errors = [{"message": MESSAGE}] if letter == "F" else []
    result = {"status": WORDS[letter], "duration": 100, "errors": errors, "retry": 0}
    status = {".": "expected", "F": "unexpected", "s": "skipped"}[letter]
    return {"projectName": project, "expectedStatus": "passed", "status": status, "results": [result]}


ONE = "one JUnit file"
WRITERS: dict[str, Callable[[Run], Iterable[TestReport]]] = {
    ONE: junit,
    "JUnit by project": lambda run: junit(run, 0),
    "JUnit by file of tests": lambda run: junit(run, 1),
    "JUnit by suite": lambda run: junit(run, 0, 1),
    "CTRF": ctrf,
    "Playwright JSON": playwright,
}


def judged(write: Callable[[Run], Iterable[TestReport]], head: Run, base: Run) -> tuple[tuple[bool, list[str]], object]:
    """Return the verdict with its reasons, and the figures."""

    def measured(run: Run, commit: str) -> HeadRun:
        reports = [*write(run)]
        names = [f"out/{number}" for number in range(len(reports))]
        return measure(*reports, commit=commit, names=names)

    comparison = compared(measured(head, "c" * 40), baseline(measured(base, BASE)))
    tests = comparison.tests
    verdict = judge(comparison, policy())
    changes = (tests.new_failures, tests.still_failing, tests.fixed, tests.vanished, tests.newly_skipped, tests.added)
    blocks = sorted(finding.rule for finding in verdict.of(Status.BLOCK))
    return (verdict.ready, blocks), (tests.head, tests.base, [len(some) for some in changes])


@pytest.mark.parametrize("kind", [kind for kind in WRITERS if kind != ONE])
@given(base=runs, data=st.data())
def test_the_verdict_is_the_same(kind: str, base: Run, data: st.DataObject) -> None:
    """A test that is new or gone may look like a renamed one, and a missing file is a missing leg: tests stay here."""
    head = {key: data.draw(st.sampled_from("...Fs")) for key in base}
    assert judged(WRITERS[kind], head, base) == judged(WRITERS[ONE], head, base)


@pytest.mark.parametrize("kind", [kind for kind in WRITERS if kind in ("CTRF", "Playwright JSON")])
@given(head=runs, base=runs)
def test_new_failures_block_in_each_of_them(kind: str, head: Run, base: Run) -> None:
    """Which of the tests that are gone and new are renamed may depend on class and name."""
    (_, blocks), _ = judged(WRITERS[kind], head, base)
    (_, expected), _ = judged(WRITERS[ONE], head, base)
    assert ("new-failures" in blocks) == ("new-failures" in expected)
