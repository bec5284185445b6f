"""Store a snapshot as a folder of text files, which runs share where they are equal.

- `results`: a line of JSON that says what was measured, then for each leg a line for each class: the duration of each
  test, see `_durations_codec`, and, where not all tests passed, a tab and a character for each outcome. A line for each
  failure whose cause is known follows: class, name and cause.
- `names/0`, `names/1` …: the names of the tests, see `_names_codec`.
- `coverage/0` …: see `_coverage_codec`.

Equal content gives equal bytes. All but the durations is exact. `VERSION` changes with the layout.
"""

import re
import sys
from array import array
from collections.abc import Callable, Container, Iterator, Mapping
from itertools import islice
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from readygate.baseline._coverage_codec import decode_coverage, encode_coverage
from readygate.baseline._durations_codec import decode_durations, encode_durations
from readygate.baseline._names_codec import decode_names, encode_names
from readygate.baseline._text import escape, escape_field, unescape
from readygate.model.coverage import Coverage
from readygate.model.results import OUTCOME_LETTERS, SEPARATOR, ClassBlock, Counts, Leg, Number, Outcome, Seconds
from readygate.model.snapshot import Provenance, Snapshot
from readygate.support.errors import UnusableError
from readygate.support.git_names import blob_id

VERSION: Final = 5
RESULTS: Final = "results"
"""The file that says which others belong to the snapshot."""

_TO_LETTERS: Final = bytes(ord(OUTCOME_LETTERS[state]) if state < len(Outcome) else 0 for state in range(256))
_TO_OUTCOMES: Final = bytes(max(OUTCOME_LETTERS.find(chr(letter)), -1) & 0xFF for letter in range(256))
_PASSED: Final = Outcome.PASSED
_CAUSE: Final = re.compile(r"[0-9a-f]{8}")


class _Leg(Struct, frozen=True, kw_only=True):
    """A leg in the first line of `results`: `names` is the number of its list, None without tests.

    Attributes:
        causes: the number of lines with causes.
    """

    group: str
    leg: str
    path: str
    executions: Counts
    seconds: Seconds
    names: Number | None
    causes: Number
    has_coverage: bool


class _Coverage(Struct, frozen=True, kw_only=True):
    files: Number
    rows: Number
    has_branches: bool


class _Head(Struct, frozen=True, kw_only=True):
    """The first line of `results`."""

    version: int
    commit: str
    provenance: Provenance
    legs: tuple[_Leg, ...]
    names: Number
    coverage: _Coverage | None = None


class _Version(Struct):
    version: int = 0


def equal_files(snapshot: Snapshot, ids: Container[str]) -> dict[str, bytes]:
    """Return, by their id in git, the files of names and coverage of a snapshot that are among some ids.

    These files often equal those of another run, which then need not be fetched.
    """
    found = ((blob_id(data), data) for data in _files(snapshot)[0].values())
    return {blob: data for blob, data in found if blob in ids}


def encode(snapshot: Snapshot, like: Snapshot | None = None) -> dict[str, bytes]:
    """Return the files of a snapshot by name.

    Args:
        snapshot: what to store.
        like: the stored snapshot of the run before; durations that are near to its are stored as its.
    """
    files, numbers = _files(snapshot)
    earlier = {(leg.group, leg.leg): leg.blocks for leg in like.legs} if like else {}
    legs, lines = [], []
    for leg, number in zip(snapshot.legs, numbers, strict=True):
        before = earlier.get((leg.group, leg.leg), {})
        lines += [_line(block, before.get(class_name)) for class_name, block in leg.blocks.items()]
        lines += [
            "\t".join((escape_field(class_name), escape_field(name), cause))
            for (class_name, name), cause in sorted(leg.causes.items())
        ]
        legs.append(
            _Leg(
                group=escape(leg.group),
                leg=escape(leg.leg),
                path=escape(leg.path),
                executions=leg.executions,
                seconds=round(leg.seconds, 3),
                names=number,
                causes=len(leg.causes),
                has_coverage=leg.has_coverage,
            )
        )
    coverage = snapshot.coverage
    head = _Head(
        version=VERSION,
        commit=snapshot.commit,
        provenance=_provenance(snapshot.provenance, escape),
        legs=tuple(legs),
        names=sum(name.startswith("names/") for name in files),
        coverage=None
        if coverage is None
        else _Coverage(
            files=sum(name.startswith("coverage/") for name in files),
            rows=len(coverage.files),
            has_branches=coverage.has_branches,
        ),
    )
    first = msgspec.json.encode(head, order="deterministic").decode()
    return {RESULTS: "".join(f"{line}\n" for line in (first, *lines)).encode(), **files}


def _provenance(provenance: Provenance, change: Callable[[str], str]) -> Provenance:
    """Return a provenance with every text from outside escaped or unescaped."""
    return replace(
        provenance,
        event=change(provenance.event),
        branch=change(provenance.branch),
        inputs={change(name): change(value) for name, value in provenance.inputs.items()},
        reports={change(name): change(value) for name, value in provenance.reports.items()},
    )


