"""Parts of the documents: goals, score, carried suites, waivers, evidence, slow tests, quarantine."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support import gfm
from tests.support.builders import (
    baseline,
    change,
    changes,
    compared,
    cover,
    leg,
    measure,
    numbered,
    page,
    policy,
    report,
    with_legs,
)

from readygate.model.measures import Excuse
from readygate.model.policy import Component, Goal, Quarantine
from readygate.model.policy_change import Waiver
from readygate.model.reports import COVERAGE_PY
from readygate.model.verdict import Evidence, EvidenceItem, Finding, Level, Status, Verdict
from readygate.outputs import comment, summary
from readygate.render.escaping import code, inline_or_code
from readygate.render.markdown import changed_tests, policy_measures, rules
from readygate.render.markdown.durations import slower_table, slowest_table
from readygate.render.markdown.elements import Table, columns_from, write_table
from readygate.render.markdown.figure_table import figure_rows
from readygate.render.markdown.matrix import leg_table
from readygate.render.markdown.rules import deductions, score_table, score_text
from readygate.render.report_view import ReportView


def verdict(lost: list[Fraction]) -> Verdict:
    found = tuple(
        Finding(rule=f"rule-{at}", level=Level.BLOCK, status=Status.BLOCK, summary=("x",), deduction=points)
        for at, points in enumerate(lost)
    )
    return Verdict(ready=False, reason="x", findings=found, score=100 - sum(lost, Fraction(0)))


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), st.integers(0, 100))
def test_score_and_deductions_add_up_to_100(points: list[int], rest: int) -> None:
    total = sum(points) + rest
    told = verdict([Fraction(100 * each, total) for each in points] if total else [Fraction(0)])

    shown = sum(lost for _, lost in deductions(told))

    assert shown + round(float(score_text(told)) * 100) == 10_000
    assert all(abs(Fraction(lost, 100) - finding.deduction) < Fraction(1, 100) for finding, lost in deductions(told))


def test_the_total_of_coverage_py_is_shown_where_it_differs() -> None:
    """17 of 20 lines and 1 of 4 branches: `coverage report` states 75% (18 of 24)."""
    lines = cover({"a.py": "h" * 17 + "mmm"}, branches={"a.py": {1: (1, 2), 2: (0, 2)}})

    def rows(*, producer: str) -> dict[str, str]:
        view = page(compared(measure(report({"A": numbered("p")}), replace(lines, producer=producer))))
        return {label: now for label, _, now, _ in figure_rows(view)}

    label = "Total of `coverage report`, which counts lines and branches together"
    assert rows(producer=COVERAGE_PY)[label] == "75.00%"
    assert rows(producer=COVERAGE_PY)["Line coverage"] == "85.00%"
    assert label not in rows(producer="")


def test_full_score_has_no_table_and_missing_score_has_no_text() -> None:
    full = verdict([Fraction(0)])

    assert (score_text(full), score_table(full)) == ("100", None)
    assert (score_text(replace(full, score=None)), deductions(replace(full, score=None))) == ("", ())


def measured(lines: str, *goals: str) -> ReportView:
    comparison = compared(measure(report({"A": numbered("p")}), cover({"src/a.py": lines})))
    return page(comparison, rules=replace(policy(), goals=tuple(Goal(coverage=Fraction(goal)) for goal in goals)))


@pytest.mark.parametrize(
    ("lines", "goals", "told"),
    [
        ("hhmm", (), ""),
        ("hhmm", ("1/2",), "The target of the policy is reached."),
        ("hhmm", ("1/4", "1/2"), "All 2 targets of the policy are reached."),
        ("hhmm", ("3/4",), "**Next target:** 50.00% → 75%: 1 more covered line; largest uncovered: `src/a.py` 2."),
        ("", ("3/4",), ""),
    ],
)
def test_next_target(lines: str, goals: tuple[str, ...], told: str) -> None:
    assert policy_measures.goal_text(measured(lines, *goals)) == told


def test_clean_run_has_three_lines_despite_goals_and_components() -> None:
    side = measure(report({"A": numbered("p")}), cover({"src/a.py": "hhhm"}), commit="b" * 40)
    mine = measure(report({"A": numbered("p")}), cover({"src/a.py": "hhhm"}))
    part = Component(name="all", paths=("src/**",), minimum=Fraction(1, 2))
    rules = replace(policy(components=Level.BLOCK), components=(part,), goals=(Goal(coverage=Fraction(9, 10)),))

    text = comment.render(page(compared(mine, baseline(side), diff=changes(change("b.md", [1]))), rules=rules))

    assert len(text.strip().split("\n\n")) == 4  # and the hidden marker


def test_durations_are_compared_across_a_renamed_suite() -> None:
    slow = {"A": numbered("ppp")}
    before = with_legs(leg(slow, group="results-1", seconds=1.0), commit="b" * 40)
    after = with_legs(leg(slow, group="results-2", seconds=3.0))

    told = page(compared(after, baseline(before)))
    slowest, slower = slowest_table(told), slower_table(told)

    assert slowest is not None
    assert [row[-2:] for row in slowest[1].rows] == [("3.00 s", "+2.00 s")] * 3
    assert slower is not None
    assert slower[0] == "Slower than on the base: 3 tests"


def test_no_slower_tests_without_a_baseline() -> None:
    told = page(compared(measure(report({"A": numbered("p")}))))

    assert slower_table(told) is None


def carried(*names: str) -> ReportView:
    one = page(compared(measure(report({"A": numbered("p")}))))
    legs = tuple(leg({"A": numbered("p")}, group=name) for name in names)
    return replace(one, comparison=replace(one.comparison, carried=legs))


def test_carried_suites_are_listed_by_escaped_name() -> None:
    assert rules.carried_line(carried()) == ""
    assert (
        rules.carried_line(carried("a|b", "@team")) == "Carried from the base, not run for this change: `a|b`, `@team`."
    )
    many = rules.carried_line(carried(*(f"s{number}" for number in range(12))))
    assert many.endswith("`s9` and 2 more.")


@pytest.mark.parametrize(
    ("waiver", "told"),
    [
        (Waiver(label="ok", by="ann", when="2026-11-20T09:30:00Z"), ", set by `ann` on 2026-11-20: `rule-0`."),
        (Waiver(label="ok", by="ann", when="<b>"), "`ok`, set by `ann`: `rule-0`."),
        (Waiver(label="ok"), "Waived by the label `ok`: `rule-0`."),
        (None, ""),
    ],
)
def test_waiver_line_names_who_set_the_label(waiver: Waiver | None, told: str) -> None:
    one = page(compared(measure(report({"A": numbered("p")}))))
    excused = verdict([Fraction(5)])
    excused = replace(excused, findings=(replace(excused.findings[0], waived=True),))
    shown = rules.waiver_line(replace(one, verdict=excused, comparison=replace(one.comparison, waiver=waiver)))

    assert shown.endswith(told)
    assert bool(shown) is bool(told)


def resting(*items: EvidenceItem, total: int = 0) -> ReportView:
    diff = changes(change("gone.yml", status="removed"), change("kept.yml", [1]))
    one = page(compared(measure(report({"A": numbered("p")})), diff=diff))
    finding = verdict([Fraction(5)]).findings[0]
    finding = replace(finding, evidence=Evidence(items=items, total=total or len(items)))
    return replace(one, verdict=replace(one.verdict, findings=(finding,)))


def test_evidence_links_only_files_that_exist() -> None:
    files = [EvidenceItem(kind="file", name=name, file=name) for name in ("kept.yml", "gone.yml")]
    text = rules.evidence_text(resting(*files, EvidenceItem(kind="report", name="out/a.xml")), long=False)

    assert "[`kept.yml`](https://github.com/acme/widgets/blob/" in text
    assert "; `gone.yml`; `out/a.xml`" in text


def test_evidence_is_limited_and_the_rest_counted() -> None:
    files = [EvidenceItem(kind="report", name=f"r{number}.xml") for number in range(20)]

    assert rules.evidence_text(resting(*files, total=33), long=False).endswith("`r4.xml`; and 28 more")
    assert rules.evidence_text(resting(*files, total=33), long=True).endswith("`r19.xml`; and 13 more")


def test_evidence_omits_kinds_with_lists_of_their_own() -> None:
    assert rules.evidence_text(resting(EvidenceItem(kind="test", name="A::a")), long=True) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("5 more lines are not covered, 91.66% after 100%", "5 more lines are not covered, 91.66% after 100%"),
        ("was '@team'", "`was '@team'`"),
        ("see www.example.org", "`see www.example.org`"),
        ("at e4f5a6b0", "`at e4f5a6b0`"),
        ("a*b*", "`a*b*`"),
        ("", "(no name)"),
    ],
)
def test_remark_is_code_if_it_could_be_markup_or_a_link(text: str, shown: str) -> None:
    assert inline_or_code(text) == shown


def test_quarantined_failure_shows_reason_and_expiry_date() -> None:
    one = page(compared(measure(report({"A": numbered("ff")}))))
    tests = replace(one.comparison.tests, quarantined=one.comparison.tests.new_failures, new_failures=())
    excuse = Excuse(reason="the | clock", expires="2026-12-31")
    measures = replace(one.comparison.measures, excuses=(excuse, None))
    told = replace(one, comparison=replace(one.comparison, tests=tests, measures=measures))

    section = changed_tests.quarantined(told)

    assert section is not None
    assert [row[-1] for row in section.table.rows] == ["2026-12-31: `the | clock`", "–"]


def test_quarantine_entry_with_the_latest_expiry_date_applies() -> None:
    entries = tuple(
        Quarantine(tests=(pattern,), reason=reason, expires=day)
        for pattern, reason, day in (
            ("A::*", "old", "2020-01-01"),
            ("A::*", "new", "2030-01-01"),
            ("B::*", "b", "2031-01-01"),
        )
    )
    comparison = compared(measure(report({"A": numbered("f")})))
    tests = replace(comparison.tests, quarantined=comparison.tests.new_failures, new_failures=())

    told = page(replace(comparison, tests=tests), rules=replace(policy(), quarantine=entries))

    assert told.comparison.measures.excuses == (Excuse(reason="new", expires="2030-01-01"),)


def test_summary_is_the_long_form() -> None:
    told = page(compared(measure(report({"A": numbered("pf")}))))

    assert "### How the verdict was reached" in summary.render(told)
    assert "<summary>How the verdict was reached" in comment.render(told)


CELLS = st.tuples(*[st.text("ab| `")] * 3)


@given(CELLS, st.lists(CELLS, max_size=3))
def test_bars_add_no_columns_to_a_table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    table = Table(columns=columns_from(*map(code, header)), rows=tuple(tuple(map(code, row)) for row in rows))

    assert gfm.read(write_table(table)).rows == [[3] * (len(rows) + 1)]


def test_table_of_legs_shows_names_with_bars() -> None:
    legs = (leg({"A": {"t": "f"}}, name="a|b"), leg({"A": {"t": "p"}}, name="c"), leg({"A": {"t": "f"}}, name="d"))
    found = leg_table(page(compared(with_legs(*legs))))

    assert found is not None
    assert write_table(found[1]).startswith("| Test | `a\\|b` | `d` |\n")
    assert gfm.read(write_table(found[1])).rows == [[3, 3]]
