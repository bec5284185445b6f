"""The origin of a change and the line of its first parents: what is asked for, and when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from tests.support.builders import target

from readygate.github.commits import Origin, Parents, first_parents, origin
from readygate.support.errors import ForgeError, NotFoundError
from readygate.support.git_names import MAX_ANCESTORS

BASE, STALE, TOPIC, HEAD, MERGE = (letter * 40 for letter in "abcde")


def row(sha: str, *parents: str) -> dict[str, Any]:
    return {"sha": sha, "parents": [{"sha": parent} for parent in parents]}


def comparison(start: dict[str, Any], *commits: dict[str, Any]) -> dict[str, Any]:
    return {"base_commit": start, "merge_base_commit": start, "commits": list(commits), "files": []}


LINE = [f"{number:040x}" for number in range(1, 800)]


@dataclass
class Hub:
    """A GitHub that knows some paths and lists a straight line of commits; it notes what it is asked."""

    known: dict[str, Any] = field(default_factory=dict)
    line: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def get(self, path: str, **_parameters: Any) -> Any:
        self.asked.append(path)
        found = self.known.get(path, NotFoundError("there is no such commit"))
        if isinstance(found, Exception):
            raise found
        return found

    def pages(self, path: str, *, sha: str) -> Iterator[Any]:
        self.asked.append(f"{path}?sha={sha}")
        start = self.line.index(sha)
        for number, commit in enumerate(self.line[start:], start + 1):
            yield row(commit, *self.line[number : number + 1])


RIGHT = comparison(row(BASE, STALE), row(TOPIC, BASE), row(HEAD, TOPIC), row(MERGE, BASE, HEAD))
WITHOUT_MERGE = comparison(row(BASE, STALE), row(TOPIC, BASE))
FROM_STALE = comparison(row(STALE), row(BASE, STALE), row(TOPIC, BASE), row(HEAD, TOPIC), row(MERGE, BASE, HEAD))
ANSWER, ANSWER_TO_STALE, COMMIT = f"/compare/{BASE}...{MERGE}", f"/compare/{STALE}...{MERGE}", f"/git/commits/{MERGE}"


class TestOrigin:
    def found(self, hub: Hub, **facts: Any) -> Origin:
        about = {"measured": MERGE, "head_sha": HEAD, "merged": True, **facts}
        return origin(hub, target(**about))  # type: ignore[arg-type]

    def test_one_comparison_proves_the_stated_base(self) -> None:
        hub = Hub({ANSWER: RIGHT})
        assert self.found(hub, stated_base=BASE).commit == BASE
        assert hub.asked == [ANSWER]

    @pytest.mark.parametrize(
        ("stated", "answer", "requests"),
        [
            (STALE, FROM_STALE, [ANSWER_TO_STALE, ANSWER]),
            (STALE, WITHOUT_MERGE, [ANSWER_TO_STALE, COMMIT, ANSWER]),
            (STALE, NotFoundError("gone"), [ANSWER_TO_STALE, COMMIT, ANSWER]),
            (STALE, ForgeError("took too long"), [ANSWER_TO_STALE, COMMIT, ANSWER]),
            (STALE, {"unexpected": []}, [ANSWER_TO_STALE, COMMIT, ANSWER]),
            (STALE, {"commits": None, "merge_base_commit": {"sha": STALE}}, [ANSWER_TO_STALE, COMMIT, ANSWER]),
            ("", None, [COMMIT, ANSWER]),
            (MERGE, None, [COMMIT, ANSWER]),
        ],
    )
    def test_a_base_that_is_not_proven_is_looked_up(self, stated: str, answer: Any, requests: list[str]) -> None:
        hub = Hub({ANSWER: RIGHT, ANSWER_TO_STALE: answer, COMMIT: row(MERGE, BASE, HEAD)})
        assert self.found(hub, stated_base=stated).commit == BASE
        assert hub.asked == requests

    def test_a_long_comparison_is_used_once_the_commit_proves_it(self) -> None:
        hub = Hub({ANSWER: WITHOUT_MERGE, COMMIT: row(MERGE, BASE, HEAD)})
        assert self.found(hub, stated_base=BASE).commit == BASE
        assert hub.asked == [ANSWER, COMMIT]

    def test_the_listed_commits_are_kept_with_their_parents(self) -> None:
        found = self.found(Hub({ANSWER_TO_STALE: FROM_STALE, ANSWER: RIGHT}), stated_base=STALE)
        assert found.parents == {BASE: (STALE,), TOPIC: (BASE,), HEAD: (TOPIC,), MERGE: (BASE, HEAD)}

    def test_a_commit_of_the_base_branch_itself(self) -> None:
        tip = {"base_commit": row(HEAD, TOPIC), "merge_base_commit": row(HEAD, TOPIC), "commits": [], "files": []}
        step = comparison(row(TOPIC), row(HEAD, TOPIC))
        hub = Hub({f"/compare/main...{HEAD}": tip, f"/compare/{TOPIC}...{HEAD}": step})
        found = self.found(hub, measured=HEAD, merged=False)
        assert (found.commit, found.relation, len(hub.asked)) == (TOPIC, "the commit before", 2)


class TestFirstParents:
    def walk(self, hub: Hub, known: Parents) -> Iterator[str]:
        return first_parents(hub, LINE[0], known)  # type: ignore[arg-type]

    def known(self, number: int) -> Parents:
        return {commit: (parent,) for commit, parent in pairwise(LINE[: number + 1])}

    @pytest.mark.parametrize("number", [0, 1, 10])
    def test_what_is_known_costs_no_request(self, number: int) -> None:
        hub, known = Hub(line=LINE), self.known(number)
        walk = self.walk(hub, known)
        assert [next(walk) for _ in range(number)] == LINE[1 : number + 1]
        assert hub.asked == []
        assert next(walk) == LINE[number + 1]
        assert hub.asked == [f"/commits?sha={LINE[number]}"]
        assert known == self.known(number)

    @pytest.mark.parametrize("number", [0, 3, 700])
    def test_the_walk_has_an_end(self, number: int) -> None:
        assert list(self.walk(Hub(line=LINE), self.known(number))) == LINE[1 : MAX_ANCESTORS + 1]

    def test_a_root_ends_it_without_a_request(self) -> None:
        hub = Hub(line=LINE)
        assert list(self.walk(hub, {LINE[0]: (LINE[1],), LINE[1]: ()})) == [LINE[1]]
        assert hub.asked == []
