"""Users' templates: they say what they like, and can neither free a name, nor hang, nor grow, nor get out."""

import subprocess
import time
import warnings
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.golden.cases import CASES
from tests.golden.test_golden import published
from tests.support.builders import BASE, baseline, change, changes, compared, cover, measure, page, report
from tests.support.hostile import PIECES

from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import Settings
from readygate.context import Published, RunContext
from readygate.model.changes import Changes
from readygate.model.results import FailureDetail, Outcome
from readygate.outputs import comment
from readygate.reference.template import LARGEST, template_source
from readygate.render.escaping import code
from readygate.render.markdown.document import render_markdown
from readygate.render.report_view import ReportView
from readygate.render.size_limits import COMMENT, SizeLimits
from readygate.render.template.placeholders import Placeholders, to_inert_html, to_inert_text, to_inert_trace
from readygate.render.template.sandbox_process import run_template
from readygate.render.template.user_template import LISTED, TemplateError, context, render_user_template
from readygate.support.console import Console

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import html5lib

GFM = MarkdownIt("commonmark", {"linkify": True, "html": True}).enable(["table", "strikethrough", "linkify"])
MEAN = """\
### {{ verdict }}

{{ new_failures[0].name }} and [{{ new_failures[0].name }}]({{ new_failures[0].name }}) *{{ new_failures[0].test }}*

| {{ gate }} | b |
| - | - |
{% for test in new_failures -%}
| {{ test.name }} in {{ test.class }} | {{ test.message }} |
{% endfor %}

<details><summary>{{ new_failures[0].message }}</summary>
<div title="{{ new_failures[0].name }}" class='{{ new_failures[0].name }}'>{{ new_failures[0].test }}</div>
<!-- {{ new_failures[0].name }} -->

- {{ new_failures[0].trace }}
> {{ new_failures[0].trace }}

</details>

{{ new_failures[0].name }}: {{ new_failures[0].class | upper | replace("`", "") | replace("0", "1") }}
`{{ new_failures[0].name }}` ``` {{ uncovered[0].file if uncovered }}
{{ new_failures[0].name[1:] ~ new_failures[0].message[:-1] }}

{% for finding in findings %}
1. {{ finding.title }} {{ finding.detail }} {{ finding.todo }}
{% endfor %}
"""
OURS = {"code", "pre", "strong", "a", "br"}
TEMPLATES = {
    "h3",
    "p",
    "em",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "div",
    "ul",
    "ol",
    "li",
}
TEMPLATES |= {"blockquote", "html", "head", "body"}


def failing(name: str = "test_a", text: str = "assert 1 == 2") -> ReportView:
    detail = FailureDetail(class_name=name, name=name, outcome=Outcome.FAILED, type="Error", message=text, text=text)
    head = measure(report({name: {name: "f"}}, details=[detail]), cover({"a.py": "hmm"}))
    base = baseline(measure(report({name: {name: "p"}}), cover({"a.py": "hmm"}), commit=BASE), branch=name)
    return page(compared(head, base, diff=changes(change("a.py", [2]))))


def made(source: str, of: ReportView | None = None, budget: SizeLimits = COMMENT) -> str:
    return render_user_template(of or failing(), source, budget, run_template)


def refused(source: str, of: ReportView | None = None) -> str:
    with pytest.raises(TemplateError) as caught:
        made(source, of)
    return str(caught.value)


def in_process(source: str, values: Any) -> str:
    """Run a template of ours without a process, where a property is tried on hundreds of names."""
    from jinja2 import Environment  # noqa: PLC0415

    return Environment(autoescape=False, trim_blocks=True, lstrip_blocks=True).from_string(source).render(values)


def nodes(element: Any, inside: bool = False) -> Iterator[tuple[Any, bool]]:
    """Every element, and whether it is code or stands in some."""
    inside = inside or element.tag in ("code", "pre")
    yield element, inside
    for child in element:
        yield from nodes(child, inside)


def escapes(text: str) -> list[str]:
    """What of a rendered comment comes from a name."""
    document = html5lib.parse(GFM.render(text), namespaceHTMLElements=False)
    found = []
    for element, inside in nodes(document):
        if not isinstance(element.tag, str):
            continue  # the template's own comment
        if element.tag not in OURS | TEMPLATES:
            found.append(f"<{element.tag}>")
        allowed = {"href": "https://github.com/acme/widgets/", "style": "text-align:"}
        allowed |= dict.fromkeys(("title", "class", "start"), "")
        for name, value in element.attrib.items():
            if name not in allowed or not value.startswith(allowed[name]):
                found.append(f"{element.tag} {name}={value}")
        bare = [element.text or ""] if not inside else []
        bare += [child.tail or "" for child in element] if not inside else []
        if any(mark in piece for piece in bare for mark in ("@octocat", "@acme", "GH-2", "example.org")):
            found.append(f"bare: {bare}")
    return found


