"""How a run is cut into files makes no difference to what it measured."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from readygate.formats import Source, parse
from readygate.model.paths import PathRules
from readygate.model.reports import TestReport
from readygate.model.snapshot import HeadRun, InputFiles, Provenance, ReadFile
from readygate.snapshot.build import build

RESULTS = ("", "<failure message='x'/>", "<skipped/>", "<error/>")
NAMES = st.text("abc", min_size=1, max_size=3)
CASES = st.dictionaries(st.tuples(NAMES, NAMES), st.sampled_from(RESULTS), min_size=1, max_size=25)


def measured(files: list[list[tuple[tuple[str, str], str]]]) -> HeadRun:
    read = []
    for number, cases in enumerate(files):
        rows = "".join(
            f'<testcase classname="{a}" name="{b}" time="0.25">{result}</testcase>' for (a, b), result in cases
        )
        report = parse(Source(name=f"out/{number}.xml", data=f"<testsuite>{rows}</testsuite>".encode()))
        assert isinstance(report, TestReport)
        read.append(ReadFile(name=f"out/{number}.xml", size=1, report=report, problems=()))
    return build("0" * 40, InputFiles(files=tuple(read)), PathRules(files=None), Provenance())


@settings(deadline=None)
@given(CASES, st.integers(1, 6), st.randoms(use_true_random=False))
def test_any_split_in_any_order_gives_the_same_snapshot(
    cases: dict[tuple[str, str], str], parts: int, chance: random.Random
) -> None:
    items = list(cases.items())
    whole = measured([items])
    chance.shuffle(items)
    split = measured([items[start::parts] for start in range(parts) if items[start::parts]])
    assert split.snapshot.headline() == whole.snapshot.headline()
    assert split.snapshot.executions == whole.snapshot.executions
    if len({leg.path for leg in split.snapshot.legs}) == 1 == len(whole.snapshot.legs):
        assert [leg.blocks for leg in split.snapshot.legs] == [leg.blocks for leg in whole.snapshot.legs]
