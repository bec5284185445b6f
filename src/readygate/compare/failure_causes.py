"""Group failures by cause: by the message without its variable parts, and by where the error comes from.

There are three degrees, each needs more evidence:

1. The same type and the same message without addresses, UUIDs, times, amounts and folders. The place of the error
   separates equal messages if it is in the project's own code and not in its tests. A message that any test could
   have (`assert False`) is grouped only within one test function.
2. Numbers are ignored if one place of the project's own code raised all of them.
3. Quoted values, and the numbers of comparisons, are ignored if they vary: three values or more at one place of the
   project's own code, or over the parameters of one test function.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from readygate.model.causes import Cause, Causes
from readygate.model.comparison import TestChange, TestComparison
from readygate.model.paths import PathRules, Placer
from readygate.model.results import FailureDetail
from readygate.snapshot import message_normalizer as normal
from readygate.support.source_files import is_test_file, strip_checkout
from readygate.support.stack_frames import Frame, frames

VARIES = 3
"""From this number of values at one place on, the value is a variable and not a cause."""

_FOREIGN = re.compile(
    r"site-packages/|dist-packages/|node_modules/|/python\d[.\d]*/|/usr/(?:lib|share|local/go)/|/go/pkg/mod/|/gems/"
    r"|(?:^|/)vendor/|/\.cargo/|/rustc/|^node:|^internal/|^<|^native|(?:^|/)_pytest/"
    r"|^(?:java|javax|jdk|sun|kotlin|scala|groovy|org/(?:junit|testng|mockito|hamcrest|assertj|gradle|apache|springframework|opentest4j))/"
)
"""Paths of code that is not the project's own, used if the files of the repository are unknown."""
_PARAMETERS = re.compile(r"[\[({].*\Z|(?:\s|#)\d+\Z", re.DOTALL)
_NUMBERS = re.compile(r"\d+")


def find_causes(tests: TestComparison, paths: PathRules | None) -> Causes:
    """Find the causes of each list of failing tests; linear in the number of tests."""
    finder = _Finder(paths)
    return Causes(
        new_failures=finder.group(tests.new_failures),
        still_failing=finder.group(tests.still_failing),
        fixed=finder.group(tests.fixed) if any(change.detail is not None for change in tests.fixed) else (),
    )


class _Message(NamedTuple):
    """The parsed message of a failing test.

    Attributes:
        kind: the type of the error, without its package.
        text: the message.
        strict: the message without what never identifies a cause.
        loose: the strict text without values.
        empty: any test could have the strict text.
    """

    kind: str
    text: str
    strict: str
    loose: str
    empty: bool


class _Failure(NamedTuple):
    """A failing test as it is grouped; a tuple, as there are many.

    Attributes:
        at: its index in the list of failing tests.
        reported: the message as reported, may be empty.
        message: the parsed message.
        frame: the innermost frame of the project's own code.
        place: the place in the project's own code that separates equal messages; empty if it is in a test.
        function: the class and the name of the test, without parameters.
    """

    at: int
    reported: str
    message: _Message
    frame: Frame | None
    place: tuple[str, str]
    function: tuple[str, str]


