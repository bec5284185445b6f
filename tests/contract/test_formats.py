"""What holds of every format: a sample of it is in `tests/samples`, this format alone claims it, and no value raises.

A sample is a small file as the tool writes it, called after the format: `junit.xml`.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from coverage import CoverageData

from readygate.formats import FileSample, Format, Source, all_formats, parse
from readygate.formats.sniffing import HEAD_BYTES
from readygate.model.reports import Problem, StatedReport, TestReport

SAMPLES = Path(__file__).parents[1] / "samples"
ODD = ("²", "٣", "1e999", "-1", "NaN", "9" * 5000, "")
_VALUE = re.compile(r"""(?<=[=:\[,( ])"(?:[^"\\]|\\.)*"|(?<=>)[^<>\s][^<>]*(?=<)""")
"""A quoted value, or the text of an element."""
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
BINARY = "coverage.py-sqlite"
"""The format whose file coverage.py itself writes here; Git would store every version of it in full."""


def sample_of(fmt: Format, folder: Path) -> Path:
    """Return the sample of a format."""
    if fmt.name == BINARY:
        data = CoverageData(str(folder / ".coverage"))
        data.add_lines({str(SAMPLES.parents[1] / "src" / "readygate" / "__main__.py"): [1, 2]})
        data.write()
        return folder / ".coverage"
    found = [path for path in SAMPLES.iterdir() if path.stem == fmt.name]
    assert len(found) == 1, f"put one small report of the tool into tests/samples/{fmt.name}.*"
    return found[0]


@pytest.mark.parametrize("fmt", all_formats(), ids=lambda fmt: fmt.name)
def test_a_sample_is_claimed_by_its_own_format_alone_and_read_without_damage(fmt: Format, tmp_path: Path) -> None:
    path = sample_of(fmt, tmp_path)
    sample = FileSample.read(path.name, path.read_bytes()[:HEAD_BYTES])
    assert [each.name for each in all_formats() if each.matches(sample)] == [fmt.name]
    report = fmt.parse(Source(name=path.name, path=path))
    assert not [problem.what for problem in report.problems if problem.is_damage]
    if isinstance(report, TestReport):
        assert report.executions.passed
        assert report.executions.failing
    else:
        assert report.stated if isinstance(report, StatedReport) else report.files


def test_every_sample_is_of_a_format() -> None:
    assert {path.stem for path in SAMPLES.iterdir()} == {fmt.name for fmt in all_formats()} - {BINARY}


_ELEMENT = re.compile(r"(</?)([\w.:-]+)")
_KEY = re.compile(r'"(\w+)"(?=\s*:)')


def renamed(path: Path) -> str:
    """Return a sample in which nothing but the outermost element or keys has a known name."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in {".xml", ".trx"}:
        root = next(found[2] for found in _ELEMENT.finditer(text))
        return _ELEMENT.sub(lambda found: f"{found[1]}{found[2] if found[2] == root else 'x-' + found[2]}", text)
    outer = json.loads(text) if path.suffix == ".json" else {}
    kept = set(outer if isinstance(outer, dict) else ())
    return _KEY.sub(lambda found: f'"{found[1] if found[1] in kept else "x" + found[1]}"', text)


@pytest.mark.parametrize("fmt", [fmt for fmt in all_formats() if fmt.kind == "tests"], ids=lambda fmt: fmt.name)
def test_a_claimed_file_of_which_nothing_was_understood_is_damage(fmt: Format, tmp_path: Path) -> None:
    """Otherwise another tool's file with the same root element would count as a run without failures."""
    path = sample_of(fmt, tmp_path)
    if fmt.name == "tap":
        pytest.skip("a line has no names inside")
    report = parse(Source(name=path.name, data=renamed(path).encode()))
    if isinstance(report, TestReport):
        assert report.executions.failing or any(problem.is_damage for problem in report.problems)
    else:
        assert isinstance(report, Problem)
        assert report.is_damage


def variants(text: str) -> Iterator[str]:
    """Replace each number and each value by each odd one; a quoted value with its quotes, and within them."""
    for found in (*_NUMBER.finditer(text), *_VALUE.finditer(text)):
        start, end = found.span()
        for odd in ODD:
            yield text[:start] + odd + text[end:]
            if text[start] == '"':
                yield f'{text[:start]}"{odd}"{text[end:]}'


@pytest.mark.parametrize("fmt", [fmt for fmt in all_formats() if fmt.name != BINARY], ids=lambda fmt: fmt.name)
def test_odd_values_never_raise(fmt: Format, tmp_path: Path) -> None:
    for text in variants(sample_of(fmt, tmp_path).read_text(encoding="utf-8")):
        try:
            fmt.parse(Source(name="x", data=text.encode()))
        except Exception as error:
            pytest.fail(f"{type(error).__name__}: {error}\n{text[:10_000]}")