@pytest.mark.slow
@settings(max_examples=60)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join), st.sampled_from(PIECES))
def test_no_template_frees_a_name(name: str, piece: str) -> None:
    name = name.replace("\0", "") or "x"
    of = failing(name, f"{piece}{name}\n{name}{piece}")
    assert escapes(render_user_template(of, MEAN, COMMENT, in_process)) == []


def test_a_name_of_every_piece_stays_text_in_the_real_sandbox() -> None:
    name = "".join(PIECES).replace("\0", "")
    text = made(MEAN, failing(name, name))
    assert escapes(text) == []
    assert "octocat" in text


@given(st.text(max_size=60))
def test_what_is_dead_is_the_same_text(text: str) -> None:
    parsed = html5lib.parseFragment(to_inert_text(text), namespaceHTMLElements=False)
    assert (
        "".join(parsed.itertext()) == text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        or not text.isprintable()
    )
    assert "|" not in to_inert_text(text)
    assert "\n" not in to_inert_text(text)


def test_code_and_links_stay_what_they_are() -> None:
    assert to_inert_html(f"**3** {code('a*b')}") == "<strong>3</strong> <code>a&#42;b</code>"
    assert to_inert_html("[`a-b`](https://e.org/x)") == '<a href="https://e.org/x"><code>a-b</code></a>'
    assert to_inert_trace("a\n<b>\n") == "<pre>a&#10;&#60;b&#62;</pre>"


def test_tokens_are_the_same_for_equal_values_and_gone_when_broken() -> None:
    placeholders = Placeholders()
    one, same, other = placeholders.markdown("`a`"), placeholders.markdown("`a`"), placeholders.markdown("`b`")
    assert one == same != other
    assert placeholders.fill(f"{one[:-1]} {one} {other[1:]} \ue000999\ue001") == "0 <code>a</code> 1 "


class TestWhatATemplateIsGiven:
    def test_values_are_plain_data(self) -> None:
        def kinds(value: Any) -> Iterator[type]:
            yield type(value)
            for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
                yield from kinds(inner)

        for case in CASES:
            assert set(kinds(context(published(case).page, Placeholders()))) <= {dict, list, str, int, bool, type(None)}

    def test_figures_and_lists(self) -> None:
        of = published("one-new-failure").page
        text = made(
            "{{ 'ready' if ready else 'not ready' }}: {{ tests.passed }} of {{ tests.total }}, {{ tests.pass_rate }}"
            " ({{ tests.pass_rate_delta }}), {{ tests.deltas.failed }} failed, {{ coverage.lines.percent }},"
            " {{ coverage.changed_lines.covered }}/{{ coverage.changed_lines.total }}, {{ counts.new_failures }} new,"
            " {{ findings | selectattr('status', 'equalto', 'block') | map(attribute='rule') | join(', ') }}",
            of,
        )
        assert text == "not ready: 6 of 8, 85.71% (−14.29 points), +1 failed, 94.00%, 1/1, 1 new, new-failures"

    def test_names_are_code_with_links(self) -> None:
        text = made(
            "{% for test in new_failures %}- {{ test.test }}: {{ test.message }}\n{% endfor %}",
            published("one-new-failure").page,
        )
        shown = "".join(html5lib.parseFragment(GFM.render(text), namespaceHTMLElements=False).itertext()).strip()
        assert shown == "test_rounds_down in tests.test_expiry: AssertionError: assert 3600 == 3599"
        assert '<a href="https://github.com/acme/widgets/blob/' in text

    def test_lists_are_bounded_and_counted(self) -> None:
        of = published("many-failures").page
        assert made("{{ new_failures | length }} of {{ counts.new_failures }}", of) == f"{LISTED} of 5000"

    def test_without_coverage_or_a_base_it_is_none(self) -> None:
        of = page(compared(measure(report({"A": {"t": "p"}}))))
        source = "{{ coverage is none }} {{ baseline is none }} {{ tests.base is none }} {{ trends | length }}"
        assert made(source, of) == "True True True 0"

    @pytest.mark.parametrize("case", CASES)
    def test_the_example_of_the_documentation_fits_every_case(self, case: str) -> None:
        docs = (Path(__file__).parents[2] / "docs" / "templates.md").read_text()
        source = docs.partition("```jinja\n")[2].partition("```\n")[0]
        of = published(case).page
        assert escapes(made(source, of)) == [] or case == "hostile-names"
        assert ("✅" if of.verdict.ready else "❌") in made(source, of)


