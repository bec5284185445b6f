"""report.html in a real browser: used by keyboard, read by a screen reader, printed, fed with hostile names."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from readygate.model.comparison import Comparison
from readygate.model.history import History
from readygate.render.html.document import webpage
from readygate.render.html.source_listing import Sources
from tests.golden.cases import CASES
from tests.support.browser import Tab, find_browser, open_browser
from tests.support.builders import BASE, baseline, compared, cover, measure, page, report
from tests.support.history import past_run, with_history
from tests.support.publishing import Scene, publish

BROWSER = find_browser()
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on the path")

RUNS = tuple(past_run(n, passed=50 - n % 5, failed=n % 5, lines=(180 + n % 11, 200)) for n in range(1, 25))
SOURCE = "".join(f"def line_{number}(value: int) -> int:\n" for number in range(1, 101))
MANY = 100_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Tab]:
    assert BROWSER is not None
    with open_browser(BROWSER) as tab:
        yield tab


@pytest.fixture
def tab(browser: Tab) -> Iterator[Tab]:
    browser.width(1100)
    browser.media()
    browser.scripts(on=True)
    browser.complaints.clear()
    yield browser
    assert browser.complaints == []


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pages of some cases, with a history and with sources."""
    made = {}
    for case in ("one-new-failure", "patch-uncovered", "hostile-names", "many-failures", "first-run"):
        folder = tmp_path_factory.mktemp(case)
        for name in ("api", "expiry", "store"):
            path = folder / "src" / "acme" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(SOURCE)
        publish(_with_history(CASES[case]()), folder)
        made[case] = folder / "out" / "report.html"
    return made


def _with_history(scene: Scene) -> Scene:
    def make(commit: str) -> Comparison:
        made = scene.make(commit)
        return with_history(made, History(runs=RUNS)) if made.baseline else made

    return replace(scene, make=make)


def told(tab: Tab, name: str) -> str:
    return str(tab.run(f"document.getElementById('{name}-count').textContent"))


def rows(tab: Tab, name: str, column: int = 0) -> list[str]:
    lines = f"[...document.querySelectorAll('#{name}-list tbody tr')]"
    return list(tab.run(f"{lines}.map((row) => row.cells[{column}].textContent)"))


def focus_by_tab(tab: Tab, wanted: str) -> None:
    """Press the tab key until the element has the focus, as a reader without a mouse does."""
    for _ in range(60):
        tab.press("Tab", 9)
        if tab.run(f"document.activeElement.matches({wanted!r})"):
            return
    raise AssertionError(f"the tab key does not reach {wanted}")


@pytest.mark.parametrize("case", ["one-new-failure", "patch-uncovered", "hostile-names", "many-failures", "first-run"])
def test_a_page_opens_without_a_complaint(case: str, tab: Tab, pages: dict[str, Path]) -> None:
    for width in (1100, 360):
        for dark in (False, True):
            tab.width(width)
            tab.media(dark=dark)
            tab.open(pages[case])
            assert tab.run("document.documentElement.scrollWidth") == width, "nothing sticks out"
    assert tab.run("performance.getEntriesByType('resource').length") == 0


def test_what_is_hostile_stays_text(tab: Tab, pages: dict[str, Path]) -> None:
    tab.open(pages["hostile-names"])
    assert len(rows(tab, "tests")) == 12
    assert tab.run("document.querySelectorAll('img, iframe, object, embed, base, script').length") == 2
    assert tab.run("document.querySelectorAll('#tests-list h1, #tests-list a, #tests-list b').length") == 0
    assert any("<img src=x onerror=alert(1)>" in row for row in rows(tab, "tests"))


def test_a_script_that_comes_in_does_not_run(browser: Tab, tmp_path: Path, pages: dict[str, Path]) -> None:
    """What the policy is for: should an element ever come in, it stays dead."""
    text = pages["first-run"].read_text()
    path = tmp_path / "forged.html"
    evil = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">"
    path.write_text(text.replace("</main>", f"{evil}</main>"))
    browser.scripts(on=True)
    browser.open(path)
    assert browser.run("document.title") != "owned"
    assert any("Content Security Policy" in complaint for complaint in browser.complaints)
    browser.complaints.clear()


