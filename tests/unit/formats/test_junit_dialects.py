"""JUnit XML as single producers write it."""

import pytest

from readygate.formats import Source, parse
from readygate.model.reports import Problem, TestReport
from readygate.model.results import Counts, Outcome

P, K, S, F, E = Outcome.PASSED, Outcome.FLAKY, Outcome.SKIPPED, Outcome.FAILED, Outcome.ERRORED


def read(text: str) -> TestReport:
    report = parse(Source(name="r.xml", data=text.encode()))
    assert isinstance(report, TestReport)
    return report


def outcomes(report: TestReport) -> dict[str, Outcome]:
    """Outcome by class and name, joined by ` :: `."""
    return {f"{klass} :: {name}": outcome for klass, block in report.blocks.items() for name, outcome in block.items()}


def messages(report: TestReport) -> list[str]:
    return [detail.message for detail in report.details]


# Playwright

PLAYWRIGHT = (
    '<testsuites id="" name="" tests="2" failures="1" skipped="0" errors="0" time="1">'
    '<testsuite name="shop/cart.spec.ts" timestamp="2026-01-01T00:00:00.000Z" hostname="{}" tests="1" failures="0"'
    ' skipped="0" time="1" errors="0"><testcase name="{}pays" classname="shop/cart.spec.ts" time="1"/></testsuite>'
    '<testsuite name="shop/cart.spec.ts" timestamp="2026-01-01T00:00:00.000Z" hostname="tablet" tests="1" failures="1"'
    ' skipped="0" time="1" errors="0"><testcase name="pays" classname="shop/cart.spec.ts" time="1">'
    "<failure/></testcase>"
    "</testsuite></testsuites>"
)


@pytest.mark.parametrize(("prefix", "name"), [("", "pays [phone]"), ("[phone] ", "[phone] pays")])
def test_the_project_of_playwright_is_part_of_the_name(prefix: str, name: str) -> None:
    assert outcomes(read(PLAYWRIGHT.format("phone", prefix))) == {
        f"shop/cart.spec.ts :: {name}": P,
        "shop/cart.spec.ts :: pays [tablet]": F,
    }


def test_the_host_name_of_other_producers_is_a_machine() -> None:
    report = read('<testsuites name="pytest tests"><testsuite name="pytest" hostname="runner-7"><testcase name="a"/>')
    assert outcomes(report) == {"pytest :: a": P}


# Files that tell namesakes apart


@pytest.mark.parametrize(
    ("suite", "case"),
    [
        ('name="top" file="/home/runner/work/app/app/{}.test.js"', ""),
        ('name="top"', 'file="{}.test.js"'),
        ('name="{}.test.js"', ""),
    ],
)
def test_the_script_is_part_of_the_class(suite: str, case: str) -> None:
    inner = "".join(
        f"<testsuite {suite.format(file)}>"
        f'<testcase name="top works" classname="works" {case.format(file)}/></testsuite>'
        for file in "ab"
    )
    assert set(outcomes(read(f"<testsuites>{inner}</testsuites>"))) == {
        "a.test.js > works :: top works",
        "b.test.js > works :: top works",
    }


def test_a_class_that_names_its_script_and_other_languages_stay() -> None:
    report = read(
        '<testsuites><testsuite name="src/a.test.ts"><testcase classname="src/a.test.ts" name="x"/></testsuite>'
        '<testsuite name="CartTest" file="/srv/app/tests/CartTest.php"><testcase classname="CartTest" name="y"/>'
        "</testsuite></testsuites>"
    )
    assert set(outcomes(report)) == {"src/a.test.ts :: x", "CartTest :: y"}


# Erlang

COMMON_TEST = (
    '<testsuite hostname="h" name="db_SUITE" tests="5" failures="{}" errors="0" skipped="0">'
    '<testcase name="init_per_suite" time="0" log="a">{}</testcase>'
    '<testcase group="slow" name="init_per_group" time="0" log="a"></testcase>'
    '<testcase group="slow" name="reads" time="0" log="a"></testcase>'
    '<testcase group="fast" name="reads" time="0" log="a"></testcase>'
    '<testcase name="end_per_suite" time="0" log="a"></testcase></testsuite>'
)


