"""The sample of the first bytes of a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readygate.formats.sniffing import FileSample


def test_root_attributes_and_children_without_prefixes() -> None:
    sample = FileSample.read("x", b'<?xml version="1.0"?>\n<n:suites xmlns:n="urn:x" a="1"><n:suite><case/></n:suite>')

    assert sample.root == "suites"
    assert sample.root_attributes == ("xmlns:n", "a")
    assert sample.children == ("suite", "case")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_by_their_marks(codec: str) -> None:
    sample = FileSample.read("x", '<root å="ß"><kid/>'.encode(codec))

    assert (sample.root, sample.children) == ("root", ("kid",))
    assert sample.text.startswith("<root å")


@pytest.mark.parametrize("encoding", ["Shift_JIS", "windows-1252", "klingon", "hex", "utf-16"])
def test_encodings_by_declaration_whatever_it_says(encoding: str) -> None:
    assert FileSample.read("x", f'<?xml version="1.0" encoding="{encoding}"?><root/>'.encode()).root == "root"


def test_what_must_be_mended_is_seen_all_the_same() -> None:
    assert FileSample.read("x", b'\n<?xml version="1.0"?><root a="\x1b & b"><kid/>').children == ("kid",)


def test_a_refused_file_is_identified_by_its_document_type() -> None:
    assert FileSample.read("x", b'<!DOCTYPE root [<!ENTITY a "b">]><root/>').root == "root"


def test_children_are_bounded() -> None:
    assert len(FileSample.read("x", b"<a>" + b"<b/>" * 200).children) == 50


@pytest.mark.parametrize(
    ("data", "summary"),
    [
        (b"<html><body/>", "XML with the root element <html>"),
        (b"<", "it begins like XML and has no readable root element"),
        (b' {"a": 1}', "JSON of an unknown shape"),
        (b"\x1f\x8b\0\0", "it is packed, and its name does not end in .gz"),
        (b"\x7fELF\0\0", "binary data"),
        (b"hello", "plain text of an unknown shape"),
    ],
)
def test_summary(data: bytes, summary: str) -> None:
    assert FileSample.read("x", data).summary() == summary


@given(st.binary(max_size=500))
def test_no_bytes_raise(data: bytes) -> None:
    FileSample.read("x", data).summary()
    FileSample.read("x", b"<a>" + data).summary()
    FileSample.read("x", b'<?xml version="1.0" encoding="' + data[:12] + b'"?><a/>').summary()
