"""Runs that store at once while GitHub loses requests and responses: a store keeps all that it said it stored."""

import random
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.fakes.github import FakeGitHub, faults

from readygate.baseline.stores import File, Read, Store, open_store
from readygate.github.client import GitHub
from readygate.support.deadline import Clock, Deadline
from readygate.support.errors import ReadygateError, StoreError
from readygate.support.git_names import blob_id

HISTORY = "gate/history.jsonl"
RUNS, UPDATES, FAULTS = 4, 5, 24
ACTIONS = [
    *(faults.DROP_BEFORE, faults.DROP_AFTER, faults.MALFORMED, faults.TRUNCATED),
    *(faults.answer(502), faults.answer(404), faults.answer(409), faults.answer(422)),
    faults.answer(200, {"data": {"repository": None}}),
    faults.answer(200, {"errors": [{"type": "FORBIDDEN", "message": "Not accessible"}]}),
    faults.answer(200, {"errors": [{"message": "Something went wrong while executing your query."}]}),
]
REQUESTS = [
    *(r"graphql:Newest", r"graphql:Append", r"graphql:Replace", r"/contents/", r"/git/ref", r"/git/matching-refs"),
    *(r"/git/trees", r"/git/commits", r"/branches/", r"."),
]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    monkeypatch.setattr("readygate.baseline.stores._git_store.SQUASH_AFTER", 4)
    with FakeGitHub() as made:
        made.limits.requests_per_hour = 10**9
        made.commit({"a.py": "x = 1\n"}, branch="main")
        yield made


def opened(hub: FakeGitHub, scheme: str) -> Store:
    """Open the store as a job does that knows nothing of the others."""
    deadline = Deadline(clock=Clock(sleep=lambda seconds: None))
    token = hub.token({"contents": "write"})
    return open_store(
        scheme, Path(), GitHub(api_url=hub.url, token=token, repository="acme/widgets", deadline=deadline), records=True
    )


def encoded(lines: set[bytes]) -> bytes:
    """Return a history that shows damage: a record is a list in brackets, as a response may be cut or replaced."""
    return b"[" + b" ".join(sorted(lines)) + b"]"


def decoded(data: bytes | None) -> set[bytes]:
    if data is None or not (data.startswith(b"[") and data.endswith(b"]")):
        raise StoreError("the history is damaged")
    return set(data[1:-1].split())


def path_of(line: bytes) -> str:
    return f"gate/snapshots/{int(line):040x}/names/0"


def adding(line: bytes) -> Mapping[str, File | None]:
    return {path_of(line): File(data=b"names of " + line)}


@pytest.mark.parametrize("scheme", ["branch", "ref"])
@pytest.mark.parametrize("seed", range(8))
def test_what_was_stored_stays_stored(hub: FakeGitHub, scheme: str, seed: int) -> None:
    opened(hub, scheme).update(lambda read: {HISTORY: File(data=encoded(set()))})
    chance = random.Random(seed)
    for _ in range(FAULTS):
        hub.fault(
            "*",
            chance.choice(REQUESTS),
            chance.choice(ACTIONS),
            times=chance.choice((1, 1, 2, 5)),
            skip=chance.randrange(8),
        )
    stored: list[bytes] = []

    def run(first: int) -> None:
        for number in range(first, first + UPDATES):
            line = b"%d" % number

            def change(read: Read, line: bytes = line) -> Mapping[str, File | None]:
                return {HISTORY: File(data=encoded(decoded(read(HISTORY)) | {line})), **adding(line)}

            try:
                opened(hub, scheme).update(change)
            except ReadygateError:
                continue  # an update that failed says so, and may be stored or not
            stored.append(line)

    threads = [threading.Thread(target=run, args=(number * UPDATES,)) for number in range(RUNS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hub.clear_faults()
    found = opened(hub, scheme)
    lines = decoded(found.history(HISTORY, iter(())))
    assert stored
    assert set(stored) <= lines
    for line in lines:
        data = b"names of " + line
        assert found.fetch(path_of(line), blob_id(data)) == data
