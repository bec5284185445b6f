"""Sniff the beginning of a file, once for all formats."""

from __future__ import annotations

from xml.parsers.expat import XMLParserType

from msgspec import Struct

from readygate.formats import xml_stream
from readygate.formats.xml_repair import encoding_of

HEAD_BYTES = 65_536
"""Bytes of a file that a format is chosen by."""

_MOST_ELEMENTS = 51

_PACKED = ((b"\x1f\x8b", ".gz"), (b"PK\x03\x04", ".zip"))


class FileSample(Struct, frozen=True, kw_only=True):
    """The first bytes of a file, and its outline if it is XML.

    Attributes:
        name: the name of the file; a format may use it to explain, never to decide.
        data: at most `HEAD_BYTES`.
        text: the bytes as text; undecodable ones are replaced.
        root: local name of the XML root element, or the name in the document type if the file is refused before
            it; empty if it is not XML.
        root_attributes: names of its attributes, with their prefixes.
        children: local names of the elements below the root, at any depth, in file order; at most 50.
    """

    name: str
    data: bytes
    text: str
    root: str = ""
    root_attributes: tuple[str, ...] = ()
    children: tuple[str, ...] = ()

    @classmethod
    def read(cls, name: str, data: bytes) -> FileSample:
        """Return the sample of a file from its first bytes."""
        text = data.decode(encoding_of(data), errors="replace").lstrip("\ufeff")
        if not text.lstrip().startswith("<"):
            return cls(name=name, data=data, text=text)
        elements: list[tuple[str, tuple[str, ...]]] = []
        doctype = [""]

        def start(tag: str, attributes: dict[str, str]) -> None:
            elements.append((xml_stream.local(tag), tuple(attributes)))
            if len(elements) == _MOST_ELEMENTS:
                raise xml_stream.RefusalError("enough was seen")

        def name_root(name: str, *_: object) -> None:
            doctype[0] = xml_stream.local(name)

        def configure(parser: XMLParserType) -> None:
            elements.clear()
            parser.StartElementHandler = start
            parser.StartDoctypeDeclHandler = name_root

        xml_stream.peek(data, configure)
        root, attributes = elements[0] if elements else (doctype[0], ())
        return cls(
            name=name,
            data=data,
            text=text,
            root=root,
            root_attributes=attributes,
            children=tuple(tag for tag, _ in elements[1:]),
        )

    def summary(self) -> str:
        """Describe the file in a few words for an error."""
        if self.root:
            return f"XML with the root element <{self.root[:40]}>"
        packed = next((kind for magic, kind in _PACKED if self.data.startswith(magic)), "")
        if packed:
            return f"it is packed, and its name does not end in {packed}"
        start = self.text.lstrip()[:1]
        if start == "<":
            return "it begins like XML and has no readable root element"
        if start in "{[":
            return "JSON of an unknown shape"
        if b"\0" in self.data[:1024]:
            return "binary data"
        return "plain text of an unknown shape"
