"""Archives of reports: members with odd names."""

import zipfile
from collections.abc import Sequence
from io import BytesIO

import pytest

from readygate.collect.archives import unpack
from readygate.collect.discovery import Found
from readygate.formats import Source


def zipped(names: Sequence[str]) -> bytes:
    """A zip of members with these names; zipfile itself writes no name that begins with NUL."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name.replace("\0", "~"), "<testsuite/>")
    return buffer.getvalue().replace(b"~", b"\0")


def members(*names: str) -> tuple[list[str], list[str]]:
    """The names of the members that are read, and the problems."""
    found = unpack(Found(source=Source(name="a.zip", data=zipped(names))))
    read = [each.source.name for each in found if each.problem is None]
    return read, [each.problem.what for each in found if each.problem]


@pytest.mark.parametrize("name", ["\0", "\0b.xml"])
def test_member_without_a_name_is_damage_and_the_others_are_read(name: str) -> None:
    assert members("b/c.xml", name, "a.xml") == (
        ["a.zip/a.xml", "a.zip/b/c.xml"],
        ["the zip holds a file without a name"],
    )


@pytest.mark.parametrize(
    ("names", "read"),
    [
        (["/"], []),
        (["b/", "b/c.xml"], ["a.zip/b/c.xml"]),
        (["b\\", "b\\c.xml"], ["a.zip/b/c.xml"]),
        (["../c.xml", "/d.xml"], ["a.zip/../c.xml", "a.zip//d.xml"]),
    ],
)
def test_folders_are_no_members(names: list[str], read: list[str]) -> None:
    assert members(*names) == (read, [])
