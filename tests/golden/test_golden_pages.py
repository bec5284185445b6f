"""report.html, badges and a comment by a template as they stand, compared with those that were looked at."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.golden.cases import CASES
from tests.golden.test_golden import published
from tests.support.history import past_run, with_history

from readygate import __version__
from readygate.model.history import History
from readygate.render.html.document import webpage
from readygate.render.html.source_listing import Sources, annotate
from readygate.render.size_limits import COMMENT
from readygate.render.template.sandbox_process import run_template
from readygate.render.template.user_template import render_user_template
from readygate.render.trends import trends_markdown

FOLDER = Path(__file__).parent
PAGES = ("one-new-failure", "patch-uncovered", "hostile-names")
RUNS = tuple(past_run(n, passed=50 - n % 5, failed=n % 5, lines=(180 + n % 11, 200)) for n in range(1, 13))
EXPIRY = "".join(f"def line_{number}(value: int) -> int:\n" for number in range(1, 41))
TEMPLATE = (FOLDER.parents[1] / "docs" / "templates.md").read_text(encoding="utf-8").partition("```jinja\n")[2]


def page_text(case: str) -> str:
    """The page, without what differs from version to version: the style and the script have tests of their own."""
    found = published(case).page
    assert found.comparison.coverage is not None
    source = annotate("src/acme/expiry.py", EXPIRY, b"\0" + b"\3" * 38 + b"\1\1", [31, 39])
    text = webpage(found, Sources(listings=(source,)))
    text = re.sub(r"(<style>|<script>).*?(</style>|</script>)", r"\1\2", text, flags=re.DOTALL)
    text = re.sub(r"sha256-[\w+/=]+", "sha256-DIGEST", text)
    return text.replace(f"Readygate {__version__}", "Readygate VERSION")


def documents(case: str) -> dict[str, str]:
    found = published(case)
    source = TEMPLATE.partition("```\n")[0]
    history = with_history(found.page.comparison, History(runs=RUNS))
    kept = {
        "report.html": page_text(case),
        "template.md": render_user_template(found.page, source, COMMENT, run_template),
    }
    kept |= {name: found.files[name].decode() for name in found.files if name.startswith("badge-")}
    kept["history.md"] = trends_markdown(replace(found.page, comparison=history)) + "\n"
    return kept


@pytest.mark.parametrize("case", PAGES)
def test_a_document_is_what_was_looked_at(case: str, request: pytest.FixtureRequest) -> None:
    assert case in CASES
    for name, text in documents(case).items():
        path = FOLDER / case / name
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8", newline="")
        assert path.is_file(), "run the tests with --update-golden, then look at what was written"
        assert text == path.read_text(encoding="utf-8"), name
