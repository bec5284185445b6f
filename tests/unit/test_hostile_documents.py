"""Documents from hostile reports: no text of a report becomes markup, and no document exceeds its size limits."""

import re
import time
from functools import cache

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.support.builders import (
    BASE,
    baseline,
    change,
    changes,
    compared,
    cover,
    measure,
    numbered,
    page,
    report,
)
from tests.support.gfm import problems, read
from tests.support.hostile import PIECES

from readygate.model.comparison import Comparison
from readygate.model.reports import Problem, Severity, TestReport
from readygate.model.results import FailureDetail, Outcome
from readygate.model.snapshot import HeadRun
from readygate.render.markdown.document import render_markdown
from readygate.render.report_view import ReportView
from readygate.render.size_limits import CHECK, COMMENT, SUMMARY, SizeLimits

words = st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map("".join)
names = st.lists(words, min_size=6, max_size=6, unique=True)

TOKEN = "ghp_" + "a" * 36


def details(klass: str, tests: list[str], text: str) -> list[FailureDetail]:
    return [
        FailureDetail(
            class_name=klass,
            name=name,
            outcome=Outcome.FAILED,
            type=text[:20],
            message=f"{text} {TOKEN}",
            text=f"{text}\n{TOKEN}\n{name}",
        )
        for name in tests
    ]


def clean(text: str) -> str:
    return text.replace("\0", "")


def hostile(given_names: list[str], text: str) -> Comparison:
    """Return a comparison with hostile text in every field of a report and of a baseline that holds a name."""
    klass, failing, fixed, gone, path, file = map(clean, given_names)
    head = report(
        {klass: {failing: "f", failing + "2": "e", fixed: "p", "skip" + failing: "s"}},
        details=details(klass, [failing, failing + "2"], text),
        problems=(
            Problem(severity=Severity.DAMAGE, what=text, place=text, why=text, todo="look"),
            Problem(severity=Severity.NOTE, what=text),
        ),
    )
    base = report({klass: {failing: "p", failing + "2": "e", fixed: "f", gone: "p", "skip" + failing: "p"}})
    paths = {path or "x.py": "hmm", f"{path}2.py": "m"}
    diff = changes(*(change(name, [1, 2]) for name in paths), change(f"{path}/new.py", [1], status="added"))
    mine = measure(head, cover(paths), names=(file, f"{file}.cov"), needs={text: "cancelled"})
    other = measure(base, cover(paths), commit=BASE)
    return compared(mine, baseline(other, branch=text), diff=diff)


