"""Bad input in every form: a result or an error that says what, where and what to do; never green, never a traceback,
in bounded time and memory."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

GREEN = '<testsuite name="s"><testcase classname="a" name="one" time="0.1"/></testsuite>'
MEMORY = 1 << 30


def file(content: str | bytes, name: str = "junit.xml") -> Callable[[Path], None]:
    def make(root: Path) -> None:
        (root / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return make


def folder(root: Path) -> None:
    (root / "junit.xml").mkdir()


def link(root: Path) -> None:
    outside = root.parent / "outside.xml"
    outside.write_text(GREEN)
    (root / "junit.xml").symlink_to(outside)


def pipe(root: Path) -> None:
    os.mkfifo(root / "junit.xml")


BAD: dict[str, tuple[Callable[[Path], None], str]] = {
    "empty": (file(""), "the file is empty"),
    "not XML": (file("hello"), "no known format"),
    "wrong root": (file("<html><body/></html>"), "no known format"),
    "binary": (file(bytes(range(256)) * 10), "no known format"),
    "cut": (file(GREEN[:-20]), "line 1"),
    "mixed encodings": (file(b'<?xml version="1.0" encoding="utf-16"?>' + GREEN[:40].encode()), ""),
    "totals that claim more": (
        file('<testsuite tests="99" failures="none"><testcase name="a"/></testsuite>'),
        "suite without a name",
    ),
    "entity bomb": (
        file(
            '<!DOCTYPE testsuite [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
            '<testsuite><testcase name="&b;"/></testsuite>'
        ),
        "entit",
    ),
    "external entity": (
        file(
            '<!DOCTYPE testsuite [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            '<testsuite><testcase name="&x;"/></testsuite>'
        ),
        "entit",
    ),
    "huge attribute": (file('<testsuite><testcase name="' + "x" * (100 << 20) + '"/></testsuite>'), ""),
    "deep": (file("<testsuite>" + "<a>" * 200_000), ""),
    "folder": (folder, ""),
    "link out of the workspace": (link, "out of the workspace"),
    "pipe": (pipe, "regular file"),
    "no test": (file("<testsuites/>"), "No test was executed"),
    "damaged gzip": (file(b"\x1f\x8b" + b"\0" * 40, "junit.xml.gz"), "damaged"),
    "gzip under another name": (file(b"\x1f\x8b" + b"\0" * 40), "does not end in .gz"),
    "damaged zip": (file(b"PK\x03\x04" + b"\0" * 40, "junit.xml.zip"), "zip"),
}


def report(root: Path, *arguments: str, pattern: str = "junit.xml*") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "readygate", "report", "--root", str(root), "--tests", pattern, *arguments]
    return subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_never_green(kind: str, tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    root.mkdir()
    make, said = BAD[kind]
    make(root)

    done = report(root)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert said in done.stdout
    assert "Not ready" in done.stdout
    assert "root:x:0" not in done.stdout


ODD = {
    "times": '<testsuite tests="many"><testcase name="a" time="NaN"/><testcase name="b" time="-1"/>'
    '<testcase name="c" time="1,5"/><testcase name="d" time="soon"/></testsuite>',
    "nameless": '<testsuite><testcase/><testcase classname="x"/></testsuite>',
    "colours": '<testsuite><testcase name="a"><system-out>\x1b[31mred\x1b[0m</system-out></testcase></testsuite>',
    "latin-1": '<?xml version="1.0" encoding="iso-8859-1"?><testsuite><testcase name="caf\xe9"/></testsuite>',
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_input_counts_and_says_so(kind: str, tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_bytes(ODD[kind].encode("latin-1"))
    done = report(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_ten_thousand_files_are_one_suite(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for number in range(10_000):
        (out / f"TEST-{number}.xml").write_text(GREEN.replace('"a"', f'"class{number}"'))
    done = report(tmp_path, pattern="out/*.xml")
    assert done.returncode == 0, done.stdout[-2000:]
    assert "10,000 tests" in done.stdout
