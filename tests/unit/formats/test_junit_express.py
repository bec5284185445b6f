"""Rows of green tests that are read beside the XML parser say what the parser says."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readygate.formats import Source
from readygate.formats.results import junit
from readygate.formats.results._junit_express import Express
from readygate.model.reports import TestReport


def _told(report: TestReport) -> tuple[Any, ...]:
    """All of a report; the sum of its seconds depends on the order of adding in its last digits."""
    seconds = [[round(value, 4) for value in block.durations()] for block in report.blocks.values()]
    return (
        dict(report.blocks), seconds, report.details, report.executions, round(report.seconds, 4),
        report.problems, dict(report.properties),
    )  # fmt: skip


def _alike(source: Source) -> None:
    assert _told(junit.parse(source)) == _told(junit.parse(source, express=False))


class _Sips(io.BytesIO):
    """A stream that gives few bytes at a time, so that a piece may end anywhere."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self._most = most

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self._most if size is None or size < 0 else min(size, self._most))


def _in_sips(data: bytes, most: int) -> Source:
    return Source(name="junit.xml", opener=lambda: cast(BinaryIO, _Sips(data, most)), packed=len(data))


_NAMES = st.text(alphabet="abcxyz.:[]()-_/ >'üß€😀", max_size=30)
_ODD_NAMES = st.sampled_from(
    ["a&amp;b", "a&#10;b", "a&b", "a<b", "tab\there", "line\nbreak", "\x01", "\x7f", "\ufffe", "]]>", "<testcase ", ""]
)
_TIMES = st.sampled_from(["0.1", "0", "1e-3", "12", "", "1,5", "nan", "-1", "1e999", "00:00:01.5", "0.0010", "x"])
_ENDS = st.sampled_from(["/>", " />", "></testcase>", "\n/>", "> </testcase>", "/>\n", "/>\r\n  ", "/>\r", "/> text"])
_EXTRA = st.sampled_from(
    ["", ' file="a.py"', ' status="run"', ' status="failed"', ' result="Skipped"', " file='a.py'", ' name="twice"',
     ' class="C"', ' a:b="c"', '  line="1"', '\nline="1"', ' line = "1"', ' x="]]&gt;"']
)  # fmt: skip


@st.composite
def _row(draw: st.DrawFn) -> str:
    """Tests that are written alike; some rows with something odd in one of them."""
    classname, end = draw(st.sampled_from(["a.b.C", "test", "", "a.b.Ü", "z"])), draw(_ENDS)
    extra = draw(_EXTRA) if draw(st.booleans()) else ""
    order = draw(st.permutations(["classname", "name", "time"]))
    kept = order if draw(st.integers(0, 4)) else [name for name in order if name != draw(st.sampled_from(order))]
    names = draw(st.lists(_NAMES, min_size=1, max_size=12))
    if not draw(st.integers(0, 3)):
        names[draw(st.integers(0, len(names) - 1))] = draw(_ODD_NAMES)
    rows = []
    for name in names:
        values = {"classname": classname, "name": name, "time": draw(_TIMES)}
        rows.append("<testcase" + "".join(f' {key}="{values[key]}"' for key in kept) + extra + end)
    return "".join(rows)


_STYLES = st.tuples(st.sampled_from(["/>", " />", "></testcase>", "/>\n"]), st.sampled_from(["", ' file="a.py"']))
"""How the tests of a report end, and what more they have."""


@st.composite
def _long_row(draw: st.DrawFn, style: tuple[str, str] | None = None) -> str:
    """Enough tests in a row, written alike, to be read beside the parser."""
    end, extra = style or draw(_STYLES)
    some = draw(st.lists(st.text(alphabet="abcxyz.:[]()-_/ ß€😀", max_size=30), min_size=2, max_size=5))
    times = draw(st.sampled_from(["0.1", "0", "12", "0.0010"]))
    names = [f"{name}{number}" for number in range(10) for name in some]
    return "".join(f'<testcase classname="a.b.C" name="{name}" time="{times}"{extra}{end}' for name in names)


_BETWEEN = st.sampled_from(
    [
        '<testcase classname="a" name="f" time="1"><failure message="m">why &lt;</failure></testcase>',
        '<testcase classname="a" name="s"><skipped/></testcase>',
        '<testcase classname="a" name="o"><system-out>text</system-out></testcase>',
        '<testcase name="c"><failure><![CDATA[<testcase name="n" time="1"/>]]></failure></testcase>',
        "<![CDATA[", "]]>", "<!--", "-->", "<?pi ", "?>",
        "<system-out><![CDATA[", "]]></system-out>",
        '<testcase name="open">', "</testcase>", "<failure>", "</failure>",
        '<testsuite name="inner" tests="3">', "</testsuite>", '</testsuite><testsuite name="next">',
        '<properties><property name="matrix" value="1"/></properties>',
        "\n", "text", "&", "<", ">", '"', "<rerunFailure/>", "<error message='e'/>",
        "<x:testcase name='prefixed'/>", "<testcases/>", "<testcase/>", "<testcase \n name='n'/>",
    ]
)  # fmt: skip
_HEADS = st.sampled_from(
    [
        *[""] * 8, '<?xml version="1.0" encoding="utf-8"?>', "\ufeff", '<?xml version="1.0" encoding="iso-8859-1"?>\n',
        "<!-- hello -->", "<!DOCTYPE testsuites [<!ATTLIST testcase name NMTOKEN #IMPLIED>]>", "  \n",
        '<!DOCTYPE testsuites [<!ATTLIST testcase time CDATA "7">]>', '<?xml version="1.1"?>',
    ]
)  # fmt: skip