def _files(snapshot: Snapshot) -> tuple[dict[str, bytes], list[int | None]]:
    """Return the files of names and coverage, and the number of the list of names of each leg."""
    lists: list[Mapping[str, ClassBlock]] = []
    numbers: list[int | None] = []
    for leg in snapshot.legs:
        number = next((at for at, blocks in enumerate(lists) if _same_names(blocks, leg.blocks)), len(lists))
        if number == len(lists) and leg.blocks:
            lists.append(leg.blocks)
        numbers.append(number if leg.blocks else None)
    parts = enumerate(encode_names(lists) if lists else ())
    files = {f"names/{number}": data for number, data in parts}
    if snapshot.coverage is not None:
        parts = enumerate(encode_coverage(snapshot.coverage.files))
        files |= {f"coverage/{number}": data for number, data in parts}
    return files, numbers


def _same_names(one: Mapping[str, ClassBlock], other: Mapping[str, ClassBlock]) -> bool:
    return one.keys() == other.keys() and all(block.names == other[name].names for name, block in one.items())


def _line(block: ClassBlock, before: ClassBlock | None) -> str:
    """Return the line of a class in `results`."""
    seconds = _little_endian(block.seconds)
    durations = "".join(encode_durations(seconds, _near(block, before)))
    if block.outcomes.count(_PASSED) == len(block.outcomes):
        return durations
    return f"{durations}\t{block.outcomes.translate(_TO_LETTERS).decode()}"


def _near(block: ClassBlock, before: ClassBlock | None) -> list[str] | None:
    """Return the characters of the earlier durations, in the order of the tests of a class; empty for a new test."""
    if before is None:
        return None
    characters = encode_durations(_little_endian(before.seconds))
    if before.names == block.names:
        return characters
    known = dict(zip(before.names.split(SEPARATOR), characters, strict=True))
    return [known.get(name, "") for name in block.names.split(SEPARATOR)]


def _little_endian(floats: bytes) -> bytes:
    if sys.byteorder == "little":
        return floats
    words = array("I", floats)
    words.byteswap()
    return words.tobytes()


def decode(files: Mapping[str, bytes], where: str) -> Snapshot:
    """Return the snapshot that `encode` wrote.

    Args:
        files: its files by name.
        where: name of the files for errors.

    Raises:
        UnusableError: the files are damaged, have another version, or are not a snapshot.
    """
    try:
        first, _, rest = files[RESULTS].decode().partition("\n")
        if (version := msgspec.json.decode(first, type=_Version).version) != VERSION:
            raise UnusableError(
                f"the snapshot has version {version} and this Readygate reads version {VERSION}",
                where=where,
                why="another version of Readygate wrote it",
                todo="use the same version on the base branch and in pull requests",
            )
        head = msgspec.json.decode(first, type=_Head)
        lines = iter(rest.split("\n")[:-1])
        names = decode_names(files[f"names/{number}"] for number in range(head.names))
        legs = tuple(_leg(leg, {} if leg.names is None else names[leg.names], lines) for leg in head.legs)
        if next(lines, None) is not None:
            raise ValueError("there are more classes than names")
        return Snapshot(
            commit=head.commit,
            legs=legs,
            coverage=None if head.coverage is None else _coverage(head.coverage, files),
            provenance=_provenance(head.provenance, unescape),
        )
    except KeyError as error:
        raise _damaged(f"the file {error} is missing", where) from error
    except (ValueError, IndexError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise _damaged(str(error), where) from error


def _damaged(what: str, where: str) -> UnusableError:
    return UnusableError(
        f"the snapshot is damaged ({what})",
        where=where,
        why="it was cut or changed after it was written",
        todo="run the workflow on the base branch again, which replaces it",
    )


def _leg(leg: _Leg, names: Mapping[str, str], lines: Iterator[str]) -> Leg:
    """Return a leg; the lines of its classes are the next ones."""
    own = list(islice(lines, len(names)))
    if len(names) != len(own):
        raise ValueError("the classes of a leg do not fit its names")
    rows = [line.partition("\t") for line in own]
    seconds = _little_endian(decode_durations("".join(durations for durations, _, _ in rows)))
    blocks: dict[str, ClassBlock] = {}
    at = 0
    for (class_name, joined), (_, tab, letters) in zip(names.items(), rows, strict=True):
        size = joined.count(SEPARATOR) + 1
        outcomes = letters.encode().translate(_TO_OUTCOMES) if tab else bytes((_PASSED,)) * size
        if len(outcomes) != size or 255 in outcomes:
            raise ValueError("the results of a class do not fit its tests")
        blocks[class_name] = ClassBlock(names=joined, outcomes=outcomes, seconds=seconds[4 * at : 4 * (at + size)])
        at += size
    if 4 * at != len(seconds):
        raise ValueError("the durations of a leg do not fit its tests")
    causes = dict(map(_cause, islice(lines, leg.causes)))
    if len(causes) != leg.causes:
        raise ValueError("the causes of failures are missing")
    return Leg(
        group=unescape(leg.group),
        leg=unescape(leg.leg),
        path=unescape(leg.path),
        blocks=blocks,
        executions=leg.executions,
        seconds=leg.seconds,
        causes=causes,
        has_coverage=leg.has_coverage,
    )


def _cause(line: str) -> tuple[tuple[str, str], str]:
    class_name, name, cause = line.split("\t")
    if not _CAUSE.fullmatch(cause):
        raise ValueError("a failure has a cause of another form")
    return (unescape(class_name), unescape(name)), cause


def _coverage(head: _Coverage, files: Mapping[str, bytes]) -> Coverage:
    rows = tuple(decode_coverage(files[f"coverage/{number}"] for number in range(head.files)))
    if len(rows) != head.rows:
        raise ValueError("the coverage of files is missing")
    return Coverage(files=rows, has_branches=head.has_branches)
