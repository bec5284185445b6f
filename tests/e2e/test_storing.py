"""The data branch under many runs: nothing is lost, nothing grows without bound, and no code branch is written to."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from readygate.baseline.history_codec import decode
from readygate.baseline.record import KEPT, record
from readygate.baseline.select import choose
from readygate.baseline.stores import Store, open_store
from readygate.baseline.stores.branch import BRANCH, README, SQUASH_AFTER
from readygate.github.client import GitHub
from readygate.model.snapshot import Provenance, Snapshot
from readygate.support.deadline import Clock, Deadline
from readygate.support.errors import StoreError
from tests.fakes.github import FakeGitHub, faults
from tests.support.builders import leg

AT_ONCE = 20
STORES = 500
QUICK = Clock(sleep=lambda seconds: None)


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    with FakeGitHub("acme/widgets", "main") as made:
        made.limits.requests_per_hour = 10**9
        made.commit({"src/app.py": "x = 1\n"}, branch="main")
        yield made
        assert not made.unexpected


def opened(hub: FakeGitHub, url: str = "branch") -> Store:
    token = hub.token({"contents": "write"})
    session = GitHub(api_url=hub.url, token=token, repository="acme/widgets", deadline=Deadline(clock=QUICK))
    return open_store(url, Path(), session)


def store(hub: FakeGitHub, number: int, url: str = "branch") -> None:
    record(opened(hub, url), "readygate", snapshot(number), when=number, ready=True)


def snapshot(number: int) -> Snapshot:
    origin = Provenance(run_id=number, branch="main", event="push")
    return Snapshot(commit=f"{number:040x}", legs=(leg({"A": {f"t{number}": "p", "u": "f"}}),), provenance=origin)


def names(hub: FakeGitHub, prefix: str = "snapshots/") -> list[str]:
    return [name for name in hub.git.lines("ls-tree", "-r", "--name-only", BRANCH) if name.startswith(prefix)]


def commits(hub: FakeGitHub) -> list[str]:
    return hub.git.lines("rev-list", f"refs/heads/{BRANCH}")


def reachable(hub: FakeGitHub) -> int:
    """Bytes of everything that the branch keeps alive."""
    objects = [line.split()[0] for line in hub.git.lines("rev-list", "--objects", f"refs/heads/{BRANCH}")]
    asked = "\n".join(objects).encode() + b"\n"
    return sum(int(size) for size in hub.git.run("cat-file", "--batch-check=%(objectsize)", data=asked).split())


def test_twenty_runs_that_store_at_once_lose_nothing(hub: FakeGitHub) -> None:
    barrier = threading.Barrier(AT_ONCE)
    failed: list[BaseException] = []

    def run(number: int) -> None:
        try:
            barrier.wait(timeout=60)
            store(hub, number)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(1, AT_ONCE + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failed
    assert [int(name[-40:], 16) for name in names(hub)] == list(range(1, AT_ONCE + 1))
    (told,) = names(hub, "history/")
    history = decode(opened(hub).load(told), told)
    assert sorted(run.run_id for run in history.runs) == list(range(1, AT_ONCE + 1))
    assert len(commits(hub)) == AT_ONCE


def test_five_hundred_stores_keep_the_branch_small(hub: FakeGitHub) -> None:
    sizes = []
    for number in range(1, STORES + 1):
        store(hub, number)
        if number % SQUASH_AFTER == 0:
            sizes.append(reachable(hub))
        if number % 25 == 0:
            assert len(commits(hub)) <= SQUASH_AFTER

    kept = [int(name[-40:], 16) for name in names(hub)]
    assert kept == list(range(STORES - KEPT + 1, STORES + 1))
    # from the point on at which the oldest are taken away, the branch is as large as it ever gets
    full = sizes[KEPT // SQUASH_AFTER]
    assert max(sizes) <= full * 1.15
    newest = choose(opened(hub), "readygate", wanted=f"{STORES:040x}", relation="", branch="main", ancestors=list)
    assert newest.baseline is not None
    assert newest.baseline.history is not None
    assert newest.baseline.history.runs[-1].run_id == STORES


def filled(hub: FakeGitHub, stores: int = SQUASH_AFTER) -> str:
    """A branch whose next commit has no parent; returns its tip."""
    for number in range(1, stores + 1):
        store(hub, number)
    return commits(hub)[0]


def test_every_fiftieth_commit_has_no_parent(hub: FakeGitHub) -> None:
    filled(hub)
    assert len(commits(hub)) == SQUASH_AFTER
    store(hub, SQUASH_AFTER + 1)
    assert len(commits(hub)) == 1
    assert len(names(hub)) == SQUASH_AFTER + 1
    store(hub, SQUASH_AFTER + 2)
    assert len(commits(hub)) == 2


def test_a_run_that_was_faster_is_not_overwritten_by_a_commit_without_parent(hub: FakeGitHub) -> None:
    """The other run stores between the reading of the tip and the forced update, in all the ways there are."""
    filled(hub)
    mine = opened(hub)
    entered = 0

    def change(known: tuple[str, ...], _load: object) -> dict[str, bytes | None]:
        nonlocal entered
        entered += 1
        if entered == 1:
            store(hub, 1_000)
        return {"snapshots/readygate/mine": b"1"}

    mine.update(change)
    assert entered == 2
    assert "snapshots/readygate/mine" in names(hub)
    assert any(name.endswith(f"{1_000:040x}") for name in names(hub))


@pytest.mark.parametrize(
    ("action", "times", "left"),
    [
        (faults.DROP_AFTER, 1, 1),
        (faults.DROP_BEFORE, 1, 1),
        (faults.MALFORMED, 1, 1),
        (
            faults.answer(200, {"errors": [{"type": "FORBIDDEN", "message": "Resource not accessible"}]}),
            9,
            SQUASH_AFTER + 1,
        ),
        (faults.answer(200, {"errors": [{"message": "Field 'updateRefs' doesn't exist"}]}), 9, SQUASH_AFTER + 1),
    ],
    ids=["done unheard", "not done", "answer unreadable", "forbidden", "unknown to an older server"],
)
def test_a_forced_update_that_fails_is_made_otherwise(
    hub: FakeGitHub, action: faults.Action, times: int, left: int
) -> None:
    before = filled(hub)
    hub.fault("POST", "/graphql", action, times=times, skip=1)
    if left > 1:  # the second question, whether it happened after all, is answered
        hub.clear_faults()
        hub.fault("POST", "/graphql", action, times=1, skip=1)

    store(hub, SQUASH_AFTER + 1)

    assert len(names(hub)) == SQUASH_AFTER + 1
    assert len(commits(hub)) == left
    assert (before in commits(hub)) == (left > 1)


@pytest.mark.parametrize("step", [r"/git/blobs$", r"/git/trees$", r"/git/commits$", r"/git/refs"])
@pytest.mark.parametrize("action", [faults.DROP_BEFORE, faults.DROP_AFTER, faults.answer(503)], ids=lambda a: a.kind)
def test_an_interrupted_write_leaves_the_old_state_or_the_new_one(
    hub: FakeGitHub, step: str, action: faults.Action
) -> None:
    store(hub, 1)
    old = set(names(hub))
    for method in ("POST", "PATCH"):
        hub.fault(method, step, action, times=10_000)
    try:
        store(hub, 2)
    except StoreError:
        assert set(names(hub)) - old in (set(), {f"snapshots/readygate/{2:012d}-{2:040x}"})
    assert old <= set(names(hub))
    hub.clear_faults()
    store(hub, 3)
    assert {f"snapshots/readygate/{number:012d}-{number:040x}" for number in (1, 3)} <= set(names(hub))


def test_a_branch_of_code_is_not_written_to_whatever_its_last_commit_is_called(hub: FakeGitHub) -> None:
    tip = hub.commit({"a.py": "y = 1\n"}, branch="main", message="Store results of the search")
    with pytest.raises(StoreError, match="was not begun by Readygate"):
        store(hub, 1, "branch:main")
    assert hub.world.branch_tip("main") == tip


def test_a_branch_of_code_is_not_written_to(hub: FakeGitHub) -> None:
    tip = hub.world.branch_tip("main")
    with pytest.raises(StoreError, match="was not begun by Readygate"):
        store(hub, 1, "branch:main")
    assert hub.world.branch_tip("main") == tip


def test_a_branch_that_somebody_mended_by_hand_is_still_ours(hub: FakeGitHub) -> None:
    store(hub, 1)
    store(hub, 2)
    (first, _) = names(hub)
    hub.commit({first: None}, branch=BRANCH, message="Take a damaged snapshot away")
    store(hub, 3)
    assert [int(name[-40:], 16) for name in names(hub)] == [2, 3]
    assert README in opened(hub).load("README.md").decode()


def test_one_wrong_not_found_is_no_empty_store(hub: FakeGitHub) -> None:
    store(hub, 1)
    hub.fault("GET", r"/git/trees/", faults.answer(404), times=10_000)
    with pytest.raises(StoreError, match="cannot be read"):
        opened(hub).names()
    hub.clear_faults()
    hub.fault("GET", r"/git/ref/", faults.answer(404), times=10_000)
    with pytest.raises(StoreError):
        store(hub, 2)
    hub.clear_faults()
    assert len(names(hub)) == 1


def test_a_blob_that_is_not_what_its_name_says_is_not_taken(hub: FakeGitHub) -> None:
    store(hub, 1)
    (name,) = names(hub)
    other = faults.answer(200, {"content": "aGVsbG8=", "encoding": "base64", "size": 5})
    hub.fault("GET", r"/git/blobs/", other, times=10_000)
    with pytest.raises(StoreError, match="not what its id says"):
        opened(hub).load(name)
