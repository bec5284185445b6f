"""Choose the format of a file by its content, and parse the file."""

from functools import cache

import msgspec
from msgspec.structs import replace

from readygate.formats import coverage, results
from readygate.formats.format import Format
from readygate.formats.sniffing import HEAD_BYTES, FileSample
from readygate.formats.source import Source
from readygate.model.consistency import check_blocks, check_executions
from readygate.model.reports import CoverageReport, Problem, Report, Severity, TestReport
from readygate.support.errors import DOCS
from readygate.support.registry import entry_point_members, members

ENTRY_POINTS = "readygate.formats"
"""The group of entry points by which other distributions add formats."""


@cache
def all_formats() -> tuple[Format, ...]:
    """Return the formats of `results/` and `coverage/`, followed by those of installed distributions.

    Raises:
        PluginError: a distribution adds a format that cannot be used.
    """
    own = (*members(results, "FORMAT", Format), *members(coverage, "FORMAT", Format))
    return (*own, *entry_point_members(ENTRY_POINTS, Format, [fmt.name for fmt in own]))


def choose(sample: FileSample) -> tuple[Format, str] | Problem:
    """Return the one format that matches and why, or a problem if none or several match."""
    found: list[tuple[Format, str]] = []
    for fmt in all_formats():
        try:
            why = fmt.matches(sample)
        except (Exception, SystemExit) as error:
            if not fmt.foreign:
                raise
            return _foreign_failure(fmt, error)
        if why is not None:
            found.append((fmt, why))
    if len(found) == 1:
        return found[0]
    if found:
        return _ambiguous([fmt for fmt, _ in found])
    if not sample.data.strip():
        return Problem(
            severity=Severity.DAMAGE,
            what="the file is empty",
            why="the tool that writes it was stopped before it wrote anything",
            todo="look for an error in the log of the job that makes it",
        )
    return Problem(
        severity=Severity.DAMAGE,
        what=f"no known format: {sample.summary()}",
        why="the pattern also matches files that are no reports, or the file is damaged at its beginning",
        todo=f"exclude it with a line such as `!path/of/it`, or see {DOCS}/formats.md for what can be read",
    )


def identify(source: Source) -> tuple[Format, str] | Problem:
    """Return the format of a file and why, or a problem if it cannot be determined.

    Raises:
        OSError: the file cannot be read.
    """
    return choose(_sample(source))


def _sample(source: Source) -> FileSample:
    with source.open() as stream:
        return FileSample.read(source.name, stream.read(HEAD_BYTES))


def parse(source: Source) -> Report | Problem:
    """Parse a file of any format; return a problem if nothing of it can be read."""
    try:
        sample = _sample(source)
        chosen = choose(sample)
        if isinstance(chosen, Problem):
            return chosen
        fmt = chosen[0]
        return _parse_foreign(fmt, source) if fmt.foreign else _understood(fmt, sample, fmt.parse(source))
    except OSError as error:
        return Problem(
            severity=Severity.DAMAGE,
            what=f"the file cannot be read: {error.strerror or error}",
            todo="check its name"
            if isinstance(error, FileNotFoundError)
            else "check that it is a file and may be read",
        )


def _understood(fmt: Format, sample: FileSample, report: Report) -> Report:
    """Return a report; with a problem if it has no tests and the file holds only elements that are unknown."""
    known = not fmt.elements or not sample.children or not fmt.elements.isdisjoint(sample.children)
    if known or not isinstance(report, TestReport) or report.executions.total:
        return report
    problem = Problem(
        severity=Severity.DAMAGE,
        what=f"nothing in the file is known to {fmt.title}: it begins with <{sample.root}><{sample.children[0][:40]}>",
        why="another tool uses the same root element for a format of its own",
        todo=f"let the tool write one of the formats in {DOCS}/formats.md",
    )
    return replace(report, problems=(*report.problems, problem))


def _parse_foreign(fmt: Format, source: Source) -> Report | Problem:
    """Parse with a foreign format; its report names the distribution, and its errors damage this file only."""
    try:
        report = _checked(fmt.parse(source))
    except OSError:
        raise
    except (Exception, SystemExit) as error:
        return _foreign_failure(fmt, error)
    return replace(report, format=fmt.label)


def _checked(report: object) -> Report:
    """Return a copy of a report whose types, texts, numbers and blocks are valid.

    Raises:
        TypeError: it is not a report, or holds a value that no report can hold.
        ValueError: a value has the wrong type or is out of range, a text is not Unicode, or values contradict each
            other.
    """
    if not isinstance(report, TestReport | CoverageReport):
        raise TypeError(f"parse returned {type(report).__name__}")
    copy = msgspec.msgpack.decode(msgspec.msgpack.encode(report), type=Report)
    if isinstance(copy, TestReport):
        check_blocks(copy.blocks.values())
        check_executions(copy.executions, copy.blocks.values())
    return copy


def _foreign_failure(fmt: Format, error: Exception | SystemExit) -> Problem:
    return Problem(
        severity=Severity.DAMAGE,
        what=f"the format {fmt.label} failed: {type(error).__name__}: {str(error)[:200]}",
        why=f"{fmt.foreign} has a bug, or does not fit this version of Readygate",
        todo=f"update or uninstall {fmt.foreign}, or report this to its maintainers",
    )


def _ambiguous(formats: list[Format]) -> Problem:
    names = ", ".join(fmt.label for fmt in formats)
    foreign = ", ".join(dict.fromkeys(fmt.foreign for fmt in formats if fmt.foreign))
    if foreign:
        return Problem(
            severity=Severity.DAMAGE,
            what=f"several formats match this file: {names}",
            why=f"{foreign} matches files of another format",
            todo=f"update or uninstall {foreign}, or report this to its maintainers",
        )
    return Problem(
        severity=Severity.DAMAGE,
        what=f"several formats claim this file: {names}",
        why="two formats look alike here, which is a fault of Readygate",
        todo="report it with the first lines of the file",
    )
