"""Readers of JUnit reports that are compared. Run as a script: `python benchmarks/readers.py READER FILE...`.

Prints JSON: `cpu` and `wall`, the seconds of reading alone, without start-up and imports. `expat` calls handlers that
do nothing. `lxml` iterates over the elements and clears them. `junitparser` and `rust` (test-results-parser) are also
asked for class, name, time and outcome of each test.
"""

# ruff: noqa: PLC0415 (each reader loads only what it measures)
from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

Read = Callable[[str], object]


def _ours() -> Read:
    """Return the product's own reader. This is the only place that knows where it is."""
    import gc

    from readygate.formats import Source, parse

    gc.disable()  # as the action does
    parse(Source(name="warm-up.xml", data=b"<testsuites/>"))
    return lambda file: parse(Source(name=file, path=Path(file)))


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
            if element.tag == "testcase":
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


READERS: Final = {
    "expat": _expat,
    "readygate": _ours,
    "lxml": _lxml,
    "junitparser": _junitparser,
    "rust": _rust,
}
PACKAGES: Final = {"lxml": "lxml", "junitparser": "junitparser", "rust": "test-results-parser"}
"""What holds the readers of others."""


def main() -> None:
    """Read the files with the reader that the first argument names."""
    name, *files = sys.argv[1:]
    read = READERS[name]()
    ticked, started = time.process_time(), time.perf_counter()
    for file in files:
        read(file)
    print(json.dumps({"cpu": time.process_time() - ticked, "wall": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
