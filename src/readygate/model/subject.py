"""What a run is about: which commit was measured, what it is compared with, and where the verdict goes."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

_GATED = ("pull_request", "pull_request_target", "merge_group")


class Role(Enum):
    """What the step does with its verdict."""

    CHANGE = "change"
    """It gates: a pull request, a merge group, a branch that is no base branch."""
    RECORD = "record"
    """It stores: a commit of a base branch."""
    LOCAL = "local"
    """No GitHub: `readygate report`."""


class Target(Struct, frozen=True, kw_only=True):
    """The subject of a run.

    Attributes:
        repository: owner/name, empty outside GitHub.
        server_url: where links lead, without a slash at the end.
        measured: the commit whose tree was measured.
        measured_note: how that was settled, for the reader: "the checked-out commit".
        head_sha: the commit that the verdict is about; the check run stands there.
        base_ref: the base branch.
        base_sha: the base commit where the event states it for certain (merge group, push), else empty.
        event: what the run is about; for a run that judges another one (`via`), the event of that other run.
        via: `workflow_run` where this run judges another one, else empty.
        workflow: the file of the workflow that measured, for example `.github/workflows/ci.yml`.
        number: of the pull request, 0 without one.
        queued: of the pull request that a merge group was made for, whose labels hold for it; 0 if unknown.
        remark: what the reader of the log should know of how all this was settled, empty if nothing.
        merged: `measured` is a merge of `head_sha` into the base branch, not `head_sha` itself.
        gap_only: store only if the commit has no snapshot yet (schedule, workflow_dispatch).
    """

    role: Role = Role.LOCAL
    repository: str = ""
    server_url: str = ""
    event: str = ""
    via: str = ""
    workflow: str = ""
    measured: str = ""
    measured_note: str = ""
    head_sha: str = ""
    base_ref: str = ""
    base_sha: str = ""
    number: int = 0
    queued: int = 0
    merged: bool = False
    closed: bool = False
    gap_only: bool = False
    remark: str = ""
    run_id: int = 0
    run_number: int = 0
    run_attempt: int = 0
    run_url: str = ""

    @property
    def web(self) -> str:
        """The page of the repository, empty outside GitHub."""
        return f"{self.server_url}/{self.repository}" if self.repository else ""

    @property
    def stores(self) -> bool:
        """Whether the results are kept as a baseline: on base branches, and of a merge group that judges itself."""
        return self.role is Role.RECORD or (self.event == "merge_group" and not self.via)

    @property
    def workflow_key(self) -> str:
        """Tells the workflow that measured from all others, in what we leave on GitHub."""
        from hashlib import sha256  # noqa: PLC0415  (it loads a library of its own, and who reads reports needs none)

        return sha256(self.workflow.encode()).hexdigest()[:8]

    def check_name(self, gate: str) -> str:
        """What the check run of a gate is called.

        Only pull requests and merge groups write the plain name, which branch protection requires. GitHub takes the
        latest check run of a name on a commit, and a push to the same commit must not speak for the pull request.
        """
        return (
            gate if self.event in ("pull_request", "pull_request_target", "merge_group") else f"{gate} ({self.event})"
        )
