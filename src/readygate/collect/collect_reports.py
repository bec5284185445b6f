"""Collect the reports of a run from the workspace and from artifacts, each file once."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from readygate.collect import artifacts
from readygate.collect.archives import unpack
from readygate.collect.attempts import merge_attempts
from readygate.collect.discovery import Found, find
from readygate.collect.own_output import files_inside, is_own_output
from readygate.collect.read_files import read_files
from readygate.collect.redact_reports import redactor
from readygate.config.settings import Settings
from readygate.formats import Source
from readygate.git.checkout import untouched
from readygate.model.snapshot import InputFiles, InputPattern
from readygate.support.console import Console


def collect_reports(
    root: Path,
    settings: Settings,
    log: Console,
    archives: Sequence[Source | Found] = (),
    what: str = "reports",
    *,
    passed_over: Sequence[Path] = (),
) -> InputFiles:
    """Find reports, read them, and log a line for every file with a problem.

    Args:
        root: the workspace.
        settings: with the globs of the inputs.
        log: the console.
        archives: artifacts to read in addition to the workspace.
        what: the name of the files in the log.
        passed_over: folders in which discovery finds nothing: those of the base, the output and the store.

    Raises:
        SettingsError: a glob cannot be used.
    """
    found, patterns = _find(root, settings, log, archives, passed_over)
    files = read_files([found[name] for name in sorted(found)], redactor(settings.redact), log, what)
    return InputFiles(files=merge_attempts(files, log.line), patterns=patterns, needs=settings.needs)


def _find(
    root: Path, settings: Settings, log: Console, archives: Sequence[Source | Found], passed_over: Sequence[Path]
) -> tuple[dict[str, Found], tuple[InputPattern, ...]]:
    """Return the files that the inputs name, by name, and the patterns with the numbers of their files."""
    here: dict[str, Found] = {}
    packed: dict[str, Found] = {}
    patterns: list[InputPattern] = []
    for kind, wanted in (("tests", settings.tests), ("coverage", settings.coverage)):
        counted, files = find(root, kind, wanted)
        inside, members = artifacts.choose(archives, kind, wanted)
        patterns += _added(counted, inside)
        for found, more in ((here, (part for file in files for part in unpack(file))), (packed, members)):
            for file in more:
                known = found.get(file.source.name)
                found[file.source.name] = file if known is None or known.discovered else known
    patterns += artifacts.count(archives, settings.artifacts)
    discovered = [name for name, file in here.items() if file.discovered]
    for name, folder in files_inside(root, passed_over, discovered).items():
        log.line(f"{name}: passed over, because {folder} holds the base, the output or the store; name it to use it")
        del here[name]
    for files_of in (here, packed):
        for name in sorted(name for name, file in files_of.items() if not file.problem and is_own_output(file.source)):
            log.line(f"{name}: passed over, because Readygate wrote it")
            del files_of[name]
    committed = untouched(root, (name for name, file in here.items() if file.discovered and file.source.path))
    for name in sorted(committed):
        log.line(
            f"{name}: passed over, as it is committed to the repository and no job has written it; name it to use it"
        )
        del here[name]
    return artifacts.together(here, packed, log.line), tuple(patterns)


def _added(one: Iterable[InputPattern], other: Iterable[InputPattern]) -> list[InputPattern]:
    """Return the patterns with the numbers of files in the workspace and in artifacts together."""
    more = {pattern.text: pattern.matched for pattern in other}
    return [replace(pattern, matched=pattern.matched + more.get(pattern.text, 0)) for pattern in one]
