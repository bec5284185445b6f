"""A GitHub of its own for tests: the HTTP API over one real, bare git repository.

    with FakeGitHub() as hub:                        # acme/widgets, private, still empty
        base = hub.commit({"a.py": "x = 1\\n"}, branch="main")
        head = hub.commit({"a.py": "x = 2\\n"}, branch="topic", parents=[base])
        pull = hub.open_pull(7, head="topic", head_sha=head)
        token = hub.token({"contents": "read", "checks": "write", "pull-requests": "write"})
        ...                                          # REST at hub.url, GraphQL at hub.url + "/graphql"
        assert hub.comments(7) and hub.check_runs(head) and not hub.unexpected

What the fake refuses, GitHub refuses, too: missing permissions, fields that an operation does not have,
texts that are too long, updates that are no fast forward. It goes further in two points, both to find
mistakes: requests without a route and query parameters without effect are kept in `hub.unexpected`, and a
repository is private unless made with `private=False` (everybody may read a public one).

Failures are ordered with `hub.fault("POST", r"/comments$", faults.secondary_limit(retry_after=1))`; see
`faults` for the others. Bounds that are tedious to reach can be lowered in `hub.limits`.
"""

from . import faults
from .hub import FakeGitHub
from .server import Request
from .state import Limits, Pull

__all__ = ["FakeGitHub", "Limits", "Pull", "Request", "faults"]
