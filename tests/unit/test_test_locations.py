"""Where a failing test stands: as the report says, else by its trace, else by its class; and never at great length."""

import time
from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from tests.support.builders import compared, measure, page, report

from readygate.model.comparison import TestChange
from readygate.model.paths import PathRules
from readygate.model.results import FailureDetail, Outcome, TestId
from readygate.outputs._annotations import SAMPLE, find_annotations
from readygate.render.test_locations import Location, ReportLocator

FILES = frozenset({"tests/test_api.py", "src/app/api.py", "web/button.test.tsx"})


def failed(text: str = "", *, class_name: str = "tests.test_api.TestGet", file: str = "", line: int = 0) -> TestChange:
    detail = FailureDetail(class_name=class_name, name="test", outcome=Outcome.FAILED, text=text, file=file, line=line)
    return TestChange(id=TestId(class_name=class_name, name="test"), before=None, after=Outcome.FAILED, detail=detail)


@pytest.mark.parametrize(
    ("change", "location"),
    [
        (failed(file="tests/test_api.py", line=7), Location(path="tests/test_api.py", line=7)),
        (
            failed("tests/test_api.py:12: in test\nsrc/app/api.py:3: in get"),
            Location(path="tests/test_api.py", line=12),
        ),
        (
            failed('  File "/home/runner/work/x/x/src/app/api.py", line 9, in get', class_name="x"),
            Location(path="src/app/api.py", line=9),
        ),
        (failed("nothing to see"), Location(path="tests/test_api.py", line=0)),
        (
            failed("    at render (web/button.test.tsx:4:11)", class_name="Button"),
            Location(path="web/button.test.tsx", line=4),
        ),
        (failed("/etc/passwd:1: in test", class_name="x"), None),
        (failed(file="../../etc/passwd", class_name="x"), None),
    ],
)
def test_a_test_is_found(change: TestChange, location: Location | None) -> None:
    assert ReportLocator(PathRules(files=FILES)).locate(change) == location


def test_without_a_list_of_files_no_name_is_trusted() -> None:
    assert ReportLocator(PathRules(files=None)).locate(failed(file="tests/test_api.py", line=7)) is None


@pytest.mark.parametrize("text", ["\n" * 8_000, " " * 8_000, "a.b" * 2_600, "at (" * 2_000, 'File "' * 1_300])
def test_a_hostile_trace_costs_little(text: str) -> None:
    start = time.process_time()
    ReportLocator(PathRules(files=FILES)).locate(failed(text))
    assert time.process_time() - start < 0.5


class Known:
    """Knows where some tests stand, and how often it was asked."""

    def __init__(self, *names: str) -> None:
        self._names = names
        self.asked = 0

    def locate(self, change: TestChange) -> Location | None:
        self.asked += 1
        return Location(path="a.py", line=3) if change.id.name in self._names else None


EVERY = [f"t{number:04}" for number in range(1_000)]


@pytest.mark.parametrize(
    ("known", "found", "most"), [((), 0, SAMPLE), (("t0500", "t0701"), 2, 1_000 + SAMPLE), (EVERY, 50, 60)]
)
def test_where_no_failure_has_a_place_not_all_are_looked_up(known: Sequence[str], found: int, most: int) -> None:
    places = Known(*known)
    made = page(compared(measure(report({"c": dict.fromkeys(EVERY, "f")}))))
    told = find_annotations(replace(made, locator=places), 50)
    assert len(told) == found
    assert places.asked <= most
