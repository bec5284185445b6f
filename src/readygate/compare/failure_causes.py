"""Groups failures by their cause: what the message says without its variable parts, and where it comes from.

Three degrees, each needing more evidence to join:

1. The same type and the same message without addresses, UUIDs, times, amounts and folders. The place of the error
   separates equal messages if it stands in the project's own code and not in its tests; a message that could be
   anybody's (`assert False`) is joined within one test function only.
2. Numbers are passed over where one place of the project's own code raised all of them.
3. Quoted values, and the numbers of comparisons, are passed over where they vary: three values or more at one place
   of the project's own code, or over the parameters of one test function.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import starmap
from typing import NamedTuple

from readygate.compare import message_normalizer as normal
from readygate.model.causes import Cause, Causes
from readygate.model.comparison import TestChange, TestComparison
from readygate.model.paths import PathRules, Placer
from readygate.model.results import Detail, Outcome, TestId
from readygate.support.stack_frames import Frame, frames

VARIES = 3
"""So many values at one place are a variable, not so many causes."""

_FOREIGN = re.compile(
    r"site-packages/|dist-packages/|node_modules/|/python\d[.\d]*/|/usr/(?:lib|share|local/go)/|/go/pkg/mod/|/gems/"
    r"|(?:^|/)vendor/|/\.cargo/|/rustc/|^node:|^internal/|^<|^native|(?:^|/)_pytest/"
    r"|^(?:java|javax|jdk|sun|kotlin|scala|groovy|org/(?:junit|testng|mockito|hamcrest|assertj|gradle|apache|springframework|opentest4j))/"
)
"""Paths that are no project's own code, where the files of the repository are not known."""
_TEST = re.compile(
    r"(?:^|/)(?:tests?|__tests__|specs?|testing|e2e)/|(?:^|/)(?:test_[^/]*|conftest\.py|[^/]*(?:_test|_spec|\.test|\.spec|\.cy|Tests?|IT|Spec)\.\w+)$"
)
_PARAMETERS = re.compile(r"[\[({].*\Z|(?:\s|#)\d+\Z", re.DOTALL)
_NUMBERS = re.compile(r"\d+")


Said = tuple[str, str, str, str, bool, tuple[Frame, ...]]
"""What a failing test says: the type of the error, the message, the message without what never tells a cause, without
its values, too, whether that could be said by any test, and the frames of the trace."""

Readings = Callable[[], Mapping[int, Said]]
"""Gives what is known already of failing tests, by the `id` of their details."""


def find_causes(tests: TestComparison, paths: PathRules | None, readings: Readings = dict) -> Causes:
    """Find the causes behind each list of failing tests; linear in the number of tests.

    Args:
        tests: the comparison of both sides.
        paths: how paths of traces become paths of the repository; None if nothing is known of it.
        readings: what another process has read of what the tests say.
    """
    finder = _Finder(paths, readings())
    return Causes(
        new_failures=finder.group(tests.new_failures),
        still_failing=finder.group(tests.still_failing),
        fixed=finder.group(tests.fixed) if any(change.detail is not None for change in tests.fixed) else (),
    )


def prepare() -> None:
    """Look at some failure, so that the expressions for it are compiled: where something else goes on meanwhile."""
    said = Detail(
        class_name="", name="", outcome=Outcome.FAILED, message="AError: assert 'a' == 12", text="a/b.py:1: in c\n"
    )
    _Finder(None, {}).group([TestChange(id=TestId(), before=None, after=Outcome.FAILED, detail=said)])


class _Failure(NamedTuple):
    """What counts of one failing test; a tuple, as there are many.

    Attributes:
        loose: the strict text without values.
        empty: the strict text could be anybody's.
        place: the place in the project's own code that separates equal messages; empty if it is in a test.
    """

    at: int
    message: str
    kind: str
    text: str
    strict: str
    loose: str
    empty: bool
    frame: Frame | None
    place: tuple[str, str]
    function: tuple[str, str]


def read_all(told: Iterable[tuple[str, str, str]]) -> list[Said]:
    """Read what failing tests say: of each its type, message and trace."""
    return list(starmap(_Reader().read, told))


