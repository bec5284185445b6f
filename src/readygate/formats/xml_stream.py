"""Reads XML of unknown origin as a stream: safe, in bounded memory, forgiving where tools write nonsense.

Rules of the language: https://www.w3.org/TR/xml/ . Entities may not be declared and nothing outside the file
is ever loaded, so nothing can expand. Characters that XML forbids, encodings that expat does not know and
bare ampersands are mended in a second attempt; the report then carries a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from readygate.formats._rows import Rows
from readygate.formats.xml_repair import Mender
from readygate.model.reports import Problem, Severity

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

    from readygate.formats import Source
    from readygate.formats._rows import Shortcut

CHUNK: Final = 1 << 16
"""Bytes read at a time."""

_WIDE: Final = 4 * CHUNK
"""Bytes read at a time where rows of elements are read beside the parser."""

MAX_TOKEN: Final = 1 << 25
"""Bytes of a tag or comment above which it is refused: expat holds one as a whole."""

Configure = Callable[["XMLParserType"], None]
"""Sets the handlers of a new parser and **starts the reader's state anew**: it is called once per attempt."""

_CODE: Final = expat.errors.codes
_MENDABLE: Final = frozenset(
    _CODE[text]
    for text in (
        expat.errors.XML_ERROR_INVALID_TOKEN,
        expat.errors.XML_ERROR_BAD_CHAR_REF,
        expat.errors.XML_ERROR_UNDEFINED_ENTITY,
        expat.errors.XML_ERROR_UNKNOWN_ENCODING,
        expat.errors.XML_ERROR_INCORRECT_ENCODING,
        expat.errors.XML_ERROR_MISPLACED_XML_PI,
    )
)
_TRUNCATED: Final = (
    "the file ends before its root element does",
    "the tool that wrote it was stopped: the job ran out of time or memory, or was cancelled",
    "look for this in the log of the job that makes the file, and run it again",
)
_DAMAGES: Final = {
    **dict.fromkeys(
        (
            _CODE[expat.errors.XML_ERROR_NO_ELEMENTS],
            _CODE[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
            _CODE[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
            _CODE[expat.errors.XML_ERROR_PARTIAL_CHAR],
        ),
        _TRUNCATED,
    ),
    _CODE[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]: (
        "something stands behind the end of the root element",
        "two reports were written to one file, or another program's output was appended to it",
        "let each run of the tool write a file of its own",
    ),
    _CODE[expat.errors.XML_ERROR_TAG_MISMATCH]: (
        "an end tag does not match its start tag",
        "two processes wrote to the file at the same time, or a piece of it is missing",
        "let each process write a file of its own",
    ),
}
_OTHER_DAMAGE: Final = (
    "this is not well-formed XML ({})",
    "the tool that wrote it does not escape what it writes",
    "look at this line; a newer version of the tool may write it correctly",
)


_OWN_ENCODINGS: Final = frozenset(("utf-8", "utf-16", "iso-8859-1", "us-ascii"))


class RefusalError(Exception):
    """A handler says that the file must not be read further.

    Args:
        what: what is wrong with it, for the reader of the report.
        why: its probable cause.
    """

    def __init__(self, what: str, why: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why


def local(tag: str) -> str:
    """Return an element's name without its namespace prefix."""
    return tag.rpartition(":")[2]


def _rest() -> None:
    """Do nothing between two pieces of a file."""


def feed(
    source: Source,
    configure: Configure,
    pulse: Callable[[], None] = _rest,
    shortcut: Callable[[], Shortcut] | None = None,
) -> Problem | None:
    """Read a file to its end, or as far as it can be read, through the handlers that `configure` sets.

    Handlers keep what they were told before damage; they may raise `RefusalError`. `pulse` is called after
    each piece of the file, for what is cheaper to do now and then. `shortcut` makes what reads rows of elements
    beside the parser; it is called after `configure`.

    Returns:
        None; a note if the file had to be mended and could then be read; or the damage.

    Raises:
        OSError: the file cannot be read.
    """
    parser = _parser(configure)
    rows = None if shortcut is None else Rows(parser, shortcut())
    chunks = _chunks(source) if rows is None else rows.taken_out(_chunks(source, _WIDE))
    try:
        _run(parser, chunks, pulse)
    except expat.ExpatError as error:
        line = error.lineno + (rows.lines if rows else 0)
        if error.code not in _MENDABLE:
            return _damage(error, line)
        return _feed_mended(source, configure, pulse, f"line {line:,}")
    except RefusalError as error:
        return _refused(error, parser.CurrentLineNumber + (rows.lines if rows else 0))
    except (LookupError, ValueError):  # a foreign encoding, or half a character in UTF-16
        return _feed_mended(source, configure, pulse, "")
    return None


def peek(data: bytes, configure: Configure) -> None:
    """Feed the beginning of a file; where it breaks off or is damaged is of no interest."""
    for mend in (False, True):
        parser = _parser(configure, encoding="utf-8" if mend else None)
        try:
            parser.Parse(Mender(data)(data, final=True) if mend else data.lstrip(), False)
        except (LookupError, ValueError):
            continue
        except expat.ExpatError as error:
            if error.code in _MENDABLE:
                continue
        except RefusalError:
            pass
        return


def _parser(configure: Configure, encoding: str | None = None) -> XMLParserType:
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.specified_attributes = True
    parser.EntityDeclHandler = _refuse_entity
    if encoding is None:
        parser.XmlDeclHandler = _leave_to_mender
    configure(parser)
    return parser


def _leave_to_mender(_version: str, encoding: str | None, _standalone: int) -> None:
    """Keep encodings that expat itself does not know from its bridge to any codec that Python has."""
    if encoding is not None and encoding.lower() not in _OWN_ENCODINGS:
        raise LookupError(encoding)


def _refuse_entity(name: str, *_: object) -> None:
    raise RefusalError(
        f"the file declares the entity `{name[:40]}`",
        "no tool that writes reports does this; entities can expand without bound or name other files",
    )


def _chunks(source: Source, size: int = CHUNK) -> Iterator[bytes]:
    """The file in pieces; white space before the XML declaration, which XML forbids, is left out."""
    begun = False
    with source.open() as stream:
        while chunk := stream.read(size):
            if begun:
                yield chunk
            elif chunk := chunk.lstrip():
                begun = True
                yield chunk


def _run(parser: XMLParserType, chunks: Iterable[bytes], pulse: Callable[[], None]) -> None:
    """Parse all chunks.

    Expat looks at an incomplete token again with each call, so after one bytes are held back until they have
    doubled: a tag of many megabytes then costs a few passes, not one per chunk.
    """
    waiting: list[bytes] = []
    fed = size = need = 0
    for chunk in chunks:
        waiting.append(chunk)
        size += len(chunk)
        if size < need:
            continue
        parser.Parse(waiting[0] if len(waiting) == 1 else b"".join(waiting), False)
        pulse()
        fed += size
        waiting.clear()
        size = 0
        need = fed - max(parser.CurrentByteIndex, 0)
        if need > MAX_TOKEN:
            raise RefusalError(f"one tag or comment is longer than {MAX_TOKEN >> 20} MiB")
    parser.Parse(b"".join(waiting), True)


def _feed_mended(source: Source, configure: Configure, pulse: Callable[[], None], first: str) -> Problem | None:
    """Read the file a second time, decoded by Python and cleaned of what XML forbids."""
    chunks = _chunks(source)
    start = next(chunks, b"")
    mender = Mender(start)

    def mended() -> Iterator[bytes]:
        yield mender(start)
        yield from map(mender, chunks)
        yield mender(b"", final=True)

    parser = _parser(configure, encoding="utf-8")
    try:
        _run(parser, mended(), pulse)
    except expat.ExpatError as error:
        return _damage(error, error.lineno)
    except RefusalError as error:
        return _refused(error, parser.CurrentLineNumber)
    if not mender.replaced and not mender.overruled:
        return None  # as declared; only expat did not know it
    return Problem(
        severity=Severity.NOTE,
        what="characters that XML does not allow were replaced"
        if mender.replaced
        else "the declared encoding is wrong or unknown; the file was read as UTF-8",
        place=first,
        why="the tool that wrote it did not escape control characters or ampersands, or mixed encodings",
        todo="nothing for the figures: every element was read; names and messages may show replacements",
    )


def _refused(error: RefusalError, line: int) -> Problem:
    return Problem(
        severity=Severity.DAMAGE,
        what=error.what,
        place=f"line {line:,}",
        why=error.why,
        todo="look at the file and at what wrote it; only what stands before this place was read",
    )


def _damage(error: expat.ExpatError, line: int) -> Problem:
    what, why, todo = _DAMAGES.get(error.code, _OTHER_DAMAGE)
    return Problem(
        severity=Severity.DAMAGE,
        what=what.format(expat.ErrorString(error.code)),
        place=f"line {line:,}",
        why=why,
        todo=todo,
    )