class TestTheBuiltInCommentInside:
    def test_it_stands_between_what_the_template_writes(self) -> None:
        of = failing()
        text = made("See the [guide](https://example.org/guide).\n\n{{ report }}\n\nThank you.\n", of)
        assert text == f"See the [guide](https://example.org/guide).\n\n{render_markdown(of, COMMENT)}\n\nThank you."

    def test_it_takes_the_room_that_is_left(self) -> None:
        of = published("many-failures").page
        text = made("{% for n in range(10) %}{{ 'x' * 5000 }}\n{% endfor %}\n{{ report }}\n", of)
        assert COMMENT.allows(text)
        assert "❌ Not ready" in text

    @pytest.mark.parametrize(
        ("source", "why"),
        [
            ("a {{ report }}", "must be alone on its line"),
            ("> {{ report }}\n", "must be alone on its line"),
            ("{{ report }} b", "must be alone on its line"),
            ("{{ report }}\n{{ report }}\n", "more than once"),
            ("```\n{{ report }}\n```\n", "no fence"),
            ("- ~~~\n\n{{ report }}\n", "no fence"),
            ("<pre>\n{{ report }}\n</pre>\n", "none of pre"),
            ("<!--\n{{ report }}\n-->\n", "no comment"),
            ("{{ 'x' * 60000 }}\n{{ report }}\n", "needs 6,000"),
        ],
    )
    def test_nothing_may_reach_into_it(self, source: str, why: str) -> None:
        assert why in refused(source)


ATTACKS = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ().__class__.__base__ }}",
    "{{ range.__globals__ }}",
    "{{ range.__code__ }}",
    "{{ range.__init__.__globals__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ findings.append(1) }}",
    "{{ tests.update({'total': 0}) }}",
    "{{ tests.clear() }}",
    "{{ ''['__class__'] }}",
    "{{ ''|attr('__class__') }}",
    "{{ '{0.__class__}'.format('') }}",
    "{{ '{0.__class__.__init__.__globals__}'.format_map({'0': ''}) }}",
    "{{ cycler }}",
    "{{ lipsum }}",
    "{{ namespace }}",
    "{{ joiner }}",
    "{{ dict }}",
    "{{ open('/etc/passwd') }}",
    "{{ config }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os }}",
    "{% extends 'report.md.j2' %}",
    "{{ [1]|map('__class__')|list }}",
    "{% for a in [1] %}{{ loop.__class__ }}{% endfor %}",
    "{% macro m() %}{% endmacro %}{{ m.__globals__ }}{{ m._func.__globals__ }}",
]


@pytest.mark.parametrize("source", ATTACKS)
def test_there_is_no_way_out(source: str) -> None:
    try:
        text = made(f"-{source}-")
    except TemplateError as error:
        text = str(error)
    assert "<class" not in text
    assert "root:" not in text
    assert "module" not in text
    assert "<function" not in text
    assert text != "--"


ENDLESS = [
    "{% for a in range(999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}",
    "{{ 9 ** (9 ** 9) }}",
    "{{ 'x' * 10 ** 10 }}",
    "{{ 'x' * 10 ** 7 }}",
    "{% for a in range(10000) %}{{ 'x' * 1000 }}{% endfor %}",
    "{% for a in range(99999999) %}x{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ '%999999999999d' % 1 }}",
    "{{ 'x'.ljust(10 ** 11) }}",
    "{{ ([[[1] * 100000] * 100000] | tojson) | length }}",
    "{{ (range(10000) | list * 10000) | join('x') | length }}",
    "{% set x %}" * 400 + "x" + "{% endset %}" * 400 + "y",
    "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | wordwrap(1) | urlize }}" + "{{ 'x' * 400000 }}",
]


@pytest.mark.slow
@pytest.mark.parametrize("source", ENDLESS)
def test_nothing_runs_or_grows_without_end(source: str) -> None:
    started = time.monotonic()
    with pytest.raises(TemplateError) as caught:
        run_template(source, {}, seconds=2)
    assert time.monotonic() - started < 20
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("a\n{% if %}", "line 2: Expected an expression"),
        ("{{ nothing }}", "'nothing' is undefined"),
        ("{{ tests.nothing }}", "has no attribute 'nothing'"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ coverage.lines.percent + 1 }}", "TypeError"),
        ("<i class={{ gate }}>", "inside a tag without quotes"),
        ("<i\ntitle='a' {{ gate }}>", "inside a tag without quotes"),
        ("  \n", "it writes nothing"),
        ("{{ 'x' * 70000 }}", "it writes 70,000 characters, more than the 65,000"),
    ],
)
def test_a_broken_template_is_told(source: str, why: str) -> None:
    assert why in refused(source)


