"""JUnit XML of all producers: outcomes, names, durations, totals, damage."""

import tracemalloc
from collections.abc import Iterable
from time import perf_counter
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

import junitparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from readygate.formats import Source, parse, xml_stream
from readygate.formats.results import _block_builder, junit
from readygate.formats.results._truncated_text import MAX_MESSAGE, MAX_TEXT
from readygate.formats.sniffing import FileSample
from readygate.model.reports import Severity, TestReport
from readygate.model.results import Counts, Outcome, numbered_name, raw_name

P, K, S, F, E = Outcome.PASSED, Outcome.FLAKY, Outcome.SKIPPED, Outcome.FAILED, Outcome.ERRORED


def read(text: str | bytes) -> TestReport:
    data = text if isinstance(text, bytes) else text.encode()
    report = parse(Source(name="r.xml", data=data))
    assert isinstance(report, TestReport)
    assert report.format == "junit"
    return report


def suite(inner: str, attributes: str = 'name="s"') -> TestReport:
    return read(f"<testsuite {attributes}>{inner}</testsuite>")


def outcomes(report: TestReport) -> dict[tuple[str, str], Outcome]:
    """Outcome by class and name."""
    return {(klass, name): outcome for klass, block in report.blocks.items() for name, outcome in block.items()}


def damaged(report: TestReport) -> bool:
    return any(problem.is_damage for problem in report.problems)


def notes(report: TestReport) -> list[str]:
    return [problem.what for problem in report.problems if problem.severity is Severity.NOTE]


def one(inner: str, attributes: str = "") -> Outcome:
    """The outcome of a test with these children and attributes."""
    report = suite(f'<testcase classname="c" name="n" time="1" {attributes}>{inner}</testcase>')
    assert report.executions.total == 1
    return outcomes(report)["c", "n"]


# Outcomes


@pytest.mark.parametrize(
    ("inner", "outcome"),
    [
        ("", P),
        ("<system-out>FAILED</system-out><properties/><unknown><deep/></unknown>", P),
        ("<failure/>", F),
        ("<error/>", E),
        ("<skipped/>", S),
        ("<ignored/>", S),
        ('<skipped type="pytest.xfail" message="known"/>', S),
        ("<skipped/><failure/>", F),
        ("<failure/><skipped/>", F),
        ("<failure/><error/>", E),
        ("<error/><failure/>", E),
        ("<failure/><failure/>", F),
        ("<flakyFailure/>", K),
        ("<flakyError/><flakyFailure/>", K),
        ("<flakyFailure/><failure/>", F),
        ("<flakyFailure/><skipped/>", S),
        ("<failure/><rerunFailure/><rerunError/>", F),
        ("<error/><rerunFailure/>", E),
        ("<rerunError/><failure/>", F),
        ("<rerunFailure/>", F),
        ('<skipped type="todo"/><failure/>', S),
        ('<failure/><skipped type="todo"/>', S),
        ('<skipped type="todo"/><error/>', E),
        ("<unknown><failure/></unknown>", F),
        ("<Failure/>", E),
        ("<timeout/>", E),
        ("<Skipped/>", S),
    ],
)
def test_the_worst_result_counts_once(inner: str, outcome: Outcome) -> None:
    assert one(inner) is outcome


@pytest.mark.parametrize(
    ("attributes", "outcome"),
    [
        ('status="run" result="completed"', P),
        ('status="passed"', P),
        ('status="notrun" result="suppressed"', S),
        ('status="notrun"', S),
        ('status="disabled"', S),
        ('status="run" result="skipped"', S),
        ('status="FAILED"', F),
        ('status="error"', E),
        ('status="Not Run"', S),
        ('status="pending"', S),
        ('status="timeout"', E),
        ('status="crashed" result="completed"', E),
    ],
)
def test_attributes_of_a_test_count_without_a_result_element(attributes: str, outcome: Outcome) -> None:
    assert one("", attributes) is outcome
    assert one("<failure/>", attributes) is F


def test_a_result_of_a_suite_is_an_execution_of_its_own() -> None:
    report = read(
        "<testsuites name='all'><error message='m1'/><testsuite name='a'><testsuite name='b'>"
        "<testcase classname='c' name='n' time='1'/><failure message='m2'>t</failure><skipped/>"
        "</testsuite></testsuite></testsuites>"
    )

    assert outcomes(report) == {("c", "n"): P, ("a > b", "b"): F, ("", "all"): E}
    assert [(d.class_name, d.name, d.message, d.text) for d in report.details] == [
        ("", "all", "m1", ""),
        ("a > b", "b", "m2", "t"),
    ]


