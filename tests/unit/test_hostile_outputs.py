"""Hostile names and messages through every output: nothing of them becomes markup for a Markdown or an HTML parser."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace
from tests.support.builders import BASE, baseline, change, changes, compared, cover, measure, page, report
from tests.support.gfm import problems
from tests.support.hostile import PIECES

from readygate.commands.render import short
from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import Settings
from readygate.context import Published, RunContext
from readygate.model.history import History, PastRun
from readygate.model.reports import Problem, Severity, TestReport
from readygate.model.results import Counts, FailureDetail, Outcome, TestId
from readygate.outputs import all_outputs
from readygate.outputs._annotations import find_annotations
from readygate.render.markdown.document import render_markdown
from readygate.render.report_view import ReportView
from readygate.render.size_limits import CHECK, COMMENT, SUMMARY
from readygate.support.console import Console

ADDRESS = "https://github.com/acme/widgets/"
TAGS = set("a b blockquote br code details em h2 h3 h4 h5 li p pre strong summary".split(" "))  # noqa: SIM905
TAGS |= {"table", "tbody", "td", "th", "thead", "tr", "ul"}
BOLD = MarkdownIt("commonmark", {"html": True, "linkify": True}).enable(["table", "strikethrough", "linkify"])

words = st.lists(
    st.sampled_from([*PIECES, "ghp_", "::error::", "<script>", "javascript:", "'", '"']), min_size=1, max_size=8
)
texts = words.map("".join)


def hostile(name: str, text: str) -> ReportView:
    """A page in whose every place stands a given name or text: tests, classes, legs, files, branches, tools, gate."""
    klass, test = text.replace("\0", "") or "k", name.replace("\0", "") or "n"
    failing = {f"{test}{number}": "f" for number in range(3)}
    suite = {klass: {**failing, "k": "k", f"{test}s": "s", f"{test}new": "p"}, f"{klass}.b": {test: "p"}}
    traces = (text, f'File "{name}", line 3, in {text}\n{text}', f"{name}.py:3: in {text}")
    told = [
        FailureDetail(class_name=klass, name=each, outcome=Outcome.FAILED, type=name[:90], message=text, text=trace)
        for each, trace in zip(failing, traces, strict=True)
    ]
    told.append(FailureDetail(class_name=klass, name=f"{test}s", outcome=Outcome.SKIPPED, message=text))
    odd = Problem(severity=Severity.NOTE, what=text, place=name, why=text, todo=name)
    properties = {"python": text, "platform": name, "os.name": text}

    def of(letters: dict[str, dict[str, str]], details: list[FailureDetail]) -> TestReport:
        return replace(report(letters, details=details, problems=(odd,)), properties=properties)

    path = f"{name}.py".replace("\0", "")
    mine = measure(
        of(suite, told), of(suite, told), cover({path: "hmm", "b.py": "mmm"}),
        names=(f"{name}/1-{text}/j.xml", f"{name}/2-{text}/j.xml", f"{text}.cov"),
        needs={name: "failure"},
    )  # fmt: skip
    before = {klass: {**dict.fromkeys(failing, "p"), f"{test}2": "e", "gone": "p", f"gone{test}": "p", f"{test}s": "p"}}
    base = measure(of(before, []), of(before, []), cover({path: "hhh"}), commit=BASE,
                   names=(f"{name}/1-{text}/j.xml", f"{name}/2-{text}/j.xml"))  # fmt: skip
    history = History(
        runs=tuple(PastRun(commit=BASE, counts=Counts(passed=1), when=86_400 * n) for n in range(9)),
        tests={(TestId(class_name=klass, name=each), ""): "..F..FFFF" for each in [*failing, "k"]},
    )
    known = baseline(base, branch=text, history=history, relation="the merge base", behind=2, wanted="b" * 40)
    return page(
        compared(mine, known, diff=changes(change(path, [1, 2, 3]), change(f"{text}.py", [1], status="added"))),
        gate=name.strip() or "x",
    )


class Seen(HTMLParser):
    """Tags, addresses and handlers of a document."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "srcset")]