def test_groups_of_common_test_are_told_apart_and_configuration_counts_if_it_fails() -> None:
    tests = {"db_SUITE > slow :: reads": P, "db_SUITE > fast :: reads": P}
    failure = '<failure message="m" type="crash"/>'

    assert outcomes(read(COMMON_TEST.format(0, ""))) == tests
    assert outcomes(read(COMMON_TEST.format(1, failure))) == {**tests, "db_SUITE :: init_per_suite": F}


def test_a_cancelled_test_of_eunit_is_errored() -> None:
    text = '<testsuite name="m"><testcase time="0" name="m:12 slow_test">{}</testcase></testsuite>'
    assert read(text.format('<skipped type="timeout">t</skipped>')).executions == Counts(errored=1)
    assert read(text.format("<skipped/>")).executions == Counts(skipped=1)


# CTest


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        ("SKIP_RETURN_CODE=77", S),
        ("SKIP_REGULAR_EXPRESSION_MATCHED", S),
        ("Unable to find executable", E),
        ("Fixture dependency failed", E),
        ("Required Files Missing", E),
    ],
)
def test_a_test_that_ctest_could_not_run_is_errored(message: str, outcome: Outcome) -> None:
    report = read(
        '<testsuite name="c" tests="1" failures="0" disabled="0" skipped="1" hostname="">'
        f'<testcase name="x" classname="x" time="0" status="notrun">'
        f'<skipped message="{message}"/></testcase></testsuite>'
    )
    assert list(outcomes(report).values()) == [outcome]
    assert not report.problems


# Green by the producer's word

SPARED = (
    '<testcase classname="c" name="spared">'
    '<skipped message="TEST_CASE tagged with !mayfail"/><failure message="m"/></testcase>'
)
REAL = '<testcase classname="c" name="real"><failure/></testcase>'


@pytest.mark.parametrize(
    ("attributes", "inner", "outcome"),
    [
        ('failures="0" errors="0"', SPARED, S),
        ('failures="1" errors="0"', SPARED, F),
        ('failures="1" errors="0"', SPARED + REAL, S),
        ('failures="2" errors="0"', SPARED + REAL, F),
        ('failures="0" errors="0"', SPARED + REAL, F),
        ("", SPARED, F),
    ],
)
def test_the_totals_decide_about_a_failure_beside_a_skip(attributes: str, inner: str, outcome: Outcome) -> None:
    report = read(f'<testsuites><testsuite name="s" {attributes}>{inner}</testsuite></testsuites>')
    assert outcomes(report)["c :: spared"] is outcome
    if outcome is S:
        assert "expected failure: m" in messages(report)


def test_an_error_beside_a_skip_counts() -> None:
    report = read('<testsuite failures="0" errors="0"><testcase name="a"><skipped/><error/></testcase></testsuite>')
    assert report.executions == Counts(errored=1)


@pytest.mark.parametrize(
    ("failures", "output", "outcome"), [(0, "", S), (1, "", F), (0, "<system-err>x</system-err>", F)]
)
def test_expected_failures_of_boost(failures: int, output: str, outcome: Outcome) -> None:
    report = read(
        f'<testsuite tests="1" skipped="0" errors="0" failures="{failures}" id="0" name="m"><testcase assertions="1"'
        f' name="a"><failure message="failure" type="assertion error">t</failure>{output}</testcase></testsuite>'
    )
    assert list(outcomes(report).values()) == [outcome]


@pytest.mark.parametrize(("failures", "outcome"), [('failures="0"', K), ("", K), ('failures="1"', F)])
def test_a_flaky_test_of_flank(failures: str, outcome: Outcome) -> None:
    report = read(f'<testsuite {failures}><testcase name="a" flaky="true"><failure>x</failure></testcase></testsuite>')
    assert list(outcomes(report).values()) == [outcome]


def test_errors_that_do_not_fail_the_run() -> None:
    text = (
        '<testsuite name="s" tests="1" errors="1"><testcase classname="c" name="n">'
        '<error type="{}">t</error></testcase></testsuite>'
    )
    assert read(text.format("PHPUnit\\Framework\\RiskyTestError")).executions == Counts(skipped=1)
    assert read(text.format("org.testng.SkipException")).executions == Counts(skipped=1)
    assert read(text.format("java.lang.RuntimeException")).executions == Counts(errored=1)


