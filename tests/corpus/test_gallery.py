"""The runs behind hand-written reports and real pull requests: what is told of them, and docs/gallery.md that shows it.

After a change of the comment's look: `pytest tests/corpus/test_gallery.py --update-golden`.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.support.monorepo import judge
from tests.support.undated import without_zone

from readygate import __version__
from readygate.commands.program import main

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("READYGATE_CORPUS", ROOT.parent / "shared"))
GALLERY = ROOT / "docs" / "gallery.md"

pytestmark = pytest.mark.skipif(
    not (CORPUS / "replays").is_dir(), reason="READYGATE_CORPUS names no folder with replayed runs"
)

RUNS = {
    "000": "A run of 48 tests, unit and integration, without coverage",
    "001": "One missing module behind 698 errors, then the fix",
    "002": "Coverage of a backend at 22.90 %, and one failing test",
    "003": "120 tests in five suites, and nothing else that was measured",
    "004": "158 of 194, then 251 of 254: 33 tests fixed, 3 still fail",
}
MONOREPO = "A repository of two packages, in JavaScript and in Python: a test fails, and each package has its line"
REAL = {"humanize": "4.9.0 to 4.10.0", "attrs": "23.1.0 to 23.2.0", "jinja2": "3.1.2 to 3.1.4"}
INTRODUCTION = """\
# Gallery

Comments as Readygate writes them, without a hand in between: three pull requests made of released versions of real
packages, with what the packages' own test suites gave, and five runs made after hand-written readiness reports
([docs/from-reports.md](from-reports.md)), and a small repository of two packages with the reports of Jest and pytest.
They are written on a laptop by `readygate report`, so they hold no links;
on GitHub commits, tests, lines and the run are linked. Ten more situations stand at the end as pictures.
"""
PICTURE = """\
## {title}

<picture>
  <source media="(prefers-color-scheme: dark)" srcset="pictures/{name}-dark.png">
  <img src="pictures/{name}-light.png" width="900" alt="A comment: {alt}.">
