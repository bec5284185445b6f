"""Times of reports: only those with a zone count, and the newest wins."""

import pytest

from readygate.formats import Source, parse
from readygate.formats.results._timestamps import NewestTime
from readygate.model.reports import TestReport


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2027-01-15T08:00:00Z", 1_800_000_000),
        ("2027-01-15T10:00:00+02:00", 1_800_000_000),
        ("2027-01-15 08:00:00Z", 1_800_000_000),
        ("2027-01-15T10:00:00.5000000+02:00", 1_800_000_000.5),
        ("2027-01-15T03:00:00.000-05:00", 1_800_000_000),
        ("2027-01-15T08:00:00", None),
        ("2027-01-15T08:00:00.123456", None),
        ("1800000000", None),
        ("2027-99-15T08:00:00Z", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("", None),
        ("Z" * 30, None),
    ],
)
def test_texts(text: str, seconds: float | None) -> None:
    newest = NewestTime()
    newest.add(text)
    if text.startswith("0001"):
        assert newest.seconds is None or newest.seconds < 0
    else:
        assert newest.seconds == seconds


@pytest.mark.parametrize(
    ("value", "seconds"), [(1_800_000_000_000, 1.8e9), (1_800_000_000, None), (True, None), ("1", None)]
)
def test_milliseconds(value: object, seconds: float | None) -> None:
    newest = NewestTime()
    newest.add_milliseconds(value)
    assert newest.seconds == seconds


JUNIT = b"""<testsuites><testsuite name="a" timestamp="2027-01-15T07:00:00Z">
<testcase classname="A" name="a"/></testsuite>
<testsuite name="b" timestamp="2027-01-15T08:00:00Z"><testcase classname="B" name="b"/></testsuite></testsuites>"""
CTRF = b"""{"results": {"tool": {"name": "x"}, "summary": {"tests": 1, "passed": 1, "failed": 0, "skipped": 0,
"pending": 0, "other": 0, "start": 1799999990000, "stop": 1800000000000},
"tests": [{"name": "a", "status": "passed", "duration": 1}]}}"""
NUNIT = b"""<test-run id="2" total="1" end-time="2027-01-15 08:00:00Z"><test-suite name="s">
<test-case fullname="S.a" name="a" classname="S" result="Passed" duration="0.1"/></test-suite></test-run>"""


@pytest.mark.parametrize("data", [JUNIT, CTRF, NUNIT], ids=["junit", "ctrf", "nunit"])
def test_reports_state_when_they_were_written(data: bytes) -> None:
    found = parse(Source(name="report", data=data))
    assert isinstance(found, TestReport)
    assert found.written == 1_800_000_000
