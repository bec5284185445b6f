"""What bears on the policy of a change: its edits of the policy file, and the label that waives findings."""

from msgspec import Struct

from readygate.model.rich_text import RichText


class PolicyChange(Struct, frozen=True, kw_only=True):
    """What a change does to the policy file; it is judged by the base's policy.

    Attributes:
        problems: why the new file is not a valid policy; empty if it is.
        loosened: the settings that become less strict, a few words each.
        tightened: the settings that become stricter.
        neutral: the settings that change and judge nothing.
        ready: the verdict of this change under the new file; None if unknown.
        reason: the reason of that verdict.
    """

    problems: tuple[str, ...] = ()
    loosened: tuple[RichText, ...] = ()
    tightened: tuple[RichText, ...] = ()
    neutral: tuple[RichText, ...] = ()
    ready: bool | None = None
    reason: str = ""


class Waiver(Struct, frozen=True, kw_only=True):
    """A label on the pull request that waives findings.

    Attributes:
        label: its name.
        by: who set it, empty if unknown.
        when: when it was set, in GitHub's time format; empty if unknown.
        refused: why the label does not count, part of a sentence; empty if it counts.
    """

    label: str
    by: str = ""
    when: str = ""
    refused: str = ""
