"""The history of the figures: in words and numbers first, as curves beside them."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import BASE, baseline, compared, cover, measure, page, report
from tests.support.gfm import problems
from tests.support.history import past_run, with_history

from readygate.model.comparison import Comparison
from readygate.model.history import History
from readygate.outputs.summary import render
from readygate.render.size_limits import SUMMARY
from readygate.render.trends import SHOWN, mermaid, sparkline, trends, trends_markdown

SUITE = {"A": {"one": "p", "two": "p", "three": "f", "four": "p"}}


def comparison(*passed: int, branch: str = "main", covered: bool = True, complete: bool = True) -> Comparison:
    """This run passes 3 of 4; the history passed so many of 4, with as many of 10 lines covered."""
    runs = [
        past_run(number, passed=each, failed=4 - each, lines=(each + 5, 10) if covered else None, complete=complete)
        for number, each in enumerate(passed, start=1)
    ]
    lines = [cover({"a.py": "hhhhhhhhmm"})] if covered else []
    known = baseline(measure(report(SUITE), *lines, commit=BASE), branch=branch, history=History(runs=tuple(runs)))
    return compared(measure(report(SUITE), *lines), known)


def row(text: str, title: str) -> list[str]:
    (line,) = (line for line in text.splitlines() if line.startswith(f"| {title} "))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_without_a_history_there_is_no_section() -> None:
    alone = page(compared(measure(report(SUITE))))
    assert trends_markdown(alone) == ""
    assert "History" not in render(alone)
    assert trends_markdown(page(comparison())) == ""
    assert trends_markdown(page(comparison(4))) == ""


def test_figures_stand_in_words_beside_the_curve() -> None:
    text = trends_markdown(page(comparison(4, 2, 4, 4)))
    assert row(text, "Pass rate") == ["Pass rate", "100%", "50.00%", "100%", "100%", "75.00%", "`█▁██▅`"]
    assert row(text, "Coverage")[1:6] == ["90.00%", "70.00%", "90.00%", "90.00%", "80.00%"]
    assert row(text, "Time of all tests")[1:6] == ["1.00 s", "1.00 s", "4.00 s", "4.00 s", "1.00 s"]
    assert "| Last 4 runs of `main` | First | Lowest | Highest | Last | This change |" in text
    assert "not from zero; this change is its last bar." in text
    assert problems(text) == []


def test_what_was_not_measured_has_no_row() -> None:
    text = trends_markdown(page(comparison(4, 2, covered=False)))
    assert "Coverage" not in text
    assert "Pass rate" in text


def test_incomplete_runs_are_left_out_and_counted() -> None:
    runs = tuple(past_run(n, passed=4, failed=0, complete=n != 2) for n in (1, 2, 3))
    made = page(with_history(compared(measure(report(SUITE)), measure(report(SUITE), commit=BASE)), History(runs=runs)))
    assert [len(trend.points) for trend in trends(made.comparison)] == [2, 2]
    assert "1 incomplete run is left out." in trends_markdown(made)


def test_only_the_newest_runs_are_shown() -> None:
    made = page(comparison(*([1] * 5 + [4] * SHOWN)))
    cells = row(trends_markdown(made), "Pass rate")
    assert cells[1:5] == ["100%"] * 4
    assert len(cells[6].strip("`")) == SHOWN + 1


def test_a_chart_repeats_a_series_that_moves() -> None:
    made = page(comparison(4, 2, 4, 3, 4, 4))
    found = {trend.title: mermaid(trend) for trend in trends(made.comparison)}
    assert "    line [100, 50, 100, 75, 100, 100, 75]" in found["Pass rate"]
    assert "    y-axis 45.00 --> 100.00" in found["Pass rate"]
    steady = page(comparison(4, 4, 4, 4, 4, 4, covered=False))
    assert "75]" in mermaid(trends(steady.comparison)[0])
    assert mermaid(trends(comparison(3, 3, 3, 3, 3))[0]) == ""


def test_a_hostile_branch_stays_a_name() -> None:
    text = trends_markdown(page(comparison(4, 2, branch="`a|b` <b>@octocat")))
    assert problems(text) == []


def test_the_summary_keeps_its_budget() -> None:
    text = render(page(comparison(4, 2, 4, 3, 4, 4)))
    assert text.endswith("</details>\n")
    assert "### History" in text
    assert SUMMARY.allows(text)


@given(st.lists(st.fractions(0, 1000), min_size=1, max_size=60))
def test_a_sparkline_keeps_the_order(values: list[Fraction]) -> None:
    line = sparkline(tuple(values))
    assert len(line) == len(values)
    for one, bar in zip(values, line, strict=True):
        for other, beside in zip(values, line, strict=True):
            if one < other:
                assert bar <= beside
    if min(values) < max(values):
        assert {line[values.index(min(values))], line[values.index(max(values))]} == {"▁", "█"}


def test_a_series_in_one_sentence() -> None:
    trend = trends(comparison(4, 2, 4, 4))[0]

    assert trend.words() == (
        "Pass rate over 4 runs: first 100%, lowest 50.00%, highest 100%, last 100%, this change 75.00%."
    )