class _Reader:
    """Reads what failing tests say; what is equal is read once."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], tuple[str, str, str, str, bool]] = {}
        self._frames: dict[str, tuple[Frame, ...]] = {}

    def read(self, kind: str, message: str, trace: str) -> Said:
        said = message
        if not kind and normal.says_nothing(said.strip()):  # "Failed": what failed stands in the text
            said = normal.error_line(trace) or said
        heard = (kind[:300], said)
        if heard not in self._told:
            name, text = normal.told(*heard)
            strict = normal.strict(text)
            self._told[heard] = (name, text, strict, normal.valueless(strict), normal.says_nothing(strict))
        if trace not in self._frames:
            self._frames[trace] = frames(trace)
        return (*self._told[heard], self._frames[trace])


class _Finder:
    """Groups lists of failing tests."""

    def __init__(self, paths: PathRules | None, known: Mapping[int, Said]) -> None:
        self._placer = Placer(paths) if paths is not None and paths.files is not None else None
        self._placed: dict[str, str] = {}
        self._foreign: dict[str, bool] = {}  # by folder: thousands of tests have as many files in a few
        self._known = known
        self._reader = _Reader()

    def group(self, changes: Sequence[TestChange]) -> tuple[Cause, ...]:
        """Group the tests of one list."""
        told = [
            (index, change.detail) for index, change in enumerate(changes) if change.detail and _says(change.detail)
        ]
        untold = sorted(set(range(len(changes))) - {index for index, _ in told})
        failures = [self._read(index, changes[index], detail) for index, detail in told]
        causes = [_cause(key, members, placed=self._placer is not None) for key, members in _join(failures)]
        causes.sort(key=lambda cause: (-len(cause.tests), cause.tests[0]))
        if untold:
            causes.append(Cause(key="untold", tests=tuple(untold)))
        return tuple(causes)

    def _read(self, index: int, change: TestChange, detail: Detail) -> _Failure:
        said = self._known.get(id(detail)) or self._reader.read(detail.type, detail.message, detail.text)
        kind, text, strict, loose, empty, traced = said
        frame = next((own for frame in traced if (own := self._own(frame))), None)  # the innermost of its own code
        return _Failure(
            at=index,
            message=detail.message,
            kind=kind,
            text=text,
            strict=strict,
            loose=loose,
            empty=empty,
            frame=frame,
            place=_separating(frame),
            function=(change.id.class_name, _function(change.id.name)),
        )

    def _own(self, frame: Frame) -> Frame | None:
        path = self._placed.get(frame.path)
        if path is None:
            path = self._placed[frame.path] = self._place(frame.path)
        if path == frame.path:
            return frame
        return Frame(path=path, line=frame.line, function=frame.function) if path else None

    def _place(self, path: str) -> str:
        if self._placer is not None:
            return self._placer.find(path)
        plain = path.replace("\\", "/")
        folder = plain[: plain.rfind("/") + 1] or plain
        if folder not in self._foreign:
            self._foreign[folder] = _FOREIGN.search(folder) is not None
        return "" if self._foreign[folder] else path


def _function(name: str) -> str:
    """The name of a test without its parameters."""
    return name if name.isidentifier() else _PARAMETERS.sub("", name)


def _separating(frame: Frame | None) -> tuple[str, str]:
    if frame is None or _TEST.search(frame.path):
        return ("", "")
    return (frame.path, _NUMBERS.sub("#", frame.function))


def _says(detail: Detail) -> bool:
    return bool(detail.type.strip() or detail.message.strip() or detail.text.strip())


Groups = list[tuple[Hashable, list[_Failure]]]


def _join(failures: list[_Failure]) -> Groups:
    """Join by the three degrees; what varies at one place is taken out first, the rest is joined by what is equal."""
    rest, joined = failures, Groups()
    for key in (_by_parameters, _by_place):
        found, rest = _by(rest, key)
        for name, members in found:
            if len({failure.strict for failure in members}) >= VARIES:
                joined.append((name, members))
            else:
                rest += members
    return [*joined, *_by(rest, _exact)[0]]


def _by(failures: Iterable[_Failure], key: Callable[[_Failure], Hashable | None]) -> tuple[Groups, list[_Failure]]:
    """Group by a key; those without one are left over."""
    groups: dict[Hashable, list[_Failure]] = {}
    others = []
    for failure in failures:
        found = key(failure)
        if found is not None:
            groups.setdefault(found, []).append(failure)
        else:
            others.append(failure)
    return list(groups.items()), others


def _by_parameters(failure: _Failure) -> Hashable | None:
    """One test function at one line under several parameters."""
    line = failure.frame.line if failure.frame else 0
    return (failure.function, failure.kind, failure.loose, failure.place, line)


def _by_place(failure: _Failure) -> Hashable | None:
    """One place of the project's own code; not for errors whose quoted name is the cause, nor for comparisons."""
    place = failure.place
    if not place[0] or failure.kind in normal.NAMED or normal.compares(failure.kind, failure.text):
        return None
    return (failure.kind, failure.loose, place)


def _exact(failure: _Failure) -> Hashable:
    if failure.empty:
        return ("nothing", failure.kind, failure.strict, failure.place, failure.function)
    if failure.kind in normal.NAMED:
        return ("named", failure.kind, failure.strict)
    if failure.place[0] and not normal.compares(failure.kind, failure.text):
        return ("numbers", failure.kind, normal.numberless(failure.strict), failure.place)
    return ("strict", failure.kind, failure.strict, failure.place)


def _cause(key: Hashable, members: list[_Failure], *, placed: bool) -> Cause:
    from hashlib import sha256  # noqa: PLC0415  (it loads a library of its own, and where nothing fails none is needed)

    members.sort(key=lambda failure: failure.at)
    first = members[0]
    line = next((row.strip() for row in first.message.splitlines() if row.strip()), "")
    if not line or " / " in first.text:  # the first line alone does not tell it
        line = first.text
    return Cause(
        key=sha256(repr(key).encode("utf-8", "replace")).hexdigest()[:12],
        kind=first.kind,
        message=line,
        frame=first.frame,
        placed=placed and first.frame is not None,
        tests=tuple(failure.at for failure in members),
    )
