"""Situations of unplaced-files."""

from collections.abc import Callable

from msgspec.structs import replace
from tests.support.builders import change, changes, compared, cover, measure, numbered, report
from tests.support.rows import PASS, UNKNOWN, VIOLATED, Row, Situations
from tests.support.situations import lines

from readygate.model.comparison import Comparison
from readygate.model.coverage import UnplacedFile


def unplaced(*files: UnplacedFile) -> Callable[[], Comparison]:
    """A run that changes b/x.ts and measured files whose place is not known."""

    def make() -> Comparison:
        head = replace(measure(report({"A": numbered("p")}), cover({"a.ts": "h"})), unplaced=files)
        return compared(head, diff=changes(change("b/x.ts", [1])))

    return make


def either(path: str) -> UnplacedFile:
    return UnplacedFile(path=path, report="lcov.info", maybe=(f"a/{path}", f"b/{path}"))


SITUATIONS = Situations(
    levels="WARN BLOCK WARN",
    rows=[
        Row(PASS, lines({"a.py": "h"}, None, change("a.py", [1])), ("0 files",)),
        Row(
            VIOLATED,
            unplaced(either("x.ts")),
            ("1 measured file could not be placed in the repository: x.ts",),
        ),
        Row(VIOLATED, unplaced(either("q.ts"), either("x.ts")), ("2 measured files", ": x.ts, q.ts")),
        Row(UNKNOWN, lines(None, None, change("a.py", [1])), ("not measured",)),
    ],
)