def test_namesakes_are_numbered_and_the_worst_is_the_first() -> None:
    case = '<testcase classname="c" name="n" time="1"{}'
    report = suite(case.format("><failure/></testcase>") + case.format("/>") + case.format("/>"))

    assert report.executions == Counts(passed=2, failed=1)
    assert outcomes(report) == {("c", "n"): F, ("c", "n (#2)"): P, ("c", "n (#3)"): P}


@pytest.mark.parametrize("greens", [0, 1, 3, 40])
def test_a_class_is_one_block_in_whatever_order_its_tests_come(greens: int) -> None:
    green = "".join(f'<testcase classname="c" name="{n:02}" time="1"/>' for n in range(greens))
    others = (
        '<testcase classname="c" name="01" time="2"><failure/></testcase>'
        '<testcase classname="c" name="x"><error/></testcase>'
    )
    apart = '<testcase classname="d" name="n" time="1"/>'

    for inner in (green + others, others + green, green + apart + green + others, apart + others + apart + green):
        block = suite(inner).blocks["c"]
        expected = [(f"{n:02}", P) for n in range(greens)] * inner.count(green) if greens else []
        found = [(raw_name(name), outcome) for name, outcome in block.items()]
        assert sorted(found) == sorted([*expected, ("01", F), ("x", E)])
        assert block.names.split("\0") == sorted(name for name, _ in block.items())
        assert block.durations()[block.names.split("\0").index("01")] == 2


def test_tests_within_tests_count_each() -> None:
    report = suite(
        '<testcase classname="c" name="out"><failure/><testcase classname="c" name="in" time="1"/>'
        '<testcase classname="c" name="in2"><error>x</error></testcase></testcase>'
        '<testcase classname="c" name="green"><testcase classname="c" name="in3"><skipped/></testcase></testcase>'
    )

    assert {name: outcome for (_, name), outcome in outcomes(report).items()} == {
        "out": F,
        "in": P,
        "in2": E,
        "green": P,
        "in3": S,
    }


def test_prefixed_and_default_namespaces() -> None:
    text = (
        '<{0}testsuites xmlns{1}="urn:x"><{0}testsuite name="s"><{0}testcase classname="c" name="n"/>'
        '<{0}testcase classname="c" name="m"><{0}failure>a<{0}stackTrace>b</{0}stackTrace>'
        "<{0}system-out>c</{0}system-out>d</{0}failure></{0}testcase></{0}testsuite></{0}testsuites>"
    )

    for report in (read(text.format("j:", ":j")), read(text.format("", ""))):
        assert outcomes(report) == {("c", "n"): P, ("c", "m"): F}
        assert report.details[0].text == "abd"


# Identity


def test_class_names_come_from_the_test_else_from_the_suites() -> None:
    report = read(
        '<testsuites name="run"><testsuite name="a"><testcase name="1"/><testsuite name="b">'
        '<testcase name="2" classname="" time="1"/><testcase name="3" classname="own" time="1"/>'
        '<testcase name="4" class="old"/><testcase name="5" classname="test" time="1"/></testsuite>'
        '<testcase name="6" classname="test" time="1"/></testsuite><testcase name="7" classname="test" time="1"/>'
        "<testsuite><testcase name='8'/></testsuite></testsuites>"
    )

    assert set(outcomes(report)) == {
        ("a", "1"),
        ("a > b", "2"),
        ("own", "3"),
        ("old", "4"),
        ("a > b > test", "5"),
        ("a > test", "6"),
        ("test", "7"),
        ("", "8"),
    }
    assert list(report.blocks) == sorted(report.blocks)


def test_suites_distinguish_tests_without_a_class() -> None:
    inner = "".join(
        f'<testsuite name="s{n}"><testcase classname="test" name="n" time="1"/>'
        f'<testcase classname="c{n // 3}" name="{n}" time="1"/></testsuite>'
        for n in range(40)
    )

    assert set(outcomes(read(f"<testsuites>{inner}</testsuites>"))) == {
        *((f"s{n} > test", "n") for n in range(40)),
        *((f"c{n // 3}", str(n)) for n in range(40)),
    }


