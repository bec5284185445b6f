"""Merge reports that are attempts at one run of tests, each kept as a file of its own.

Microsoft.Testing.Platform repeats failing tests and moves the files of earlier attempts to `Retries/ID/NUMBER`
(https://learn.microsoft.com/dotnet/core/testing/microsoft-testing-platform-extensions-policy#retry). Bazel repeats the
whole target and keeps `test_attempts/attempt_1.xml` beside `test.xml`
(https://bazel.build/reference/test-encyclopedia#initial-conditions).
"""

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from posixpath import dirname
from typing import Final

from msgspec.structs import replace

from readygate.model.reports import TestReport
from readygate.model.results import ClassBlock, FailureDetail, Outcome, count_outcomes
from readygate.model.snapshot import ReadFile, is_damaged

_RETRIES: Final = re.compile(r"(?P<folder>.*/|)Retries/[^/]+/(?P<number>\d{1,4})/(?P<name>.+)")
_BAZEL: Final = re.compile(r"(?P<folder>.*/|)test_attempts/attempt_(?P<number>\d{1,4})\.xml")

_Test = tuple[str, str]
_Tests = dict[_Test, tuple[Outcome, float]]


def merge_attempts(files: Sequence[ReadFile], tell: Callable[[str], None]) -> tuple[ReadFile, ...]:
    """Merge earlier attempts into the report of the last one; a test that failed first and passed then is flaky.

    Attempts whose last report is missing or damaged remain reports of their own, so that no failure is lost.
    """
    readable = {file.name: file for file in files if isinstance(file.report, TestReport) and not is_damaged(file)}
    earlier: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for name in readable:
        if found := _RETRIES.fullmatch(name):
            last = _last_of(found["folder"], found["name"], readable)
        elif found := _BAZEL.fullmatch(name):
            last = f"{found['folder']}test.xml"
        else:
            continue
        if last in readable:
            earlier[last].append((int(found["number"]), name))
    merged: dict[str, ReadFile] = {}
    gone: set[str] = set()
    for last, attempts in earlier.items():
        names = [name for _, name in sorted(attempts)]
        gone.update(names)
        reports = [file.report for name in (*names, last) if isinstance((file := readable[name]).report, TestReport)]
        merged[last] = replace(readable[last], report=_merge(reports, whole=bool(_BAZEL.fullmatch(names[0]))))
        for name in names:
            tell(f"{name}: an earlier attempt at {last}, merged with it")
    return tuple(merged.get(file.name, file) for file in files if file.name not in gone)


def _last_of(folder: str, name: str, readable: Iterable[str]) -> str:
    """Return the name of the last attempt's report: the same name, or the only report of the folder."""
    if f"{folder}{name}" in readable:
        return f"{folder}{name}"
    beside = [each for each in readable if dirname(each) == folder.rstrip("/") and each.endswith(".trx")]
    return beside[0] if len(beside) == 1 else ""


def _merge(reports: Sequence[TestReport], *, whole: bool) -> TestReport:
    """Merge the reports of all attempts, the last one last; `whole` if each attempt repeats all tests."""
    tests: _Tests = {}
    details: dict[_Test, FailureDetail] = {}
    for report in reports:
        for key, (outcome, seconds) in _tests(report).items():
            before, spent = tests.get(key, (None, 0.0))
            tests[key] = (outcome if before is None else outcome_after(before, outcome), spent + seconds)
        details |= {(detail.class_name, detail.name): detail for detail in report.details}
    last = reports[-1]
    if whole and last.executions.total and not last.executions.failing:
        repeated = _tests(last)
        for key, (outcome, seconds) in tests.items():
            if key not in repeated and outcome >= Outcome.FAILED:
                tests[key] = (Outcome.FLAKY, seconds)  # an attempt that failed as a whole
    outcomes = {key: outcome for key, (outcome, _) in tests.items()}
    return replace(
        last,
        blocks=_blocks(tests),
        repeats={},
        details=tuple(
            replace(detail, outcome=outcomes.get(key, detail.outcome))
            for key, detail in details.items()
            if outcomes.get(key) is not Outcome.PASSED
        ),
        executions=count_outcomes(bytes(outcomes.values())),
        seconds=sum(report.seconds for report in reports),
        attempts=count_outcomes(b"".join(block.outcomes for each in reports for block in each.blocks.values())),
    )


def outcome_after(before: Outcome, outcome: Outcome) -> Outcome:
    """Return the outcome of a test after one more attempt."""
    if before in {Outcome.PASSED, Outcome.SKIPPED}:
        return outcome
    if outcome in {Outcome.PASSED, Outcome.FLAKY}:
        return Outcome.FLAKY
    return max(before, outcome) if outcome is Outcome.SKIPPED else outcome


def _tests(report: TestReport) -> _Tests:
    return {
        (class_name, name): (outcome, seconds)
        for class_name, block in report.blocks.items()
        for (name, outcome), seconds in zip(block.items(), block.durations(), strict=True)
    }


def _blocks(tests: _Tests) -> dict[str, ClassBlock]:
    columns: dict[str, tuple[list[str], bytearray, array[float]]] = defaultdict(lambda: ([], bytearray(), array("f")))
    for (class_name, name), (outcome, seconds) in tests.items():
        names, outcomes, times = columns[class_name]
        names.append(name)
        outcomes.append(outcome)
        times.append(seconds)
    return {class_name: ClassBlock.build(*columns[class_name]) for class_name in sorted(columns)}
