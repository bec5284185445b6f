"""The XML parser: refused files, repaired files, and no exception for any content."""

import tracemalloc
from pathlib import Path
from xml.parsers.expat import XMLParserType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readygate.formats import Source, xml_stream
from readygate.model.reports import Problem, Severity

Events = list[tuple[str, object]]


def read(data: bytes) -> tuple[Events, Problem | None]:
    events: Events = []

    def configure(parser: XMLParserType) -> None:
        events.clear()
        parser.StartElementHandler = lambda tag, attributes: events.append((tag, attributes))
        parser.CharacterDataHandler = lambda text: events.append(("text", text))

    problem = xml_stream.feed(Source(name="x.xml", data=data), configure)
    return events, problem


def attribute(data: bytes) -> object:
    """The attribute `x` of the root element of a file that can be read."""
    events, problem = read(data)
    assert problem is None or problem.severity is Severity.NOTE
    attributes = events[0][1]
    assert isinstance(attributes, dict)
    return attributes["x"]


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("UTF8", "utf-8"),
        ("UTF-16", "utf-16"),
        ("iso-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("KOI8-R", "koi8-r"),
        ("Shift_JIS", "shift_jis"),
        ("GB18030", "gb18030"),
    ],
)
def test_declared_encodings_are_honoured_without_a_note(declared: str, codec: str) -> None:
    value = {"koi8-r": "тест", "shift_jis": "日本", "gb18030": "测试"}.get(codec, "é")
    data = f'<?xml version="1.0" encoding="{declared}"?><a x="{value}"/>'.encode(codec)

    assert attribute(data) == value
    assert read(data)[1] is None


@pytest.mark.parametrize("declared", ["utf-16", "klingon", "hex", "idna", "unicode_escape", "undefined", "x" * 300])
def test_wrong_and_hostile_encodings_are_read_as_utf_8_with_a_note(declared: str) -> None:
    events, problem = read(f'<?xml version="1.0" encoding="{declared}"?><a x="é"/>'.encode())

    assert problem is not None
    if events:
        assert events[0] == ("a", {"x": "é"})
        assert problem.severity is Severity.NOTE


def test_bytes_that_are_not_of_the_encoding_are_replaced() -> None:
    assert attribute('<?xml version="1.0" encoding="utf-8"?><a x="é!"/>'.encode("latin-1")) == "\ufffd!"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"\x1b[31m", "\u241b[31m"),
        (b"&#27;&#x1B;", "\u241b\u241b"),
        (b"\0&#0;", "\u2400\u2400"),
        (b"&#xD800;&#xFFFF;&#99999999;", "\ufffd\ufffd\ufffd"),
        (b"a & b &nope; &#; &lt;&#65;&#x41;", "a & b &nope; &#; <AA"),
        ("\ufffe".encode(), "\ufffd"),
    ],
)
def test_what_xml_forbids_is_shown_instead_and_noted(raw: bytes, shown: str) -> None:
    data = b'<a x="' + raw + b'"/>'

    assert attribute(data) == shown
    problem = read(data)[1]
    assert problem is not None
    assert problem.severity is Severity.NOTE
    assert problem.place == "line 1"


def test_a_reference_across_two_chunks_is_repaired(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"<a>\x01" + b"y" * 20 + b"&#27;&amp; & &unknown; \xe2\x82\xac</a>"
    for size in range(1, 12):
        monkeypatch.setattr(xml_stream, "CHUNK", size)
        events, _ = read(data)
        text = "".join(str(value) for kind, value in events if kind == "text")
        assert text == "\u2401" + "y" * 20 + "\u241b& & &unknown; €"


def test_white_space_before_the_declaration_is_forgiven() -> None:
    assert attribute(b' \r\n <?xml version="1.0"?><a x="1"/>') == "1"


@pytest.mark.parametrize(
    "data",
    [b"", b"<", b"<a", b"<a>", b"<a><b/>", b"<a><![CDATA[x", b"<a>\xc3", b"<a><!-- x", b'<a x="&am'],
)
def test_a_truncated_file_is_damage(data: bytes) -> None:
    problem = read(data)[1]

    assert problem is not None
    assert problem.severity is Severity.DAMAGE
    assert problem.what == "the file ends before its root element does"
    assert "time or memory" in problem.why


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"<a>\n\n</b>", "end tag"),
        (b"<a>\n\n</a><a/>", "follows the end"),
        (b'<a>\n\n<b x="<"/></a>', "well-formed"),
        (b'<a>\n\n<b x="1" x="2"/></a>', "duplicate attribute"),
    ],
)
def test_damage_names_its_line(data: bytes, what: str) -> None:
    problem = read(data)[1]

    assert problem is not None
    assert problem.severity is Severity.DAMAGE
    assert what in problem.what
    assert problem.place == "line 3"
    assert problem.todo