def test_tests_are_found_by_keyboard(tab: Tab, pages: dict[str, Path]) -> None:
    tab.open(pages["many-failures"])
    total = told(tab, "tests")
    assert total == "5,000 tests, 1 to 100 shown."
    focus_by_tab(tab, "#tests-text")
    tab.type("TEST_17 case_9")
    tab.press("Enter", 13, "\r")
    assert set(rows(tab, "tests", 1)) == {"tests.test_17"}
    # the cell goes on with the message, which differs from cause to cause
    assert {re.match(r"test_case_\d\d?", row)[0] for row in rows(tab, "tests")} == {  # type: ignore[index]
        f"test_case_{number}" for number in (9, *range(90, 100))
    }
    assert told(tab, "tests") == "11 tests of 5,000."


def test_pages_are_turned_by_keyboard(tab: Tab, pages: dict[str, Path]) -> None:
    tab.open(pages["many-failures"])
    first = rows(tab, "tests", 1)
    focus_by_tab(tab, "#tests-pages button:last-child")
    tab.press("Enter", 13, "\r")
    assert "101 to 200 shown" in told(tab, "tests")
    assert not set(first) & set(rows(tab, "tests", 1))
    assert len(rows(tab, "tests")) == 100


def test_lists_are_sorted_by_keyboard(tab: Tab, pages: dict[str, Path]) -> None:
    tab.open(pages["patch-uncovered"])
    sort = "document.querySelector('#files-list [data-key=path]').getAttribute('aria-sort')"
    assert "store" in rows(tab, "files")[0]
    focus_by_tab(tab, "#files-list [data-key=path] button")
    tab.press("Enter", 13, "\r")
    assert tab.run(sort) == "ascending"
    assert [row.rpartition("/")[2] for row in rows(tab, "files")] == ["api.py", "expiry.py", "store.py"]
    tab.press("Enter", 13, "\r")
    assert tab.run(sort) == "descending"
    assert "store" in rows(tab, "files")[0]


def test_lists_are_filtered_by_kind(tab: Tab, pages: dict[str, Path]) -> None:
    tab.open(pages["one-new-failure"])
    for kind, number in (("failing", 1), ("n", 1), ("s", 0), ("skipped", 1), ("passed", 6), ("", 8)):
        tab.run(
            f"(() => {{ const kind = document.getElementById('tests-kind'); kind.value = {kind!r}; "
            "kind.dispatchEvent(new Event('change')); })()"
        )
        assert len(rows(tab, "tests")) == number, kind
    tab.run(
        "(() => { const kind = document.getElementById('files-kind'); kind.value = 'missed'; "
        "kind.dispatchEvent(new Event('change')); })()"
    )
    assert len(rows(tab, "files")) == 2


def test_a_listing_begins_at_what_is_not_covered(tab: Tab, pages: dict[str, Path]) -> None:
    tab.open(pages["patch-uncovered"])
    assert tab.run("document.querySelector('.source').scrollTop") > 500
    visible = tab.run(
        "(() => { const source = document.querySelector('.source').getBoundingClientRect();"
        " const line = document.querySelector('.missed.changed').getBoundingClientRect();"
        " return line.top > source.top && line.bottom < source.bottom; })()"
    )
    assert visible


def test_a_hundred_thousand_tests_do_not_hang_it(tab: Tab, tmp_path: Path) -> None:
    suite = {
        f"tests.test_{c}": {f"test_{n}": "f" if n == 7 and c % 9 == 0 else "p" for n in range(100)} for c in range(1000)
    }
    files = {f"src/pkg_{number}/module.py": "h" * 50 + "m" * (number % 50) for number in range(1_000)}
    head = measure(report(suite), cover(files))
    base = measure(report({name: dict.fromkeys(tests, "p") for name, tests in suite.items()}), commit=BASE)
    path = tmp_path / "report.html"
    path.write_text(webpage(page(compared(head, baseline(base))), Sources()))
    assert path.stat().st_size < 8_000_000
    tab.open(path)
    assert told(tab, "tests") == "100,000 tests, 1 to 100 shown."
    assert tab.run("document.querySelectorAll('*').length") < 6_000
    work = """(() => {
      const begun = performance.now();
      const text = document.getElementById("tests-text");
      text.value = "test_99 test_4";
      text.form.requestSubmit();
      document.querySelector("#tests-list [data-key=name] button").click();
      return performance.now() - begun;
    })()"""
    assert tab.run(work) < 10_000  # a tenth of a second on a quiet machine
    assert told(tab, "tests").endswith("tests of 100,000, 1 to 100 shown.")
    assert rows(tab, "tests")