def test_a_nameless_test_is_counted_and_noted() -> None:
    report = suite('<testcase/><testcase classname="c" name="" time="1"/><testcase><failure/></testcase>')

    assert report.executions == Counts(passed=2, failed=1)
    assert "tests without a name: 3" in notes(report)


def test_volatile_parts_of_names_and_classes_are_left_out() -> None:
    report = suite(
        '<testcase classname="/tmp/tmpab12cd3e/t.py" name="t[&lt;A at 0x7f00deadbeef&gt;]" time="1"/>'
        '<testcase classname="/tmp/tmpzz99zz99/t.py" name="t[&lt;A at 0x7f00deadbee0&gt;]"><failure/></testcase>'
    )

    assert outcomes(report) == {("/tmp/…/t.py", "t[<A at 0x…>]"): F, ("/tmp/…/t.py", "t[<A at 0x…>] (#2)"): P}
    assert (report.details[0].class_name, report.details[0].name) == ("/tmp/…/t.py", "t[<A at 0x…>]")


def test_endless_names_are_cut_and_stay_distinct() -> None:
    long = "x" * 10_000
    report = suite(f'<testcase classname="{long}" name="{long}a" time="1"/><testcase classname="c" name="{long}b"/>')

    assert [len(name) for _, name in outcomes(report)] == [4_000, 4_000]
    assert len({name for _, name in outcomes(report)}) == 2


# Details


def test_what_a_failure_says() -> None:
    report = suite(
        '<testcase classname="c" name="n" file="a/t.py" line="7"><failure type="T" message=" m "> \n'
        "  one\n <![CDATA[<two> & ]]>three \n</failure><system-out>no</system-out></testcase>"
        '<testcase classname="c" name="m" file="b.py" lineno="12"><skipped>why\n</skipped></testcase>'
        '<testcase classname="c" name="o"><error file="c.py" line="x"/></testcase>'
    )
    first, second, third = report.details

    assert (first.type, first.message, first.text) == ("T", "m", " \n  one\n <two> & three")
    assert (first.file, first.line, first.outcome) == ("a/t.py", 7, F)
    assert (second.message, second.text, second.line) == ("why", "", 12)
    assert (third.file, third.line) == ("c.py", 0)


def test_several_failures_of_a_test_are_joined_with_the_message_of_the_first() -> None:
    report = suite(
        '<testcase classname="c" name="n"><failure message="1">one</failure><failure message="2">two</failure>'
        '<rerunFailure>again</rerunFailure></testcase><testcase classname="c" name="m">'
        '<failure message="1">one</failure><error message="2">two</error><failure>three</failure></testcase>'
    )

    assert [(d.message, d.text) for d in report.details] == [("1", "one\n\ntwo"), ("1", "one\n\ntwo\n\nthree")]
    assert [d.outcome for d in report.details] == [F, E]


def test_attempts_have_their_trace_and_not_their_output() -> None:
    report = suite(
        '<testcase classname="c" name="n"><flakyFailure message="m" type="t"><stackTrace>trace</stackTrace>'
        "<system-out>out<b>deep</b></system-out><system-err>err</system-err></flakyFailure></testcase>"
    )

    assert (report.details[0].outcome, report.details[0].message, report.details[0].text) == (K, "m", "trace")


def test_pytest_counts_lines_from_zero() -> None:
    report = suite('<testcase classname="c" name="n" line="9"><failure/></testcase>', 'name="pytest"')

    assert report.details[0].line == 10


def test_long_texts_keep_their_beginning_and_end_and_little_memory() -> None:
    text = "BEGIN" + "x" * 30_000_000 + "END"
    data = (
        f'<testsuite name="s"><testcase classname="c" name="n"><failure message="{"m" * 5000}">'
        f"<![CDATA[{text}]]></failure></testcase></testsuite>"
    ).encode()
    tracemalloc.start()
    detail = read(data).details[0]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(detail.text) <= MAX_TEXT
    assert detail.text.startswith("BEGIN")
    assert detail.text.endswith("END")
    assert "characters left out" in detail.text
    assert len(detail.message) == MAX_MESSAGE
    assert peak < 3_000_000


