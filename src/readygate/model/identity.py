"""What makes a test the same test in two runs: its name without the parts that change from run to run.

Only parts that are recognizable as such are replaced. Tests of one run whose names become one are numbered
(`ClassBlock.build`), so that none of them is lost.
"""

import re
from typing import Final
from zlib import crc32

from readygate.model.results import NUMBER, SEPARATOR

MAX_NAME: Final = 4_000
"""Characters of the longest name that is kept whole; of a longer one the beginning and a checksum stay."""

_NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"
_HEX: Final = "[0-9a-fA-F]"
_VOLATILE: Final = re.compile(
    # addresses: `<Foo object at 0x7f12…>`
    rf"(?P<address> at 0x){_HEX}{{6,16}}(?=>)"
    # Java's default toString: `org.example.Thing@1b2c3d`, `[B@1b2c3d`, `[Ljava.lang.String;@1b2c3d`
    r"|(?P<object>(?:(?<![\w.])(?:[a-z_]\w*\.)+[A-Z][\w$]*|\[(?:[BCDFIJSZ]|L[\w.$]+;))@)[0-9a-f]{5,8}\b"
    # what libraries for temporary files call them
    r"|(?P<root>/tmp/|/var/tmp/|/var/folders/|[/\\]Temp[/\\])"
    r"(?:pytest-of-[^/\\]+[/\\]pytest-\d+|[\w+]{2}/[\w+]{10,}/T(?:/tmp[a-z0-9_]{8}\b)?|"
    r"tmp[a-z0-9_]{8}\b|tmp\.[A-Za-z0-9]{6,12}\b|(?P<stem>[A-Za-z_.-]*)\d{8,}\b)"
    rf"|\b{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}\b"
)
_FOLDERS: Final = ("tmp", "folders", "Temp")
_UUID_TAIL: Final = re.compile(rf"-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}")


def stable_name(name: str) -> str:
    """Return the name with addresses, temporary paths and UUIDs replaced by `…`, and cut to `MAX_NAME`.

    A name that ends in ` (#2)` gets a no-break space, so that it is not mistaken for the second of two namesakes.
    """
    if _may_be_volatile(name):
        name = _VOLATILE.sub(_without_volatile, name)
    if len(name) > MAX_NAME:
        name = f"{name[: MAX_NAME - 9]}…{crc32(name.encode(errors='replace')):08x}"
    return NUMBER.sub(f"{_NO_BREAK_SPACE}\\1", name) if "(#" in name else name


def stable_names(names: list[str]) -> list[str]:
    """Return the stable form of each name; names that need no change are recognized together, for speed."""
    text = SEPARATOR.join(names)
    if not _may_be_volatile(text) and "(#" not in text and (len(text) <= MAX_NAME or max(map(len, names)) <= MAX_NAME):
        return names
    return list(map(stable_name, names))


def _may_be_volatile(text: str) -> bool:
    """Return quickly whether anything in the text, one name or many, could be volatile."""
    if "@" in text or (">" in text and " at 0x" in text):
        return True
    if "/" in text:
        between = text.split("/")[1:-1]  # most texts have few, so that this is faster than to search for each
        if any(folder in between for folder in _FOLDERS):
            return True
    if "\\" in text and "Temp" in text:
        return True
    return "-" in text and _UUID_TAIL.search(text) is not None


def _without_volatile(found: re.Match[str]) -> str:
    prefix = found["address"] or found["object"] or found["root"] or ""
    return f"{prefix}{found['stem'] or ''}…"
