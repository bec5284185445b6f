"""The record of a gate: one line of JSON for each run, with what changed since an earlier run.

A record holds changes and no totals, so that runs of equal outcomes take a few hundred bytes. Since every change names
the outcome before and after, the outcomes of a test in all recorded runs follow from those of a single run.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from readygate.baseline._text import escape, unescape
from readygate.model.coverage import Ratio
from readygate.model.history import ABSENT, PastRun
from readygate.model.outcome_changes import LegKey, OutcomeChanges
from readygate.model.results import OUTCOME_LETTERS, Counts, Number, Seconds, TestId
from readygate.support.errors import StoreError, UnusableError
from readygate.support.git_names import SHA

VERSION: Final = 2
MAX_CHANGES: Final = 20_000
"""Changes of outcomes that a record holds; with more it holds none, and what was before it is not known."""

_LETTERS: Final = frozenset((ABSENT, *OUTCOME_LETTERS))

Names = dict[str, dict[str, list[str]]]
"""Names of tests by class and by the letters before and after."""

_Id = Annotated[str, Meta(pattern=rf"^{SHA}\Z")]
_FileName = Annotated[str, Meta(pattern=r"^[a-z]{1,30}(?:/[0-9]{1,6})?\Z")]


class StoredFile(Struct, frozen=True, array_like=True):
    """A file of a snapshot: its id in git, and its compressed size in bytes."""

    id: _Id
    size: Number


class RunRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One run.

    Attributes:
        commit: the commit that was measured.
        run_id: the workflow run, 0 outside GitHub.
        attempt: the attempt of the workflow run, 0 outside GitHub.
        when: the time of the run, in seconds since 1970.
        branch: the branch of the run; for a merge group `gh-readonly-queue/` and the branch that it merges into.
        complete: False if a report was damaged or missing; such a run is never a baseline.
        ready: the verdict; None if unknown.
        counts: the outcomes of all tests.
        lines: the covered lines; None if coverage was not measured.
        seconds: the durations of all tests.
        since: the key of the record that the changes count from: of the nearest recorded first-parent ancestor. Empty
            without one.
        line: the first-parent ancestors of the commit, nearest first, up to that record's commit.
        unknown: there were too many changes since then, so that they are not stored.
        changes: the names of changed tests by suite and leg, class, and letters before and after.
        renamed: suite, class and name of a test, then those that it had before.
        suites: suite and leg, then what they were called before.
        unrun: suites and legs that have no results of this run, although a snapshot may carry earlier ones.
        snapshot: the stored files by name; None if the snapshot is not or no longer stored.
    """

    commit: _Id
    run_id: Number = 0
    attempt: Number = 0
    when: Number = 0
    branch: str = ""
    complete: bool = True
    ready: bool | None = None
    counts: Counts
    lines: Ratio | None = None
    seconds: Seconds = 0.0
    since: str = ""
    line: tuple[str, ...] = ()
    unknown: bool = False
    changes: tuple[tuple[str, str, Names], ...] = ()
    renamed: tuple[tuple[str, str, str, str, str, str], ...] = ()
    suites: tuple[tuple[str, str, str, str], ...] = ()
    unrun: tuple[LegKey, ...] = ()
    snapshot: Mapping[_FileName, StoredFile] | None = None

    @property
    def key(self) -> str:
        """Return the unique key of this record."""
        return f"{self.commit}-{self.run_id}-{self.attempt}"

    @property
    def order(self) -> tuple[int, int]:
        """Return the place among the runs of one commit."""
        return self.run_id, self.attempt

    @property
    def is_baseline(self) -> bool:
        """Return whether a change can be compared with it."""
        return self.complete and self.snapshot is not None

    def past_run(self) -> PastRun:
        """Return the run as a history shows it."""
        return PastRun(
            commit=self.commit,
            run_id=self.run_id,
            attempt=self.attempt,
            when=self.when,
            complete=self.complete,
            counts=self.counts,
            lines=self.lines,
            seconds=self.seconds,
            ready=self.ready,
        )

    def parents(self) -> Iterator[tuple[str, str]]:
        """Return each known commit of its line with its first parent."""
        return zip((self.commit, *self.line), self.line, strict=False)

    def legs_without_results(self) -> Iterator[LegKey]:
        """Yield the suites and legs that have no results of this run.

        Raises:
            ValueError: a name is damaged.
        """
        return ((unescape(group), unescape(leg)) for group, leg in self.unrun)

    def outcome_changes(self) -> OutcomeChanges:
        """Return what changed since the earlier run.

        Raises:
            ValueError: a name or an outcome is damaged.
        """
        return OutcomeChanges(
            letters={
                (TestId(unescape(group), unescape(class_name), unescape(name)), unescape(leg)): _pair(letters)
                for group, leg, classes in self.changes
                for class_name, by_letters in classes.items()
                for letters, names in by_letters.items()
                for name in names
            },
            renamed={TestId(*map(unescape, names[:3])): TestId(*map(unescape, names[3:])) for names in self.renamed},
            suites={
                (unescape(group), unescape(leg)): (unescape(old), unescape(old_leg))
                for group, leg, old, old_leg in self.suites
            },
        )