</picture>
"""
PICTURES = {
    "all-green": "Nothing to say: three lines",
    "one-new-failure": "One test newly fails",
    "many-failures": "5,000 tests fail for three causes",
    "matrix": "A matrix: one leg fails, all fail, some failed before",
    "missing-leg": "One leg left no report: no difference is shown",
    "damaged-report": "A report ends in the middle",
    "inherited-failure": "It fails on the base too, and since when",
    "fixed-and-still-failing": "Before and after",
    "flaky": "Failed first, then passed",
    "patch-uncovered": "Changed lines that no test runs",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told of one run."""

    comment: str
    report: Any

    def part(self, title: str) -> str:
        """A part of the comment, from a heading or a fold on to the next."""
        start = self.comment.index(title)
        found = re.search(r"\n#{4,5} |\n</details>|\n<details>", self.comment[start:])
        return self.comment[start : start + found.start()] if found else self.comment[start:]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where clones and what is written go."""
    yield tmp_path_factory.mktemp("gallery")
    told.cache_clear()


def undated(run: Path, folder: Path) -> Path:
    """The reports of a real run without the zone of their times: their age must not decide what is shown."""
    for side in ("base", "head"):
        made = folder / "undated" / run.name / side
        made.mkdir(parents=True)
        (made / "junit.xml").write_bytes(without_zone((run / side / "junit.xml").read_bytes()))
        shutil.copy(run / side / "coverage.xml", made)
    return folder / "undated" / run.name


@cache
def told(name: str, folder: Path) -> Told:
    """Judge a run, with its base where it has one."""
    real = name in REAL
    run = undated(CORPUS / "real" / name, folder) if real else CORPUS / "replays" / name
    arguments = ["report", "--root", str(run / "head"), "--output", str(folder / name)]
    arguments += [
        "--tests",
        "junit.xml",
        *(["--coverage", "coverage.xml"] if (run / "head/coverage.xml").is_file() else []),
    ]
    if real:
        clone = folder / f"{name}.git-clone"
        subprocess.run(["git", "clone", "-q", str(CORPUS / "real" / name / "repo.bundle"), str(clone)], check=True)
        base = folder / f"{name}-base"
        main(["report", "--root", str(run / "base"), "--repo", str(clone), "--tests", "junit.xml", "--coverage",
              "coverage.xml", "--commit", commit(clone, "main~1"), "--output", str(base)])  # fmt: skip
        arguments += ["--repo", str(clone), "--commit", commit(clone, "main"), "--against", "main~1"]
        arguments += ["--branch", "main", "--base", str(base / "readygate.snapshot")]
    elif (run / "base").is_dir():
        arguments += ["--base", str(run / "base")]
    main(arguments)
    text = (folder / name / "comment.md").read_text(encoding="utf-8")
    body = text.partition("<!-- readygate:comment")[0].strip().replace(f"Readygate {__version__}", "Readygate")
    return Told(comment=body, report=json.loads((folder / name / "report.json").read_text(encoding="utf-8")))


def commit(clone: Path, name: str) -> str:
    """The commit that a revision stands for."""
    done = subprocess.run(["git", "-C", str(clone), "rev-parse", name], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def cells(text: str, *wanted: str) -> bool:
    """Whether a row of a table begins with some cells."""
    return f"\n| {' | '.join(wanted)} |" in f"\n{text}"


def test_run_000(folder: Path) -> None:
    run = told("000", folder)
    assert run.comment.startswith("### ✅ Ready: all 48 tests that ran passed")
    assert "**48 tests**: 48 passed, none skipped. Pass rate **100%**. Coverage was not measured." in run.comment
    suites = run.part("##### Tests by suite")
    found = re.findall(r"^\| `(unit|integration)[^|]*\| (\d+) \|", suites, re.MULTILINE)
    assert {name: sum(int(n) for kind, n in found if kind == name) for name in ("unit", "integration")} == {
        "unit": 21,
        "integration": 27,
    }
    assert cells(run.comment, "Time of all tests", "–", "4.45 s")
    assert "Python `3.13.5`, pytest `8.4.2`" in run.comment
    assert run.report["coverage"] is None


def test_run_001(folder: Path) -> None:
    run = told("001", folder)
    assert run.comment.startswith("### ✅ Ready: 698 tests fixed")
    assert "1,212 passed (+698)" in run.comment
    assert "388 skipped" in run.comment
    assert "Coverage **48.84%**" in run.comment
    assert "51.15" not in run.comment
    assert cells(run.comment, "Lines covered", "–", "9,351")
    assert cells(run.comment, "Lines measured", "–", "19,144")
    assert cells(run.comment, "Errored", "698", "0", "−698")
    gone = run.part("#### 698 fixed tests, 1 cause gone")
    assert cells(gone, "698", "`ModuleNotFoundError: No module named '_cffi_backend'`")
    reasons = re.findall(r"^\| (\d+) \| `", run.part("##### Skipped tests by reason"), re.MULTILINE)
    assert reasons == ["253", "120", "10", "5"]


def test_run_002(folder: Path) -> None:
    run = told("002", folder)
    assert "**176 tests**" in run.comment
    assert "Coverage **22.90%**" in run.comment
    assert cells(run.comment, "Lines covered", "–", "3,007")
    assert cells(run.comment, "Lines measured", "–", "13,131")
    files = run.part("##### Coverage by file")
    assert "| `src/routes/auth.py` | Critical | 3 | 210 | 205 | 2.38% |" in files
    assert "**Next target, 25%:** 276 more covered lines." in files
    for tier in ("Critical, below 50%", "Good, 75% to 95%", "Excellent, 95% and more"):
        assert f"| {tier} |" in files
    assert len(run.report["tests"]["new_failures"]) == 1
    (failure,) = run.report["tests"]["new_failures"]
    assert f"`{failure['name']}`" in run.part("#### 1 failing test")
    assert failure["detail"]["message"].splitlines()[0][:40] in run.comment.replace("&#x27;", "'").replace(
        "&quot;", '"'
    )
    suites = run.part("##### Tests by suite")
    assert "**All 6 suites** | **176**" in suites


def test_run_003(folder: Path) -> None:
    run = told("003", folder)
    assert "**120 tests**: 120 passed" in run.comment
    assert "Coverage was not measured." in run.comment
    assert "5 of 5 suites pass in full" in run.comment
    assert "achieved" not in run.comment.lower()


def test_run_004(folder: Path) -> None:
    run = told("004", folder)
    assert run.comment.startswith("### ✅ Ready, with 1 warning: 33 tests fixed, 3 tests still fail")
    before = run.part("#### Before and after")
    assert cells(before, "Tests", "194", "254", "+60")
    assert cells(before, "Passed", "158", "251", "+93")
    assert cells(before, "Pass rate", "81.44%", "98.81%", "+17.37 points")
    assert cells(before, "Time of all tests", "210.00 s", "193.44 s")
    still = run.part("#### 3 still failing tests, 2 causes")
    for name in ("test_get_current_user_authenticated", "test_session_storage", "test_multiple_concurrent_connections"):
        assert f"`{name}`" in still
    for message in ("assert 500 == 200", "AssertionError: 0/20 concurrent requests succeeded"):
        assert f"<code>{message}</code>" in run.comment
    gone = run.part("#### 33 fixed tests, 4 causes gone")
    assert re.findall(r"^\| (\d+) \| `", gone, re.MULTILINE) == ["14", "11", "6", "2"]
    assert "60 added tests: all 60 passed" in run.comment
    suites = run.part("##### Tests by suite: 12 of 15 suites pass in full")
    assert "| `test_database_pool` | 13 | 12 | 1 | 0 | 92.30% | +28.67 points |" in suites
    slow = re.findall(r"\| ([\d.]+) s \|", run.part("##### Slowest tests: these 10 take 170.74 of 193.44 s"))
    assert slow == sorted(slow, key=float, reverse=True)
    assert (slow[0], len(slow)) == ("63.03", 10)


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        (
            "humanize",
            (
                "| Tests | 550 | 572 | +22 |",
                "| Lines measured | 472 | 472 | ±0 |",
                "| Lines covered | 468 | 468 | ±0 |",
            ),
        ),
        (
            "attrs",
            ("| Tests | 1,299 | 1,327 | +28 |", "| Failed | 1 | 1 | ±0 |", "| Lines covered | 1,561 | 1,631 | +70 |"),
        ),
        (
            "jinja2",
            ("| Tests | 842 | 851 | +9 |", "| Failed | 0 | 0 | ±0 |", "| Lines measured | 6,268 | 6,283 | +15 |"),
        ),
    ],
)
def test_a_real_pull_request(name: str, figures: tuple[str, ...], folder: Path) -> None:
    text = told(name, folder).comment
    for row in figures:
        assert row in text
    assert text.startswith("### ✅ Ready")


def gallery(folder: Path) -> str:
    """The page that shows them all."""
    parts = [INTRODUCTION]
    for name, versions in REAL.items():
        parts.append(f"## {name}, {versions}\n\n{told(name, folder).comment}")
    for name, title in RUNS.items():
        parts.append(f"## {title}\n\n{told(name, folder).comment}")
    parts.append(f"## {MONOREPO}\n\n{judge(folder)[0]}")
    parts += [
        PICTURE.format(name=name, title=title, alt=title[0].lower() + title[1:]) for name, title in PICTURES.items()
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def test_every_picture_is_there() -> None:
    names = {f"{name}-{theme}.png" for name in PICTURES for theme in ("light", "dark")}
    assert names <= {path.name for path in (ROOT / "docs" / "pictures").iterdir()}


def test_the_gallery_shows_what_is_told(folder: Path, request: pytest.FixtureRequest) -> None:
    text = gallery(folder)
    if request.config.getoption("--update-golden"):
        GALLERY.write_text(text, encoding="utf-8", newline="")
    assert GALLERY.is_file(), "run this test with --update-golden, then look at what was written"
    assert text == GALLERY.read_text(encoding="utf-8")