@pytest.mark.parametrize(
    ("second", "outcome"),
    [("/>", K), ("><failure/></testcase>", F), ('><skipped message="will be retried"/></testcase>', S)],
)
def test_a_skip_that_testng_repeats_is_an_attempt(second: str, outcome: Outcome) -> None:
    case = '<testcase classname="c" name="n" time="1"'
    report = read(
        f'<testsuite name="s">{case}><skipped message="will be retried"/></testcase>{case}{second}</testsuite>'
    )
    assert outcomes(report) == {"c :: n": outcome}
    assert report.executions.total == 1


# pytest


def test_a_teardown_error_joins_the_failure_of_its_test() -> None:
    case = '<testcase classname="c" name="n" time="1">'
    teardown = "<error message='failed on teardown with \"X: y\"'>teardown</error></testcase>"
    failed = f'{case}<failure message="call failed">t</failure></testcase>'
    other = '<testcase classname="c" name="m"><failure/></testcase>'

    for inner in (failed + teardown.join((case, "")), failed + other + case + teardown):
        report = read(f'<testsuite name="pytest" tests="2" failures="1" errors="1">{inner}</testsuite>')
        assert outcomes(report)["c :: n"] is E
        assert [(d.message, d.text) for d in report.details if d.name == "n"] == [("call failed", "t\n\nteardown")]
        assert report.executions.total == sum(block.size for block in report.blocks.values())


def test_what_a_crashed_worker_leaves_is_no_test() -> None:
    report = read(
        '<testsuite name="pytest" tests="1"><testcase time="0.0"/><testcase classname="c" name="n"/></testsuite>'
    )
    assert outcomes(report) == {"c :: n": P}
    assert [problem.what for problem in report.problems] == ["elements of the tool itself, which are not tests: 1"]


def test_an_expected_failure_is_skipped_and_says_so() -> None:
    report = read(
        '<testsuite name="pytest"><testcase name="n">'
        '<skipped type="pytest.xfail" message="known"/></testcase></testsuite>'
    )
    assert report.executions == Counts(skipped=1)
    assert messages(report) == ["expected failure: known"]


def test_subtests_and_assertions_are_not_missing_tests() -> None:
    case = '<testcase classname="c" name="n" status="run"/>'
    for attributes in (
        'name="pytest" tests="12" failures="0" errors="0" skipped="0" hostname="h"',
        'name="catch" tests="12" failures="0" errors="0" hostname="tbd"',
        'name="doctest" errors="0" failures="0" tests="12"',
    ):
        assert read(f"<testsuites><testsuite {attributes}>{case}</testsuite></testsuites>").executions == Counts(
            passed=1
        )


# Mocha


def test_pending_tests_that_only_totals_count_are_skipped() -> None:
    report = read(
        '<testsuites name="Mocha Tests" tests="4" failures="0" skipped="3">'
        '<testsuite name="top" tests="4" failures="0">'
        '<testcase name="top a" classname="a"/></testsuite></testsuites>'
    )
    assert report.executions == Counts(passed=1, skipped=3)


def test_tests_after_a_failed_hook_are_not_missing() -> None:
    report = read(
        '<testsuites name="Mocha Tests" tests="4" failures="1"><testsuite name="top" tests="4" failures="1"><testcase'
        ' name="top &quot;before all&quot; hook for &quot;a&quot;"><failure/></testcase></testsuite></testsuites>'
    )
    assert report.executions == Counts(failed=1)


# Names that change from run to run


def test_times_lines_and_absolute_paths_are_not_part_of_names() -> None:
    report = read(
        '<testsuites><testsuite name="t.A-20260102030405"><testcase classname="" name="a"/></testsuite>'
        '<testsuite name="Run 1 of 1"><testcase classname="./b_spec.lua:4" name="b"/>'
        "<error>./b_spec.lua:9: boom</error></testsuite>"
        '<testsuite name="/home/runner/work/app/app/phpunit.xml"><testcase name="c"/></testsuite></testsuites>'
    )
    assert set(outcomes(report)) == {
        "t.A :: a",
        "./b_spec.lua :: b",
        "Run 1 of 1 :: ./b_spec.lua",
        "phpunit.xml :: c",
    }


