"""Write XML documents."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

_ILLEGAL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""https://www.w3.org/TR/xml/#charsets"""


class XmlWriter:
    """Writes one document, element by element.

    Characters that XML cannot hold, not even as references, become U+FFFD.
    """

    def __init__(self) -> None:
        self._buffer = BytesIO()
        self._xml = XMLGenerator(self._buffer, "UTF-8", short_empty_elements=True)
        self._xml.startDocument()

    @contextmanager
    def element(self, name: str, attributes: Mapping[str, str] | None = None) -> Iterator[None]:
        """Write the start of an element, its content, and its end with a line break."""
        self._start(name, attributes or {})
        yield
        self._end(name)

    def leaf(self, name: str, attributes: Mapping[str, str] | None = None, text: str = "") -> None:
        """Write an element that holds text only."""
        self._start(name, attributes or {})
        if text:
            self._xml.characters(legal(text))
        self._end(name)

    def rows(self, markup: str) -> None:
        """Write complete elements as they are: for millions of rows, building each as an element takes too long."""
        self._xml.ignorableWhitespace(markup)

    def finish(self) -> bytes:
        """Return the document."""
        self._xml.endDocument()
        return self._buffer.getvalue()

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._xml.startElement(name, AttributesImpl({key: legal(value) for key, value in attributes.items()}))

    def _end(self, name: str) -> None:
        self._xml.endElement(name)
        self._xml.ignorableWhitespace("\n")


def legal(text: str) -> str:
    """Replace characters that XML cannot hold, not even as references, by U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)