class _Finder:
    """Groups lists of failing tests; equal messages and traces are parsed once."""

    def __init__(self, paths: PathRules | None) -> None:
        self._placer = Placer(paths) if paths is not None and paths.files is not None else None
        self._placed: dict[str, str] = {}
        self._foreign: dict[str, bool] = {}  # by folder: thousands of tests have as many files in a few folders
        self._messages: dict[tuple[str, str], _Message] = {}
        self._frames: dict[str, tuple[Frame, ...]] = {}

    def group(self, changes: Sequence[TestChange]) -> tuple[Cause, ...]:
        """Return the causes of the tests of one list, the largest first."""
        failures, unexplained = [], []
        for index, change in enumerate(changes):
            if change.detail and _has_text(change.detail):
                failures.append(self._read(index, change, change.detail))
            else:
                unexplained.append(index)
        causes = [_cause(key, members, placed=self._placer is not None) for key, members in _join(failures)]
        causes.sort(key=lambda cause: (-len(cause.tests), cause.tests[0]))
        if unexplained:
            causes.append(Cause(key="untold", tests=tuple(unexplained)))
        return tuple(causes)

    def _read(self, index: int, change: TestChange, detail: FailureDetail) -> _Failure:
        if detail.text not in self._frames:
            self._frames[detail.text] = frames(detail.text)
        frame = next((own for frame in self._frames[detail.text] if (own := self._own(frame))), None)
        return _Failure(
            at=index,
            reported=detail.message,
            message=self._message(detail),
            frame=frame,
            place=_separating(frame),
            function=(change.id.class_name, _function(change.id.name)),
        )

    def _message(self, detail: FailureDetail) -> _Message:
        said = detail.message
        if not detail.type and normal.says_nothing(said.strip()):  # as in "Failed": the trace has the error
            said = normal.error_line(detail.text) or said
        key = (detail.type[:300], said)
        if key not in self._messages:
            kind, text = normal.split_message(*key)
            strict = normal.strict(text)
            loose, empty = normal.valueless(strict), normal.says_nothing(strict)
            self._messages[key] = _Message(kind, text, strict, loose, empty)
        return self._messages[key]

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
        return "" if self._foreign[folder] else strip_checkout(path)


def _function(name: str) -> str:
    """Return the name of a test without its parameters."""
    return name if name.isidentifier() else _PARAMETERS.sub("", name)


def _separating(frame: Frame | None) -> tuple[str, str]:
    if frame is None or is_test_file(frame.path):
        return ("", "")
    return (frame.path, _NUMBERS.sub("#", frame.function))


def _has_text(detail: FailureDetail) -> bool:
    return bool(detail.type.strip() or detail.message.strip() or detail.text.strip())


Groups = list[tuple[Hashable, list[_Failure]]]


def _join(failures: list[_Failure]) -> Groups:
    """Group by the three degrees: first what varies at one place, then the rest by equality."""
    rest, joined = failures, Groups()
    for key in (_by_parameters, _by_place):
        found, rest = _by(rest, key)
        for name, members in found:
            if len({failure.message.strict for failure in members}) >= VARIES:
                joined.append((name, members))
            else:
                rest += members
    return [*joined, *_by(rest, _exact)[0]]


def _by(failures: Iterable[_Failure], key: Callable[[_Failure], Hashable | None]) -> tuple[Groups, list[_Failure]]:
    """Group by a key; also return the failures without one."""
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
    """Return the key of one test function at one line under several parameters."""
    line = failure.frame.line if failure.frame else 0
    return (failure.function, failure.message.kind, failure.message.loose, failure.place, line)


def _by_place(failure: _Failure) -> Hashable | None:
    """Return the key of one place of the project's own code.

    None for errors whose quoted name is the cause, and for comparisons.
    """
    place, message = failure.place, failure.message
    if not place[0] or message.kind in normal.NAMED or normal.compares(message.kind, message.text):
        return None
    return (message.kind, message.loose, place)


def _exact(failure: _Failure) -> Hashable:
    """Return the key of the first degree, without numbers where the second applies."""
    message, place = failure.message, failure.place
    if message.empty:
        return ("nothing", message.kind, message.strict, place, failure.function)
    if message.kind in normal.NAMED:
        return ("named", message.kind, message.strict)
    if place[0] and not normal.compares(message.kind, message.text):
        return ("numbers", message.kind, normal.numberless(message.strict), place)
    return ("strict", message.kind, message.strict, place)


def _cause(key: Hashable, members: list[_Failure], *, placed: bool) -> Cause:
    members.sort(key=lambda failure: failure.at)
    first = members[0]
    line = next((row.strip() for row in first.reported.splitlines() if row.strip()), "")
    if not line or " / " in first.message.text:  # the first line alone does not identify the cause
        line = first.message.text
    return Cause(
        key=sha256(repr(key).encode("utf-8", "replace")).hexdigest()[:12],
        kind=first.message.kind,
        message=line,
        frame=first.frame,
        placed=placed and first.frame is not None,
        tests=tuple(failure.at for failure in members),
    )
