"""Give every format unexpected input: the result is a report or a problem, never an exception.

`tests/fuzz/run MINUTES` runs longer, with other documents each time. New formats are included without an edit.
"""

import json
import os
import time
import tracemalloc
import zipfile
from contextlib import suppress
from functools import cache, partial
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from tests.support.documents import documents, module_of, spoilt, words
from tests.support.stores import Memory

from readygate.baseline.record import RunToRecord, record_run
from readygate.baseline.run_records import decode_record
from readygate.baseline.select import WantedBaseline, choose
from readygate.baseline.snapshot_codec import decode, encode
from readygate.baseline.store_paths import history_path
from readygate.collect.archives import unpack
from readygate.collect.discovery import Found
from readygate.collect.redact_reports import redact_file, redactor
from readygate.compare.outcome_changes import find_outcome_changes
from readygate.formats import Format, Source, all_formats, identify, parse
from readygate.model.paths import PathRules
from readygate.model.reports import CoverageReport, Problem, Report, StatedReport, TestReport
from readygate.model.snapshot import InputFiles, Provenance, ReadFile
from readygate.snapshot.build import build
from readygate.support.errors import ReadygateError, StoreError

COMMIT = "0123456789abcdef" * 2 + "01234567"
RULES = PathRules(files=frozenset({"a.py", "src/a.py"}), roots=("/w",), maps=())
LONGEST = 5.0
"""Seconds that a small file may take, on a busy machine."""
SMALL = 20_000

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("READYGATE_CORPUS", ROOT.parent / "shared")) / "corpus"

formats = pytest.mark.parametrize("fmt", all_formats(), ids=lambda fmt: fmt.name)


@cache
def samples() -> dict[str, list[bytes]]:
    """Small real files by format: those of the tests and the examples, and the corpus where it is."""
    found: dict[str, list[bytes]] = {}
    for folder in (ROOT / "tests" / "samples", ROOT / "examples" / "sample", CORPUS):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if not path.is_file() or not 0 < path.stat().st_size <= SMALL:
                continue
            chosen = identify(Source(name=path.name, path=path))
            if not isinstance(chosen, Problem) and len(found.setdefault(chosen[0].name, [])) < 60:
                found[chosen[0].name].append(path.read_bytes())
    return found


def check(name: str, report: Report | Problem) -> None:
    """What holds for whatever was read: figures that make sense, and a snapshot that comes back as it was."""
    if isinstance(report, Problem):
        assert report.what
        return
    if isinstance(report, TestReport):
        assert sum(block.size for block in report.blocks.values()) <= report.executions.total
        assert all(block.size == block.names.count("\0") + 1 for block in report.blocks.values())
        assert 0 <= report.seconds < float("inf")
    elif isinstance(report, CoverageReport):
        assert all(file.candidates and 0 <= file.coverage.covered <= file.coverage.total for file in report.files)
        if isinstance(report, StatedReport):
            assert all(0 <= file.lines.covered <= file.lines.total for file in report.stated)
    file = redact_file(ReadFile(name=name, size=1, report=report, problems=report.problems), redactor())
    snapshot = build(COMMIT, InputFiles(files=(file,)), RULES, Provenance()).snapshot
    stored = encode(snapshot)
    assert encode(decode(stored, "here")) == stored


def try_out(fmt: Format, data: bytes) -> None:
    start = time.process_time()
    check("x", fmt.parse(Source(name="x", data=data)))
    check("x", parse(Source(name="x", data=data)))
    assert time.process_time() - start < LONGEST


@formats
@given(data=st.data())
def test_documents_of_its_own_words(fmt: Format, data: st.DataObject) -> None:
    document = data.draw(documents(module_of(fmt.parse)))
    note(repr(document))
    try_out(fmt, document)


@formats
@given(seed=st.integers(0, 2**32), pick=st.integers(0, 2**16))
def test_real_files_that_were_spoilt(fmt: Format, seed: int, pick: int) -> None:
    known = samples().get(fmt.name)
    if not known:
        pytest.skip("no real file of this format is here: READYGATE_CORPUS names no folder with corpus/")
    document = spoilt(known[pick % len(known)], seed, words(module_of(fmt.parse)))
    note(repr(document))
    try_out(fmt, document)


