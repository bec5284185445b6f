"""Choose the version of the user's template for the comment.

A template determines what reviewers read, so a pull request must not bring its own. As with the policy, the version of
the base commit counts.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from readygate.model.changes import Changes
from readygate.support.errors import ForgeError

LARGEST = 100_000
"""The largest size of a template, in bytes."""

BaseFile = Callable[[str], bytes | None]
"""Returns the bytes of a file of the base commit by its path, or None if there is no such file."""


class TemplateSource(Struct, frozen=True, kw_only=True):
    """A template, or the reason why it is not used.

    Attributes:
        text: the template, empty if none can be used.
        refused: the reason, as a sentence without a full stop; empty if there is a template.
    """

    text: str = ""
    refused: str = ""


def template_source(
    root: Path, path: str, *, change: bool, changes: Changes | None, base: BaseFile | None = None
) -> TemplateSource:
    """Read the template that counts for this run.

    Args:
        root: the workspace.
        path: the path of the template in the repository.
        change: the run is about a change, whose own version must not count.
        changes: the files that the change touches, None if unknown.
        base: reads files of the commit that counts. Without it, the file in the workspace counts unless the change
            touches it.
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
    """Read a regular file of the workspace without following links."""
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
