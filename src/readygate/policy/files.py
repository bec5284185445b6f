"""The policy file on both sides of a change, and the two policies that they make."""

from __future__ import annotations

from msgspec import Struct

from readygate.model.policy import Policy
from readygate.policy.build import PATH, effective
from readygate.policy.read import read
from readygate.support.errors import SettingsError


class PolicyFiles(Struct, frozen=True, kw_only=True):
    """The policy file on both sides of a change.

    Attributes:
        base: its bytes on the base, which are in force; None if there is none.
        base_name: what the base is called in messages.
        changed: the change touches it.
        own: its bytes after the change; None if there is none then. Only looked at if it changed.
        note: why the base's file is unknown; empty if it is known.
    """

    base: bytes | None = None
    base_name: str = PATH
    changed: bool = False
    own: bytes | None = None
    note: str = ""


class PolicyPair(Struct, frozen=True, kw_only=True):
    """The policy in force, and the one that the change brings.

    Attributes:
        own: None if the change brings none, or one that is none.
        problems: why what it brings is none.
    """

    policy: Policy
    changed: bool = False
    own: Policy | None = None
    problems: tuple[str, ...] = ()


def read_policy_pair(files: PolicyFiles, branch: str, asked: str) -> PolicyPair:
    """Read both policies.

    Args:
        files: the policy file on both sides.
        branch: the base branch.
        asked: the preset of the input `policy`, empty if it was not given.

    Raises:
        SettingsError: the policy of the base cannot be read. Nothing is judged by a guess.
    """
    policy = _policy(files.base, files.base_name, branch, asked)
    if not files.changed:
        return PolicyPair(policy=policy)
    try:
        own = _policy(files.own, PATH, branch, asked)
    except SettingsError as error:
        return PolicyPair(policy=policy, changed=True, problems=error.problems)
    return PolicyPair(policy=policy, changed=True, own=own)


def _policy(data: bytes | None, where: str, branch: str, asked: str) -> Policy:
    return effective(None if data is None else read(data, where), branch=branch, asked=asked)