def test_details_are_bounded_and_tests_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_block_builder, "MAX_DETAILS", 20)
    monkeypatch.setattr(_block_builder, "MAX_TEXTS", 5)
    failing = "".join(f'<testcase classname="c" name="{n}"><failure>t</failure></testcase>' for n in range(50))
    skipped = "".join(f'<testcase classname="c" name="s{n}"><skipped/></testcase>' for n in range(50))
    report = suite(skipped + failing)

    assert report.executions == Counts(failed=50, skipped=50)
    assert len(report.details) == 40
    assert sum(bool(detail.text) for detail in report.details) == 5
    assert "the report says more about its tests than is kept" in notes(report)


def test_properties_of_suites_are_kept_within_bounds() -> None:
    many = "".join(f'<property name="p{n}" value="{n}"/>' for n in range(300))
    report = suite(
        f'<properties><property name="os" value="linux"/><property name="os" value="no"/>'
        f'<property name="long" value="{"x" * 201}"/>{many}</properties>'
        '<testcase name="n"><properties><property name="mine" value="1"/></properties></testcase>'
    )

    assert report.properties["os"] == "linux"
    assert len(report.properties) == 200
    assert "long" not in report.properties
    assert "mine" not in report.properties


# Durations


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("0.25", 0.25),
        ("1e-2", 0.01),
        (" 2 ", 2),
        ("", 0),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234,567.5", 1234567.5),
        ("0,5", 0.5),
        ("1.5s", 1.5),
        ("20 ms", 0.02),
        ("PT1M1.5S", 61.5),
        ("00:01:01.5", 61.5),
        ("1.00:00:01", 86401),
    ],
)
def test_durations_as_tools_write_them(written: str, seconds: float) -> None:
    for inner in ("", "<failure/>"):
        report = suite(f'<testcase classname="c" name="n" time="{written}">{inner}</testcase>')
        assert report.seconds == pytest.approx(seconds)
        assert not notes(report)


@pytest.mark.parametrize("written", ["NaN", "inf", "-1", "1e300", "soon", "1.2.3", "&lt;&lt;computed>>", "9" * 500])
def test_what_is_no_duration_is_nought_and_noted_once(written: str) -> None:
    report = suite(f'<testcase classname="c" name="n" time="{written}"/>' * 3)

    assert report.seconds == 0
    assert notes(report) == ["durations that are no numbers of seconds: 3"]


# Totals


@pytest.mark.parametrize(
    "attributes",
    [
        'tests="5" failures="1" errors="1" skipped="1"',
        'tests="4" failures="1" errors="1"',  # without skipped ones
        'tests="5" failures="2" errors="0"',  # errors are failures here
        'tests="5" errors="2"',
        'tests="x" failures="" errors="many"',
        'tests="7" failures="3" errors="1"',  # attempts counted
        "",
    ],
)
def test_totals_that_can_be_explained_are_not_noted(attributes: str) -> None:
    assert not notes(suite(FIVE, f'name="s" {attributes}'))


FIVE = (
    '<testcase classname="c" name="1" time="1"/><testcase classname="c" name="2"><failure/><rerunFailure/></testcase>'
    '<testcase classname="c" name="3"><error/></testcase><testcase classname="c" name="4"><skipped/></testcase>'
    '<testcase classname="c" name="5"><flakyFailure/></testcase>'
)


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ('tests="3"', "claims 3 tests and holds 5"),
        ('tests="5" failures="0" errors="0"', "claims 0 failures and errors and holds 2"),
    ],
)
def test_totals_that_contradict_the_elements_are_noted(attributes: str, says: str) -> None:
    report = suite(FIVE, f'name="s" {attributes}')

    assert notes(report) == [f"the suite {says}"]
    assert report.executions == Counts(passed=2, failed=1, errored=1, skipped=1, flaky=1)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ('tests="8"', "the report states 8 tests but lists 5; the others are not known"),
        ('failures="6"', "the report states 6 failures but lists 2; what failed is not known"),
        ('errors="5"', "the report states 5 errors but lists 2; what failed is not known"),
        (
            'tests="9" failures="3" errors="2"',
            "the report states 5 failing tests but lists 2; what failed is not known",
        ),
    ],
)
def test_what_totals_count_and_the_report_lacks_is_an_errored_execution(attributes: str, message: str) -> None:
    report = suite(FIVE, f'name="s" {attributes}')

    assert report.executions == Counts(passed=2, failed=1, errored=2, skipped=1, flaky=1)
    assert outcomes(report)["s", "s"] is E
    assert [d.message for d in report.details if d.class_name == "s"] == [message]
    assert not notes(report)


