"""Every JUnit report of the corpus reads the same with and without the rows that are read beside the parser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from readygate.formats import Source, identify
from readygate.formats.results import junit
from readygate.model.reports import Problem

SHARED = Path(os.environ.get("READYGATE_CORPUS", Path(__file__).parents[3] / "shared"))

pytestmark = pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="no sample files: READYGATE_CORPUS names none")


def test_both_ways_read_the_corpus_the_same() -> None:
    read = 0
    for path in sorted(SHARED.glob("*/**/*.xml")):
        source = Source(name=path.name, path=path)
        chosen = identify(source)
        if isinstance(chosen, Problem) or chosen[0].name != "junit":
            continue
        read += 1
        fast, slow = junit.parse(source), junit.parse(source, express=False)
        assert dict(fast.blocks) == dict(slow.blocks), path
        assert (fast.details, fast.executions, fast.problems) == (slow.details, slow.executions, slow.problems), path
        assert fast.properties == slow.properties, path
        assert fast.seconds == pytest.approx(slow.seconds), path
    assert read > 100
