"""The console: whatever a report says, the runner takes none of it for a command."""

import json
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readygate.support.console import Console, harmless, quiet_json, quiet_lines

COMMANDS = [
    "::error::x",
    "::set-output name=a::b",
    "  ::add-mask::***",
    "\t::stop-commands::token",
    "\u00a0::warning::x",
    "\u3000::debug::x",
    "\ufeff::error::x",
    "##[error]x",
    "text ##[add-path]/tmp",
    "###[group]",
    "##[##[error]",
    "\x1b[31m::error::x",
    "\r::error::x",
    "a\n::error::x",
    "a\r\n::error file=a::x\r\n##[error]y",
    "a\u2028::error::x",
    "::" * 40,
]
hostile = st.lists(st.sampled_from([*COMMANDS, "::", "##[", "#", "[", " ", "\n", "\r", "\u0085", "x"])).map("".join)


def is_command(line: str) -> bool:
    """As the runner reads a line: trimmed it begins with `::`, or it holds `##[`."""
    return line.strip().startswith("::") or "##[" in line


@pytest.mark.parametrize("text", COMMANDS)
@pytest.mark.parametrize("on_runner", [True, False])
def test_printed_text_holds_no_command(text: str, on_runner: bool) -> None:
    stream = StringIO()
    Console(stream=stream, commands=on_runner).line(text)
    for line in stream.getvalue().replace("\r", "\n").splitlines():
        assert not is_command(line)


@given(hostile, st.booleans())
def test_no_mixture_of_pieces_becomes_a_command(text: str, on_runner: bool) -> None:
    stream = StringIO()
    Console(stream=stream, commands=on_runner).line(text)
    assert stream.getvalue().count("\n") == text.count("\n") + 1
    for line in stream.getvalue().splitlines():
        assert not is_command(line)


@given(hostile)
def test_a_harmless_line_is_one_line(text: str) -> None:
    assert len(harmless(text).splitlines()) <= 1


@given(hostile, st.sampled_from(["notice", "error"]))
def test_a_message_is_one_command_and_ours(text: str, kind: str) -> None:
    stream = StringIO()
    getattr(Console(stream=stream, commands=True), kind)(text)
    (line,) = stream.getvalue().splitlines()
    assert line.startswith(f"::{kind} title=Readygate::")
    rest = line.removeprefix(f"::{kind} title=Readygate::")
    decoded = rest.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    assert "\r" not in decoded
    assert decoded.count("\n") == text.count("\n")


@given(hostile, hostile)
def test_a_group_begins_and_ends_once(title: str, inside: str) -> None:
    stream = StringIO()
    log = Console(stream=stream, commands=True)
    with log.group(title):
        log.line(inside)
    first, *between, last = stream.getvalue().splitlines()
    assert first.startswith("::group::")
    assert last == "::endgroup::"
    assert not any(is_command(line) for line in between)


def test_a_group_ends_when_its_work_fails() -> None:
    stream = StringIO()
    with pytest.raises(KeyError), Console(stream=stream, commands=True).group("x"):
        raise KeyError
    assert stream.getvalue() == "::group::x\n::endgroup::\n"


def test_off_a_runner_messages_are_plain() -> None:
    stream = StringIO()
    log = Console(stream=stream)
    log.notice("one\n::two")
    log.error("50 %")
    with log.group("title"):
        log.line()
    assert stream.getvalue() == "notice: one\n: :two\nerror: 50 %\ntitle\n\n"


def test_percent_signs_survive_the_runner() -> None:
    stream = StringIO()
    Console(stream=stream, commands=True).error("50 %0A of %25\nend")
    assert stream.getvalue() == "::error title=Readygate::50 %250A of %2525%0Aend\n"


@given(hostile)
def test_a_document_that_is_printed_holds_no_command(text: str) -> None:
    document = text.replace("\r", "").replace("\u0085", "")  # documents hold neither
    for line in quiet_lines(document).split("\n"):
        assert not is_command(line)


@given(hostile)
def test_printed_json_holds_no_command_and_says_the_same(text: str) -> None:
    printed = quiet_json(json.dumps({"a": text}, indent=1))
    assert json.loads(printed) == {"a": text}
    for line in printed.splitlines():
        assert not is_command(line)


@pytest.mark.parametrize("on_runner", [True, False])
def test_the_token_is_not_printed_whatever_it_looks_like(on_runner: bool) -> None:
    token = "0123456789abcdef" * 2 + "01234567"  # an old one, as some servers still give
    stream = StringIO()
    log = Console(stream=stream, commands=on_runner, hidden=token)
    log.line(f"a {token}")
    log.error(f"b {token}")
    assert token not in stream.getvalue() + repr(log)
    assert stream.getvalue().count("[redacted]") == 2
