"""Download the artifacts of a run through the API, so that a last job can judge a matrix without a download step.

https://docs.github.com/en/rest/actions/artifacts . The jobs that wrote them ran the code of the pull request, so their
content is untrusted (see `archives`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace
from wcmatch import fnmatch

from readygate.collect.archives import zip_members
from readygate.collect.discovery import DISCOVERY, SKIPPED_FOLDERS, Found, path_matcher, split_patterns
from readygate.formats import Source
from readygate.github.client import GitHub
from readygate.model.reports import Problem, Severity
from readygate.model.snapshot import InputPattern
from readygate.support.errors import ForgeError

LARGEST = 1 << 30
"""The largest size of a packed artifact, in bytes."""

LATE_ARTIFACTS = (
    "No artifact of this run was found. On GitHub Enterprise Server actions/upload-artifact works up to version 3, "
    "and what it uploads can be read through the API only after the run has ended. Fetch it by "
    "actions/download-artifact@v3 in this job instead of the input `artifacts`."
)


def fetch(client: GitHub, run_id: int, wanted: Sequence[str]) -> tuple[Source | Found, ...]:
    """Download the artifacts of a run whose names match, the newest of each name.

    A later attempt of a run uploads only the artifacts of its own jobs. Those of earlier attempts remain.

    Args:
        client: a client that no other thread uses.
        run_id: the run.
        wanted: names or globs of names; a glob after `!` excludes names.

    Returns:
        a zip in memory for each artifact, or the problem that prevented its download.

    Raises:
        ForgeError: the artifacts cannot be listed.
    """
    newest: dict[str, dict[str, Any]] = {}
    for row in client.pages(f"/actions/runs/{run_id}/artifacts", key="artifacts"):
        known = newest.get(row["name"])
        if known is None or (row["created_at"], row["id"]) > (known["created_at"], known["id"]):
            newest[row["name"]] = row
    names = [
        name for name in sorted(newest) if fnmatch.fnmatch(name, list(wanted), flags=fnmatch.NEGATE | fnmatch.BRACE)
    ]
    return tuple(_download(client, newest[name]) for name in names)


def on_enterprise_server(server_url: str) -> bool:
    """Return whether a server is GitHub Enterprise Server: not github.com and not a tenant below ghe.com."""
    host = (urlsplit(server_url).hostname or "").lower()
    return host != "github.com" and not host.endswith(".ghe.com")


def count(archives: Sequence[Source | Found], wanted: Sequence[str]) -> tuple[InputPattern, ...]:
    """Return each name or glob of the input with the number of artifacts that it matched."""
    if not wanted:
        return ()
    names = [archive.name if isinstance(archive, Source) else archive.source.name for archive in archives]
    return tuple(
        InputPattern(
            kind="artifacts",
            text=text,
            matched=sum(fnmatch.fnmatch(name, text, flags=fnmatch.BRACE) for name in names),
            given=True,
        )
        for text in wanted
        if not text.startswith("!")
    )


def _download(client: GitHub, row: dict[str, Any]) -> Source | Found:
    source = Source(name=str(row["name"]))
    if row.get("expired"):
        return Found(source=source, problem=_lost("the artifact has expired"))
    if int(row.get("size_in_bytes") or 0) > LARGEST:
        return Found(source=source, problem=_lost(f"the artifact is larger than {LARGEST >> 20:,} MiB"))
    try:
        return Source(name=source.name, data=client.download(f"/actions/artifacts/{row['id']}/zip", LARGEST))
    except ForgeError as error:
        return Found(source=source, problem=_lost(f"the artifact could not be downloaded ({error.what})"))


def _lost(what: str) -> Problem:
    return Problem(severity=Severity.DAMAGE, what=what, todo="run the job again that uploads it")


def choose(
    archives: Sequence[Source | Found], kind: str, patterns: Sequence[str]
) -> tuple[tuple[InputPattern, ...], tuple[Found, ...]]:
    """Choose the members of artifacts that one input names; its globs match `ARTIFACT/PATH`."""
    wanted, excluded = split_patterns(patterns)
    given = bool(wanted)
    if not given:
        wanted = list(DISCOVERY[kind])
        excluded = [*(f"**/{name}/**" for name in SKIPPED_FOLDERS), *excluded]
    matchers = {text: path_matcher([text], exclude=excluded) for text in wanted}
    counts = dict.fromkeys(wanted, 0)
    found: list[Found] = []
    for archive in archives:
        if isinstance(archive, Found):
            found.append(archive)
            continue

        def keep(name: str, artifact: str = archive.name) -> bool:
            path = f"{artifact}/{name}".strip("/")
            hits = [text for text, matches in matchers.items() if matches(path)]
            for text in hits:
                counts[text] += 1
            return bool(hits)

        found += zip_members(archive, keep=keep, discovered=not given)
    counted = tuple(InputPattern(kind=kind, text=text, matched=counts[text], given=given) for text in wanted)
    return counted, tuple(found)


def together(here: Mapping[str, Found], packed: Mapping[str, Found], tell: Callable[[str], None]) -> dict[str, Found]:
    """Merge the files of the workspace and of artifacts under distinct names.

    A workflow may download an artifact and also name it as an input. The same file then counts once. Two different
    files both count, because a failure in either must not be lost.
    """
    found = dict(here)
    for name, file in packed.items():
        known = here.get(name)
        if known is None:
            found[name] = file
        elif not (known.problem or file.problem) and _same(known.source, file.source):
            tell(f"{name}: the same in the workspace and in the artifact, read once")
        else:
            artifact, slash, member = name.partition("/")
            other = f"{artifact} (artifact){slash}{member}"
            while other in found or other in packed:
                other += "'"
            tell(f"{name}: the artifact holds another file of this name than the workspace; it is told as {other}")
            found[other] = replace(file, source=replace(file.source, name=other))
    return found


def _same(one: Source, other: Source) -> bool:
    try:
        with one.open() as left, other.open() as right:
            while True:
                block = left.read(1 << 20)
                if block != right.read(1 << 20):
                    return False
                if not block:
                    return True
    except OSError:
        return False
