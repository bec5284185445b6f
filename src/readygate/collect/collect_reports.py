"""Gathers the reports of a run: from the workspace and from artifacts, each file once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from msgspec.structs import replace

from readygate.collect import artifacts
from readygate.collect.discovery import PACKED, Found, find
from readygate.collect.read_files import Aside, Reading
from readygate.config.settings import Settings
from readygate.formats import Source
from readygate.git.checkout import untouched
from readygate.model.snapshot import Evidence, Pattern
from readygate.support.console import Log
from readygate.support.redaction import Scrubber

if TYPE_CHECKING:
    from readygate.crew import Hired

AHEAD = "readygate.compare.ahead"
"""What the process that has read a run's reports will be asked for: a name, as nothing of it is loaded here."""


class Reports:
    """The reports of a run, found and being read. As a context, it ends what reads them.

    Attributes:
        helped: whether other processes read them meanwhile.
    """

    def __init__(
        self,
        root: Path,
        settings: Settings,
        log: Log,
        archives: Sequence[Source | Found] = (),
        ready: str = "",
        hired: Hired | None = None,
    ) -> None:
        """Find reports and begin to read them.

        Args:
            root: the workspace.
            settings: with the globs of the inputs.
            log: the console.
            archives: artifacts to read beside the workspace.
            ready: a module that a process loads when nothing is left to read, so that it is fit for what `aside` gives.
            hired: a process that was made ready to read.
        """
        self._log, self._needs = log, settings.needs
        self._patterns: list[Pattern] = []
        found = self._find(root, settings, archives)
        self._reading = Reading([found[name] for name in sorted(found)], Scrubber(settings.redact), ready, hired)
        self.helped = self._reading.helped

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reading.end()

    def aside(self) -> Aside | None:
        """Lets a process that has read do something else, when all is read; None if there is none."""
        return self._reading.aside()

    def read(self, what: str = "reports") -> Evidence:
        """Read what is left, and print a line for every file with a problem.

        Args:
            what: what the reports are called there.
        """
        files = self._reading.results(self._log, what)
        return Evidence(files=tuple(files), patterns=tuple(self._patterns), needs=self._needs)

    def _find(self, root: Path, settings: Settings, archives: Sequence[Source | Found]) -> dict[str, Found]:
        """The files that the inputs mean, by name."""
        here: dict[str, Found] = {}
        packed: dict[str, Found] = {}
        for kind, wanted in (("tests", settings.tests), ("coverage", settings.coverage)):
            counted, files = find(root, kind, wanted)
            inside, members = artifacts.choose(archives, kind, wanted)
            self._patterns += _added(counted, inside)
            for found, more in ((here, (part for file in files for part in _unpacked(file))), (packed, members)):
                for file in more:
                    known = found.get(file.source.name)
                    found[file.source.name] = file if known is None or known.discovered else known
        self._patterns += artifacts.count(archives, settings.artifacts)
        committed = untouched(root, (name for name, file in here.items() if file.discovered and file.source.path))
        for name in sorted(committed):
            self._log.line(
                f"{name}: passed over, as it is committed to the repository and no job has written it; "
                "name it to use it"
            )
            del here[name]
        return artifacts.together(here, packed, self._log.line)


def read_reports(root: Path, settings: Settings, log: Log, what: str = "reports") -> Evidence:
    """Find and read reports of a folder."""
    with Reports(root, settings, log) as reports:
        return reports.read(what)


def _unpacked(file: Found) -> tuple[Found, ...]:
    """What a file holds, if it is packed."""
    if not file.source.name.lower().endswith(PACKED):
        return (file,)
    from readygate.collect.archives import unpack  # noqa: PLC0415  (most runs unpack nothing)

    return unpack(file)


def _added(one: Iterable[Pattern], other: Iterable[Pattern]) -> list[Pattern]:
    """Count what a pattern matched in the workspace and in artifacts together."""
    more = {pattern.text: pattern.matched for pattern in other}
    return [replace(pattern, matched=pattern.matched + more.get(pattern.text, 0)) for pattern in one]
