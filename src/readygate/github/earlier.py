"""Read what earlier runs wrote for a pull request: its comments, and the check runs of a name on its head commit.

One GraphQL query returns both. The check runs are also available from the REST API, to which the caller falls back.
https://docs.github.com/en/graphql/reference/checks
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from readygate.github.client import TRIES, GitHub
from readygate.model.subject import Subject
from readygate.support.errors import ForgeError, NotFoundError

QUERY = """
query Earlier($owner: String!, $name: String!, $number: Int!, $after: String,
      $withChecks: Boolean!, $head: GitObjectID!, $check: String!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      state
      locked
      headRefOid
      comments(first: 100, after: $after) {
        nodes { body viewerDidAuthor url }
        pageInfo { hasNextPage endCursor }
      }
    }
    head: object(oid: $head) @include(if: $withChecks) {
      ... on Commit {
        checkSuites(first: 10, filterBy: {checkName: $check}) {
          nodes {
            checkRuns(first: 10, filterBy: {checkName: $check, checkType: ALL}) {
              nodes { name externalId permalink annotations(first: 1) { totalCount } }
              pageInfo { hasNextPage }
            }
          }
          pageInfo { hasNextPage }
        }
      }
    }
  }
}
"""
"""Costs one or two of the 1,000 points of an hour. 100 suites of 100 check runs each would cost 101.

https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""


class Earlier(Struct, frozen=True, kw_only=True):
    """The state of a pull request before this run writes to it.

    Attributes:
        state: `OPEN`, `CLOSED` or `MERGED`.
        head: the head commit of the pull request now.
        comments: the comments by the author of this token, the oldest first.
        check_runs: all check runs of the gate's name on the head commit of the subject, in the form of the REST API;
            None if unknown.
    """

    state: str
    locked: bool
    head: str
    comments: tuple[Mapping[str, Any], ...]
    check_runs: tuple[Mapping[str, Any], ...] | None = None


def read_earlier(
    client: GitHub, subject: Subject, check: str, *, with_checks: bool = False, tries: int = TRIES
) -> Earlier:
    """Return the state of a pull request, the comments of this token, and, if wanted, the check runs named `check`.

    Raises:
        ForgeError: GitHub refused or did not answer.
    """
    comments: list[Mapping[str, Any]] = []
    check_runs: tuple[Mapping[str, Any], ...] | None = None
    pull: Mapping[str, Any] = {}
    for page, repository in enumerate(_pages(client, subject, check, with_checks=with_checks, tries=tries)):
        pull = repository["pullRequest"]
        comments += (node for node in pull["comments"]["nodes"] if node["viewerDidAuthor"])
        if with_checks and page == 0:
            check_runs = _check_runs(repository.get("head") or {})
    if not check_runs and any(f" head={subject.head_sha} " in comment["body"] for comment in comments):
        check_runs = None  # a run that commented on this commit has most likely written a check run, too
    return Earlier(
        state=pull["state"],
        locked=pull["locked"],
        head=pull["headRefOid"],
        comments=tuple(comments),
        check_runs=check_runs,
    )


def _pages(
    client: GitHub, subject: Subject, check: str, *, with_checks: bool, tries: int
) -> Iterator[Mapping[str, Any]]:
    """Yield the repository once for every 100 comments; the first response has the check runs."""
    owner, _, name = client.repository.partition("/")
    variables = {"owner": owner, "name": name, "number": subject.number, "head": subject.head_sha, "check": check}
    after = None
    while True:
        more = {"after": after, "withChecks": with_checks and after is None}
        repository = client.query(QUERY, variables | more, tries=tries).get("repository") or {}
        if repository.get("pullRequest") is None:
            raise NotFoundError(f"there is no pull request {subject.number}", where=client.repository)
        yield repository
        info = repository["pullRequest"]["comments"]["pageInfo"]
        if not info["hasNextPage"]:
            return
        after = info["endCursor"]


def _check_runs(commit: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...] | None:
    """Return the check runs of a commit; None if the response lacks any part of them."""
    try:
        suites = _nodes(commit["checkSuites"])
        return tuple(_as_rest(run) for suite in suites for run in _nodes(suite["checkRuns"]))
    except (ForgeError, LookupError, TypeError, ValueError):
        return None


def _nodes(connection: Mapping[str, Any]) -> list[Any]:
    if connection["pageInfo"]["hasNextPage"]:
        raise ValueError("there are further pages")
    nodes: list[Any] = connection["nodes"]
    return nodes


def _as_rest(run: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a check run in the form of the REST API. Its number exceeds the 32 bits of GraphQL's `databaseId`."""
    return {
        "id": int(run["permalink"].rpartition("/")[2]),
        "name": run["name"],
        "external_id": run["externalId"] or "",
        "html_url": run["permalink"],
        "output": {"annotations_count": run["annotations"]["totalCount"]},
    }
