"""What Readygate is measured against: `python -m benchmarks.yardstick expat|junitparser FILE...`.

Prints seconds of CPU as JSON: `parse` is making events or trees of the files, `read` is that and then asking each test
of the trees for what every report needs. Start-up and imports stand before both.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def read_by_expat(files: list[str]) -> dict[str, float]:
    """One pass over the files with handlers that do nothing: what the events of XML cost in Python."""
    from xml.parsers import expat  # noqa: PLC0415

    started = time.process_time()
    for file in files:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda _tag, _attributes: None
        parser.EndElementHandler = lambda _tag: None
        parser.CharacterDataHandler = lambda _text: None
        parser.Parse(Path(file).read_bytes(), True)
    return {"parse": time.process_time() - started}


def read_by_junitparser(files: list[str]) -> dict[str, float]:
    """`JUnitXml.fromfile`, and then class, name, time and result of each test."""
    from junitparser import JUnitXml  # noqa: PLC0415

    parse = read = 0.0
    for file in files:
        started = time.process_time()
        report = JUnitXml.fromfile(file)
        parse += time.process_time() - started
        for suite in report:
            for case in suite:
                _ = (case.classname, case.name, case.time, case.result)
        read += time.process_time() - started
    return {"parse": parse, "read": read}


READERS = {"expat": read_by_expat, "junitparser": read_by_junitparser}


def main() -> None:
    """Read the files in the way that the first argument names."""
    way, *files = sys.argv[1:]
    print(json.dumps(READERS[way](files)))


if __name__ == "__main__":
    main()
