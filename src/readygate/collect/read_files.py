"""Read the files that were found, each once, and log what each of them holds."""

import re
import time
from collections.abc import Sequence

from readygate.collect.checksum import ChecksummingSource
from readygate.collect.discovery import Found
from readygate.collect.redact_reports import Redact, redact_file
from readygate.formats import Source, parse
from readygate.formats.sniffing import HEAD_BYTES
from readygate.model.reports import Problem, Severity, TestReport
from readygate.model.rich_text import count
from readygate.model.snapshot import ReadFile
from readygate.support.console import Console

_CUT = re.compile(rb"\0+|(?:\xef\xbb\xbf)?\s*<(?:\?xml[^>]*(?:>\s*(?:<[^>!]*)?)?|\??x?m?|[\w:.-]+(?:\s[^>]*)?)")
"""The whole content of a file that was cut: zero bytes only, or XML without a complete first tag."""

LOGGED_FILES = 200
"""Number of files up to which the log has a line for each file. Above it, only files with a problem have one."""
PROGRESS_SECONDS = 5.0
"""Seconds between two lines of progress."""


def read_files(found: Sequence[Found], redact_text: Redact, log: Console, what: str) -> tuple[ReadFile, ...]:
    """Read files in their order and log what each of them holds.

    Args:
        found: the files.
        redact_text: removes secrets from a text.
        log: the console.
        what: the name of the files in the log, such as `reports`.

    Returns:
        the contents of the files that are reports, or that were named as reports.
    """
    read: list[ReadFile] = []
    started = logged = time.monotonic()
    with log.group(f"Reading {what}: {count(len(found), 'file')}"):
        for number, file in enumerate(found, 1):
            result = read_file(file)
            if result is not None:
                result = redact_file(result, redact_text)
                read.append(result)
                if result.problems or len(found) <= LOGGED_FILES:
                    _log_file(result, log)
            now = time.monotonic()
            if now - logged > PROGRESS_SECONDS:
                logged = now
                size = sum(done.size for done in read)
                log.line(f"{number:,} of {len(found):,} files, {size >> 20:,} MiB, {now - started:.0f} s")
    return tuple(read)


def read_file(file: Found) -> ReadFile | None:
    """Read one file. Return None for a file that discovery found and that is not a report."""
    name = file.source.name
    if file.problem is not None:
        return None if file.discovered else ReadFile(name=name, size=0, report=None, problems=(file.problem,))
    checksumming = ChecksummingSource(file.source)
    result = parse(checksumming.source)
    try:
        size = file.source.size
    except OSError:  # the file is gone
        size = 0
    if isinstance(result, Problem):
        if file.discovered and size and result.what.startswith("no known format"):
            if not _is_cut(file.source):
                return None
            result = Problem(
                severity=Severity.DAMAGE,
                what="the file ends before its first element",
                why="the tool that writes it was stopped, or the disk was full",
                todo="look for an error in the log of the job that makes it",
            )
        return ReadFile(name=name, size=size, report=None, problems=(result,))
    return ReadFile(name=name, size=size, report=result, problems=result.problems, checksum=checksumming.checksum())


def _is_cut(source: Source) -> bool:
    """Return whether a file of no known format is the rest of a report that was cut."""
    try:
        with source.open() as stream:
            data = stream.read(HEAD_BYTES)
            return not stream.read(1) and (_CUT.fullmatch(data) is not None)
    except OSError:
        return True


def _log_file(file: ReadFile, log: Console) -> None:
    """Print a summary of a file and each of its problems. Print damage as a notice, too."""
    report = file.report
    if isinstance(report, TestReport):
        counts = report.executions
        summary = f"{count(counts.total, 'test')}, {counts.failing:,} failing, {counts.skipped:,} skipped"
    elif report is not None:
        summary = f"coverage of {count(len(report.files), 'file')}"
    else:
        summary = "not readable"
    log.line(f"{file.name} ({report.format if report else 'unknown'}, {count(file.size, 'byte')}): {summary}")
    for problem in file.problems:
        place = f" at {problem.place}" if problem.place else ""
        text = f"{file.name}: {problem.what}{place}."
        text += f" Probably: {problem.why}." if problem.why else ""
        text += f" To do: {problem.todo}." if problem.todo else ""
        log.line(text)
        if problem.is_damage:
            log.notice(text)
