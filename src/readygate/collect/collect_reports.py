"""Collect the reports of a run from the workspace and from artifacts, each file once."""

from collections.abc import Iterable, Mapping, Sequence
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
    here, packed, patterns = _find(root, settings, archives)
    reasons = _pass_over(root, here, packed, passed_over)
    for name, reason in reasons.items():
        log.line(f"{name}: passed over, as {reason}")
    found = artifacts.together(here, packed, log.line)
    redact = redactor(settings.redact)
    files = read_files([found[name] for name in sorted(found)], redact, log, what)
    return InputFiles(
        files=merge_attempts(files, log.line),
        patterns=patterns,
        needs=settings.needs,
        passed_over={redact(name): reason for name, reason in reasons.items()},
    )


def _find(
    root: Path, settings: Settings, archives: Sequence[Source | Found]
) -> tuple[dict[str, Found], dict[str, Found], tuple[InputPattern, ...]]:
    """Return the files that the inputs name, by name, in the workspace and in artifacts.

    The third value is the patterns with the numbers of their files.
    """
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
    return here, packed, tuple(patterns)


def _pass_over(
    root: Path, here: dict[str, Found], packed: dict[str, Found], folders: Sequence[Path]
) -> Mapping[str, str]:
    """Remove the files that this run has not written; return the reason for each."""
    reasons: dict[str, str] = {}
    discovered = [name for name, file in here.items() if file.discovered]
    for name, folder in files_inside(root, folders, discovered).items():
        reasons[name] = f"{folder} holds the base, the output or the store; name it to use it"
    for files in (here, packed):
        own = [name for name, file in files.items() if not file.problem and is_own_output(file.source)]
        reasons |= dict.fromkeys(own, "Readygate wrote it")
        for name in own:
            del files[name]
    committed = untouched(root, (name for name, file in here.items() if file.discovered and file.source.path))
    reasons |= dict.fromkeys(
        committed, "it is committed to the repository and no job has written it; name it to use it"
    )
    for name in reasons:
        here.pop(name, None)
    return dict(sorted(reasons.items()))


def _added(one: Iterable[InputPattern], other: Iterable[InputPattern]) -> list[InputPattern]:
    """Return the patterns with the numbers of files in the workspace and in artifacts together."""
    more = {pattern.text: pattern.matched for pattern in other}
    return [replace(pattern, matched=pattern.matched + more.get(pattern.text, 0)) for pattern in one]