def test_the_process_has_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    real = subprocess.run

    def watched(command: Any, **options: Any) -> Any:
        seen.update(options)
        return real(command, **options)

    monkeypatch.setattr(subprocess, "run", watched)
    assert made("a") == "a"
    assert seen["env"] == {}


class TestTheComment:
    def context(self, source: str) -> RunContext:
        return RunContext(
            settings=Settings(template="t.j2"),
            runner=RunnerEnvironment(),
            console=Console(stream=StringIO()),
            template=source,
        )

    @pytest.mark.parametrize("source", ["hello", "<!-- open", "```\nopen", "<!-- readygate:comment name=other -->"])
    def test_the_marker_holds(self, source: str) -> None:
        of = failing()
        done = comment.render_once(of, self.context(source), Published())
        text = done.comment
        assert text.startswith(f"{source}\n\n<!-- readygate:failed run=")
        assert text.endswith(f" -->\n{comment.marker(of.gate, of.subject)}\n")
        assert comment._marker_of(of.gate, of.subject).search(text)
        assert not done.messages

    @pytest.mark.parametrize("source", ["{{ nothing }}", "{{ 'x' * 70000 }}", "{% for %}"])
    def test_a_template_that_fails_is_told_once_and_the_built_in_comment_stands(self, source: str) -> None:
        of = failing()
        context = self.context(source)
        first = comment.render_once(of, context, Published())
        second = comment.render_once(of, context, first)
        assert first.comment == second.comment == comment.render(of)
        (message,) = first.messages
        assert message.text.startswith("The template t.j2 is not used: ")
        assert not second.messages


class TestSource:
    def diff(self, *paths: str, complete: bool = True) -> Changes:
        return changes(*(change(path, [1]) for path in paths), complete=complete)

    def test_on_a_base_branch_the_workspace_counts(self, tmp_path: Path) -> None:
        (tmp_path / "t.j2").write_bytes("\ufeffhéllo".encode())
        assert template_source(tmp_path, "t.j2", change=False, changes=None).text == "héllo"

    def test_a_change_does_not_bring_its_own(self, tmp_path: Path) -> None:
        (tmp_path / "t.j2").write_text("mine")
        found = template_source(tmp_path, "t.j2", change=True, changes=self.diff("a.py", "t.j2"))
        assert (found.text, found.refused) == (
            "",
            "this change touches the template t.j2, whose new version counts once merged",
        )
        moved = changes(change("t.j2", [1], status="renamed", old_path="other.j2"))
        assert template_source(tmp_path, "t.j2", change=True, changes=moved).text == ""

    def test_one_that_the_change_leaves_alone_is_used(self, tmp_path: Path) -> None:
        (tmp_path / "t.j2").write_text("ours")
        assert template_source(tmp_path, "t.j2", change=True, changes=self.diff("a.py")).text == "ours"

    @pytest.mark.parametrize("known", [None, "cut"])
    def test_where_changes_are_not_known_it_is_refused(self, tmp_path: Path, known: str | None) -> None:
        (tmp_path / "t.j2").write_text("ours")
        diff = None if known is None else self.diff("a.py", complete=False)
        found = template_source(tmp_path, "t.j2", change=True, changes=diff)
        assert found.refused == "whether this change touches the template t.j2 is not known"

    def test_the_base_commit_counts_where_it_can_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "t.j2").write_text("mine")
        diff = self.diff("t.j2")
        found = template_source(
            tmp_path, "t.j2", change=True, changes=diff, base=lambda path: b"ours" if path == "t.j2" else None
        )
        assert found.text == "ours"
        gone = template_source(tmp_path, "t.j2", change=True, changes=diff, base=lambda _: None)
        assert gone.refused == "there is no template t.j2 in the base commit"

    @pytest.mark.parametrize("kind", ["absent", "link", "folder", "large", "binary"])
    def test_only_a_plain_text_of_the_workspace_is_read(self, tmp_path: Path, kind: str) -> None:
        root = tmp_path / "root"
        root.mkdir()
        path = root / "t.j2"
        if kind == "link":
            (tmp_path / "secret").write_text("secret")
            path.symlink_to(tmp_path / "secret")
        elif kind == "folder":
            path.mkdir()
        elif kind == "large":
            path.write_bytes(b"x" * (LARGEST + 1))
        elif kind == "binary":
            path.write_bytes(b"ok\xff")
        found = template_source(root, "t.j2", change=False, changes=None)
        assert found.text == ""
        assert "t.j2" in found.refused