def test_outer_totals_repeat_what_inner_ones_lack() -> None:
    report = read(
        '<testsuites name="all" tests="4" failures="3"><testsuite name="a" tests="2" failures="2">'
        '<testcase name="1"/></testsuite><testsuite name="b" tests="2" failures="1"><testcase name="2"/>'
        '<testcase name="3"><failure/></testcase></testsuite></testsuites>'
    )

    assert report.executions == Counts(passed=2, failed=1, errored=1)
    assert outcomes(report)["a", "a"] is E


def test_many_contradictions_are_one_note() -> None:
    inner = '<testsuite name="a" failures="0"><testcase name="1"><failure/></testcase></testsuite>' * 30
    report = read(f"<testsuites>{inner}</testsuites>")

    says = "the suite claims 0 failures and errors and holds 1; suites that contradict themselves: 30"
    assert notes(report) == [says]
    assert report.problems[0].place == "testsuite 'a'"


def test_nested_suites_may_count_direct_children_only() -> None:
    text = (
        '<testsuites tests="3" failures="1"><testsuite name="a" tests="{}" failures="{}"><testsuite name="b" tests="2">'
        '<testcase name="1"/><testcase name="2"><failure/></testcase></testsuite><testcase name="3"/></testsuite>'
        "</testsuites>"
    )

    assert not notes(read(text.format(3, 1)))
    assert not notes(read(text.format(1, 0)))
    assert not notes(read(text.format(2, 0)))
    assert read(text.format(3, 2)).executions.errored == 1


def test_skips_by_attribute_are_known_before_totals_are_compared() -> None:
    case = '<testcase classname="c" name="{}" time="0" status="{}"/>'
    inner = case.format(1, "run") + case.format(2, "notrun")
    report = read(
        "".join(["<testsuites>", *(f'<testsuite tests="1">{inner}</testsuite>' for _ in "ab"), "</testsuites>"])
    )

    assert not notes(report)


# Matches


@pytest.mark.parametrize(
    "text",
    ["<testsuites/>", "<testsuite/>", "<testcase/>", "<testrun><testsuite/></testrun>", "<a:testsuites xmlns:a='u'/>"],
)
def test_matches(text: str) -> None:
    assert junit.matches(FileSample.read("x", text.encode()))


@pytest.mark.parametrize("text", ["<testrun/>", "<coverage/>", "<assemblies/>", "<TestRun/>", "<test-run/>", "{}", ""])
def test_leaves_other_files_alone(text: str) -> None:
    assert junit.matches(FileSample.read("x", text.encode())) is None


def test_a_lone_test_and_an_empty_report() -> None:
    assert outcomes(read('<testcase classname="c" name="n" time="1"/>')) == {("c", "n"): P}
    assert read("<testsuites/>").executions == Counts()
    assert not read("<testsuites/>").problems


# Damage


def test_what_stands_before_damage_counts_and_a_test_that_is_cut_off_does_not() -> None:
    whole = (
        '<testsuite name="s"><testcase classname="c" name="1" time="1"/><testcase classname="c" name="2" time="1">'
        "<failure>a</failure><system-out>x</system-out></testcase></testsuite>"
    )

    def until(marker: str) -> dict[tuple[str, str], Outcome]:
        report = read(whole[: whole.index(marker)])
        assert damaged(report)
        return outcomes(report)

    assert until('<testcase classname="c" name="2"') == {("c", "1"): P}
    assert until("<failure") == {("c", "1"): P}
    assert until("</failure") == {("c", "1"): P}
    assert until("<system-out") == {("c", "1"): P, ("c", "2"): F}
    assert until("x</system-out") == {("c", "1"): P, ("c", "2"): F}


def test_repaired_reports_are_counted_once() -> None:
    report = suite(
        '<testcase classname="c" name="1"/><testcase classname="c" name="&#27;[31m2"><failure>\x1b</failure></testcase>'
    )

    assert outcomes(report) == {("c", "1"): P, ("c", "\u241b[31m2"): F}
    assert report.executions.total == 2
    assert len(notes(report)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("tag", ["testsuite", "testcase", "testsuites", "failure", "a"])
def test_deep_nesting_ends_cleanly(tag: str) -> None:
    depth = 100_000
    opening = f'<{tag} name="n">' * depth
    report = read(f"<testsuite>{opening}<testcase/>{f'</{tag}>' * depth}</testsuite>")

    assert not damaged(report)
    assert report.executions.total == {"testcase": depth + 1, "failure": 1}.get(tag, 1)
    assert damaged(read(f"<testsuite>{opening}"))


@pytest.mark.slow
def test_namesakes_that_alternate_with_others_take_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_block_builder, "_MIN_FOLD", 1_000)
    case = '<testcase classname="c" name="n" time="1"/><testcase classname="d" name="n"/>'

    began = perf_counter()
    report = suite(case * 50_000)

    assert len(outcomes(report)) == report.executions.total == 100_000
    assert perf_counter() - began < 5