def _pair(letters: str) -> tuple[str, str]:
    if len(letters) != 2 or not _LETTERS.issuperset(letters):
        raise ValueError(f"outcomes that do not exist: {letters[:20]!r}")
    return letters[0], letters[1]


class _Header(Struct, frozen=True, kw_only=True):
    readygate: str = ""
    version: int = 0
    workflow: str = ""


class Record(Struct, frozen=True, kw_only=True):
    """All recorded runs of a gate.

    Attributes:
        workflow: the path of the workflow whose runs are recorded, empty outside GitHub.
        runs: sorted by run and attempt.
    """

    workflow: str = ""
    runs: tuple[RunRecord, ...] = ()

    def first_parents(self) -> dict[str, str]:
        """Return the first parent of every commit whose parent is known."""
        return {commit: parent for run in self.runs for commit, parent in run.parents()}

    def files(self) -> dict[str, int]:
        """Return the sizes of all stored files by id."""
        return {file.id: file.size for run in self.runs for file in (run.snapshot or {}).values()}


def change_fields(found: OutcomeChanges) -> dict[str, object]:
    """Return the fields of a record that hold what changed."""
    if len(found.letters) + len(found.renamed) > MAX_CHANGES:
        return {"unknown": True}
    legs: dict[LegKey, Names] = {}
    for (test, leg), letters in sorted(found.letters.items()):
        classes = legs.setdefault((escape(test.group), escape(leg)), {})
        names = classes.setdefault(escape(test.class_name), {}).setdefault("".join(letters), [])
        names.append(escape(test.name))
    return {
        "changes": tuple((group, leg, classes) for (group, leg), classes in legs.items()),
        "renamed": tuple(
            tuple(map(escape, (new.group, new.class_name, new.name, old.group, old.class_name, old.name)))
            for new, old in sorted(found.renamed.items())
        ),
        "suites": tuple(tuple(map(escape, (*new, *old))) for new, old in sorted(found.suites.items())),
    }


def escaped_legs(legs: Iterable[LegKey]) -> tuple[LegKey, ...]:
    """Return suites and legs as a record stores them."""
    return tuple(sorted((escape(group), escape(leg)) for group, leg in legs))


def without_changes(run: RunRecord) -> RunRecord:
    """Return a run without what changed since the earlier run, which is then not known."""
    if not (run.changes or run.renamed or run.suites):
        return run
    return replace(run, unknown=True, changes=(), renamed=(), suites=())


def encoded_size(run: RunRecord) -> int:
    """Return the number of bytes of a run in the file of a record."""
    return len(_line(run))


def _line(value: Struct) -> bytes:
    return msgspec.json.encode(value, order="deterministic") + b"\n"


def encode_record(record: Record) -> bytes:
    """Return the file of a record; equal content gives equal bytes."""
    head = _Header(readygate="history", version=VERSION, workflow=escape(record.workflow))
    runs = sorted(record.runs, key=lambda run: (run.order, run.key))
    return b"".join(map(_line, (head, *runs)))


def read_record(read: Callable[[], bytes | None], where: str) -> Record:
    """Return the record whose bytes `read` returns, an empty one if there is none.

    The bytes have no id to check them against. Those that cannot be decoded may have been spoilt on their way, so they
    are read a second time.

    Raises:
        StoreError, ForgeError: the record is damaged, has another version, or cannot be read.
    """
    data = read()
    if data is None:
        return Record()
    try:
        return decode_record(data, where)
    except StoreError:
        again = read()
        if again is None or again == data:
            raise
        return decode_record(again, where)


def decode_record(data: bytes, where: str) -> Record:
    """Return the record that `encode_record` wrote.

    Raises:
        UnusableError: the file is damaged.
        StoreError: it has another version.
    """
    todo = "use the same version on the base branch and in pull requests, or remove the file to begin a new record"
    lines = data.split(b"\n")
    try:
        head = msgspec.json.decode(lines[0], type=_Header)
        if head.readygate != "history":
            raise ValueError("it does not begin as a history does")
        if head.version != VERSION:
            raise StoreError(
                f"the history has version {head.version} and this Readygate reads version {VERSION}",
                where=where,
                why="another version of Readygate wrote it",
                todo=todo,
            )
        if lines[-1]:
            raise ValueError("it is cut short")
        runs = tuple(msgspec.json.decode(line, type=RunRecord) for line in lines[1:-1])
        return Record(workflow=unescape(head.workflow), runs=runs)
    except (ValueError, RecursionError) as error:
        raise UnusableError(
            f"the history is damaged ({error})",
            where=where,
            why="it was cut or changed after it was written",
            todo="restore it from an earlier commit of the data branch, or remove it to begin a new record",
        ) from error