DEEP = {
    "lists": b"[" * 100_000,
    "closed lists": b"[" * 100_000 + b"]" * 100_000,
    "objects": b'{"a":' * 100_000,
    "lists in a report": b'{"stats":{},"tests":' + b"[" * 100_000,
    "keys": b'{"' + b'a":{"' * 50_000,
    "elements": b"<testsuites>" + b"<testsuite>" * 50_000 + b"</testsuite>" * 50_000 + b"</testsuites>",
    "digits": b'{"numTotalTests":' + b"9" * 100_000 + b',"testResults":[]}',
    "quotes": b'{"a\\' * 30_000,
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_documents_cost_little(name: str) -> None:
    """What is deep in a small file must not take time or memory by the square of its depth."""
    source = Source(name="x", data=DEEP[name])
    tracemalloc.start()
    start = time.process_time()
    check("x", parse(source))
    spent, (_, most) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 100 << 20
    assert spent < 4 * LONGEST


@given(st.binary(max_size=300), st.integers(0, 2**32))
def test_archives_that_were_spoilt(content: bytes, seed: int) -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("junit.xml", content + b"<testsuite><testcase name='a'/></testsuite>" * 20)
        archive.writestr("b/cov.lcov", b"SF:a.py\nDA:1,1\nend_of_record\n")
    for name, data in (("a.zip", buffer.getvalue()), ("a.xml.gz", b"\x1f\x8b\x08" + content)):
        for part in unpack(Found(source=Source(name=name, data=spoilt(data, seed, ())))):
            check(name, part.problem or parse(part.source))


STORED = """<testsuite name="s"><testcase classname='c' name='a' time='0.2'/><testcase classname='c' name='b' time='3'>
<failure message='no'/></testcase><testcase classname='d' name='a\\b'/></testsuite>"""


@cache
def recorded() -> Memory:
    """A store with two runs, of which the later one adds a test and fixes another."""
    memory = Memory()
    for number, text in enumerate((STORED, STORED.replace("<failure message='no'/>", "").replace("'d'", "'e'")), 1):
        files = []
        for name, data in (("x.xml", text.encode()), ("c.lcov", b"SF:a.py\nDA:1,1\nDA:3,0\nend_of_record\n")):
            report = parse(Source(name=name, data=data))
            assert not isinstance(report, Problem)
            files.append(ReadFile(name=name, size=1, report=report, problems=()))
        commit = f"{number:040x}"
        provenance = Provenance(run_id=number, run_attempt=1, branch="main")
        snapshot = build(commit, InputFiles(files=tuple(files)), RULES, provenance).snapshot
        ancestors = tuple(f"{each:040x}" for each in range(number - 1, 0, -1))
        run = RunToRecord(
            snapshot=snapshot, when=number, ancestors=partial(tuple, ancestors), changes=find_outcome_changes
        )
        record_run(memory.store(), "readygate", run)
    return memory


@given(st.binary(max_size=300), st.integers(0, 2**32), st.integers(0, 3))
def test_snapshots_that_were_spoilt(content: bytes, seed: int, pick: int) -> None:
    """A stored result is data of the repository; that it cannot be read is said, and never a crash."""
    prefix = f"readygate/snapshots/{2:040x}/"
    whole = {name.removeprefix(prefix): data for name, data in recorded().data.items() if name.startswith(prefix)}
    name = sorted(whole)[pick % len(whole)]
    assert decode(whole, "here").legs
    for data in (content, whole[name][:16] + content, spoilt(whole[name], seed, ())):
        with suppress(ReadygateError):
            decode({**whole, name: data}, "here")
    with suppress(ReadygateError):
        decode({other: data for other, data in whole.items() if other != name}, "here")


@given(st.binary(max_size=300), st.integers(0, 2**32))
def test_histories_that_were_spoilt(content: bytes, seed: int) -> None:
    """What is damaged is an error or a warning, and no reason to record over it."""
    whole = recorded().data[history_path("readygate")]
    wanted = WantedBaseline(commit=f"{2:040x}", branch="main")
    for data in (content, whole[:16] + content, spoilt(whole, seed, ())):
        memory = Memory({**recorded().data, history_path("readygate"): data})
        with suppress(ReadygateError):
            choose(memory.store(), "readygate", wanted)


@pytest.mark.parametrize("workflow", ["\\u", "\\ud8", "\\x"])
def test_a_damaged_name_of_the_workflow_is_an_error(workflow: str) -> None:
    head = json.dumps({"readygate": "history", "version": 2, "workflow": workflow})
    with pytest.raises(StoreError, match="an escape that does not exist"):
        decode_record(head.encode() + b"\n", "here")


def test_a_whole_history_is_used() -> None:
    choice = choose(recorded().store(), "readygate", WantedBaseline(commit=f"{2:040x}", branch="main"))
    assert choice.baseline is not None
    assert choice.baseline.history is not None
    assert len(choice.baseline.history.runs) == 2