def test_handlers_receive_everything_before_damage_once() -> None:
    events, problem = read(b"<a><b/>\x01<c/></d>")

    assert [tag for tag, _ in events if tag != "text"] == ["a", "b", "c"]
    assert problem is not None
    assert problem.severity is Severity.DAMAGE


@pytest.mark.parametrize(
    "subset",
    [
        b'<!ENTITY x "y">',
        b'<!ENTITY x SYSTEM "file:///etc/passwd">',
        b'<!ENTITY % x SYSTEM "http://localhost/">%x;',
        b'<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">',
    ],
)
def test_entities_may_not_be_declared(subset: bytes) -> None:
    events, problem = read(b"<!DOCTYPE a [" + subset + b"]><a>&x;</a>")

    assert not events
    assert problem is not None
    assert problem.severity is Severity.DAMAGE
    assert "declares the entity" in problem.what


def test_entities_are_refused_in_repaired_files_too() -> None:
    problem = read(b'<?xml version="1.0" encoding="cp1252"?><!DOCTYPE a [<!ENTITY x "y">]><a>\x01</a>')[1]

    assert problem is not None
    assert problem.severity is Severity.DAMAGE
    assert "declares the entity" in problem.what


def test_a_document_type_is_allowed_and_nothing_is_loaded_for_it() -> None:
    data = b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a x="1">&passwd;</a>'

    assert attribute(data) == "1"


def test_defaults_of_a_document_type_are_not_attributes() -> None:
    events, _ = read(b'<!DOCTYPE a [<!ATTLIST a x CDATA "1">]><a/>')

    assert events[0] == ("a", {})


@pytest.mark.slow
def test_deep_nesting_ends_cleanly() -> None:
    depth = 200_000

    assert read(b"<a>" * depth + b"</a>" * depth)[1] is None
    broken = read(b"<a>" * depth)[1]
    assert broken is not None
    assert broken.severity is Severity.DAMAGE


def test_an_endless_tag_is_refused_and_a_long_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_stream, "CHUNK", 1000)
    monkeypatch.setattr(xml_stream, "MAX_TOKEN", 50_000)

    assert len(str(attribute(b'<a x="' + b"y" * 40_000 + b'"/>'))) == 40_000
    problem = read(b'<a x="' + b"y" * 400_000 + b'"/>')[1]
    assert problem is not None
    assert "tag or comment" in problem.what


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(elements: int) -> int:
        path = tmp_path / f"{elements}.xml"
        path.write_bytes(b"<a>" + b'<b x="1">text</b>\n' * elements + b"</a>")
        tracemalloc.start()
        xml_stream.feed(Source(name="x", path=path), lambda parser: None)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    assert peak(200_000) < 1.2 * peak(20_000) + 100_000


def test_a_handler_may_refuse_and_its_faults_are_not_hidden() -> None:
    def refuse(tag: str, attributes: dict[str, str]) -> None:
        raise xml_stream.RefusalError("too deep", "a loop")

    def fail(tag: str, attributes: dict[str, str]) -> None:
        raise ValueError("a fault of ours")

    def configure(parser: XMLParserType) -> None:
        parser.StartElementHandler = refuse

    def configure_fault(parser: XMLParserType) -> None:
        parser.StartElementHandler = fail

    source = Source(name="x", data=b"<a/>")
    problem = xml_stream.feed(source, configure)
    assert problem is not None
    assert (problem.what, problem.why, problem.place) == ("too deep", "a loop", "line 1")
    with pytest.raises(ValueError, match="a fault of ours"):
        xml_stream.feed(source, configure_fault)


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    read(data)
    read(b'<?xml version="1.0"?><a>' + data + b"</a>")
    read(b'<?xml version="1.0" encoding="' + data[:20] + b'"?><a/>')
    xml_stream.peek(data, lambda parser: None)


@given(st.text(max_size=200), st.integers(1, 9))
def test_any_text_is_read_alike_in_pieces_of_any_size(text: str, size: int) -> None:
    data = f"<a>{text}</a>".encode(errors="replace")
    whole = xml_stream.CHUNK
    try:
        at_once = read(data)
        xml_stream.CHUNK = size  # type: ignore[misc]
        piecewise = read(data)
    finally:
        xml_stream.CHUNK = whole  # type: ignore[misc]

    def joined(events: Events) -> tuple[list[object], str]:
        tags: list[object] = [(tag, value) for tag, value in events if tag != "text"]
        return tags, "".join(str(value) for tag, value in events if tag == "text")

    assert piecewise[1] == at_once[1]
    if at_once[1] is None or at_once[1].severity is Severity.NOTE:
        assert joined(piecewise[0]) == joined(at_once[0])
