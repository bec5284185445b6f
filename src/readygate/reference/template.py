"""The template that users give for the comment: which version of it counts, and whether it can be had.

A template writes what reviewers read, so a pull request must not write its own: what counts is the version of the
base commit, as for the policy.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from readygate.model.changes import Changes
from readygate.support.errors import ForgeError

LARGEST = 100_000
"""Bytes of a template."""

BaseFile = Callable[[str], bytes | None]
"""The bytes of a file of the base commit by its path; None if it has no such file."""


class TemplateSource(Struct, frozen=True, kw_only=True):
    """A template, or why it is not used.

    Attributes:
        text: empty if there is none to use.
        refused: the reason, a sentence without a full stop; empty if all is well.
    """

    text: str = ""
    refused: str = ""


def template_source(
    root: Path, path: str, *, change: bool, changes: Changes | None, base: BaseFile | None = None
) -> TemplateSource:
    """Take the template that counts for this run.

    Args:
        root: the workspace.
        path: of the template in the repository.
        change: the run is about a change, whose own version must not count.
        changes: what the change touches, None if unknown.
        base: reads files of the commit that counts, with the path as its only argument; without it the file of the
            workspace counts as long as the change does not touch it.
    """
    if base is not None:
        try:
            return _decoded(base(path), path, "the base commit")
        except ForgeError as error:
            return TemplateSource(refused=f"the template {path} of the base commit could not be read ({error.what})")
    if not change:
        return _decoded(_workspace(root, path), path, "the workspace")
    if changes is None or not changes.complete:
        return TemplateSource(refused=f"whether this change touches the template {path} is not known")
    if any(path in (file.path, file.old_path) for file in changes.files):
        return TemplateSource(refused=f"this change touches the template {path}, whose new version counts once merged")
    return _decoded(_workspace(root, path), path, "the workspace")


def _workspace(root: Path, path: str) -> bytes | None:
    """A plain file of the workspace; no link is followed."""
    full = root / path
    try:
        if full.resolve(strict=True) != root.resolve() / path or not full.is_file():
            return None
        with full.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except (OSError, RuntimeError, ValueError):
        return None


def _decoded(data: bytes | None, path: str, where: str) -> TemplateSource:
    if data is None:
        return TemplateSource(refused=f"there is no template {path} in {where}")
    if len(data) > LARGEST:
        return TemplateSource(refused=f"the template {path} has more than {LARGEST:,} bytes")
    try:
        return TemplateSource(text=data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return TemplateSource(refused=f"the template {path} is no UTF-8 at byte {error.start:,}")