# Comparison with another implementation, and random input

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
CASE = st.tuples(st.sampled_from(["", "a.B", "c", "test"]), NAMES, st.sampled_from("pfesx"), st.integers(0, 9999))
SUITES = st.lists(st.tuples(NAMES, st.lists(CASE, max_size=8)), max_size=5)


WRITERS = {"f": junitparser.Failure, "e": junitparser.Error, "s": junitparser.Skipped}


def written_by_junitparser(suites: Iterable[tuple[str, list[tuple[str, str, str, int]]]]) -> bytes:
    document = junitparser.JUnitXml("run")
    for number, (suite_name, cases) in enumerate(suites):
        inner = junitparser.TestSuite(f"{number}{suite_name}")  # it merges suites of one name
        for klass, name, letter, millis in cases:
            case = junitparser.TestCase(name, klass, millis / 1000)
            case.result = [WRITERS[kind]("m", "t") for kind in {"p": "", "x": "sf"}.get(letter, letter)]
            inner.add_testcase(case)
        document.add_testsuite(inner)
    text: bytes = document.tostring()  # type: ignore[no-untyped-call]
    return text


@given(SUITES)
def test_figures_equal_those_of_what_junitparser_wrote(
    suites: list[tuple[str, list[tuple[str, str, str, int]]]],
) -> None:
    report = read(written_by_junitparser(suites))
    letters = [case[2] for _, cases in suites for case in cases]

    assert report.executions == Counts(
        passed=letters.count("p"),
        failed=letters.count("f") + letters.count("x"),
        errored=letters.count("e"),
        skipped=letters.count("s"),
    )
    assert report.seconds == pytest.approx(sum(case[3] for _, cases in suites for case in cases) / 1000)
    assert sum(block.size for block in report.blocks.values()) == len(outcomes(report))
    named = {case[1] for _, cases in suites for case in cases}
    assert {raw_name(name) for _, name in outcomes(report)} == named
    assert not any("claims" in note for note in notes(report))


@given(SUITES, st.integers(1, 60))
@settings(deadline=None)
def test_pieces_of_any_size_give_the_same_report(
    suites: list[tuple[str, list[tuple[str, str, str, int]]]], size: int
) -> None:
    data = written_by_junitparser(suites)
    whole = xml_stream.CHUNK
    expected = read(data)
    try:
        xml_stream.CHUNK = size  # type: ignore[misc]
        assert replace(read(data), seconds=expected.seconds) == expected
    finally:
        xml_stream.CHUNK = whole  # type: ignore[misc]


@st.composite
def reports(draw: st.DrawFn) -> str:
    """A report of nested suites and tests with every kind of child; names are unique unless drawn twice."""
    result = st.sampled_from(
        [
            "",
            "<failure>t</failure>",
            '<error message="m"/>',
            "<skipped/>",
            "<flakyFailure><stackTrace>s</stackTrace></flakyFailure>",
            "<system-out>o</system-out>",
            "<rerunFailure/>",
            "<testcase name='inner'/>",
        ]
    )

    def inside(depth: int) -> str:
        parts = []
        for _ in range(draw(st.integers(0, 3))):
            if depth < 3 and draw(st.booleans()):
                parts.append(f'<testsuite name="{draw(st.sampled_from("uvw"))}">{inside(depth + 1)}</testsuite>')
            else:
                klass = draw(st.sampled_from(["", ' classname="c"', ' classname="test" time="1"']))
                children = "".join(draw(st.lists(result, max_size=3)))
                name = draw(st.sampled_from(["k", "l", "m", "é&amp;"]))
                parts.append(f'<testcase name="{name}"{klass}>{children}</testcase>')
        return " ".join(parts)

    return f'<?xml version="1.0" encoding="utf-8"?><testsuites>{inside(0)}</testsuites>'


