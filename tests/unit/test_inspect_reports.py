"""What `inspect` tells of a file beside its figures."""

import json
from pathlib import Path
from typing import Any

from readygate.collect.discovery import Found
from readygate.commands.inspect_reports import inspect_file
from readygate.formats import Source


def row(folder: Path, name: str, text: str) -> dict[str, Any]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return inspect_file(Found(source=Source(name=name, path=path)))


def ctrf(*statuses: str) -> str:
    tests = [{"name": f"t{at}", "status": status, "duration": 1} for at, status in enumerate(statuses)]
    return json.dumps({"results": {"tool": {"name": "x"}, "summary": {"tests": len(tests)}, "tests": tests}})


def test_words_that_count_as_one_outcome_are_told_apart(tmp_path: Path) -> None:
    found = row(tmp_path, "ctrf.json", ctrf("passed", "skipped", "pending", "other", "pending"))

    assert (found["tests"], found["passed"], found["skipped"]) == (5, 1, 4)
    assert found["words"] == {"passed": 1, "skipped": 1, "pending": 2, "other": 1}
    assert found["attempts"] is None


def test_a_word_that_nobody_knows_is_told_without_its_secrets(tmp_path: Path) -> None:
    token = "ghp_" + "a1B2" * 9
    found = row(tmp_path, "ctrf.json", ctrf("passed", token))

    assert found["errored"] == 1
    assert token not in json.dumps(found)
    assert sum(found["words"].values()) == 2


def test_a_format_without_words_has_none(tmp_path: Path) -> None:
    found = row(tmp_path, "junit.xml", '<testsuite><testcase classname="a" name="b"/></testsuite>')

    assert (found["tests"], found["words"], found["attempts"]) == (1, None, None)
