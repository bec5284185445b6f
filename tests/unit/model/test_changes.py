"""The paths that a change touches, and changed lines as the git program prints them for random files."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readygate.model.changes import Changes, FileChange, hunk_lines

LINES = st.sampled_from(
    [
        b"",
        b" ",
        b"a",
        b"b",
        b"c",
        b"-",
        b"--- a/x",
        b"+++ b/x",
        b"+",
        b"@@ -1,2 +3,4 @@",
        b"\\ No newline at end of file",
        b"diff --git a/x b/x",
        b"carriage\r",
        b"page\x0cbreak",
        b"line\xe2\x80\xa8separator",
        b"\xff\xfe",
    ]
)
FILES = st.tuples(st.lists(LINES, max_size=14), st.booleans()).map(
    lambda drawn: b"\n".join(drawn[0]) + (b"\n" if drawn[1] and drawn[0] else b"")
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def git_diff(folder: Path, old: bytes, new: bytes, *options: str) -> str:
    (folder / "old").write_bytes(old)
    (folder / "new").write_bytes(new)
    command = ["git", "diff", "--no-index", "--no-color", "--text", *options, "old", "new"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.decode("utf-8", "surrogateescape")


def rows(content: bytes) -> list[bytes]:
    """Lines with their ends, as git counts them."""
    parts = content.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


@settings(max_examples=120)
@given(old=FILES, new=FILES, context=st.sampled_from(["-U0", "-U3", "-U100"]))
def test_the_numbers_are_those_of_the_lines_that_git_adds_and_removes(
    folder: Path, old: bytes, new: bytes, context: str
) -> None:
    added, removed = hunk_lines(git_diff(folder, old, new, context))
    before, after = rows(old), rows(new)
    assert list(added) == sorted(set(added))
    assert list(removed) == sorted(set(removed))
    assert all(1 <= number <= len(after) for number in added)
    assert all(1 <= number <= len(before) for number in removed)
    kept_before = [line for number, line in enumerate(before, 1) if number not in set(removed)]
    kept_after = [line for number, line in enumerate(after, 1) if number not in set(added)]
    assert kept_before == kept_after
    numstat = git_diff(folder, old, new, "--numstat").split("\t")[:2] if old != new else ["0", "0"]
    assert [len(added), len(removed)] == [int(number) for number in numstat]


@settings(max_examples=60)
@given(old=FILES, new=FILES)
def test_the_amount_of_context_makes_no_difference(folder: Path, old: bytes, new: bytes) -> None:
    found = {hunk_lines(git_diff(folder, old, new, option)) for option in ("-U0", "-U1", "-U3")}
    assert len(found) == 1


def test_text_before_the_first_hunk_is_passed_over() -> None:
    patch = "--- a/x\n+++ b/x\n+not a line\n@@ -0,0 +1 @@ def f():\n+a line\n+beyond the hunk\n"
    assert hunk_lines(patch) == ((1,), ())


def test_a_patch_without_hunks_changes_nothing() -> None:
    assert hunk_lines("") == ((), ())
    assert hunk_lines("Binary files a/x and b/x differ\n") == ((), ())


def test_the_form_that_github_gives() -> None:
    patch = "@@ -1,3 +1,4 @@\n one\n-two\n+zwei\n+drei\n three\n\\ No newline at end of file"
    assert hunk_lines(patch) == ((2, 3), (2,))


def test_paths_are_those_before_and_after_the_change() -> None:
    files = (
        FileChange(path="new.py", old_path="", status="added"),
        FileChange(path="after.py", old_path="before.py", status="renamed"),
        FileChange(path="gone.py", old_path="gone.py", status="removed"),
    )
    changes = Changes(base="a", head="b", files=files)
    assert changes.paths == {"new.py", "after.py", "before.py", "gone.py"}
    assert all(map(changes.may_touch, changes.paths))
    assert not changes.may_touch("other.py")


def test_a_change_that_is_not_completely_known_may_touch_any_path() -> None:
    assert Changes(base="a", head="b", files=(), complete=False).may_touch("other.py")
