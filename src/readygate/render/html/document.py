"""The report as one HTML page that works offline: the document, charts, sources, and lists of all tests and files.

The content security policy of the page allows its one script and nothing else, whatever a report contains.
https://www.w3.org/TR/CSP3/
"""

import base64
import hashlib
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from readygate import __version__
from readygate.model.rich_text import count
from readygate.render.escaping import redact, visible
from readygate.render.html.charts import chart
from readygate.render.html.from_markdown import inline, to_html
from readygate.render.html.source_listing import Listing, Sources
from readygate.render.html.test_list import embedded, file_rows, page_data
from readygate.render.markdown.document import render_markdown
from readygate.render.report_view import ReportView, verdict_sentence
from readygate.render.size_limits import SizeLimits
from readygate.render.trends import Trend, branch_words, count_incomplete, trends

ROOM = SizeLimits(characters=2_000_000, bytes=8_000_000)
"""Maximum size of the document, without the lists."""
FILES_WITHOUT_SCRIPT = 30


@cache
def _environment() -> Environment:
    return Environment(loader=PackageLoader("readygate", "templates"), undefined=StrictUndefined, autoescape=True)


@cache
def _asset(name: str) -> str:
    """Return the style or the script of the page."""
    return PackageLoader("readygate", "templates").get_source(_environment(), name)[0]


def content_policy() -> str:
    """Return the policy of the page: apply our style and run our script."""
    style, script = (_fingerprint(_asset(name)) for name in ("report.css", "report.js"))
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _fingerprint(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _markup(html: str) -> Markup:
    """Mark HTML as safe: a file of the package, or the result of a converter that escapes every value."""
    return Markup(html)  # noqa: S704  (see above)


def webpage(view: ReportView, sources: Sources) -> str:
    """Return the page."""
    files = file_rows(view.comparison)
    found = trends(view.comparison)
    values: dict[str, Any] = {
        "policy": content_policy(),
        "version": __version__,
        "title": f"{visible(redact(verdict_sentence(view)))} · Readygate report",
        "style": _markup(_asset("report.css")),
        "script": _markup(_asset("report.js")),
        "document": _markup(to_html(_document(view))),
        "charts": [
            {"title": trend.title, "svg": _markup(chart(trend, at)), "words": trend.words()}
            for at, trend in enumerate(found, start=1)
        ],
        "history_title": _history_title(view, found),
        "history_rows": _history_rows(found),
        "coverage": view.comparison.coverage is not None,
        "sources_notes": sources.notes,
        "listings": [_listing(listing) for listing in sources.listings],
        "files": files[:FILES_WITHOUT_SCRIPT],
        "files_count": _files_count(len(files)),
        "tests_count": f"{count(view.comparison.tests.head.total, 'test')}.",
        "data": _markup(embedded(page_data(view, files))),
    }
    return _environment().get_template("report.html.j2").render(values) + "\n"


def _document(view: ReportView) -> str:
    """Return the document of all outputs; the title of its link to the run differs from that of this page."""
    here, run = view.links.run(), view.subject.run_url
    text = render_markdown(view, ROOM, heading="#")
    return text.replace(here, f"[Page of the run]({run})") if here else text


def _files_count(number: int) -> str:
    if number <= FILES_WITHOUT_SCRIPT:
        return f"{count(number, 'file')}."
    return f"{count(number, 'file')}; the {FILES_WITHOUT_SCRIPT} with the most lines not covered:"


def _history_title(view: ReportView, found: tuple[Trend, ...]) -> Markup:
    """Return which runs are drawn, and how."""
    runs = max((len(trend.points) for trend in found), default=0)
    lost = count_incomplete(view.comparison)
    text = f"{branch_words(view, runs)}, the oldest first. Each chart has its own scale, which need not begin at zero."
    if lost:
        text += f" {count(lost, 'incomplete run')} {'is' if lost == 1 else 'are'} left out."
    return _markup(inline(text))


def _history_rows(found: tuple[Trend, ...]) -> list[tuple[str, ...]]:
    """Return a row for each run of the charts, oldest first, and one for this change."""
    commits = list(dict.fromkeys(point.commit for trend in found for point in trend.points))
    order = {commit: at for at, commit in enumerate(_longest(found))}
    commits.sort(key=lambda commit: order.get(commit, -1))
    values = [{point.commit: trend.show(point.value) for point in trend.points} for trend in found]
    rows = [(visible(commit)[:7], *(known.get(commit, "–") for known in values)) for commit in commits]
    now = ("this change", *("–" if trend.now is None else trend.show(trend.now) for trend in found))
    return [*rows, now] if found else []


def _longest(found: tuple[Trend, ...]) -> list[str]:
    return [point.commit for point in max(found, key=lambda trend: len(trend.points)).points] if found else []


def _listing(listing: Listing) -> dict[str, Any]:
    changed = count(listing.changed, "changed line")
    missed = (
        f"{listing.missed:,} of {changed} not covered" if listing.missed else f"{changed}, all measured ones covered"
    )
    return {
        "path": visible(redact(listing.path)),
        "title": missed,
        "note": listing.note,
        "lines": listing.lines,
    }
