"""Checksums of files are taken while they are read, or in a pass of their own, and say the same."""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from readygate.collect.discovery import Found
from readygate.collect.read_files import read_file
from readygate.formats import Source

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CASE = '<testcase classname="c" name="t{}" time="0.1"/>'
LONG = "<testsuite>" + "".join(map(CASE.format, range(9_000))) + "</testsuite>"


@pytest.mark.parametrize(
    "text",
    [
        "<testsuite>" + CASE + "</testsuite>",
        LONG,
        LONG[:-300],
        LONG.replace("t77", "a & b", 1),
        LONG + "<more/>" + " " * 300_000,
        '<?xml version="1.0" encoding="windows-1252"?>' + LONG,
        "<testsuite><!DOCTYPE x>" + LONG,
        "TN:\nSF:a.py\nDA:1,1\nend_of_record\n" * 4_000,
        "mode: set\na/b.go:1.2,3.4 1 1\n",
        "1..2\nok 1 - a\nnot ok 2 - b\n",
        '{"Action":"pass","Package":"p","Test":"T","Elapsed":0.1}\n',
        '{"meta":{"format":3,"version":"7.0"},"files":{"a.py":{"executed_lines":[1],"missing_lines":[2]}},"totals":{}}',
    ],
)
def test_a_checksum_is_that_of_all_bytes(tmp_path: Path, text: str) -> None:
    data = text.encode()
    (tmp_path / "x").write_bytes(data)
    on_disk = read_file(Found(source=Source(name="x", path=tmp_path / "x")))
    in_memory = read_file(Found(source=Source(name="x", data=data)))
    unpacked = read_file(Found(source=Source(name="x", opener=lambda: BytesIO(data), packed=len(data))))
    assert on_disk is not None
    assert on_disk.report is not None
    assert on_disk.size == len(data)
    assert on_disk.checksum == f"{len(data)}-{zlib.crc32(data):08x}"
    assert repr(on_disk) == repr(in_memory) == repr(unpacked)


class CountedBytes(BytesIO):
    """A stream that counts the bytes that are read from it."""

    read_bytes = 0

    def readinto(self, buffer: WriteableBuffer) -> int:
        read = super().readinto(buffer)
        CountedBytes.read_bytes += read
        return read


def test_a_file_is_read_once() -> None:
    CountedBytes.read_bytes = 0
    read_file(Found(source=Source(name="x.xml", opener=lambda: CountedBytes(LONG.encode()), packed=len(LONG))))
    assert len(LONG) <= CountedBytes.read_bytes < len(LONG) + (1 << 17)  # its beginning is looked at before


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    read = read_file(Found(source=Source(name="x", path=tmp_path / "x")))
    assert read is not None
    assert read.report is None
    assert "cannot be read" in read.problems[0].what
