"""The console: coloured for a person at a terminal, plain in a log, never wider than it is, and never a command."""

import os
import pty
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.golden.cases import CASES
from tests.golden.test_golden import published
from tests.support.builders import compared, measure, page, report, target
from tests.support.hostile import PIECES

from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import Settings
from readygate.context import Published, RunContext
from readygate.outputs._terminal import display_width, wrap
from readygate.outputs.console import lines, publish, render
from readygate.render.html.from_markdown import to_plain_text
from readygate.support.console import Console, columns, has_colour

ROOT = Path(__file__).resolve().parents[2]
CODES = re.compile(r"\x1b\[[\d;]*m")
JUNIT = (
    '<testsuite><testcase classname="tests.test_a" name="test_fine"/>'
    '<testcase classname="tests.test_a" name="test_bad"><failure message="assert 1 == 2"/></testcase></testsuite>'
)


def context(console: Console) -> RunContext:
    return RunContext(settings=Settings(), runner=RunnerEnvironment(), console=console)


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("terminal", "environment", "expected"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": ""}, False),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_is_for_those_who_see_it(*, terminal: bool, environment: dict[str, str], expected: bool) -> None:
    assert has_colour(Terminal() if terminal else StringIO(), environment) is expected


def test_a_file_has_no_width() -> None:
    assert columns(StringIO(), {"COLUMNS": "80"}) == 0
    assert columns(Terminal(), {"COLUMNS": "72"}) == 72
    assert columns(Terminal(), {}) == 0


def test_the_third_line_has_the_address_of_the_report() -> None:
    for case in ("one-new-failure", "first-run", "inherited-failure"):
        third = render(published(case).page).split("\n")[3]
        assert third.endswith(" Readygate report: https://github.com/acme/widgets/actions/runs/99")
        assert "`" not in third
    alone = render(page(compared(measure(report({"A": {"t": "p"}}))), about=target(run_url="", repository="")))
    assert "Readygate report" not in alone


@pytest.mark.parametrize("width", [40, 60, 80, 100, 0])
@pytest.mark.parametrize("case", [case for case in CASES if case != "hostile-names"])
def test_no_line_is_wider_than_the_terminal(case: str, width: int) -> None:
    text = render(published(case).page, width)
    words = set(re.findall(r"\S+", text))
    assert words >= set(re.findall(r"\S+", render(published(case).page))), "nothing is lost"
    for line in text.split("\n") if width else ():
        longest = max(map(display_width, line.split()), default=0)
        assert display_width(line) <= max(width, 36 + longest), line


def test_colours_change_no_word() -> None:
    made = published("one-new-failure").page
    plain, coloured = StringIO(), StringIO()
    for stream, colour in ((plain, False), (coloured, True)):
        publish(made, context(Console(stream=stream, colour=colour)), Published())
    assert "\x1b" not in plain.getvalue()
    assert CODES.sub("", coloured.getvalue()) == plain.getvalue()
    assert coloured.getvalue().startswith("\x1b[1;31m❌ Not ready: 1 test newly fails\x1b[0m\n")
    assert "  \x1b[1;31mblocks        \x1b[0mnew-failures" in coloured.getvalue()


@given(st.lists(st.sampled_from([*PIECES, "::error::x", "##[error]x", "\x1b[2J"]), min_size=1, max_size=8).map("".join))
def test_a_name_brings_no_colour_and_no_command(text: str) -> None:
    name = text.replace("\0", "") or "x"
    made = page(compared(measure(report({name: {name: "f"}}))))
    stream = StringIO()
    publish(made, context(Console(stream=stream, colour=True, width=80)), Published())
    for line in CODES.sub("", stream.getvalue()).split("\n"):
        assert "\x1b" not in line
        assert "##[" not in line
        assert not line.lstrip().startswith("::")
    assert set(CODES.findall(stream.getvalue())) <= {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[1;31m", "\x1b[33m"}


@given(st.text(alphabet="ab 漢é\u0301", max_size=200), st.integers(1, 60), st.integers(0, 9))
def test_wrapping_keeps_every_word(text: str, width: int, rest: int) -> None:
    rows = wrap(text, width, rest=rest)
    assert " ".join(rows).split() == text.split()
    for row in rows:
        assert display_width(row) <= max(width, rest + 20) or " " not in row.strip()


def test_an_indent_stays() -> None:
    assert wrap("  one two three four five six", 24, rest=6) == ["  one two three four five", "      six"]
    assert wrap("found here and there again", 40, first=20, rest=4) == ["found here and there", "    again"]


def test_wide_characters_take_two_columns() -> None:
    assert display_width("漢字") == 4
    assert display_width("e\u0301") == 1
    assert display_width("✅ a") == 4


def test_markdown_of_ours_becomes_plain() -> None:
    assert to_plain_text("**3 tests** in `` a`b ``, [`abc`](https://e.org/x) of `*x*`") == "3 tests in a`b, abc of *x*"
    assert to_plain_text("a < b & c") == "a < b & c"


def test_each_line_is_made_of_known_styles() -> None:
    for case in CASES:
        for line in lines(published(case).page, 60):
            assert all("\n" not in text for text, _ in line)


@pytest.mark.parametrize(("extra", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_real_terminal_is_coloured(tmp_path: Path, extra: dict[str, str], *, coloured: bool) -> None:
    (tmp_path / "junit.xml").write_text(JUNIT)
    parent, child = pty.openpty()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "src"),
        "TERM": "xterm",
        "COLUMNS": "60",
        **extra,
    }
    command = [sys.executable, "-m", "readygate", "report", "--root", str(tmp_path)]
    process = subprocess.Popen(command, stdout=child, stderr=child, stdin=child, env=environment)
    os.close(child)
    told = b""
    while True:
        try:
            part = os.read(parent, 65_536)
        except OSError:  # Linux ends a terminal that nobody holds with an error
            break
        if not part:
            break
        told += part
    os.close(parent)
    assert process.wait(60) == 1
    text = told.decode().replace("\r\n", "\n")
    assert ("\x1b[1;31m❌ Not ready" in text) is coloured
    report_part = CODES.sub("", text).partition("❌")[2]
    assert all(display_width(line) <= 60 for line in report_part.split("\n"))


def test_a_log_is_plain(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text(JUNIT)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "readygate", "report", "--root", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    forced = subprocess.run(
        command, env={**environment, "FORCE_COLOR": "1"}, capture_output=True, text=True, check=False
    )
    assert "\x1b[1;31m❌" in forced.stdout
