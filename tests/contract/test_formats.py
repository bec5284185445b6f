"""Every format: an odd value in the place of any other never raises.

A format without a sample is only tested by `tests/fuzz`.
"""

import re
from collections.abc import Iterator

import pytest
from tests.support.format_samples import SAMPLES

from readygate.formats import Format, Source, all_formats, identify
from readygate.model.reports import CoverageReport, Problem, Severity, StatedReport, TestReport

ODD = ("²", "٣", "1e999", "-1", "NaN", "9" * 5000, "")
_VALUE = re.compile(r"""(?<=[=:\[,( ])"(?:[^"\\]|\\.)*"|(?<=>)[^<>\s][^<>]*(?=<)""")
"""A quoted value, or the text of an element."""
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")

formats = pytest.mark.parametrize(
    "fmt", [fmt for fmt in all_formats() if fmt.name in SAMPLES], ids=lambda fmt: fmt.name
)


def variants(text: str) -> Iterator[str]:
    """Replace each number and each value by each odd one; a quoted value with its quotes, and within them."""
    for found in (*_NUMBER.finditer(text), *_VALUE.finditer(text)):
        start, end = found.span()
        for odd in ODD:
            yield text[:start] + odd + text[end:]
            if text[start] == '"':
                yield f'{text[:start]}"{odd}"{text[end:]}'


@formats
def test_sample_has_results_and_no_damage(fmt: Format) -> None:
    source = Source(name="x", data=SAMPLES[fmt.name].encode())
    chosen = identify(source)
    assert not isinstance(chosen, Problem)
    assert chosen[0] is fmt
    report = fmt.parse(source)
    assert isinstance(report, TestReport | CoverageReport)
    if isinstance(report, StatedReport):
        assert report.stated
    else:
        assert report.blocks if isinstance(report, TestReport) else report.files
        assert Severity.DAMAGE not in {problem.severity for problem in report.problems}


@formats
def test_odd_values_never_raise(fmt: Format) -> None:
    for text in variants(SAMPLES[fmt.name]):
        try:
            fmt.parse(Source(name="x", data=text.encode()))
        except Exception as error:
            pytest.fail(f"{type(error).__name__}: {error}\n{text[:10_000]}")
