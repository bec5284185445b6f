"""The names of the tests of all legs, as sorted text.

A class is a line, and each of its tests is a line after it that begins with a tab. An empty line begins the next list.
Legs that ran the same tests share a list.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Final

from readygate.baseline._text import LARGEST, escape, escape_field, split_into_files, unescape
from readygate.model.results import SEPARATOR, ClassBlock

_BEFORE_NAME: Final = b"\n\t"
_SEPARATOR: Final = SEPARATOR.encode()


def encode_names(lists: Sequence[Mapping[str, ClassBlock]]) -> list[bytes]:
    """Return the names of the tests of all lists as files; a list has its blocks by class, at least one."""
    records = islice(chain.from_iterable(("", *_records(blocks)) for blocks in lists), 1, None)
    total = sum(len(block.names) for blocks in lists for block in blocks.values())
    return [data.replace(_SEPARATOR, _BEFORE_NAME) for data in split_into_files(records, total)]


def _records(blocks: Mapping[str, ClassBlock]) -> Iterator[str]:
    """Yield each class with its names, joined by `SEPARATOR`."""
    for class_name, block in blocks.items():
        head = escape_field(class_name)
        text = f"{head}{SEPARATOR}{escape(block.names)}"
        while len(text) > LARGEST and (end := text.rfind(SEPARATOR, len(head) + 1, LARGEST)) > len(head):
            yield text[:end]
            text = head + text[end:]
        yield text


def decode_names(files: Iterable[bytes]) -> list[dict[str, str]]:
    """Return each list of names by class, as blocks hold them: joined by `SEPARATOR`.

    Raises:
        ValueError: the files are damaged.
    """
    found: dict[str, str] = {}
    lists = [found]
    for data in files:
        if not data.endswith(b"\n") or b"\0" in data:
            raise ValueError("the names of tests are cut short, or hold a NUL")
        for record in data[:-1].replace(_BEFORE_NAME, _SEPARATOR).decode().split("\n"):
            if not record:
                found = {}
                lists.append(found)
                continue
            head, separator, names = record.partition(SEPARATOR)
            if not separator:
                raise ValueError("a class without tests")
            class_name, names = unescape(head), unescape(names)
            found[class_name] = f"{found[class_name]}{SEPARATOR}{names}" if class_name in found else names
    return lists
