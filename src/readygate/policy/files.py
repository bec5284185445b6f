"""Read the policy files of both sides of a change into a pair of policies."""

from msgspec import Struct

from readygate.model.policy import POLICY_PATH, Policy
from readygate.policy.build import effective
from readygate.policy.read import read
from readygate.support.errors import SettingsError


class PolicyFiles(Struct, frozen=True, kw_only=True):
    """The policy file on both sides of a change.

    Attributes:
        base: the file on the base branch, which is in force; None if it does not exist.
        base_name: the name of this file in messages.
        changed: the change modifies the file.
        own: the file after the change; None if it does not exist. Only used if `changed`.
        note: why the file of the base is unknown; empty if it is known.
    """

    base: bytes | None = None
    base_name: str = POLICY_PATH
    changed: bool = False
    own: bytes | None = None
    note: str = ""


class PolicyPair(Struct, frozen=True, kw_only=True):
    """The policy in force, and the policy of the change.

    Attributes:
        policy: the policy of the base, which is in force.
        own: the policy of the change; None if it has none, or an invalid one.
        problems: why the policy of the change is invalid.
    """

    policy: Policy
    changed: bool = False
    own: Policy | None = None
    problems: tuple[str, ...] = ()


def read_policy_pair(files: PolicyFiles, branch: str, asked: str) -> PolicyPair:
    """Read both policies.

    Raises:
        SettingsError: the policy of the base is invalid.
    """
    policy = _policy(files.base, files.base_name, branch, asked)
    if not files.changed:
        return PolicyPair(policy=policy)
    try:
        own = _policy(files.own, POLICY_PATH, branch, asked)
    except SettingsError as error:
        return PolicyPair(policy=policy, changed=True, problems=error.problems)
    return PolicyPair(policy=policy, changed=True, own=own)


def _policy(data: bytes | None, where: str, branch: str, asked: str) -> Policy:
    return effective(None if data is None else read(data, where), branch=branch, asked=asked)
