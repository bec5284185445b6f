"""Facts with one home: the cases in which earlier copies of each disagreed."""

import json
import time
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.support.builders import change, changes, compared, cover, damage, measure, numbered, report

from readygate.commands.parser import build_parser
from readygate.compare.failure_causes import find_causes
from readygate.config.settings import read_inputs
from readygate.formats import Source, parse
from readygate.model.comparison import TestChange
from readygate.model.paths import PathRules, Placer
from readygate.model.policy import PRESETS
from readygate.model.reports import CoverageReport, TestReport
from readygate.model.results import FailureDetail, Outcome, TestId
from readygate.model.snapshot import InputFiles, ReadFile, has_damage, is_damaged
from readygate.policy.schema import schema
from readygate.render.escaping import visible
from readygate.render.test_locations import ReportLocator
from readygate.snapshot.message_normalizer import split_message
from readygate.support.ansi import strip_ansi
from readygate.support.dates import utc_date
from readygate.support.errors import SettingsError
from readygate.support.git_names import is_sha, read_queue_branch
from readygate.support.redaction import redact
from readygate.support.source_files import is_test_file, strip_checkout

TEST_FILES = ("cypress/e2e/login.cy.ts", "src/it/java/StoreIT.java", "app/StoreSpec.scala")
RUNNER_PATH = "/opt/actions-runner/_work/shop/shop/src/a.test.js"


def failing(text: str, **more: object) -> TestChange:
    detail = FailureDetail(class_name="A", name="a", outcome=Outcome.FAILED, message="boom", text=text, **more)  # type: ignore[arg-type]
    return TestChange(id=TestId(class_name="A", name="a"), before=None, after=Outcome.FAILED, detail=detail)


@pytest.mark.parametrize(
    "path",
    [
        *TEST_FILES,
        "tests/conftest.py",
        "src/a.test.js",
        "test_a.py",
        "spec/a_spec.rb",
        "x/__tests__/a.py",
        "spec/a.py",
        "src/a_test.py",
        "src/ATests.py",
    ],
)
def test_files_of_tests(path: str) -> None:
    assert is_test_file(path)


@pytest.mark.parametrize("path", ["src/latest.py", "src/contest/a.py", "AUDIT.md", "src/Specimen.java", "e2e.py"])
def test_other_files(path: str) -> None:
    assert not is_test_file(path)


@pytest.mark.parametrize("path", TEST_FILES)
def test_a_test_file_needs_no_coverage(path: str) -> None:
    suffix = Path(path).suffix
    head = measure(report({"A": numbered("p")}), cover({f"src/main{suffix}": "h"}))
    patch = compared(head, diff=changes(change(path, [1]), change(f"src/other{suffix}", [1]))).coverage
    assert patch is not None
    assert patch.patch is not None
    assert patch.patch.unmeasured == (f"src/other{suffix}",)


@pytest.mark.parametrize("path", TEST_FILES)
def test_a_line_of_a_test_file_does_not_separate_causes(path: str) -> None:
    head = measure(report({"A": numbered("ff")}))
    made = [failing(f"Error: boom\n    at f (/opt/actions-runner/_work/shop/shop/{path}:{line}:7)") for line in (1, 2)]
    tests = compared(head).tests
    causes = find_causes(replace(tests, new_failures=tuple(made)), None)
    assert len(causes.new_failures) == 1


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        (RUNNER_PATH, "src/a.test.js"),
        ("/home/runner/work/shop/shop/src/a.py", "src/a.py"),
        ("/__w/shop/shop/src/a.py", "src/a.py"),
        ("/github/workspace/src/a.py", "src/a.py"),
        (r"D:\a\shop\shop\src\a.cs", "src/a.cs"),
        (r"C:\actions-runner\_work\shop\shop\src\a.cs", "src/a.cs"),
        ("/opt/_work/shop/other/src/a.py", "/opt/_work/shop/other/src/a.py"),
        ("/home/runner/work/shop/shop/", "/home/runner/work/shop/shop/"),
        (r"src\a.cs", r"src\a.cs"),
    ],
)
def test_checkouts_of_runners(path: str, inside: str) -> None:
    assert strip_checkout(path) == inside


def test_a_path_of_a_runner_is_one_of_the_repository_in_coverage() -> None:
    assert Placer(PathRules(files=None)).find(RUNNER_PATH) == "src/a.test.js"


def test_a_path_of_a_runner_is_one_of_the_repository_in_class_names(tmp_path: Path) -> None:
    suite = {
        "name": RUNNER_PATH,
        "status": "passed",
        "assertionResults": [{"ancestorTitles": [], "title": "adds", "fullName": "adds", "status": "passed"}],
    }
    data = json.dumps({"numTotalTests": 1, "numPassedTests": 1, "testResults": [suite]}).encode()
    found = parse(Source(name="jest.json", data=data))
    assert isinstance(found, TestReport)
    assert list(found.blocks) == ["src/a.test.js"]


