"""The store `branch:NAME`: an orphan branch of the repository."""

from readygate.baseline.stores import Opening, Store, StoreKind
from readygate.baseline.stores._git_store import GitStore
from readygate.support.errors import SettingsError

BRANCH = "readygate-data"


def open_branch(opening: Opening) -> Store:
    """Open the branch, which the first update creates.

    Raises:
        SettingsError: there is no token for GitHub.
    """
    if opening.client is None:
        raise SettingsError(
            ("the baseline is kept on a branch and the input `token` is empty",),
            todo="give the token, or choose another store by the input `baseline`",
        )
    return GitStore(opening.client, f"refs/heads/{opening.rest or BRANCH}", records=opening.records).store()


STORE = StoreKind(scheme="branch", title="an orphan branch of the repository", open=open_branch)