@st.composite
def _document(draw: st.DrawFn) -> bytes:
    alike = _long_row(draw(_STYLES))
    rows = st.one_of(_row(), alike, alike, _BETWEEN) if draw(st.booleans()) else st.one_of(alike, alike, _BETWEEN)
    inner = "".join(draw(st.lists(rows, max_size=8)))
    text = draw(_HEADS) + f'<testsuites><testsuite name="s" tests="5">{inner}</testsuite></testsuites>'
    data = text.encode(draw(st.sampled_from([*["utf-8"] * 8, "cp1252", "utf-16"])), "replace")
    cut = draw(st.integers(0, 6))
    if cut == 0:
        data = data[: draw(st.integers(0, len(data)))]
    elif cut == 1 and data:
        at = draw(st.integers(0, len(data) - 1))
        data = data[:at] + bytes([draw(st.integers(0, 255))]) + data[at + 1 :]
    return data


@given(data=_document(), sips=st.sampled_from([7, 2_000, 5_000, 1 << 20]))
@settings(max_examples=400, deadline=None)
def test_both_ways_read_the_same(data: bytes, sips: int) -> None:
    _alike(_in_sips(data, sips))


def test_damage_is_told_at_the_same_line() -> None:
    rows = "\n".join(f'<testcase classname="a.B" name="test_{number}" time="0.1"/>' for number in range(200))
    data = f'<testsuite name="s">\n{rows}\n<testcase name="cut'.encode()
    found = junit.parse(Source(name="a", data=data))
    assert found.executions.passed == 200
    assert [problem.place for problem in found.problems] == ["line 202"]


PLAIN = '<testcase classname="a" name="b" time="0.1"{}/>'


@pytest.mark.parametrize(
    "row",
    [
        PLAIN.format("") * 3,
        PLAIN.format(" ") * 3,
        (PLAIN.format("") + "\n  ") * 3,
        PLAIN.format("") + "\r\n" + PLAIN.format(" ") + PLAIN.format(""),
        '<testcase name="b" classname="ü" file="x" line="1" time="1"></testcase>' * 2,
        '<testcase name="b" status="run" result="completed"/>',
        '<testcase name="it\'s > 1"/>',
    ],
)
def test_reads_plain_rows(row: str) -> None:
    entered: list[str] = []
    express = Express(lambda columns, begin, end: entered.extend(columns[1][begin:end]), lambda: True)
    for together in (1, 2):
        entered.clear()
        found = express.read([row.encode()] * together)
        assert [each and each.lines for each in found] == [row.count("\n")] * together
        for each in found:
            assert each is not None
            each.enter()
        assert len(entered) == together * row.count("<testcase")


@pytest.mark.parametrize(
    "row",
    [
        PLAIN.format(' status="FAILED"'),
        PLAIN.format(' class="x"'),
        PLAIN.format(' name="x"'),
        PLAIN.format(" x='1'"),
        PLAIN.format(' x="&lt;"'),
        PLAIN.format(' x="a\tb"'),
        PLAIN.format(' x="\ufffe"'),
        PLAIN.format(' x="<testcase "'),
        PLAIN.format(' x = "1"'),
        PLAIN.format("") + " text",
        PLAIN.format("") + "text" + PLAIN.format(""),
        PLAIN.format("") + "<!-- -->" + PLAIN.format(""),
        PLAIN.format("").replace("/>", "> </testcase>"),
        PLAIN.format("") + "</testcase>" + PLAIN.format(""),
        PLAIN.format("")[:-2],
        '<testcase classname="a" time="1"/>',
        "<testcase />",
    ],
)
def test_leaves_anything_else_to_the_parser(row: str) -> None:
    entered: list[str] = []
    express = Express(lambda columns, begin, end: entered.extend(columns[1][begin:end]), lambda: True)
    assert express.read([row.encode()]) == [None]
    plain = PLAIN.format("").encode()
    told = express.read([plain, row.encode(), plain])
    assert [each is None for each in told] == [False, True, False]
    assert not entered


@given(st.lists(_long_row() | _row(), min_size=2, max_size=5))
def test_rows_read_together_say_what_each_says_alone(rows: list[str]) -> None:
    def read(*given: list[bytes]) -> list[Any]:
        said: list[Any] = []

        def enter(columns: list[list[str]], begin: int, end: int) -> None:
            said.append([column[begin:end] for column in columns])

        express = Express(enter, lambda: True)
        for some in given:
            for row in express.read(some):
                said.append(row and row.lines)
                if row:
                    row.enter()
        return said

    data = [row.encode() for row in rows]
    assert read(data) == read(*([row] for row in data))