def test_a_path_of_a_runner_is_one_of_the_repository_in_traces() -> None:
    trace = "Error: boom\n    at add (/opt/actions-runner/_work/shop/shop/src/add.js:3:7)"
    tests = compared(measure(report({"A": numbered("f")}))).tests
    (cause,) = find_causes(replace(tests, new_failures=(failing(trace),)), None).new_failures
    assert cause.frame is not None
    assert cause.frame.path == "src/add.js"


def test_a_path_of_a_runner_is_one_of_the_repository_in_test_locations() -> None:
    locator = ReportLocator(PathRules(files=frozenset({"src/a.test.js", "lib/a.test.js"})))
    place = locator.locate(failing(f"Error: boom\n    at Object.<anonymous> ({RUNNER_PATH}:12:5)"))
    assert place is not None
    assert (place.path, place.line) == ("src/a.test.js", 12)


@pytest.mark.parametrize("escape", ["\x1b", "\u241b"])
def test_escape_sequences_are_removed_everywhere(escape: str) -> None:
    link = f"{escape}]8;;https://example.com\x07gone{escape}]8;;\x07 {escape}[31mred{escape}[0m"
    assert strip_ansi(link) == "gone red"
    assert visible(link) == "gone red"
    assert split_message("", link) == ("", "gone red")
    assert redact(f"ghp_{escape}[1m{'a1' * 18}") == "[redacted]"


@pytest.mark.parametrize("end", ["\x07", "\u2407", "\x1b\\", "\u241b\\"])
@pytest.mark.parametrize("escape", ["\x1b", "\u241b"])
def test_hyperlinks_are_removed_with_either_end(escape: str, end: str) -> None:
    assert strip_ansi(f"a {escape}]8;;https://example.com{end}link{escape}]8;;{end} b") == "a link b"


@pytest.mark.parametrize("piece", ["]", "]8;;", "]8;;x", "[", "[0", "[0;0 ", "", "]\n", "[0" * 50, "]x" * 50])
@pytest.mark.parametrize("escape", ["\x1b", "\u241b", "\x1b\u241b"])
def test_escape_sequences_without_end_take_little_time(escape: str, piece: str) -> None:
    for text in ((escape + piece) * (1_000_000 // len(escape + piece)), escape + piece * 1_000_000):
        start = time.process_time()
        strip_ansi(text[:1_000_000])
        assert time.process_time() - start < 1


def test_damage_of_a_file_and_of_all_files_of_a_kind() -> None:
    sound = ReadFile(name="a", size=1, report=report({"A": numbered("p")}), problems=())
    cut = ReadFile(name="b", size=1, report=sound.report, problems=(damage(),))
    unread = ReadFile(name="c", size=1, report=None, problems=(damage(),))
    assert [is_damaged(file) for file in (sound, cut, unread)] == [False, True, True]
    kinds = (TestReport, CoverageReport)
    assert [has_damage(InputFiles(files=(sound,)), kind) for kind in kinds] == [False, False]
    assert [has_damage(InputFiles(files=(sound, cut)), kind) for kind in kinds] == [True, False]
    assert [has_damage(InputFiles(files=(unread, sound)), kind) for kind in kinds] == [True, True]


def test_presets_are_the_same_for_input_option_and_policy() -> None:
    assert all(read_inputs({"INPUT_POLICY": preset}).policy == preset for preset in PRESETS)
    assert all(build_parser("1").parse_args(["report", "--policy", preset]).policy == preset for preset in PRESETS)
    assert schema()["properties"]["preset"]["enum"] == list(PRESETS)


@pytest.mark.parametrize("sha", ["a" * 40, "a" * 64])
def test_commit_ids_of_both_kinds(sha: str) -> None:
    assert is_sha(sha)
    assert read_inputs({"INPUT_COMMIT": sha.upper()}).commit == sha
    found = read_queue_branch(f"refs/heads/gh-readonly-queue/release/1.x/pr-12-{sha}")
    assert found == ("release/1.x", 12, sha)
    assert read_queue_branch(f"gh-readonly-queue/main/pr-12-{sha}") == ("main", 12, sha)


@pytest.mark.parametrize("text", ["a" * 39, "a" * 50, "A" * 40, "g" * 40, "a" * 40 + "\n", ""])
def test_no_commit_ids(text: str) -> None:
    assert not is_sha(text)
    assert read_queue_branch(f"gh-readonly-queue/main/pr-12-{text}") is None


def test_a_commit_of_an_odd_length_is_refused() -> None:
    with pytest.raises(SettingsError, match="input `commit`"):
        read_inputs({"INPUT_COMMIT": "a" * 50})


@pytest.mark.parametrize(
    ("seconds", "date"),
    [
        (0, "1970-01-01"),
        (951_868_799, "2000-02-29"),
        (4_107_542_399, "2100-02-28"),
        (1_795_132_799.9, "2026-11-19"),
        (10**15, "9999-12-31"),
        (-(10**15), "0001-01-01"),
    ],
)
def test_dates(seconds: float, date: str) -> None:
    assert utc_date(seconds) == date
