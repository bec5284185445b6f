"""The policy: a preset, the settings of the base's policy file, and an input that can only tighten them."""

from readygate.policy.build import effective, preset
from readygate.policy.files import PolicyFiles, PolicyPair, read_policy_pair
from readygate.policy.read import Document, read

__all__ = ["Document", "PolicyFiles", "PolicyPair", "effective", "preset", "read", "read_policy_pair"]
