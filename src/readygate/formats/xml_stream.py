"""Parse XML from untrusted files as a stream, in bounded memory.

The language: https://www.w3.org/TR/xml/ . A file that declares an entity is refused, and nothing outside of the file
is loaded, so nothing can expand. Characters that XML forbids, encodings that expat does not know and bare ampersands
are repaired in a second attempt; the report then has a note.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final
from xml.parsers import expat
from xml.parsers.expat import XMLParserType

from readygate.formats.source import Source
from readygate.formats.xml_repair import XmlRepair
from readygate.model.reports import Problem, Severity

CHUNK: Final = 1 << 16
"""Bytes read at a time."""

MAX_TOKEN: Final = 1 << 25
"""Maximum bytes of a tag or comment; expat keeps one in memory as a whole."""

Configure = Callable[[XMLParserType], None]
"""Sets the handlers of a new parser and **resets the state of the reader**; called once per attempt."""

_CODE: Final = expat.errors.codes
_REPAIRABLE: Final = frozenset(
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
        "something follows the end of the root element",
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
    """The file must not be read further; handlers may raise it.

    Args:
        what: what is wrong with the file, for the reader of the report.
        why: the probable cause.
    """

    def __init__(self, what: str, why: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why


def local(tag: str) -> str:
    """Return an element's name without its namespace prefix."""
    return tag.rpartition(":")[2]


def feed(source: Source, configure: Configure, resume: Configure | None = None) -> Problem | None:
    """Parse a file to its end, or as far as possible, with the handlers that `configure` sets.

    Args:
        source: the file.
        configure: sets the handlers of the first parser of an attempt.
        resume: sets the same handlers for the next document of the file, and keeps the state of the reader. Without
            it a second document is damage.

    Returns:
        None; a note if the file had to be repaired; or the damage, which leaves everything before it valid.

    Raises:
        OSError: the file cannot be read.
    """
    parser = _parser(configure)
    try:
        _run(parser, _chunks(source), resume)
    except expat.ExpatError as error:
        if error.code not in _REPAIRABLE:
            return _damage(error)
        return _feed_repaired(source, configure, resume, f"line {error.lineno:,}")
    except RefusalError as error:
        return _refused(error, parser.CurrentLineNumber)
    except (LookupError, ValueError):  # an encoding that expat does not know, or half a character in UTF-16
        return _feed_repaired(source, configure, resume, "")
    return None


def peek(data: bytes, configure: Configure) -> None:
    """Parse the beginning of a file; ignore where it ends or is damaged."""
    for repair in (False, True):
        parser = _parser(configure, encoding="utf-8" if repair else None)
        try:
            parser.Parse(XmlRepair(data)(data, final=True) if repair else data.lstrip(), False)
        except (LookupError, ValueError):
            continue
        except expat.ExpatError as error:
            if error.code in _REPAIRABLE:
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
        parser.XmlDeclHandler = _reject_foreign_encoding
    configure(parser)
    return parser


def _reject_foreign_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    """Reject encodings that expat does not know, which pyexpat would decode with any codec of Python."""
    if encoding is not None and encoding.lower() not in _OWN_ENCODINGS:
        raise LookupError(encoding)


def _refuse_entity(name: str, *_: object) -> None:
    raise RefusalError(
        f"the file declares the entity `{name[:40]}`",
        "no tool that writes reports does this; entities can expand without bound or name other files",
    )


def _chunks(source: Source) -> Iterator[bytes]:
    """Yield the file in chunks, without white space before the XML declaration, which XML forbids."""
    begun = False
    with source.open() as stream:
        while chunk := stream.read(CHUNK):
            if begun:
                yield chunk
            elif chunk := chunk.lstrip():
                begun = True
                yield chunk


def _run(parser: XMLParserType, chunks: Iterable[bytes], resume: Configure | None) -> None:
    """Parse all chunks, each document of the file with a parser of its own if `resume` is given.

    Expat scans an incomplete token again with each call. After one, chunks are therefore held back until their size
    has doubled: a tag of many megabytes costs a few scans, not one per chunk.
    """
    waiting: list[bytes] = []
    fed = size = need = 0
    lines = 0  # of the documents before
    held = b""  # the beginning of an incomplete token, which expat has
    for chunk in chunks:
        waiting.append(chunk)
        size += len(chunk)
        if size < need:
            continue
        data = waiting[0] if len(waiting) == 1 else b"".join(waiting)
        try:
            parser.Parse(data, False)
        except expat.ExpatError as error:
            data = held + data
            rest = data[parser.ErrorByteIndex - fed + len(held) :]
            parser, data, lines = _next_document(error, rest, resume, lines)
            fed, size, held = 0, len(data), b""
        fed += size
        waiting.clear()
        size = 0
        need = fed - max(parser.CurrentByteIndex, 0)
        held = (held + data)[-need:] if need else b""
        if need > MAX_TOKEN:
            raise RefusalError(f"one tag or comment is longer than {MAX_TOKEN >> 20} MiB")
    try:
        parser.Parse(b"".join(waiting), True)
    except expat.ExpatError as error:
        data = held + b"".join(waiting)
        rest = data[parser.ErrorByteIndex - fed + len(held) :]
        parser, _, lines = _next_document(error, rest, resume, lines)
        try:
            parser.Parse(b"", True)
        except expat.ExpatError as last:
            last.lineno += lines
            raise


def _next_document(
    error: expat.ExpatError, rest: bytes, resume: Configure | None, lines: int
) -> tuple[XMLParserType, bytes, int]:
    """Parse the documents that begin where another one ended.

    Args:
        error: the error at the end of that document.
        rest: the data from there.
        resume: sets the handlers of a parser.
        lines: the number of lines before that document.

    Returns:
        The parser of the last document, its data, and the number of lines before it.

    Raises:
        ExpatError: the rest of the data is not another document, or is damaged.
    """
    while True:
        is_document = any(rest.startswith(start) or start.startswith(rest) for start in (b"<?xml", b"<testsuite"))
        if resume is None or error.code != _CODE[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT] or not is_document:
            error.lineno += lines
            raise error
        lines += error.lineno - 1
        parser = _parser(resume)
        try:
            parser.Parse(rest, False)
        except expat.ExpatError as another:
            error, rest = another, rest[parser.ErrorByteIndex :]
        else:
            return parser, rest, lines


def _feed_repaired(source: Source, configure: Configure, resume: Configure | None, first: str) -> Problem | None:
    """Parse the file a second time, decoded by Python and without what XML forbids."""
    chunks = _chunks(source)
    start = next(chunks, b"")
    repair = XmlRepair(start)

    def repaired() -> Iterator[bytes]:
        yield repair(start)
        yield from map(repair, chunks)
        yield repair(b"", final=True)

    parser = _parser(configure, encoding="utf-8")
    try:
        _run(parser, repaired(), resume)
    except expat.ExpatError as error:
        return _damage(error)
    except RefusalError as error:
        return _refused(error, parser.CurrentLineNumber)
    if not repair.replaced and not repair.overruled:
        return None  # decoded as declared
    return Problem(
        severity=Severity.NOTE,
        what="characters that XML does not allow were replaced"
        if repair.replaced
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
        todo="look at the file and at what wrote it; only what precedes this place was read",
    )


def _damage(error: expat.ExpatError) -> Problem:
    what, why, todo = _DAMAGES.get(error.code, _OTHER_DAMAGE)
    return Problem(
        severity=Severity.DAMAGE,
        what=what.format(expat.ErrorString(error.code)),
        place=f"line {error.lineno:,}",
        why=why,
        todo=todo,
    )