@settings(max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(names, words)
@pytest.mark.parametrize("budget", [COMMENT, SUMMARY], ids=["comment", "summary"])
def test_report_text_never_becomes_markup(budget: SizeLimits, given_names: list[str], text: str) -> None:
    document = render_markdown(page(hostile(given_names, text)), budget)
    assert problems(document) == []
    assert TOKEN not in document
    seen = read(document)
    assert set(seen.headings) <= {"h3", "h4", "h5"}
    assert seen.comments == []
    assert seen.rules == 0


def test_problems_finds_live_markup() -> None:
    for text in (
        "[a](https://example.org)",
        "https://example.org",
        "![a](x.png)",
        "<b>open",
        "<script>",
        "hello @octocat",
        "fixes #12",
        "| a |\n|--|\n| b | c |\n\n<details>",
        "<details>\n<summary>x</summary>",
        "<details>\n\nno title\n\n</details>",
    ):
        assert problems(text), text
    assert problems("`@octocat` and `#1` and `<b>`\n\n```\nhttps://example.org\n```") == []


@cache
def failures(number: int) -> ReportView:
    trace = "\n".join(f"tests/test_x.py:{n}: in a_function_with_a_name\n    `{n}` | {'x' * 200}" for n in range(60))
    suites = {f"tests.test_{n:05d}": numbered("f" * 100, f"test_{'long_name_' * 9}") for n in range(number // 100)}
    failing = report(
        suites,
        details=[
            FailureDetail(
                class_name=klass, name=name, outcome=Outcome.FAILED, type="E", message="y" * 2_000, text=trace
            )
            for klass, tests in suites.items()
            for name in tests
        ],
    )
    green = report({klass: dict.fromkeys(tests, "p") for klass, tests in suites.items()})
    files = {f"src/package_{n:04d}/module_with_a_long_name.py": "m" * 40 for n in range(number // 25)}
    diff = changes(*(change(path, range(1, 41, 2)) for path in files))
    comparison = compared(measure(failing, cover(files)), measure(green, cover(files), commit=BASE), diff=diff)
    return page(comparison, files=[f"tests/test_{n:05d}.py" for n in range(number // 100)])


@pytest.mark.slow
@pytest.mark.parametrize("number", [5_000, 50_000])
@pytest.mark.parametrize("budget", [COMMENT, CHECK, SUMMARY], ids=["comment", "check", "summary"])
def test_report_of_any_size_is_within_the_limits(budget: SizeLimits, number: int) -> None:
    made = failures(number)
    start = time.process_time()
    document = render_markdown(made, budget)
    assert time.process_time() - start < 2
    assert budget.allows(document)
    assert problems(document) == []
    assert document.startswith(f"### ❌ Not ready: {number:,} tests newly fail")
    assert re.search(rf"and {number - 10:,} more", document)


@pytest.mark.parametrize("room", [*range(2_400, 30_000, 1_700), 60_000])
def test_blocks_are_dropped_as_a_whole_at_every_limit(room: int) -> None:
    budget = SizeLimits(characters=room, bytes=room)
    document = render_markdown(failures(5_000), budget)
    assert budget.allows(document)
    assert problems(document) == []
    lines = document.splitlines()
    assert lines[0].startswith("### ❌ Not ready")
    assert "| Level | Finding and what to do |" in lines
    if room < 20_000:
        assert "\nLeft out to fit: " in document
        assert "](https://github.com/acme/widgets/actions/runs/99)" in lines[-1]


def test_larger_limit_never_keeps_fewer_folds() -> None:
    rooms = [
        render_markdown(failures(5_000), SizeLimits(characters=room, bytes=room))
        for room in range(2_000, 40_000, 2_000)
    ]
    kept = [document.count("<details>") for document in rooms]
    assert kept == sorted(kept)


@pytest.mark.parametrize("budget", [COMMENT, CHECK], ids=["comment", "check"])
def test_long_traces_stay_within_the_trace_budget(budget: SizeLimits) -> None:
    names = [f"test_{letter}" for letter in "abcdefghijklmnop"]
    told = [
        FailureDetail(
            class_name="k", name=name, outcome=Outcome.FAILED, type="E", message=f"{name} broke",
            text="\n".join(f"{name} {n} {'`|<b>' * 90}" for n in range(400)),
        )
        for name in names
    ]  # fmt: skip
    made = page(compared(measure(report({"k": dict.fromkeys(names, "f")}, details=told))))
    document = render_markdown(made, budget)
    assert document.count("```text") >= 3
    assert len(document) < 25_000
    assert "Left out to fit" not in document
    assert all(name in document for name in names)
    assert problems(document) == []


def test_limit_of_bytes_applies_in_addition_to_characters() -> None:
    suite = {"漢" * 50: {f"{'字' * 50}{n}": "f" for n in range(30)}}
    made = page(compared(measure(report(suite)), measure(report({"漢" * 50: {"x": "p"}}), commit=BASE)))
    for budget in (SizeLimits(characters=6_000, bytes=6_000), SizeLimits(characters=60_000, bytes=6_000)):
        document = render_markdown(made, budget)
        assert len(document.encode()) <= 6_000
        assert problems(document) == []


def test_name_of_a_million_characters() -> None:
    long = "`|<b>@x " * 125_000
    suite = {long: {long: "f"}}
    head: HeadRun = measure(report(suite, details=details(long, [long], long)))
    start = time.process_time()
    document = render_markdown(page(compared(head)), COMMENT)
    assert time.process_time() - start < 3
    assert problems(document) == []
    assert len(document) < 10_000
    assert isinstance(head.evidence.files[0].report, TestReport)