def test_a_screen_reader_gets_names_and_figures(tab: Tab, pages: dict[str, Path]) -> None:
    tab.open(pages["one-new-failure"])
    tree = tab.tree()
    names = {(node["role"], node["name"]) for node in tree}
    assert ("heading", "❌ Not ready: 1 test newly fails") in names
    assert {name for role, name in names if role == "region"} >= {"History", "Coverage by file", "All tests"}
    assert {name for role, name in names if role in ("searchbox", "combobox")} == {"Name holds", "Path holds", "Show"}
    assert ("table", "All tests") in names
    charts = [node for node in tree if node["role"] in ("image", "img")]
    assert len(charts) == 3
    assert all("lowest" in chart["name"] and "this change" in chart["name"] for chart in charts)
    assert ("status", "8 tests.") in names or any(node["role"] == "status" for node in tree)
    assert not [node for node in tree if node["role"] in ("button", "link") and not node["name"].strip()]
    levels = tab.run("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((title) => +title.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


CONTRAST = """(() => {
  const part = (value) => { value /= 255; return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const colour = numbers(getComputedStyle(element).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const bad = [];
  const all = "h1, p, a, code, td, th, summary, label, button:not(:disabled), span, option, figcaption";
  for (const element of document.querySelectorAll(all)) {
    if (!element.textContent.trim()) continue;
    const own = light(numbers(getComputedStyle(element).color));
    const [one, other] = [own, light(behind(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) bad.push(`${element.tagName} ${element.className} ${ratio.toFixed(2)}`);
  }
  return [...new Set(bad)];
})()"""


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out(tab: Tab, pages: dict[str, Path], *, dark: bool) -> None:
    tab.media(dark=dark)
    tab.open(pages["patch-uncovered"])
    assert tab.run("matchMedia('(prefers-color-scheme: dark)').matches") is dark
    assert tab.run(CONTRAST) == []


def test_it_prints_what_is_folded_and_no_controls(tab: Tab, pages: dict[str, Path]) -> None:
    tab.open(pages["one-new-failure"])
    closed = tab.run("document.querySelectorAll('details:not([open])').length")
    assert closed > 3
    tab.run("dispatchEvent(new Event('beforeprint'))")
    tab.media(printed=True)
    assert tab.run("document.querySelectorAll('details:not([open])').length") == 0
    for name in (".bar", ".filter", ".skip"):
        assert tab.run(f"getComputedStyle(document.querySelector({name!r})).display") == "none"
    assert tab.run("getComputedStyle(document.querySelector('.source')).maxHeight") == "none"
    assert tab.pdf().startswith(b"%PDF-")
    tab.run("dispatchEvent(new Event('afterprint'))")
    assert tab.run("document.querySelectorAll('details:not([open])').length") == closed


def test_without_a_script_the_verdict_and_its_reasons_stand_there(tab: Tab, pages: dict[str, Path]) -> None:
    tab.scripts(on=False)
    tab.open(pages["patch-uncovered"])
    shown = tab.run("document.body.innerText")
    assert "✅ Ready" in shown
    assert "The list of all tests needs a browser that runs the script of this page" in shown
    assert "src/acme/store.py" in shown
    assert tab.run("getComputedStyle(document.getElementById('tests-list')).display") == "none"
    assert tab.run("getComputedStyle(document.querySelector('.filter')).display") == "none"
    assert len(rows(tab, "files")) == 3
