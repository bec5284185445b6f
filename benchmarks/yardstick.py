"""What Readygate is measured against: `python benchmarks/yardstick.py WAY FILE...`, with any Python that has the peer.

Prints JSON: `cpu` and `wall`, seconds of the reading alone, without start-up and imports; `peak`, MiB of the process.
A reader that is not installed prints `{}`. Each reads what it makes available: `expat` calls handlers that do nothing,
`lxml` iterates over elements and clears them, `junitparser` and `rust` (test-results-parser) are also asked for class,
name, time and outcome of each test. Of coverage: `expat` again, `loop` goes through the lines of a file and does
nothing, `lines` reads line numbers and hits of LCOV in such a loop, `diff-cover` and `pycobertura` are those programs'
own readers, `json` decodes a file and does nothing. `readygate` is our reader alone.
"""

# ruff: noqa: PLC0415 (each way loads only what it measures)
from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Read = Callable[[str], Any]


def _expat() -> Read:
    from xml.parsers import expat

    def read(file: str) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda _tag, _attributes: None
        parser.EndElementHandler = lambda _tag: None
        parser.CharacterDataHandler = lambda _text: None
        parser.Parse(Path(file).read_bytes(), True)

    return read


def _lxml() -> Read:
    from lxml import etree  # type: ignore[import-untyped]

    def read(file: str) -> None:
        for _, element in etree.iterparse(file, events=("end",)):
            if element.tag in {"testcase", "class"}:
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]

    return read


def _junitparser() -> Read:
    from junitparser import JUnitXml

    def read(file: str) -> None:
        for suite in JUnitXml.fromfile(file):
            for case in suite:
                _ = (case.classname, case.name, case.time, case.result)

    return read


def _rust() -> Read:
    import test_results_parser  # type: ignore[import-not-found]

    def read(file: str) -> None:
        for run in test_results_parser.parse_junit_xml(Path(file).read_bytes()).testruns:
            _ = (run.classname, run.name, run.duration, run.outcome)

    return read


def _loop() -> Read:
    def read(file: str) -> None:
        with Path(file).open("rb") as stream:
            for _ in stream:
                pass

    return read


def _lines() -> Read:
    def read(file: str) -> dict[str, dict[int, int]]:
        files: dict[str, dict[int, int]] = {}
        lines: dict[int, int] = {}
        with Path(file).open(encoding="utf-8") as stream:
            for line in stream:
                if line.startswith("DA:"):
                    number, hits = line[3:].split(",")[:2]
                    lines[int(number)] = int(hits)
                elif line.startswith("SF:"):
                    lines = files.setdefault(line[3:].strip(), {})
        return files

    return read


def _diff_cover() -> Read:
    import xml.etree.ElementTree as ET

    from diff_cover.git_path import GitPathTool
    from diff_cover.violationsreporters.violations_reporter import LcovCoverageReporter, XmlCoverageReporter

    GitPathTool._root = GitPathTool._cwd = "."  # noqa: SLF001  (what it otherwise asks git for)

    def read(file: str) -> None:
        if file.endswith(".info"):
            report = LcovCoverageReporter.parse(file)
            reporter, paths = LcovCoverageReporter([report]), list(report)[:1]
        else:
            root = ET.parse(file).getroot()
            reporter = XmlCoverageReporter([root], ["."])
            paths = [element.get("filename", "") for element in root.iter("class")][:1]
        for path in paths:  # one file: it goes through all of the report for each
            reporter.violations(path)

    return read


def _pycobertura() -> Read:
    from pycobertura import Cobertura  # type: ignore[import-not-found]
    from pycobertura.filesystem import DirectoryFileSystem  # type: ignore[import-not-found]

    def read(file: str) -> None:
        report = Cobertura(file, filesystem=DirectoryFileSystem("."))
        report.total_statements()
        report.total_misses()

    return read


def _json() -> Read:
    return lambda file: json.loads(Path(file).read_bytes())


def _readygate() -> Read:
    import gc

    from readygate.formats import Source, all_formats, parse

    gc.disable()  # as the program does
    all_formats()
    return lambda file: parse(Source(name=file, path=Path(file)))


READERS: dict[str, Callable[[], Read]] = {
    "expat": _expat,
    "lxml": _lxml,
    "junitparser": _junitparser,
    "rust": _rust,
    "loop": _loop,
    "lines": _lines,
    "diff-cover": _diff_cover,
    "pycobertura": _pycobertura,
    "json": _json,
    "readygate": _readygate,
}


def main() -> None:
    """Read the files in the way that the first argument names."""
    way, *files = sys.argv[1:]
    try:
        read = READERS[way]()
    except ImportError:
        print("{}")
        return
    started, ticked = time.process_time(), time.perf_counter()
    for file in files:
        read(file)
    cost = {"cpu": time.process_time() - started, "wall": time.perf_counter() - ticked}
    print(json.dumps({**cost, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
