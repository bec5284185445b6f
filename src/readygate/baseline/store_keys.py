"""Names of stored files.

- `snapshots/GATE/RUN-COMMIT[.incomplete]`: a snapshot. The run number gives the order. The suffix marks a damaged or
  cancelled run, so that it is never used as a baseline and nobody has to read it to know.
- `history/GATE/BRANCH`: the results of the last runs of one branch. Each snapshot carries a copy as of its run.
- `badges/GATE/BRANCH/NAME`: the badges of the newest run of a branch.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256

from msgspec import Struct

from readygate.support.git_names import SHA

_SNAPSHOT = re.compile(rf"^snapshots/([^/]+)/(\d+)-({SHA})(\.incomplete)?$")


class StoredSnapshot(Struct, frozen=True, kw_only=True):
    """What the name of a stored snapshot says about it.

    Attributes:
        run: run number of the workflow run.
        complete: False for a damaged or cancelled run.
    """

    name: str
    run: int
    commit: str
    complete: bool


def store_key(text: str) -> str:
    """Return the name of a gate or a branch as part of a path: readable, and distinct for distinct names."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
    if plain == text:
        return plain
    return f"{plain}-{sha256(text.encode()).hexdigest()[:8]}".lstrip("-")


def snapshot_key(gate: str, run: int, commit: str, *, complete: bool) -> str:
    """Return the name of a snapshot."""
    return f"snapshots/{store_key(gate)}/{run:012d}-{commit}{'' if complete else '.incomplete'}"


def history_key(gate: str, branch: str) -> str:
    """Return the name of the history of a branch."""
    return f"history/{store_key(gate)}/{_branch_key(branch)}"


def badge_key(gate: str, branch: str, name: str) -> str:
    """Return the name of a badge of a branch."""
    return f"badges/{store_key(gate)}/{_branch_key(branch)}/{name}"


def _branch_key(branch: str) -> str:
    return store_key(branch) if branch else "-"


def stored_snapshots(names: Iterable[str], gate: str) -> Iterator[StoredSnapshot]:
    """Return the snapshots of a gate among the names of a store."""
    wanted = store_key(gate)
    for name in names:
        match = _SNAPSHOT.match(name)
        if match and match[1] == wanted:
            yield StoredSnapshot(name=name, run=int(match[2]), commit=match[3], complete=match[4] is None)


def gates_with_snapshots(names: Iterable[str]) -> set[str]:
    """Return the keys of all gates that have snapshots in a store."""
    return {match[1] for match in map(_SNAPSHOT.match, names) if match}
