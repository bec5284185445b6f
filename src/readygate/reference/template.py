"""Load the user's template for the comment.

A template writes what reviewers read, so a pull request must not bring its own: the version of the base commit counts,
as for the policy.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from readygate.context import RunContext
from readygate.github.files import file_at
from readygate.model.changes import Changes
from readygate.model.subject import Role, Subject
from readygate.reference import Reference
from readygate.support.errors import ForgeError
from readygate.support.workspace_file import read_workspace_file

LARGEST = 100_000
"""Bytes of a template."""

BaseFile = Callable[[str], bytes | None]
"""Returns a file of the base commit by its path; None if there is none."""


class TemplateSource(Struct, frozen=True, kw_only=True):
    """A template, or why it is not used.

    Attributes:
        text: the template; empty if it is not used.
        refused: the reason, a sentence without a full stop; empty if the template is used.
    """

    text: str = ""
    refused: str = ""


def with_template(context: RunContext, subject: Subject, reference: Reference) -> RunContext:
    """Return the context with the user's template; without it, and with a notice, if it cannot be used."""
    path, github = context.settings.template, context.github
    if not path:
        return context
    found = template_source(
        context.source_root,
        path,
        change=subject.role is Role.CHANGE,
        changes=reference.changes,
        base=partial(file_at, github, commit=reference.trusted) if github and reference.trusted else None,
    )
    if found.refused:
        context.console.notice(f"{found.refused[:1].upper()}{found.refused[1:]}. The comment is the built-in one.")
    return replace(context, template=found.text)


def template_source(
    root: Path, path: str, *, change: bool, changes: Changes | None, base: BaseFile | None = None
) -> TemplateSource:
    """Return the template that counts for this run.

    Args:
        root: the workspace.
        path: the path of the template in the repository.
        change: whether the run is about a change, whose own version must not count.
        changes: what the change touches; None if unknown.
        base: reads files of the commit that counts; without it, the file of the workspace counts if the change does
            not touch it.
    """
    if base is not None:
        try:
            return _decoded(base(path), path, "the base commit")
        except ForgeError as error:
            return TemplateSource(refused=f"the template {path} of the base commit could not be read ({error.what})")
    if not change:
        return _decoded(read_workspace_file(root, path, LARGEST), path, "the workspace")
    if changes is None or not changes.complete:
        return TemplateSource(refused=f"whether this change touches the template {path} is not known")
    if path in changes.paths:
        return TemplateSource(refused=f"this change touches the template {path}, whose new version counts once merged")
    return _decoded(read_workspace_file(root, path, LARGEST), path, "the workspace")


def _decoded(data: bytes | None, path: str, where: str) -> TemplateSource:
    if data is None:
        return TemplateSource(refused=f"there is no template {path} in {where}")
    if len(data) > LARGEST:
        return TemplateSource(refused=f"the template {path} has more than {LARGEST:,} bytes")
    try:
        return TemplateSource(text=data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return TemplateSource(refused=f"the template {path} is no UTF-8 at byte {error.start:,}")
