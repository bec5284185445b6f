"""The store `ref:NAME`: a ref outside of branches and tags, which neither clones nor lists of branches contain.

A clone fetches `refs/heads/*` and tags only: https://git-scm.com/docs/git-clone
"""

import re

from readygate.baseline.stores import Opening, Store, StoreKind
from readygate.baseline.stores._git_store import GitStore
from readygate.support.errors import SettingsError

REF = "refs/readygate/data"

_PART = r"(?!\.)(?:(?!\.\.)[A-Za-z0-9._-])+(?<!\.)(?<!\.lock)"
_USABLE = re.compile(rf"refs/(?!(?:heads|tags|pull|remotes)/){_PART}(?:/{_PART})+")
"""Names that git and GitHub accept for a ref: https://git-scm.com/docs/git-check-ref-format and "at least two slashes"
of https://docs.github.com/en/rest/git/refs#create-a-reference"""


def open_ref(opening: Opening) -> Store:
    """Open the ref, which the first update creates.

    Raises:
        SettingsError: the name cannot be used, or there is no token for GitHub.
    """
    ref = opening.rest or REF
    if not _USABLE.fullmatch(ref):
        raise SettingsError(
            (f"the ref of the baseline must be outside of refs/heads, refs/tags and refs/pull, got {ref!r}",),
            todo=f"write `baseline: ref:{REF}`; for a branch `baseline: branch:NAME`",
        )
    if opening.client is None:
        raise SettingsError(
            ("the baseline is kept under a ref of the repository and the input `token` is empty",),
            todo="give the token, or choose another store by the input `baseline`",
        )
    return GitStore(opening.client, ref, records=opening.records).store()


STORE = StoreKind(scheme="ref", title="a ref of the repository that clones leave out", open=open_ref)