@given(reports(), st.data())
def test_a_report_cut_anywhere_invents_nothing_and_hides_no_failure(text: str, data: st.DataObject) -> None:
    whole = text.encode()
    cut = data.draw(st.integers(0, len(whole) - 1))
    complete = tree_outcomes(whole)
    report = junit.parse(Source(name="x", data=whole[:cut]))

    assert damaged(report)
    for test, outcome in outcomes(report).items():
        found = complete[test[0], raw_name(test[1])]
        # a failed attempt counts as a failure where the rest of the element, which could say otherwise, is missing
        assert outcome in found or (outcome is F and (E in found or "<rerunFailure/>" in text))
    assert report.executions.total <= sum(map(len, complete.values()))
    assert report.executions.passed <= sum(o <= K for found in complete.values() for o in found)


def tree_outcomes(whole: bytes) -> dict[tuple[str, str], list[Outcome]]:
    """The outcomes of each execution, by a second reading as a tree."""
    found: dict[tuple[str, str], list[Outcome]] = {}

    def outcome_of(case: ET.Element) -> Outcome:
        tags = {child.tag for child in case}
        order = (("error", E), ("failure", F), ("skipped", S), ("rerunFailure", F), ("flakyFailure", K))
        return next((outcome for tag, outcome in order if tag in tags), P)

    def walk(element: ET.Element, path: tuple[str, ...]) -> None:
        for child in element:
            if child.tag == "testsuite":
                walk(child, (*path, child.get("name", "")))
            elif child.tag == "testcase":
                klass = child.get("classname") or ""
                if klass in {"", "test"}:
                    klass = " > ".join((*path, *([klass] if klass else [])))
                found.setdefault((klass, child.get("name", "")), []).append(outcome_of(child))
                walk(child, path)

    walk(ET.fromstring(whole), ())
    return found


@given(reports())
def test_a_second_reading_as_a_tree_agrees(text: str) -> None:
    expected = tree_outcomes(text.encode())
    report = read(text)

    assert outcomes(report) == {
        (klass, numbered_name(name, number)): outcome
        for (klass, name), found in expected.items()
        for number, outcome in enumerate(sorted(found, reverse=True), start=1)
    }
    assert report.executions.total == sum(map(len, expected.values()))


ATTRIBUTES = ["name", "classname", "time", "status", "result", "line", "file", "type", "message", "tests"]
HOSTILE = st.text(max_size=20) | st.sampled_from(["\ud7ff", "&" * 9, "\u202e", "]]>", "x" * 9_000, "1" * 400, "-0"])


@given(
    st.lists(
        st.dictionaries(st.sampled_from(ATTRIBUTES), HOSTILE),
        min_size=8,
        max_size=8,
    )
)
def test_no_attribute_raises(values: list[dict[str, str]]) -> None:
    def attributes(given_values: dict[str, str]) -> str:
        return " ".join(f"{key}={quoteattr(value)}" for key, value in given_values.items())

    a, b, c, d, e, f, g, h = map(attributes, values)
    text = (
        f"<testsuites {a}><testsuite {b}><properties><property {c}/></properties><testcase {d}/><testcase {e}>"
        f"<failure {f}/></testcase><testcase {g}><skipped {h}/></testcase><error {a}/></testsuite></testsuites>"
    )
    report = read(text.encode(errors="replace"))

    assert report.executions.total >= 4
    assert report.executions.failing >= 2


@pytest.mark.parametrize(("code", "errored"), [(2, 0), (1, 1), (255, 1)])
def test_an_exit_code_that_counts_the_failing_tests_is_no_failure_of_its_own(code: int, errored: int) -> None:
    text = (
        '<testsuite name="t/a.t"><testcase name="1"><failure/></testcase><testcase name="2"><failure/></testcase>'
        f'<error message="Dubious, test returned {code} (wstat 512, 0x200)"/></testsuite>'
    )
    report = parse(Source(name="x", data=text.encode()))
    assert isinstance(report, TestReport)
    assert (report.executions.failed, report.executions.errored) == (2, errored)
    assert any("only sum up" in problem.what for problem in report.problems) is not bool(errored)


def test_an_exit_code_without_a_failing_test_counts() -> None:
    text = '<testsuite name="a"><testcase name="1"/><error message="Dubious, test returned 1 (wstat 256)"/></testsuite>'
    report = parse(Source(name="x", data=text.encode()))
    assert isinstance(report, TestReport)
    assert (report.executions.passed, report.executions.errored) == (1, 1)
