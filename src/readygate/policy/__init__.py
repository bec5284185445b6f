"""The policy: a preset, what the policy file of the base says, and what an input may only tighten."""

from __future__ import annotations

from readygate.policy.build import PATH, effective, preset
from readygate.policy.files import PolicyFiles, PolicyPair, read_policy_pair
from readygate.policy.read import Document, read

__all__ = ["PATH", "Document", "PolicyFiles", "PolicyPair", "effective", "preset", "read", "read_policy_pair"]
