"""Failures with one cause are one group, and failures with different causes are not."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.hostile import PIECES

from readygate.compare.failure_causes import find_causes
from readygate.formats import Source, parse
from readygate.model.causes import Cause
from readygate.model.comparison import TestChange, TestComparison
from readygate.model.paths import PathRules
from readygate.model.reports import TestReport
from readygate.model.results import Counts, FailureDetail, Outcome, TestId
from readygate.support.stack_frames import MOST_FRAMES, Frame, frames

CORPUS = Path(os.environ.get("READYGATE_CORPUS", Path(__file__).parents[3] / "shared"))
needs_corpus = pytest.mark.skipif(not (CORPUS / "replays").is_dir(), reason="READYGATE_CORPUS names no corpus")

FILES = PathRules(files=frozenset({"src/acme/store.py", "src/acme/api.py", "tests/test_store.py", "tests/conftest.py"}))


def failed(
    message: str, *, name: str = "", klass: str = "tests.test_store", kind: str = "", text: str = "", number: int = 0
) -> TestChange:
    name = name or f"test_{number}"
    detail = FailureDetail(class_name=klass, name=name, outcome=Outcome.FAILED, type=kind, message=message, text=text)
    test = TestId(class_name=klass, name=name)
    return TestChange(id=test, before=None, after=Outcome.FAILED, detail=detail)


def causes(*changes: TestChange, paths: PathRules | None = None) -> tuple[Cause, ...]:
    return find_causes(TestComparison(head=Counts(), base=None, new_failures=changes), paths).new_failures


def sizes(*messages: str, kind: str = "") -> list[int]:
    made = [failed(message, name=f"test_{'abcdefghijklmnop'[n]}", kind=kind) for n, message in enumerate(messages)]
    return [len(cause.tests) for cause in causes(*made)]


def python_trace(line: int, function: str = "load", path: str = "/home/runner/work/w/w/src/acme/store.py") -> str:
    return (
        'Traceback (most recent call last):\n  File "/home/runner/work/w/w/tests/test_store.py", line 9, in test_x\n'
        f'  File "{path}", line {line}, in {function}\n'
        '  File "/opt/venv/lib/python3.12/site-packages/lib/core.py", line 7, in inner\nKeyError: 1\n'
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("object at 0x7f3a12 is gone", "object at 0x99bbcc12 is gone"),
        ("no row 1b4e28ba-2fa1-11d2-883f-0016d3cca427", "no row 6fa459ea-ee8a-3ca4-894e-db77e160355e"),
        ("late since 2026-11-21T10:00:00Z", "late since 2026-11-20 09:13:37.123"),
        ("cannot open /tmp/pytest-of-me/pytest-3/a/db", "cannot open /tmp/pytest-of-you/pytest-12/b/db"),
        ("no file /home/one/project/data.csv here", "no file /builds/two/data.csv here"),
        ("timed out after 30012 ms", "timed out after 30.5 s"),
        ("process 48211 ended", "process 51733 ended"),
        ("java.lang.Foo@1b2c3d4e is closed", "java.lang.Foo@99aabbcc is closed"),
        ("digest 9f86d081884c7d65 differs", "digest 60303ae22b998861 differs"),
        ("E   ModuleNotFoundError: No module named 'x'", "ModuleNotFoundError: No module named 'x'"),
    ],
)
def test_what_belongs_together_is_joined(one: str, other: str) -> None:
    assert sizes(one, other) == [2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("assert 307 == 200", "assert 500 == 200"),
        ("HTTP Error 404: gone", "HTTP Error 503: gone"),
        ("[Errno 111] refused", "[Errno 113] refused"),
        ("ModuleNotFoundError: No module named 'x'", "ModuleNotFoundError: No module named 'y'"),
        ("KeyError: 'name'", "KeyError: 'age'"),
        ("ValueError: too long", "TypeError: too long"),
        ("connection to localhost:5432 refused", "connection to localhost:6379 refused"),
        ("assert False", "assert False"),
        ("expected true to be false", "expected true to be false"),
        ("", ""),
        ("no file /home/one/a.csv here", "no file /home/one/b.csv here"),
        (
            "expect(received).toBe(expected)\n\nExpected: 3\nReceived: 5",
            "expect(received).toBe(expected)\n\nExpected: 4\nReceived: 1",
        ),
    ],
)
def test_what_differs_is_not_joined(one: str, other: str) -> None:
    assert sizes(one, other, kind="E" if not one else "") == [1, 1]


def test_a_place_of_the_own_code_separates_and_a_place_in_a_test_does_not() -> None:
    message = "ValueError: broken"
    elsewhere = [
        failed(message, text=python_trace(5, path=f"/w/src/acme/{name}.py"), name=name) for name in ("store", "api")
    ]
    assert [len(cause.tests) for cause in causes(*elsewhere, paths=FILES)] == [1, 1]
    here = [failed(message, text=python_trace(line), name=f"t{line}") for line in (5, 6)]
    (cause,) = causes(*here, paths=FILES)
    assert cause.frame == Frame(path="src/acme/store.py", line=5, function="load")
    tests = [
        failed(message, text=f"tests/{name}.py:3: in x\nE   {message}", name=name)
        for name in ("conftest", "test_store")
    ]
    assert [len(cause.tests) for cause in causes(*tests, paths=FILES)] == [2]


def test_values_that_vary_at_one_place_are_passed_over() -> None:
    many = [failed(f"KeyError: 'user_{n}'", text=python_trace(5), number=n) for n in range(20)]
    assert [len(cause.tests) for cause in causes(*many, paths=FILES)] == [20]
    assert [len(cause.tests) for cause in causes(*many[:2], paths=FILES)] == [1, 1]
    missing = [failed(f"ImportError: no plugin '{n}'", text=python_trace(5), name=n) for n in "abcd"]
    assert len(causes(*missing, paths=FILES)) == 4


def test_parameters_of_one_test_are_one_cause_and_two_values_are_two() -> None:
    rows = [failed(f"assert {n * 7} == {n}", name=f"test_rounds[{n}-x]") for n in range(2, 9)]
    other = failed("assert 14 == 2", name="test_other")
    assert sorted(len(cause.tests) for cause in causes(*rows, other)) == [1, 7]
    assert [len(cause.tests) for cause in causes(*rows[:2])] == [1, 1]


def test_numbers_are_passed_over_where_one_place_raises_them() -> None:
    two = [failed(f"RuntimeError: job {n} is stuck", text=python_trace(5), number=n) for n in (71, 72)]
    assert [len(cause.tests) for cause in causes(*two, paths=FILES)] == [2]
    assert [len(cause.tests) for cause in causes(*two[:1], failed("RuntimeError: job 73 is stuck"))] == [1, 1]


def test_tests_without_a_message_are_no_cause() -> None:
    silent = TestChange(id=TestId(name="a"), before=None, after=Outcome.FAILED)
    found = causes(failed("x broke", number=1), silent, failed("", number=2))
    assert [(cause.has_message, cause.tests) for cause in found] == [(True, (0,)), (False, (1, 2))]


def test_a_cause_keeps_its_key_from_run_to_run() -> None:
    one = causes(failed("gone at 0x7f3a12", number=1))[0]
    other = causes(failed("x broke"), failed("gone at 0x111111", number=2), failed("gone at 0x2", number=3))[0]
    assert one.key == other.key
    assert one.key != causes(failed("x broke"))[0].key


JAVA_CAUSE = "Caused by: java.io.IOException: x\n\tat app//com.acme.Store$Inner.read(Store.java:12)\n\t... 9 more"
TRACES = {
    "python": (python_trace(5), "lib/python3.12/site-packages/lib/core.py", 7, "inner"),
    "pytest": (
        "tests/test_a.py:3: in test_a\n    load()\nsrc/a.py:8: in load\n    x\nE   KeyError: 1",
        "src/a.py",
        8,
        "load",
    ),
    "java": (
        "java.lang.RuntimeException: outer\n\tat com.acme.Api.call(Api.java:40)\n" + JAVA_CAUSE,
        "com/acme/Store.java",
        12,
        "read",
    ),
    "javascript": (
        "Error: boom\n    at load (/home/runner/w/lib/store.js:10:15)\n    at Object.<anonymous> (test/a.test.js:3:1)",
        "/home/runner/w/lib/store.js",
        10,
        "load",
    ),
    "javascript without a function": ("Error: x\n    at file:///w/lib/a.mjs:4:2", "file:///w/lib/a.mjs", 4, ""),
    "dotnet": (
        "   at Acme.Store.Read(String key) in C:\\agent\\src\\Store.cs:line 12\n   at Acme.T() in C:\\T.cs:line 3",
        "C:\\agent\\src\\Store.cs",
        12,
        "Acme.Store.Read",
    ),
    "go": (
        "panic: boom\n\ngoroutine 7 [running]:\nmain.load(0x1)\n\t/home/w/store.go:12 +0x1d\nmain.T()\n\t/a_test.go:3",
        "/home/w/store.go",
        12,
        "",
    ),
    "go test": ("    store_test.go:14: got 3, want 4", "store_test.go", 14, ""),
    "ruby": (
        "Failure/Error: x\n# ./lib/store.rb:12:in `read'\n# ./spec/a_spec.rb:3:in `block'",
        "./lib/store.rb",
        12,
        "read",
    ),
    "php": ("Boom\n\n/w/src/Store.php:12\n/w/tests/StoreTest.php:3\n", "/w/src/Store.php", 12, ""),
    "php trace": (
        "#0 /w/src/Store.php(12): Acme\\Store->read()\n#1 /w/t.php(3): x()",
        "/w/src/Store.php",
        12,
        "Acme\\Store->read",
    ),
    "rust": ("thread 'a' panicked at src/store.rs:12:5:\nboom", "src/store.rs", 12, ""),
}


@pytest.mark.parametrize("language", TRACES)
def test_the_innermost_frame_is_found(language: str) -> None:
    text, path, line, function = TRACES[language]
    first = frames(text)[0]
    assert first.path.endswith(path)
    assert (first.line, first.function) == (line, function)


def test_foreign_frames_are_passed_over_without_a_list_of_files() -> None:
    (cause,) = causes(failed("KeyError: 1", text=python_trace(5)))
    assert cause.frame is not None
    assert cause.frame.path.endswith("src/acme/store.py")


@pytest.mark.slow
def test_fifty_thousand_failures_take_linear_time() -> None:
    def run(number: int) -> float:
        text = python_trace(5) + "x = 1\n" * 900
        made = [
            failed(
                f"{kind}Error: row {n} of {n * 7} is {n:x}", text=f"{n}\n{text}", number=n, klass=f"tests.t{n % 500}"
            )
            for n, kind in ((n, "KVR"[n % 3]) for n in range(number))
        ]
        start = time.process_time()
        found = causes(*made, paths=FILES)
        spent = time.process_time() - start
        assert sum(len(cause.tests) for cause in found) == number
        return spent

    small, large = run(5_000), run(50_000)
    assert large < 30
    assert large < 25 * small


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "at " * 60_000,
        'File "' * 30_000,
        "at a.b.c(" * 20_000,
        "/a" * 100_000,
        "'" * 100_000,
        "<" * 100_000,
        "0x" * 100_000,
        "1:1:" * 50_000,
        "\\a" * 100_000,
        "assert " * 30_000 + "!",
        "at x (" + ":1" * 50_000,
        "#1 " * 50_000 + ".php",
        "A.A::" * 40_000 + "Error",
        "\nCaused by: " * 20_000,
    ],
    ids=lambda text: text[:9],
)
def test_hostile_input_costs_little(text: str) -> None:
    start = time.process_time()
    causes(failed(text, text=f'{text} at .py: .rb: .go: .php .rs: :line File "\n{text}', kind=text))
    assert time.process_time() - start < 1
    assert len(frames(text)) <= MOST_FRAMES


@given(
    st.lists(
        st.lists(st.sampled_from([*PIECES, "1", "'x'", "Error: ", "assert "]), max_size=6).map("".join), max_size=12
    )
)
def test_every_test_has_one_cause(messages: list[str]) -> None:
    made = [failed(message, number=n) for n, message in enumerate(messages)]
    found = causes(*made)
    assert sorted(index for cause in found for index in cause.tests) == list(range(len(made)))
    assert found == causes(*made)
    told = [len(cause.tests) for cause in found if cause.has_message]
    assert told == sorted(told, reverse=True)


def of_file(path: str) -> dict[str, int]:
    report = parse(Source(name=path, data=(CORPUS / path).read_bytes()))
    assert isinstance(report, TestReport)
    made = [
        TestChange(id=TestId(class_name=d.class_name, name=d.name), before=None, after=d.outcome, detail=d)
        for d in report.details
        if d.outcome >= Outcome.FAILED
    ]
    found = causes(*made)
    assert len({cause.key for cause in found}) == len(found)
    return {cause.message.partition("\n")[0][:60]: len(cause.tests) for cause in found}


@needs_corpus
def test_the_causes_of_the_replays() -> None:
    assert of_file("replays/001/base/junit.xml") == {"ModuleNotFoundError: No module named '_cffi_backend'": 698}
    assert list(of_file("replays/004/base/junit.xml").items()) == [
        ("json.decoder.JSONDecodeError: Expecting value: line 1 column", 14),
        ("ConnectionRefusedError: [Errno 111] Connection refused: loca", 11),
        ("assert 307 == 200", 6),
        ("assert 429 in (200, 202)", 2),
        ("assert 500 == 200", 2),
        ("AssertionError: 0/20 concurrent requests succeeded", 1),
    ]


@needs_corpus
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "EnricoMi+publish-unit-test-result-action/python/test/files/nunit/mstest/clicketyclackety.xml",
            [5, 1, 1, 1, 1, 1],
        ),
        ("generated/jest/junit.xml", [2, 1, 1]),
        ("generated/mocha/xunit.xml", [1, 1]),
        ("dorny+test-reporter/__tests__/fixtures/dotnet-nunit.xml", [1, 1, 1, 1, 1]),
        ("gotestyourself+gotestsum/internal/junitxml/testdata/junitxml-report.golden", [1, 1, 1, 1, 1]),
        ("launchableinc+cli/tests/data/playwright/report.json", [3]),
        ("dorny+test-reporter/__tests__/fixtures/golang-json.json", [1, 1, 1, 1, 1, 1]),
    ],
)
def test_the_causes_of_the_corpus(path: str, expected: list[int]) -> None:
    report = parse(Source(name=path, data=(CORPUS / "corpus" / path).read_bytes()))
    assert isinstance(report, TestReport)
    made = [
        TestChange(id=TestId(class_name=d.class_name, name=d.name), before=None, after=d.outcome, detail=d)
        for d in report.details
        if d.outcome >= Outcome.FAILED
    ]
    assert [len(cause.tests) for cause in causes(*made)] == expected
