"""Which execution counts of a test that a report lists several times, under `repeats: worst` and `repeats: last`."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readygate.collect.redact_reports import redact_file, redactor
from readygate.commands.program import main
from readygate.formats import Source, parse
from readygate.model.paths import PathRules
from readygate.model.policy import LAST, WORST
from readygate.model.reports import TestReport
from readygate.model.results import Outcome
from readygate.model.snapshot import HeadRun, InputFiles, Provenance, ReadFile
from readygate.snapshot.build import build
from readygate.support.globs import regex

RESULTS = {"p": "", "f": "<failure message='m{number}'/>", "E": "<error message='m{number}'/>", "s": "<skipped/>"}
TOKEN = "ghp_" + "a" * 36


def document(order: str, *, name: str = "t", class_name: str = "c") -> str:
    start = f'<testcase classname="{class_name}" name="{name}" time="0.5">'
    cases = (f"{start}{RESULTS[letter].format(number=number)}</testcase>" for number, letter in enumerate(order))
    return f"<testsuite>{''.join(cases)}</testsuite>"


def read(text: str, name: str = "a.xml") -> ReadFile:
    report = parse(Source(name=name, data=text.encode()))
    assert isinstance(report, TestReport)
    return ReadFile(name=name, size=1, report=report, problems=())


def built(file: ReadFile, repeats: str = LAST) -> HeadRun:
    return build("0" * 40, InputFiles(files=(file,)), PathRules(files=None), Provenance(), repeats=repeats)


def outcomes(head: HeadRun) -> dict[str, Outcome]:
    (leg,) = head.snapshot.legs
    return {name: outcome for block in leg.blocks.values() for name, outcome in block.items()}


@pytest.mark.parametrize(
    ("order", "outcome", "message"),
    [
        ("fp", Outcome.FLAKY, "m0"),
        ("ffp", Outcome.FLAKY, "m1"),
        ("pf", Outcome.FAILED, "m1"),
        ("fpf", Outcome.FAILED, "m2"),
        ("fE", Outcome.ERRORED, "m1"),
        ("Ef", Outcome.FAILED, "m1"),
        ("fs", Outcome.FAILED, "m0"),
        ("sp", Outcome.PASSED, ""),
        ("pp", Outcome.PASSED, ""),
    ],
)
def test_the_last_execution_counts(order: str, outcome: Outcome, message: str) -> None:
    head = built(read(document(order)))
    assert outcomes(head) == {"t": outcome}
    assert head.snapshot.legs[0].executions.total == 1
    assert [detail.message for detail in head.details.values()] == [message] * bool(message)
    assert head.snapshot.legs[0].blocks["c"].durations()[0] == 0.5 * len(order)


def test_by_default_each_execution_is_a_test() -> None:
    head = built(read(document("fp")), WORST)
    assert outcomes(head) == {"t": Outcome.FAILED, "t (#2)": Outcome.PASSED}


def test_other_classes_and_names_between_them_change_nothing() -> None:
    cases = document("f") + document("p", class_name="d", name="v") + document("p", name="u") + document("p")
    head = built(read(f"<testsuites>{cases}</testsuites>"))
    assert outcomes(head) == {"t": Outcome.FLAKY, "u": Outcome.PASSED, "v": Outcome.PASSED}


def test_executions_in_several_files_are_no_repetitions() -> None:
    one = "".join(document("p", name=name) for name in "abc")
    other = "".join(document("p", name=name) for name in "def")
    files = (
        read(f"<testsuites>{one}{document('f')}</testsuites>"),
        read(f"<testsuites>{other}{document('p')}</testsuites>", "b.xml"),
    )
    head = build("0" * 40, InputFiles(files=files), PathRules(files=None), Provenance(), repeats=LAST)
    assert outcomes(head)["t"] is Outcome.FAILED
    assert outcomes(head)["t (#2)"] is Outcome.PASSED


def test_names_that_redaction_makes_alike_stay_namesakes() -> None:
    text = f"<testsuites>{document('fp', name='user 1')}{document('p', name='user 2')}</testsuites>"
    file = redact_file(read(text), redactor((regex("user [0-9]"),)))
    assert Outcome.FAILED in outcomes(built(file)).values()


def test_repetitions_of_a_name_with_a_secret_are_known() -> None:
    file = redact_file(read(document("fp", name=f"t {TOKEN}")), redactor())
    assert list(outcomes(built(file)).values()) == [Outcome.FLAKY]
    assert TOKEN not in repr(file)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("pfEs")), min_size=1, max_size=12))
def test_a_test_that_fails_last_fails_and_one_that_never_fails_does_not(executions: list[tuple[str, str]]) -> None:
    text = "".join(document(letter, name=name) for name, letter in executions)
    found = outcomes(built(read(f"<testsuites>{text}</testsuites>")))
    orders: dict[str, str] = {}
    for name, letter in executions:
        orders[name] = orders.get(name, "") + letter
    assert found.keys() == orders.keys()
    for name, order in orders.items():
        ran = order.rstrip("s")
        assert (found[name] >= Outcome.FAILED) == (ran[-1:] in set("fE")), order


@pytest.mark.parametrize(("policy", "ready"), [("repeats: last\n", True), ("repeats: worst\n", False)])
def test_the_policy_decides_for_both_sides(tmp_path: Path, policy: str, *, ready: bool) -> None:
    for name, order in (("base", "p"), ("head", "fp")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "junit.xml").write_text(document(order))
    (tmp_path / "policy.yml").write_text(policy)
    options = ["--root", str(tmp_path / "head"), "--base", str(tmp_path / "base")]
    assert main(["report", *options, "--policy-file", str(tmp_path / "policy.yml")]) == (0 if ready else 1)


@pytest.mark.parametrize(
    ("cases", "line"),
    [
        ("<testcase name='a'/><testcase name='a'/><testcase name='b'/>", "2 tests share a name with another."),
        ("<testcase name='b'/><testcase name='c'/>", ""),
        (
            (
                "<testcase name='b'/><testcase name='c'><skipped/></testcase>"
                "<testcase name='d'><skipped type='pytest.xfail' message='bug 7'/></testcase>"
            ),
            "2 skipped, 1 of them expected to fail.",
        ),
    ],
)
def test_the_headline_says_why_it_differs_from_the_count_of_the_producer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cases: str, line: str
) -> None:
    (tmp_path / "junit.xml").write_text(f"<testsuite name='s'>{cases}</testsuite>")
    assert main(["report", "--root", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert line in text
    if not line:
        assert "share" not in text
        assert "expected" not in text
