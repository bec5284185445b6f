"""Encode a snapshot as bytes: a JSON header and columns, compressed as one zlib stream.

Equal content gives equal bytes with the same release of zlib. Durations are rounded to about 3 %, which halves the
size; everything else is exact. `VERSION` changes with the layout; other versions are refused.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from array import array
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from readygate.model.coverage import Coverage, FileCoverage
from readygate.model.results import SEPARATOR, ClassBlock, Counts, Leg, Outcome, columns, cut, cut_text
from readygate.model.snapshot import Provenance, Snapshot
from readygate.support.errors import StoreError

MAGIC = b"readygate-snapshot\n"
VERSION = 1
MAX_BYTES = 1 << 30
"""Largest snapshot after decompression, in bytes: a million tests take about 100 MB."""

_LEVEL: Final = 2  # three times faster than the default level
_PIECE = 1_000
"""Classes whose names are compressed in one call, to limit the memory."""

_OUTCOMES = bytes(Outcome)
_DURATION_MASK = bytes(value & 0xF8 for value in range(256))
_DURATION_MIDDLE = bytes((value & 0xF8) | 0x04 for value in range(256))


def encode(snapshot: Snapshot) -> bytes:
    """Return a snapshot as bytes."""
    names, outcomes, seconds = columns(block for leg in snapshot.legs for block in leg.blocks.values())
    lengths, sizes = map(len, names), map(len, outcomes)
    legs = [
        {
            "group": leg.group,
            "leg": leg.leg,
            "path": leg.path,
            "executions": _counts(leg.executions),
            "seconds": round(leg.seconds, 3),
            "classes": list(leg.blocks),
            "lengths": list(islice(lengths, len(leg.blocks))),
            "sizes": list(islice(sizes, len(leg.blocks))),
        }
        for leg in snapshot.legs
    ]
    files = snapshot.coverage.files if snapshot.coverage else ()
    provenance = snapshot.provenance
    texts = ["".join(names[at : at + _PIECE]).encode("utf-8", "surrogatepass") for at in range(0, len(names), _PIECE)]
    results = b"".join(outcomes)
    durations = _pack_seconds(b"".join(seconds))
    lines = (b"".join(file.lines for file in files), _pack_branches(files))
    header = {
        "commit": snapshot.commit,
        "run_id": provenance.run_id,
        "run_attempt": provenance.run_attempt,
        "event": provenance.event,
        "branch": provenance.branch,
        "complete": provenance.complete,
        "inputs": dict(provenance.inputs),
        "reports": dict(provenance.reports),
        "legs": legs,
        "coverage": None
        if snapshot.coverage is None
        else {
            "paths": [file.path for file in files],
            "lengths": [len(file.lines) for file in files],
            "branches": [len(file.branches) for file in files],
            "unplaced": list(snapshot.coverage.unplaced),
            "has_branches": snapshot.coverage.has_branches,
        },
        "columns": [sum(map(len, texts)), *(len(column) for column in (results, *durations, *lines))],
    }
    head = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
    begin = struct.pack("<II", VERSION, len(head)) + head
    packer = zlib.compressobj(_LEVEL)
    packed = [packer.compress(piece) for piece in (begin, *texts, results, *durations, *lines)]
    return b"".join((MAGIC, *packed, packer.flush()))


def decode(data: bytes, where: str) -> Snapshot:
    """Return the snapshot that `encode` wrote.

    Raises:
        StoreError: the bytes are damaged, have another version, or are not a snapshot.
    """
    if not data.startswith(MAGIC):
        raise StoreError("these bytes are no Readygate snapshot", where=where, todo="remove it from the store")
    try:
        unpacker = zlib.decompressobj()
        body = unpacker.decompress(data[len(MAGIC) :], MAX_BYTES)
        if not unpacker.eof:
            raise ValueError("the stream is cut short, or larger than 1 GiB")
        if unpacker.unused_data:
            raise ValueError("there is more behind its end")
        version, length = struct.unpack_from("<II", body)
        if version != VERSION:
            raise StoreError(
                f"the snapshot has version {version} and this Readygate reads version {VERSION}",
                where=where,
                why="another version of Readygate wrote it",
                todo="use the same version on the base branch and in pull requests",
            )
        return _rebuild(json.loads(body[8 : 8 + length]), memoryview(body)[8 + length :])
    except (zlib.error, struct.error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreError(
            f"the snapshot is damaged ({error})",
            where=where,
            why="it was cut or changed after it was written",
            todo="run the workflow on the base branch again, which replaces it",
        ) from error


def _counts(counts: Counts) -> list[int]:
    return [counts.passed, counts.failed, counts.errored, counts.skipped, counts.flaky]


def _pack_seconds(floats: bytes) -> tuple[bytes, bytes]:
    """Return the sign, the exponent and four bits of the mantissa of each 32-bit float, in two columns."""
    if sys.byteorder == "big":
        floats = _swapped(floats)
    return floats[3::4], floats[2::4].translate(_DURATION_MASK)


def _unpack_seconds(high: memoryview, low: memoryview) -> bytes:
    floats = bytearray(4 * len(high))
    floats[3::4] = high
    floats[2::4] = bytes(low).translate(_DURATION_MIDDLE)  # a zero becomes 4e-40 s, which outputs show as 0
    return _swapped(bytes(floats)) if sys.byteorder == "big" else bytes(floats)


def _swapped(values: bytes) -> bytes:
    words: array[int] = array("I")
    words.frombytes(values)
    words.byteswap()
    return words.tobytes()


def _pack_branches(files: tuple[FileCoverage, ...]) -> bytes:
    numbers = array("I")
    for file in files:
        for line, (taken, total) in sorted(file.branches.items()):
            numbers.extend((line, taken, total))
    return _swapped(numbers.tobytes()) if sys.byteorder == "big" else numbers.tobytes()


def _rebuild(header: Mapping[str, Any], body: memoryview) -> Snapshot:
    if sum(header["columns"]) != len(body):
        raise ValueError("the columns do not fill the body")
    text, outcome_bytes, high, low, lines, branches = _parts(body, header["columns"])
    names = str(text, "utf-8", "surrogatepass")
    outcomes = bytes(outcome_bytes)
    if outcomes.translate(None, _OUTCOMES):
        raise ValueError("an outcome that does not exist")
    seconds = _unpack_seconds(high, low)
    lengths = [length for leg in header["legs"] for length in leg["lengths"]]
    sizes = [size for leg in header["legs"] for size in leg["sizes"]]
    if (sum(lengths), sum(sizes), len(outcomes)) != (len(names), len(outcomes), len(high)):
        raise ValueError("the classes do not fill their columns")
    blocks = list(cut(cut_text(names, lengths), outcomes, seconds, sizes))
    if [block.names.count(SEPARATOR) + 1 for block in blocks] != sizes:
        raise ValueError("the columns of a class do not fit together")
    rest = iter(blocks)
    return Snapshot(
        commit=header["commit"],
        legs=tuple(_leg(leg, rest) for leg in header["legs"]),
        coverage=_coverage(header["coverage"], lines, branches),
        provenance=Provenance(
            run_id=header["run_id"],
            run_attempt=header["run_attempt"],
            event=header["event"],
            branch=header["branch"],
            complete=header["complete"],
            inputs=header["inputs"],
            reports=header["reports"],
        ),
    )


def _leg(header: Mapping[str, Any], rest: Iterator[ClassBlock]) -> Leg:
    """Return a leg; its blocks are the next ones of `rest`."""
    passed, failed, errored, skipped, flaky = header["executions"]
    return Leg(
        group=header["group"],
        leg=header["leg"],
        path=header["path"],
        blocks=dict(zip(header["classes"], islice(rest, len(header["sizes"])), strict=True)),
        executions=Counts(passed=passed, failed=failed, errored=errored, skipped=skipped, flaky=flaky),
        seconds=header["seconds"],
    )


def _parts(data: memoryview, lengths: list[int]) -> Iterator[memoryview]:
    at = 0
    for length in lengths:
        yield data[at : at + length]
        at += length


def _coverage(header: Mapping[str, Any] | None, lines: memoryview, packed: memoryview) -> Coverage | None:
    if header is None:
        return None
    numbers: array[int] = array("I")
    numbers.frombytes(_swapped(bytes(packed)) if sys.byteorder == "big" else bytes(packed))
    triples = zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)
    if sum(header["lengths"]) != len(lines):
        raise ValueError("the files do not fill the column of lines")
    files = []
    cut_lines = _parts(lines, header["lengths"])
    for path, states, count in zip(header["paths"], cut_lines, header["branches"], strict=True):
        branches = {line: (taken, total) for line, taken, total in islice(triples, count)}
        if len(branches) != count:
            raise ValueError("branches of a file are missing")
        files.append(FileCoverage(path=path, lines=bytes(states), branches=branches))
    return Coverage(files=tuple(files), unplaced=tuple(header["unplaced"]), has_branches=header["has_branches"])
