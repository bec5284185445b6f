"""The subject of a run: the measured commit, its base, and where the verdict is published."""

from enum import Enum
from hashlib import sha256

from msgspec import Struct

DEFAULT_GATE = "readygate"
"""Name of the gate without the input `name`."""

_GATED = ("pull_request", "pull_request_target", "merge_group")
"""Events whose runs gate a change."""


class Role(Enum):
    """The purpose of a run."""

    CHANGE = "change"
    """It gates a pull request, a merge group, or a branch that is not a base branch."""
    RECORD = "record"
    """It stores the results of a commit of a base branch."""
    LOCAL = "local"
    """It runs outside GitHub, by `readygate report`."""


class Subject(Struct, frozen=True, kw_only=True):
    """The subject of a run.

    Attributes:
        repository: owner/name, empty outside GitHub.
        server_url: base of all links, without a trailing slash.
        measured: the commit whose tree was measured.
        measured_note: how it was determined, for readers, such as "the checked-out commit".
        head_sha: the commit that the verdict is about, which gets the check run.
        base_ref: the base branch.
        default_branch: the default branch of the repository, empty if unknown.
        base_sha: the base commit if the event states it reliably (merge group, push), else empty.
        stated_base: the base commit that the event of a pull request states; it may be out of date, or empty.
        event: the event of the run; for a run that judges another one (`triggered_by`), the event of the other.
        triggered_by: `workflow_run` if this run judges another one, else empty.
        workflow: the file of the workflow that measured, such as `.github/workflows/ci.yml`.
        number: the pull request; 0 without one.
        queued_pr: the pull request of a merge group, whose labels apply to it; 0 if unknown.
        remark: a note for the log on how the subject was determined; empty if there is none.
        merged: `measured` is a merge of `head_sha` into the base branch.
        gap_only: store only if the commit has no snapshot yet (`schedule`, `workflow_dispatch`).
    """

    role: Role = Role.LOCAL
    repository: str = ""
    server_url: str = ""
    event: str = ""
    triggered_by: str = ""
    workflow: str = ""
    measured: str = ""
    measured_note: str = ""
    head_sha: str = ""
    base_ref: str = ""
    default_branch: str = ""
    base_sha: str = ""
    stated_base: str = ""
    number: int = 0
    queued_pr: int = 0
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
        """URL of the repository; empty outside GitHub."""
        return f"{self.server_url}/{self.repository}" if self.repository else ""

    @property
    def stores(self) -> bool:
        """Whether the results are stored: on base branches, and of a merge group that is not judged by another run."""
        return self.role is Role.RECORD or (self.event == "merge_group" and not self.triggered_by)

    @property
    def workflow_key(self) -> str:
        """Key of the workflow that measured, for markers on GitHub."""
        return sha256(self.workflow.encode(errors="replace")).hexdigest()[:8]

    def check_name(self, gate: str) -> str:
        """Return the name of a gate's check run.

        Only pull requests and merge groups write the plain name, which branch protection requires. GitHub uses the
        latest check run of a name on a commit, and a push must not overwrite the one of a pull request.
        """
        return gate if self.event in _GATED else f"{gate} ({self.event})"
