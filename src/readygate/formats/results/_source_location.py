"""Find source locations in the traces of test tools."""

import re
from typing import Final

from readygate.support.source_files import strip_checkout

_LONGEST: Final = 2_000
_MOST_LINES: Final = 200
_DOTNET: Final = re.compile(r"(?P<file>.+):\D{0,12}(?P<line>\d{1,8})\.?\s*")


def dotnet_place(trace: str, owner: str) -> tuple[str, int]:
    """Return the file and line of the innermost frame of `owner`, a class or method; otherwise of any frame.

    .NET writes `at Class.Method() in C:/Tests.cs:line 12`, Mono `in /src/Tests.cs:12`, and both translate the word
    for "line" (`in C:/Tests.cs:Zeile 12.`).
    """
    first = ("", 0)
    for line in trace.split("\n", _MOST_LINES)[:_MOST_LINES]:
        called, between, where = line[:_LONGEST].rpartition(" in ")
        found = _DOTNET.fullmatch(where) if between else None
        if found is None or found["line"] == "0" or found["file"].startswith("<"):
            continue
        place = (found["file"], int(found["line"]))
        if not owner or owner in called:
            return place
        if not first[0]:
            first = place
    return first


def line_in(trace: str, file: str) -> int:
    """Return the line of the innermost frame in a file, in the notation of JavaScript and Ruby; 0 without a frame."""
    name = file.replace("\\", "/").rpartition("/")[2]
    if not name:
        return 0
    found = re.search(rf"(?<![\w.-]){re.escape(name[:200])}:(\d{{1,8}})\b", trace[:100_000])
    return int(found[1]) if found else 0


def without_runner(path: str) -> str:
    """Make a path relative to the repository if it begins like a checkout on a GitHub runner.

    Classes that are named after files would otherwise differ between operating systems.
    """
    return strip_checkout(path.replace("\\", "/")).removeprefix("./")