# Several documents in one file


@pytest.mark.parametrize("documents", [1, 2, 3, 900])
def test_documents_one_after_another_are_all_read(documents: int) -> None:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><testsuites><testsuite name="test" tests="2" failures="1">'
        '<testcase classname="{0}" name="a"/><testcase classname="{0}" name="b"><failure/></testcase><system-out/>'
        "</testsuite></testsuites>\n"
    )
    whole = "".join(text.format(f"m{number}") for number in range(documents))
    report = read(whole)

    assert report.executions == Counts(passed=documents, failed=documents)
    assert not report.problems
    cut = read(whole[:-30])
    assert [problem.place for problem in cut.problems if problem.is_damage] == [f"line {documents}"]


def test_anything_else_after_the_end_is_damage() -> None:
    report = read("<testsuite><testcase name='a'/></testsuite>Killed")
    assert any(problem.is_damage for problem in report.problems)


def test_a_root_of_another_format_is_not_claimed() -> None:
    text = (
        '<testsuites xmlns="http://check.sourceforge.net/ns"><datetime/><suite>'
        '<test result="failure"/></suite></testsuites>'
    )
    assert isinstance(parse(Source(name="x", data=text.encode())), Problem)


def test_a_root_with_many_properties_is_claimed() -> None:
    properties = '<property name="a" value="b"/>' * 60
    header = f"<properties>{properties}</properties>"
    report = read(f"<testsuites>{header}<testsuite><testcase name='n'/></testsuite></testsuites>")
    assert report.executions == Counts(passed=1)


# behave, nose2


def test_a_scenario_of_behave_that_a_failed_hook_left_untested_is_errored() -> None:
    case = '<testcase classname="c.C" name="{0}" status="{0}" time="0"><skipped /></testcase>'
    suite = f'<testsuite name="c.C" tests="2" skipped="2">{case.format("untested")}{case.format("skipped")}</testsuite>'
    assert outcomes(read(suite)) == {"c.C :: untested": E, "c.C :: skipped": S}


def test_an_unexpected_success_of_nose2_is_errored() -> None:
    case = '<testcase classname="test_u.T" name="{}"><skipped message="test {}" /><system-out /></testcase>'
    inside = case.format("test_xp", "passes unexpectedly") + case.format("test_s", "skipped: later")
    report = read(f'<testsuite name="nose2-junit" errors="0" failures="0" skipped="2" tests="2">{inside}</testsuite>')
    assert outcomes(report) == {"test_u.T :: test_xp": E, "test_u.T :: test_s": S}


# pytest-rerunfailures

RERUNS = (
    '<testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="1" skipped="0" tests="{}">'
    '<testcase classname="q" name="test_flaky" time="1" /><testcase classname="q" name="test_flaky" time="1" />'
    '<testcase classname="q" name="test_ff" time="1" /><testcase classname="q" name="test_ff" time="1">'
    '<failure message="assert 0" /></testcase><testcase classname="q" name="test_ok" time="1" />'
    "</testsuite></testsuites>"
)


def test_what_pytest_reruns_is_an_attempt_if_its_totals_leave_it_out() -> None:
    report = read(RERUNS.format(3))
    assert outcomes(report) == {"q :: test_ff": F, "q :: test_flaky": K, "q :: test_ok": P}
    assert report.executions == Counts(passed=2, failed=1, errored=0, skipped=0, flaky=1)
    assert (report.attempts, report.seconds) == (Counts(passed=4, failed=1, errored=0, skipped=0), 5.0)
    assert sorted(detail.name for detail in report.details) == ["test_ff", "test_flaky"]


@pytest.mark.parametrize("stated", [4, 5])
def test_namesakes_that_pytest_counts_stay_tests_of_their_own(stated: int) -> None:
    assert len(outcomes(read(RERUNS.format(stated)))) == 5


def test_a_skip_before_a_pass_is_not_a_rerun_of_pytest() -> None:
    skipped = '<testcase classname="q" name="a"><skipped message="no" /></testcase>'
    suite = '<testsuite name="pytest" skipped="1" tests="1">{}<testcase classname="q" name="a" /></testsuite>'
    assert outcomes(read(suite.format(skipped))) == {"q :: a": S, "q :: a (#2)": P}
