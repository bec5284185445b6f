"""Paths of stored files.

- `GATE/history.jsonl`: the record of a gate, see `run_records`.
- `GATE/snapshots/COMMIT/…`: the snapshot of a commit, see `snapshot_codec`.
- `GATE/badges/BRANCH/NAME`: the badges of the newest run of a branch.
"""

import re
from hashlib import sha256


def store_key(text: str) -> str:
    """Return the name of a gate or a branch as part of a path: readable, and distinct for distinct names."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
    if plain == text:
        return plain
    return f"{plain}-{sha256(text.encode()).hexdigest()[:8]}".lstrip("-")


def history_path(gate: str) -> str:
    """Return the path of the record of a gate."""
    return f"{store_key(gate)}/history.jsonl"


def snapshot_path(gate: str, commit: str, name: str) -> str:
    """Return the path of a file of a snapshot."""
    return f"{store_key(gate)}/snapshots/{commit}/{name}"


def badge_path(gate: str, branch: str, name: str) -> str:
    """Return the path of a badge of a branch."""
    return f"{store_key(gate)}/badges/{store_key(branch) if branch else '-'}/{name}"
