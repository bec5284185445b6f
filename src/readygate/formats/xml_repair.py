"""Repair files that are almost XML: decode them and replace characters that XML forbids."""

import codecs
import re
from typing import Final

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARED: Final = re.compile(rb"""\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z][\w.:-]{0,400})["']""")
_CODECS: Final = re.compile(r"utf-8|ascii|cp\d|iso|mac|koi8|shift|euc|gb|big5|hz$|johab|tis|hp-|ptcp|kz")
_FORBIDDEN: Final = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
    "|&(?!(?:amp|lt|gt|quot|apos);)(?:#(?:([0-9]{1,9})|x([0-9A-Fa-f]{1,8}));)?"
)
_LONGEST_REFERENCE: Final = 16


def encoding_of(start: bytes) -> str:
    """Return the Python codec of a file by its first bytes: byte order mark, declaration, else UTF-8."""
    for mark, codec in _BOMS:
        if start.startswith(mark):
            return codec
    declared = _declared(start) or "utf-8"
    return declared if _CODECS.match(declared) else "utf-8"


def _declared(start: bytes) -> str | None:
    """Return the codec that a file declares; None without a declaration, empty if Python does not know it."""
    declared = _DECLARED.match(start)
    try:
        return codecs.lookup(declared[1].decode()).name if declared else None
    except LookupError:
        return ""


class XmlRepair:
    """Converts a file, chunk by chunk, to UTF-8 that XML allows.

    Attributes:
        codec: the Python codec that decodes the file.
        overruled: whether the file declares another encoding, which is wrong or unknown.
        replaced: whether any character was replaced so far.
    """

    def __init__(self, start: bytes) -> None:
        self.codec = encoding_of(start)
        declared = _declared(start)
        self.overruled = declared is not None and not (declared and self.codec.startswith(declared))
        self.replaced = False
        self._decode = codecs.getincrementaldecoder(self.codec)(errors="replace").decode
        self._held = ""
        self._begun = False

    def __call__(self, chunk: bytes, *, final: bool = False) -> bytes:
        """Return the next chunk; a reference at its end may be held back for the one after it."""
        text = self._held + self._decode(chunk, final)
        if text and not self._begun:
            self._begun = True
            text = text.lstrip("\ufeff \t\r\n")
        self._held = ""
        if not final:
            at = text.rfind("&", max(len(text) - _LONGEST_REFERENCE, 0))
            if at >= 0:
                text, self._held = text[:at], text[at:]
        if "\ufffd" in text:
            self.replaced = True
        return _FORBIDDEN.sub(self._replace, text).encode()

    def _replace(self, found: re.Match[str]) -> str:
        """Replace a control character by its symbol (U+2400 …), and escape a bare ampersand."""
        decimal, hexadecimal = found.groups()
        if decimal is None and hexadecimal is None:
            self.replaced = True
            return "&amp;" if found[0] == "&" else _picture(ord(found[0]))
        code = int(decimal) if decimal is not None else int(hexadecimal, 16)
        if code in {9, 10, 13} or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0xFFFF < code < 0x110000:
            return found[0]
        self.replaced = True
        return _picture(code)


def _picture(code: int) -> str:
    return chr(0x2400 + code) if code < 32 else "\ufffd"