def seen(html: str) -> Seen:
    reader = Seen()
    reader.feed(html)
    reader.close()
    return reader


def is_dead_markdown(text: str) -> None:
    body = text[: text.rfind("<!-- readygate:comment ")] if "<!-- readygate:comment " in text else text
    assert problems(body) == []
    found = seen(BOLD.render(body))
    assert found.tags <= TAGS
    assert found.handlers == []
    assert all(address.startswith(ADDRESS) for address in found.addresses)


def is_dead_console(text: str) -> None:
    for line in text.splitlines():
        assert not line.lstrip().startswith("::"), line
        assert "##[" not in line
    assert "\x1b" not in text


def is_json(text: str) -> None:
    json.loads(text)


def is_xml(text: str) -> None:
    ET.fromstring(text)


def is_dead_html(text: str) -> None:
    """Nothing stands in the page that does not stand in that of a harmless run: no tag, no handler, no address."""
    mine, plain = seen(text), seen(written(hostile("name", "text"))["html"])
    assert mine.tags <= plain.tags
    assert set(mine.handlers) <= set(plain.handlers)
    local = tuple(address for address in mine.addresses if not address.startswith((ADDRESS, "#", "data:")))
    assert local == ()


def is_outputs(text: str) -> None:
    """Every value stands between its random lines: what is left over would be an output of somebody else."""
    rest = re.sub(r"(?ms)^[a-z-]+<<(ghadelimiter_[0-9a-f]{32})\n.*?\n\1\n", "", text)
    assert rest == ""


CHECKS: dict[str, Callable[[str], None]] = {
    "comment": is_dead_markdown,
    "summary": is_dead_markdown,
    "console": is_dead_console,
    "json": is_json,
    "junit": is_xml,
    "cobertura": is_xml,
    "html": is_dead_html,
    "outputs": is_outputs,
    "badges": is_json,  # the first of them; the pictures hold our words and figures only
    "snapshot": lambda _: None,  # bytes of our own, never shown
}


def written(made: ReportView) -> dict[str, str]:
    """What every output of the folder that can write without GitHub writes, by its short name."""
    found = {}
    for output in all_outputs():
        with TemporaryDirectory() as folder:
            root, printed = Path(folder), StringIO()
            place = RunnerEnvironment(workspace=root, output=root / "outputs", step_summary=root / "summary")
            context = RunContext(settings=Settings(), runner=place, console=Console(stream=printed), folder=root)
            if output.enabled(made, context):
                output.publish(made, context, Published())
                files = sorted(path for path in root.rglob("*") if path.is_file())
                data = files[0].read_bytes().decode("utf-8", "replace") if files else printed.getvalue()
                found[short(output)] = data
    return found


@pytest.mark.slow
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(texts, texts)
def test_nothing_hostile_comes_to_life_in_any_output(name: str, text: str) -> None:
    found = written(hostile(name, text))
    assert len(found) >= 8
    for output, data in found.items():
        CHECKS[output](data)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(texts, texts)
def test_nothing_hostile_comes_to_life_in_a_check_run(name: str, text: str) -> None:
    made = hostile(name, text)
    is_dead_markdown(render_markdown(made, CHECK))
    for row in find_annotations(made, 100):
        assert "\n" not in row["title"]
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e\u200b]", row["title"] + row["message"])


@pytest.mark.parametrize("name", PIECES)
def test_every_piece_alone_is_dead(name: str) -> None:
    for budget in (COMMENT, SUMMARY):
        is_dead_markdown(render_markdown(hostile(name, name), budget))


def test_a_hostile_page_tells_everything() -> None:
    """The page of these tests has every section: else they would prove little."""
    text = render_markdown(hostile("name", "text"), SUMMARY)
    for told in (
        "newly failing tests", "still failing test", "flaky test", "newly skipped", "are gone", "added test",
        "not covered", "Tests by suite", "Coverage by file", "Skipped tests by reason", "Slowest tests",
        "How the verdict was reached", "What was read", "**Tools:**", "measured by no report", "Trace of",
    ):  # fmt: skip
        assert told in text, told
