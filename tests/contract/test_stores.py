"""What every store owes, each over its own world: nothing is lost, and what cannot be read is never missing."""

import contextlib
import io
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.fakes.github import FakeGitHub, faults

from readygate.baseline.run_records import Record, RunRecord, encode_record
from readygate.baseline.stores import Change, File, Read, Store, all_stores, open_store
from readygate.baseline.stores._artifact_files import FOLDER
from readygate.baseline.stores._git_store import README, SQUASH_AFTER
from readygate.baseline.stores._git_tree import INLINE_BYTES
from readygate.baseline.stores.branch import BRANCH
from readygate.baseline.stores.ref import REF
from readygate.github.client import GitHub
from readygate.model.results import Counts
from readygate.support.deadline import Clock, Deadline
from readygate.support.errors import (
    ForgeError,
    GoneError,
    PermissionDeniedError,
    SettingsError,
    StoreError,
    UnusableError,
)
from readygate.support.git_names import blob_id

CLOCK = Clock(sleep=lambda seconds: None)
BINARY = bytes(range(256)) * 9
TEXT = "ä\u2028\U0001f600\r\n\tz".encode()
HISTORY = "gate/history.jsonl"
OTHER = "other/history.jsonl"
NAMES = "gate/snapshots/{}/names/0".format
ONE, TWO, THREE = (f"{number:040x}" for number in (1, 2, 3))
AT_ONCE = 20


OTHER_REFS = [
    *("main", "refs/heads/x", "refs/heads/x/y", "refs/tags/a/b", "refs/pull/1/head", "refs/remotes/a/b", "refs/x"),
    *("heads/refs/a/b", "refs/a/../b", "refs/a/b.lock", "refs/a/.b", "refs/a//b", "refs/a/b?x", "refs/a/b/"),
]
INTERRUPTIONS = [faults.DROP_BEFORE, faults.DROP_AFTER, faults.answer(503)]


def client(hub: FakeGitHub, **permissions: str) -> GitHub:
    token = hub.token(permissions or {"contents": "write"})
    return GitHub(api_url=hub.url, token=token, repository="acme/widgets", deadline=Deadline(clock=CLOCK))


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    with FakeGitHub() as made:
        made.limits.requests_per_hour = 10**9
        made.commit({"a.py": "x = 1\n"}, branch="main")
        yield made
        assert not made.unexpected


@dataclass
class World:
    """Opens the same store again and again, as jobs do that know nothing of each other."""

    open: Callable[[], Store]


def with_more(change: Change, files: Mapping[str, File | None]) -> Change:
    return lambda read: {**change(read), **files}


def world_of(scheme: str, tmp_path: Path) -> Iterator[World]:
    if scheme == "folder":
        yield World(lambda: open_store("folder:data/store", tmp_path, None, records=True))
        return
    assert scheme in ("branch", "ref"), f"the store {scheme} has no world to be tested in"
    with FakeGitHub() as hub:
        hub.limits.requests_per_hour = 10**9
        hub.commit({"a.py": "x = 1\n"}, branch="main")
        yield World(lambda: open_store(scheme, tmp_path, client(hub)))
        assert not hub.unexpected


@pytest.fixture(params=[kind.scheme for kind in all_stores() if kind.writes])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    yield from world_of(request.param, tmp_path)


def put(store: Store, files: Mapping[str, bytes | None]) -> None:
    edits = {path: None if data is None else File(data=data) for path, data in files.items()}
    store.update(lambda read: edits)


def history(store: Store, path: str = HISTORY) -> bytes | None:
    return store.history(path, iter(()))


def appending(line: bytes, path: str = HISTORY) -> Change:
    return lambda read: {path: File(data=(read(path) or b"") + line)}


class TestEveryStore:
    """What is asked of all stores that write by themselves."""

    def test_it_is_empty_before_the_first_update(self, world: World) -> None:
        assert history(world.open()) is None
        seen: list[bytes | None] = []

        def change(read: Read) -> dict[str, File | None]:
            seen.append(read(HISTORY))
            return {}

        world.open().update(change)
        assert seen == [None]
        assert history(world.open()) is None

    def test_stored_files_are_there_for_the_next_job(self, world: World) -> None:
        put(world.open(), {HISTORY: b"1\n", NAMES(ONE): b"a\nb\n"})
        store = world.open()
        assert history(store) == b"1\n"
        assert store.fetch(NAMES(ONE), blob_id(b"a\nb\n")) == b"a\nb\n"

    @pytest.mark.parametrize("data", [BINARY, b"", TEXT, b"\0", b"\xff", b"x" * 3_000_000], ids=range(6))
    def test_bytes_come_back_unchanged(self, world: World, data: bytes) -> None:
        put(world.open(), {HISTORY: data, NAMES(ONE): data + b"."})
        store = world.open()
        assert history(store) == data
        assert store.fetch(NAMES(ONE), blob_id(data + b".")) == data + b"."

    def test_one_session_sees_its_own_updates(self, world: World) -> None:
        store = world.open()
        assert history(store) is None
        for line in (b"1\n", b"2\n", b"3\n"):
            store.update(appending(line))
        assert history(store) == b"1\n2\n3\n"

    def test_gates_do_not_see_each_other(self, world: World) -> None:
        put(world.open(), {HISTORY: b"1\n"})
        assert history(world.open(), OTHER) is None
        world.open().update(appending(b"2\n", OTHER))
        assert (history(world.open()), history(world.open(), OTHER)) == (b"1\n", b"2\n")

    def test_files_are_deleted(self, world: World) -> None:
        put(world.open(), {HISTORY: b"1\n", NAMES(ONE): b"a", NAMES(TWO): b"b"})
        put(world.open(), {HISTORY: b"2\n", NAMES(ONE): None})
        seen: dict[str, bytes | None] = {}

        def change(read: Read) -> dict[str, File | None]:
            seen.update({path: read(path) for path in (HISTORY, NAMES(ONE), NAMES(TWO))})
            return {}

        world.open().update(change)
        assert seen == {HISTORY: b"2\n", NAMES(ONE): None, NAMES(TWO): b"b"}

    def test_deleting_what_is_not_there_is_no_error(self, world: World) -> None:
        put(world.open(), {HISTORY: b"1\n", NAMES(ONE): b"a"})
        put(world.open(), {HISTORY: b"2\n", NAMES(ONE): None, NAMES(TWO): None, "never/there": None})
        put(world.open(), {NAMES(ONE): None, NAMES(THREE): None})
        assert history(world.open()) == b"2\n"

    def test_bytes_that_are_stored_already_may_get_another_path(self, world: World) -> None:
        put(world.open(), {HISTORY: b"1\n", NAMES(ONE): b"same"})
        world.open().update(lambda read: {HISTORY: File(data=b"2\n"), NAMES(TWO): File(data=b"same", stored=True)})
        put(world.open(), {NAMES(ONE): None})
        assert world.open().fetch(NAMES(TWO), blob_id(b"same")) == b"same"

    def test_bytes_that_are_wrongly_said_to_be_stored_are_stored(self, world: World) -> None:
        put(world.open(), {HISTORY: b"1\n"})
        files = {HISTORY: File(data=b"2\n"), NAMES(ONE): File(data=b"lost", stored=True), NAMES(TWO): None}
        world.open().update(lambda read: files)
        assert world.open().fetch(NAMES(ONE), blob_id(b"lost")) == b"lost"

    def test_runs_that_store_at_once_lose_nothing(self, world: World) -> None:
        start = threading.Barrier(AT_ONCE)
        failed: list[BaseException] = []

        def run(number: int) -> None:
            try:
                mine = world.open()
                start.wait(timeout=60)
                extra = {NAMES(f"{number:040x}"): File(data=b"%d" % number)}
                mine.update(with_more(appending(b"%d\n" % number), extra))
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=run, args=(number,)) for number in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed
        found = world.open()
        assert sorted(map(int, (history(found) or b"").split())) == list(range(AT_ONCE))
        for number in range(AT_ONCE):
            data = b"%d" % number
            assert found.fetch(NAMES(f"{number:040x}"), blob_id(data)) == data

    def test_files_are_fetched_by_several_threads_at_once(self, world: World) -> None:
        parts = {NAMES(f"{number:040x}"): b"%d" % number * 1000 for number in range(8)}
        put(world.open(), parts)
        store = world.open()
        found: dict[str, bytes] = {}

        def run(path: str) -> None:
            found[path] = store.fetch(path, blob_id(parts[path]))

        threads = [threading.Thread(target=run, args=(path,)) for path in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == parts

    @pytest.mark.parametrize("blob", [blob_id(b"never stored"), "", "..", "../../../user", "0" * 64])
    def test_what_cannot_be_fetched_is_an_error(self, world: World, blob: str) -> None:
        put(world.open(), {NAMES(ONE): b"a"})
        with pytest.raises((StoreError, ForgeError)):
            world.open().fetch(NAMES(ONE), blob)

    def test_an_error_of_the_change_stores_nothing(self, world: World) -> None:
        put(world.open(), {HISTORY: b"1\n"})

        def change(read: Read) -> dict[str, File | None]:
            raise StoreError("the history is of another workflow")

        with pytest.raises(StoreError, match="another workflow"):
            world.open().update(change)
        assert history(world.open()) == b"1\n"

    def test_it_says_where_it_is(self, world: World) -> None:
        assert world.open().where


def test_an_unknown_store_or_a_missing_token_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no store is called 's3'; there are artifact, branch, folder, ref"):
        open_store("s3:bucket", tmp_path, None)
    for url in ("branch", "artifact", "ref"):
        with pytest.raises(SettingsError, match="`token` is empty"):
            open_store(url, tmp_path, None)


NEWEST, APPEND = "POST /graphql:Newest", "POST /graphql:Append"


@dataclass
class Git:
    """One store of those that lie in the repository, over a fake GitHub."""

    hub: FakeGitHub
    url: str
    ref: str

    def open(self, **permissions: str) -> Store:
        return open_store(self.url, Path(), client(self.hub, **permissions))

    def commits(self) -> list[str]:
        return self.hub.git.lines("rev-list", self.ref)

    def files(self) -> list[str]:
        return self.hub.git.lines("ls-tree", "-r", "--name-only", self.ref)

    def requested(self) -> list[str]:
        """What was requested since the last call, without what varies."""
        rows = [f"{row.method} {row.name.removeprefix('/repos/acme/widgets/')}" for row in self.hub.requests]
        self.hub.reset_requests()
        return [row if "matching" in row else row.replace(self.ref.removeprefix("refs/"), "REF") for row in rows]


@pytest.fixture(params=["branch", "ref"])
def git(request: pytest.FixtureRequest, hub: FakeGitHub) -> Git:
    return Git(hub, request.param, f"refs/heads/{BRANCH}" if request.param == "branch" else REF)


def filled(git: Git, commits: int = SQUASH_AFTER) -> str:
    """Store until the next commit has no parent, and return the newest commit."""
    for number in range(commits):
        git.open().update(appending(b"%d\n" % number))
    return git.commits()[0]


class TestRequests:
    """How few requests are sent, and how few bytes."""

    def test_a_branch_is_read_in_one_request(self, hub: FakeGitHub) -> None:
        git = Git(hub, "branch", f"refs/heads/{BRANCH}")
        put(git.open(), {HISTORY: b"1\n", NAMES(ONE): b"a"})
        git.requested()
        store = git.open()
        history(store)
        assert git.requested() == [f"GET contents/{HISTORY}"]
        store.fetch(NAMES(ONE), blob_id(b"a"))
        assert git.requested() == [f"GET git/blobs/{blob_id(b'a')}"]

    def test_a_ref_is_read_in_two_requests(self, hub: FakeGitHub) -> None:
        git = Git(hub, "ref", REF)
        put(git.open(), {HISTORY: b"1\n"})
        git.requested()
        history(git.open())
        assert git.requested() == ["GET git/ref/REF", f"GET contents/{HISTORY}"]

    def test_a_missing_store_is_confirmed_by_a_second_request(self, git: Git) -> None:
        assert history(git.open()) is None
        assert len(git.requested()) == 2

    def test_the_first_update_takes_six_requests(self, git: Git) -> None:
        git.open().update(appending(b"1\n"))
        assert [row.partition(" ")[0] for row in git.requested()] == ["POST", "GET", "GET", "POST", "POST", "POST"]

    @pytest.mark.parametrize("size", [10, 512_000, 512_001])
    def test_a_history_is_read_with_the_newest_commit_unless_it_is_large(self, git: Git, size: int) -> None:
        put(git.open(), {HISTORY: b"1" * size})
        git.requested()
        store = open_store(git.url, Path(), client(git.hub), records=True)
        assert history(store) == b"1" * size
        assert git.requested() == [NEWEST, *([f"GET contents/{HISTORY}"] if size > 512_000 else [])]

    def test_an_update_of_a_file_that_was_not_read_before(self, git: Git) -> None:
        put(git.open(), {HISTORY: b"1\n", NAMES(ONE): b"a", NAMES(TWO): b"b"})
        git.requested()

        def change(read: Read) -> dict[str, File | None]:
            files: dict[str, File | None] = {HISTORY: File(data=(read(HISTORY) or b"") + b"2\n"), NAMES(ONE): None}
            return files | {NAMES(THREE): File(data=b"b", stored=True), "gate/badges/main/a.svg": File(data=b"<svg/>")}

        git.open().update(change)
        writes = [APPEND] if git.url == "branch" else ["POST git/trees", "POST git/commits", "PATCH git/refs/REF"]
        assert git.requested() == [NEWEST, f"GET contents/{HISTORY}", *writes]

    def test_bytes_that_are_stored_are_not_sent(self, git: Git) -> None:
        data = b"name\n" * 1_000
        put(git.open(), {NAMES(ONE): data})
        git.hub.reset_requests()
        git.open().update(lambda read: {NAMES(TWO): File(data=data, stored=True)})
        (tree,) = [row.body for row in git.hub.requests if row.path.endswith("/git/trees")]
        (entry,) = tree["tree"]
        assert entry["sha"] == blob_id(data)
        assert "content" not in entry

    def test_large_files_are_sent_as_blobs_of_their_own(self, git: Git) -> None:
        large = {NAMES(ONE): b"a" * (INLINE_BYTES - 1_000), NAMES(TWO): b"b" * 900_000, NAMES(THREE): b'"' * 600_000}
        put(git.open(), {**large, HISTORY: b"1\n"})
        asked = git.requested()
        assert asked.count("POST git/blobs") == 2
        assert sorted(git.files()) == sorted([*large, HISTORY, "README.md"])
        for path, data in large.items():
            assert git.open().fetch(path, blob_id(data)) == data

    def test_a_repeated_attempt_sends_no_file_again(self, hub: FakeGitHub) -> None:
        git = Git(hub, "ref", REF)
        put(git.open(), {HISTORY: b"1\n"})
        mine, entered = git.open(), 0
        same = File(data=b"name\n" * 100)

        def change(read: Read) -> dict[str, File | None]:
            nonlocal entered
            entered += 1
            if entered == 1:
                git.open().update(appending(b"other\n"))
            return {HISTORY: File(data=(read(HISTORY) or b"") + b"mine\n"), NAMES(ONE): same}

        git.hub.reset_requests()
        mine.update(change)
        trees = [row.body["tree"] for row in git.hub.requests if row.path.endswith("/git/trees")]
        sent = [entry for tree in trees for entry in tree if entry.get("content") == same.data.decode()]
        assert (entered, len(sent)) == (2, 1)
        assert history(git.open()) == b"1\nother\nmine\n"

    def test_an_update_without_effect_makes_no_commit(self, git: Git) -> None:
        put(git.open(), {HISTORY: b"1\n"})
        put(git.open(), {})
        put(git.open(), {HISTORY: b"1\n"})
        put(git.open(), {NAMES(ONE): None})
        git.open().update(lambda read: {HISTORY: File(data=read(HISTORY) or b"")})
        assert len(git.commits()) == 1

    @pytest.mark.parametrize("records", [True, False])
    def test_a_file_that_is_read_again_is_requested_again(self, git: Git, *, records: bool) -> None:
        put(git.open(), {HISTORY: b"1\n"})
        store = open_store(git.url, Path(), client(git.hub), records=records)
        assert (history(store), history(store)) == (b"1\n", b"1\n")
        git.requested()
        seen: list[bytes | None] = []

        def change(read: Read) -> dict[str, File | None]:
            seen.extend((read(HISTORY), read(HISTORY)))
            return {}

        store.update(change)
        assert seen == [b"1\n", b"1\n"]
        assert git.requested().count(f"GET contents/{HISTORY}") == (1 if records else 2)


LOST = [
    *((faults.DROP_BEFORE, 1), (faults.DROP_AFTER, 1), (faults.DROP_AFTER, 99), (faults.MALFORMED, 1)),
    *((faults.MALFORMED, 99), (faults.TRUNCATED, 1), (faults.answer(502), 1), (faults.answer(502), 99)),
    *((faults.answer(409), 99), (faults.answer(404), 99), (faults.secondary_limit(retry_after=7), 1)),
    (faults.answer(403, {"message": "Resource not accessible by integration"}), 99),
    (faults.answer(200, {"errors": [{"type": "FORBIDDEN", "message": "Not accessible"}]}), 99),
    (faults.answer(200, {"errors": [{"message": "Field 'createCommitOnBranch' doesn't exist"}]}), 99),
    (faults.answer(200, {"data": {"createCommitOnBranch": None}}), 99),
    (faults.answer(200, {"data": {"createCommitOnBranch": {"commit": None}}}), 99),
    (faults.answer(200, {"unexpected": []}), 99),
]
"""What may happen to the mutation `createCommitOnBranch`, and how often."""


class TestAppend:
    """An ordinary update of a branch is one mutation, with the same result as the requests that it replaces."""

    @pytest.fixture
    def git(self, hub: FakeGitHub) -> Git:
        made = Git(hub, "branch", f"refs/heads/{BRANCH}")
        put(made.open(), {HISTORY: b"1\n", NAMES(ONE): b"a", NAMES(TWO): BINARY})
        hub.reset_requests()
        return made

    def state(self, git: Git) -> tuple[str, str]:
        """The tree and the message of the newest commit."""
        found = git.hub.git.commit(git.ref)
        assert found is not None
        return found.tree, found.message.strip()

    @pytest.mark.parametrize(("action", "times"), LOST, ids=range(len(LOST)))
    def test_an_update_that_it_fails_to_write_is_written_once(
        self, git: Git, action: faults.Action, times: int
    ) -> None:
        git.hub.fault("POST", "/graphql:Append", action, times=times)
        git.open().update(appending(b"2\n"))
        assert history(git.open()) == b"1\n2\n"
        assert len(git.commits()) == 2

    def test_it_writes_the_same_tree_and_message(self, git: Git) -> None:
        first = git.commits()[0]
        files = {NAMES(ONE): None, NAMES(THREE): File(data=BINARY, stored=True), "gate/empty": File(data=b"")}
        change = with_more(appending(TEXT), files)
        git.open().update(change)
        assert git.requested()[-1] == APPEND
        by_mutation = self.state(git)
        git.hub.git.run("update-ref", git.ref, first)
        git.hub.fault("POST", "/graphql:Append", faults.answer(502), times=99)
        git.open().update(change)
        assert self.state(git) == by_mutation
        assert by_mutation[1] == "Store results\n\nReadygate-Commits: 2"

    def test_a_faster_run_costs_three_requests(self, git: Git) -> None:
        entered = 0

        def change(read: Read) -> Mapping[str, File | None]:
            nonlocal entered
            entered += 1
            edits = appending(b"mine\n")(read)
            if entered == 1:
                git.open().update(appending(b"other\n"))
                git.requested()
            return edits

        git.open().update(change)
        assert entered == 2
        assert history(git.open()) == b"1\nother\nmine\n"
        assert git.requested()[:4] == [APPEND, NEWEST, f"GET contents/{HISTORY}", APPEND]

    def test_a_lost_answer_below_the_commit_of_another_run_is_found(self, git: Git) -> None:
        others = iter([b"other\n"])

        def change(read: Read) -> Mapping[str, File | None]:
            data = read(HISTORY) or b""
            return {HISTORY: File(data=data if b"mine\n" in data else data + b"mine\n")}

        def sleep(_seconds: float) -> None:
            for line in others:
                git.open().update(appending(line))

        slow = client(git.hub)
        slow.deadline = Deadline(clock=Clock(sleep=sleep))
        git.hub.fault("POST", "/graphql:Append", faults.DROP_AFTER)
        open_store("branch", Path(), slow).update(change)
        assert history(git.open()) == b"1\nmine\nother\n"
        assert len(git.commits()) == 3

    def test_large_files_are_not_sent_by_it(self, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("readygate.baseline.stores._append_commit.LARGEST", 1_000)
        git.open().update(with_more(appending(b"2\n"), {NAMES(THREE): File(data=b"a" * 1_000)}))
        assert APPEND not in git.requested()
        assert history(git.open()) == b"1\n2\n"

    @pytest.mark.parametrize("rule", ["UPDATE", "PULL_REQUEST"])
    def test_a_rule_that_refuses_it_is_named(self, git: Git, rule: str) -> None:
        git.hub.protect(BRANCH, rules=(rule,))
        with pytest.raises(StoreError, match="exclude readygate-data from it"):
            git.open().update(appending(b"2\n"))

    def test_a_token_that_may_only_read(self, git: Git) -> None:
        with pytest.raises(PermissionDeniedError, match="not accessible"):
            git.open(contents="read").update(appending(b"2\n"))


class TestGit:
    """Branch and ref: GitHub's refusals are reported, and what cannot be read is never missing."""

    def test_it_shares_no_history_with_the_code(self, git: Git) -> None:
        put(git.open(), {HISTORY: b"1"})
        put(git.open(), {HISTORY: b"2"})
        assert len(git.commits()) == 2
        assert not set(git.commits()) & set(git.hub.git.lines("rev-list", "refs/heads/main"))
        readme = git.hub.git.run("show", f"{git.ref}:README.md").decode()
        assert readme == (README if git.url == "branch" else README.replace("This branch", f"The ref {REF}"))

    def test_a_ref_is_in_no_list_of_branches(self, hub: FakeGitHub) -> None:
        put(open_store("ref", Path(), client(hub)), {HISTORY: b"1"})
        assert [name for name, _, _ in hub.git.refs("refs/heads/")] == ["refs/heads/main"]

    @pytest.mark.parametrize("url", ["branch:data/of/us", "branch:a#b", "ref:refs/our/own/data"])
    def test_it_may_have_another_name(self, hub: FakeGitHub, url: str) -> None:
        for line in (b"1", b"2"):
            open_store(url, Path(), client(hub)).update(appending(line))
        assert history(open_store(url, Path(), client(hub))) == b"12"
        assert history(open_store(url.partition(":")[0], Path(), client(hub))) is None

    @pytest.mark.parametrize("name", OTHER_REFS)
    def test_other_refs_are_refused(self, hub: FakeGitHub, name: str) -> None:
        with pytest.raises(SettingsError, match="outside of refs/heads"):
            open_store(f"ref:{name}", Path(), client(hub))

    def test_a_token_that_may_only_read(self, git: Git) -> None:
        put(git.open(), {HISTORY: b"1"})
        reader = git.open(contents="read")
        assert history(reader) == b"1"
        with pytest.raises(PermissionDeniedError) as caught:
            put(reader, {HISTORY: b"2"})
        assert "403" in str(caught.value)
        assert "the token lacks a permission" in str(caught.value)
        assert history(git.open()) == b"1"

    def test_a_token_that_may_nothing_does_not_see_an_empty_store(self, git: Git) -> None:
        put(git.open(), {HISTORY: b"1"})
        with pytest.raises((StoreError, ForgeError)):
            history(git.open(contents="none"))

    @pytest.mark.parametrize("action", [faults.answer(502), faults.answer(500), faults.DROP_BEFORE, faults.TRUNCATED])
    def test_a_store_that_cannot_be_read_is_never_empty(self, git: Git, action: faults.Action) -> None:
        put(git.open(), {HISTORY: b"1\n2\n3\n"})
        git.hub.fault("GET", r"/(git|contents|branches)/", action, times=1_000)
        with pytest.raises((StoreError, ForgeError)):
            history(git.open())
        with pytest.raises((StoreError, ForgeError)):
            git.open().update(appending(b"4"))
        git.hub.clear_faults()
        assert history(git.open()) == b"1\n2\n3\n"

    @pytest.mark.parametrize("path", [r"/contents/", r"/git/ref/", r"/git/commits/", r"/branches/"])
    def test_one_endpoint_that_wrongly_says_not_found_is_not_believed(self, git: Git, path: str) -> None:
        put(git.open(), {HISTORY: b"1\n"})
        git.hub.fault("GET", path, faults.answer(404), times=1_000)
        with contextlib.suppress(StoreError):
            assert history(git.open()) == b"1\n"
        line = b"2\n"
        try:
            git.open().update(appending(line))
        except StoreError:
            line = b""
        git.hub.clear_faults()
        assert history(git.open()) == b"1\n" + line

    @pytest.mark.parametrize("kind", ["text/html", "application/json; charset=utf-8"])
    def test_a_page_in_place_of_the_file_is_not_taken_for_it(self, git: Git, kind: str) -> None:
        put(git.open(), {HISTORY: b"1\n"})
        page = faults.answer(200, b"<html>Sign in</html>", {"Content-Type": kind})
        git.hub.fault("GET", "/contents/", page, times=1_000)
        with pytest.raises(StoreError, match="cannot be read"):
            history(git.open())

    def test_a_folder_in_place_of_the_file_is_not_taken_for_it(self, git: Git) -> None:
        put(git.open(), {f"{HISTORY}/x": b"1\n"})
        with pytest.raises(StoreError, match="cannot be read"):
            history(git.open())

    def test_a_list_that_is_cut_confirms_nothing(self, git: Git) -> None:
        put(git.open(), {HISTORY: b"1\n"})
        cut = faults.answer(200, {"sha": "0" * 40, "tree": [], "truncated": True})
        git.hub.fault("GET", "/git/trees/", cut, times=1_000)
        with pytest.raises(StoreError, match="cannot be read"):
            history(git.open(), OTHER)

    def test_a_file_that_is_too_large_is_an_error(self, git: Git) -> None:
        git.hub.limits.raw_content_bytes = 10
        put(git.open(), {HISTORY: b"1" * 11})
        with pytest.raises(StoreError, match="up to 100 MB"):
            history(git.open())

    def test_a_blob_that_is_not_what_its_id_says_is_not_taken(self, git: Git) -> None:
        put(git.open(), {NAMES(ONE): b"a"})
        raw = {"Content-Type": "application/vnd.github.raw+json; charset=utf-8"}
        git.hub.fault("GET", "/git/blobs/", faults.answer(200, b"hello", raw), times=1_000)
        with pytest.raises(StoreError, match="does not match its id"):
            git.open().fetch(NAMES(ONE), blob_id(b"a"))

    def test_a_lost_blob_makes_a_snapshot_unusable(self, git: Git) -> None:
        put(git.open(), {NAMES(ONE): b"a"})
        with pytest.raises(UnusableError, match=r"has no blob .* Probably: .* To do: "):
            git.open().fetch(NAMES(ONE), blob_id(b"lost"))
        git.hub.fault("GET", "/git/blobs/", faults.answer(404), times=1)
        assert git.open().fetch(NAMES(ONE), blob_id(b"a")) == b"a"

    @pytest.mark.parametrize("status", [403, 500])
    def test_a_blob_that_cannot_be_read_is_not_lost(self, git: Git, status: int) -> None:
        put(git.open(), {NAMES(ONE): b"a"})
        git.hub.fault("GET", "/git/blobs/", faults.answer(status), times=1_000)
        with pytest.raises(StoreError, match="cannot be read") as caught:
            git.open().fetch(NAMES(ONE), blob_id(b"a"))
        assert not isinstance(caught.value, UnusableError)

    def test_a_short_outage_does_no_harm(self, git: Git) -> None:
        git.hub.fault("*", r"/git/", faults.answer(502), times=3)
        put(git.open(), {HISTORY: b"1"})
        git.hub.fault("GET", r"/contents/", faults.DROP_AFTER, times=2)
        assert history(git.open()) == b"1"

    def test_no_error_repeats_the_token(self, git: Git) -> None:
        token = git.hub.token({"contents": "write"})
        session = GitHub(api_url=git.hub.url, token=token, repository="acme/widgets", deadline=Deadline(clock=CLOCK))
        put(git.open(), {HISTORY: b"1"})
        git.hub.fault("GET", "/contents/", faults.answer(400, {"message": f"Authorization: Bearer {token}"}), times=9)
        with pytest.raises(StoreError) as caught:
            history(open_store(git.url, Path(), session))
        assert "Bearer ***" in str(caught.value)
        assert token not in str(caught.value)

    @pytest.mark.parametrize("path", [r"/git/refs", r"/git/trees", r"/git/commits"])
    def test_an_update_that_fails_for_good_is_reported(self, git: Git, path: str) -> None:
        put(git.open(), {HISTORY: b"1"})
        git.hub.fault("POST", path, faults.answer(500), times=1_000)
        git.hub.fault("PATCH", path, faults.answer(500), times=1_000)
        with pytest.raises(StoreError, match="could not be stored"):
            put(git.open(), {HISTORY: b"2"})
        git.hub.clear_faults()
        assert history(git.open()) == b"1"

    @pytest.mark.parametrize("step", [r"/git/blobs$", r"/git/trees$", r"/git/commits$", r"/git/refs"])
    @pytest.mark.parametrize("action", INTERRUPTIONS, ids=lambda action: action.kind)
    def test_an_interrupted_update_leaves_the_old_state_or_the_new_one(
        self, git: Git, step: str, action: faults.Action
    ) -> None:
        git.open().update(appending(b"1\n"))
        for method in ("POST", "PATCH"):
            git.hub.fault(method, step, action, times=10_000)
        try:
            put(git.open(), {HISTORY: b"1\n2\n", NAMES(ONE): BINARY})
        except StoreError:
            assert history(git.open()) in (b"1\n", b"1\n2\n")
        git.hub.clear_faults()
        git.open().update(appending(b"3\n"))
        assert history(git.open()) in (b"1\n3\n", b"1\n2\n3\n")

    @pytest.mark.parametrize("text", ["Update is not a fast forward", "Reference cannot be updated"])
    def test_a_store_that_keeps_moving_is_reported(self, git: Git, text: str) -> None:
        put(git.open(), {HISTORY: b"1"})
        git.hub.fault("PATCH", "/git/refs", faults.answer(422, {"message": text}), times=1_000)
        with pytest.raises(StoreError, match="moved 40 times"):
            put(git.open(), {HISTORY: b"2"})

    def test_deleting_it_starts_it_again(self, git: Git) -> None:
        put(git.open(), {HISTORY: b"1"})
        git.hub.git.run("update-ref", "-d", git.ref)
        assert history(git.open()) is None
        put(git.open(), {HISTORY: b"2"})
        assert history(git.open()) == b"2"

    def test_what_somebody_deleted_by_hand_is_left_out_or_sent_again(self, hub: FakeGitHub) -> None:
        git = Git(hub, "branch", f"refs/heads/{BRANCH}")
        put(git.open(), {HISTORY: b"1\n", NAMES(ONE): b"a", NAMES(TWO): b"b"})
        hub.commit({NAMES(ONE): None}, branch=BRANCH, message="Remove a snapshot")
        files = {NAMES(ONE): None, NAMES(TWO): None, NAMES(THREE): File(data=b"gone", stored=True)}
        git.open().update(with_more(appending(b"2\n"), files))
        assert sorted(git.files()) == sorted(["README.md", HISTORY, NAMES(THREE)])
        assert git.open().fetch(NAMES(THREE), blob_id(b"gone")) == b"gone"
        assert "Update" not in hub.git.lines("log", "-1", "--format=%s", BRANCH)

    @pytest.mark.parametrize("message", ["Change", "Store results of the search"])
    def test_a_branch_of_code_is_not_written_to(self, hub: FakeGitHub, message: str) -> None:
        tip = hub.commit({"a.py": "y = 1\n", "README.md": "# Widgets\n"}, branch="main", message=message)
        with pytest.raises(StoreError, match="was not created by Readygate"):
            open_store("branch:main", Path(), client(hub)).update(appending(b"1"))
        assert hub.world.branch_tip("main") == tip

    def test_an_empty_repository_has_no_store(self) -> None:
        with FakeGitHub() as hub:
            for url in ("branch", "ref"):
                assert history(open_store(url, Path(), client(hub))) is None


RULES = [
    (422, "Repository rule violations found\n\nCannot update this protected ref.\n\n"),
    (422, "Repository rule violations found\n\nChanges must be made through a pull request.\n\n"),
    (409, "Repository rule violations found\n\nCannot update this protected ref.\n\n"),
    (403, "Protected branch update failed for refs/heads/readygate-data."),
    (403, "You're not authorized to push to this branch. Visit https://docs.github.com for more information."),
    (422, "At least 1 approving review is required by reviewers with write access."),
    (422, 'Required status check "test" is expected.'),
    (422, "Commits must have verified signatures."),
    (422, "Reference update failed"),
]


class TestRules:
    """A refusal by a ruleset or a branch protection is reported as such, and never as a missing permission."""

    @pytest.mark.parametrize(("status", "text"), RULES)
    @pytest.mark.parametrize("first", [True, False], ids=["first update", "later update"])
    def test_the_rule_and_the_fix_are_named(self, hub: FakeGitHub, status: int, text: str, *, first: bool) -> None:
        git = Git(hub, "branch", f"refs/heads/{BRANCH}")
        if not first:
            put(git.open(), {HISTORY: b"1"})
        hub.fault("*", "/git/refs", faults.answer(status, {"message": text}), times=1_000)
        with pytest.raises(StoreError) as caught:
            put(git.open(), {HISTORY: b"2"})
        told = str(caught.value)
        assert "a rule of the repository does not let the results be stored" in told
        assert " ".join(text.split()) in told
        assert f"exclude {BRANCH} from it" in told
        assert "`baseline: ref:refs/readygate/data`" in told
        assert "permission" not in told
        assert "\n" not in told

    @pytest.mark.parametrize("rule", ["CREATION", "UPDATE", "PULL_REQUEST"])
    def test_a_ruleset_for_all_branches(self, hub: FakeGitHub, rule: str) -> None:
        git = Git(hub, "branch", f"refs/heads/{BRANCH}")
        if rule != "CREATION":
            put(git.open(), {HISTORY: b"1"})
        hub.protect(BRANCH, rules=(rule,))
        with pytest.raises(StoreError, match="exclude readygate-data from it"):
            put(git.open(), {HISTORY: b"2"})
        put(open_store("ref", Path(), client(hub)), {HISTORY: b"2"})

    def test_a_secret_that_push_protection_found_is_named(self, git: Git) -> None:
        put(git.open(), {HISTORY: b"1"})
        text = "Repository rule violations found\n\nSecret detected in content\n\n"
        git.hub.fault("POST", "/git/trees", faults.answer(422, {"message": text}), times=1_000)
        with pytest.raises(StoreError, match="looks like a secret"):
            put(git.open(), {HISTORY: b"2"})

    def test_a_missing_permission_stays_one(self, git: Git) -> None:
        put(git.open(), {HISTORY: b"1"})
        denied = faults.answer(403, {"message": "Resource not accessible by integration"})
        git.hub.fault("PATCH", "/git/refs", denied, times=1_000)
        with pytest.raises(PermissionDeniedError, match="not accessible"):
            put(git.open(), {HISTORY: b"2"})


class TestSquash:
    """Every fiftieth commit has no parent, and nothing is lost by that."""

    def test_every_fiftieth_commit_has_no_parent(self, git: Git) -> None:
        filled(git)
        assert len(git.commits()) == SQUASH_AFTER
        git.requested()
        git.open().update(appending(b"50\n"))
        squash = ["POST git/trees", "POST git/commits", "POST /graphql:Replace"]
        assert git.requested() == [NEWEST, f"GET contents/{HISTORY}", *squash]
        assert len(git.commits()) == 1
        git.open().update(appending(b"51\n"))
        assert len(git.commits()) == 2
        assert len((history(git.open()) or b"").split()) == SQUASH_AFTER + 2

    def test_a_faster_run_is_not_overwritten(self, git: Git) -> None:
        filled(git)
        entered = 0

        def change(read: Read) -> Mapping[str, File | None]:
            nonlocal entered
            entered += 1
            if entered == 1:
                git.open().update(appending(b"other\n"))
            return appending(b"mine\n")(read)

        git.open().update(change)
        assert entered == 2
        assert (history(git.open()) or b"").split()[-2:] == [b"other", b"mine"]

    @pytest.mark.parametrize(
        ("action", "times", "skip", "left"),
        [
            (faults.DROP_AFTER, 1, 1, 1),
            (faults.DROP_BEFORE, 1, 1, 1),
            (faults.MALFORMED, 1, 1, 1),
            (faults.answer(200, {"errors": [{"type": "FORBIDDEN", "message": "Not accessible"}]}), 1, 1, 6),
            (faults.answer(200, {"errors": [{"message": "Field 'updateRefs' doesn't exist"}]}), 1, 1, 6),
            (faults.answer(502), 99, 0, 6),
            (faults.answer(403, {"message": "Resource not accessible by integration"}), 99, 0, 6),
            (faults.answer(200, {"data": {"repository": None}}), 99, 0, 6),
            (faults.answer(200, {"data": {"updateRefs": None}}), 1, 1, 6),
            (faults.DROP_BEFORE, 99, 1, 6),
            (faults.DROP_AFTER, 99, 1, 1),
        ],
        ids=range(11),
    )
    def test_graphql_that_fails_does_not_fail_the_update(
        self, git: Git, monkeypatch: pytest.MonkeyPatch, action: faults.Action, times: int, skip: int, left: int
    ) -> None:
        monkeypatch.setattr("readygate.baseline.stores._git_store.SQUASH_AFTER", 5)
        before = filled(git, 5)
        git.hub.fault("POST", "/graphql", action, times=times, skip=skip)
        git.open().update(appending(b"5\n"))
        assert (history(git.open()) or b"").split() == [b"%d" % number for number in range(6)]
        assert len(git.commits()) == left
        assert (before in git.commits()) == (left > 1)

    def test_a_branch_without_forced_updates_keeps_its_commits(
        self, hub: FakeGitHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("readygate.baseline.stores._git_store.SQUASH_AFTER", 5)
        hub.protect(BRANCH, rules=("NON_FAST_FORWARD",))
        git = Git(hub, "branch", f"refs/heads/{BRANCH}")
        tried = []
        for number in range(12):
            git.open().update(appending(b"%d\n" % number))
            if any("updateRefs" in str(row.body) for row in hub.requests):
                tried.append(number)
            hub.reset_requests()
        assert len(git.commits()) == 12
        assert tried == [5, 10]


SHA_A, SHA_B, SHA_C = (f"{letter * 40}" for letter in "abc")


@dataclass
class Artifacts:
    """Artifacts of runs on the base branch, and the folder that a run writes for its upload."""

    hub: FakeGitHub
    folder: Path
    runs: int = 100
    taken: list[str] = field(default_factory=list)

    def run(self, commit: str, **more: str) -> int:
        self.runs += 1
        self.hub.add_run(self.runs, more.pop("event", "push"), more.pop("branch", "main"), commit, **more)
        return self.runs

    def upload(self, run: int, files: Mapping[str, bytes] | bytes, name: str = "readygate") -> None:
        self.hub.add_artifact(run, name, files)

    def open(
        self,
        url: str = "artifact",
        *,
        folder: bool = True,
        records: str = "",
        branches: tuple[str, ...] = ("main",),
    ) -> Store:
        asks = self.run("f" * 40, event="pull_request", branch="topic")
        reader = client(self.hub, actions="read", contents="read")
        place = self.folder if folder else None
        return open_store(
            url, Path(), reader, branches=branches, commit=records, run_id=asks, folder=place, records=bool(records)
        )

    def line(self, *commits: str) -> Iterator[str]:
        for commit in commits:
            self.taken.append(commit)
            yield commit

    def written(self) -> dict[str, bytes]:
        root = self.folder / FOLDER
        files = {file.relative_to(root).as_posix(): file for file in root.rglob("*") if file.is_file()}
        return {path: file.read_bytes() for path, file in files.items() if not path.startswith(".")}


@pytest.fixture
def artifacts(hub: FakeGitHub, tmp_path: Path) -> Artifacts:
    return Artifacts(hub, tmp_path / "told")


def tree(commit: str, line: bytes = b"1\n", names: bytes = b"a\n") -> dict[str, bytes]:
    return {HISTORY: line, NAMES(commit): names}


def recorded(*commits: str) -> bytes:
    counts = Counts(passed=1, failed=0, errored=0, skipped=0)
    return encode_record(Record(runs=tuple(RunRecord(commit=commit, counts=counts) for commit in commits)))


def packed(files: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


class TestArtifact:
    """Artifacts: each holds a history and one snapshot, and the next run goes on with it."""

    def test_there_is_nothing_before_the_first_upload(self, artifacts: Artifacts) -> None:
        assert artifacts.open().history(HISTORY, artifacts.line(SHA_A)) is None
        assert artifacts.taken == []

    def test_the_nearest_commit_with_an_artifact_is_taken_and_no_more_commits_are(self, artifacts: Artifacts) -> None:
        for commit, line in ((SHA_B, b"b\n"), (SHA_C, b"c\n")):
            artifacts.upload(artifacts.run(commit), tree(commit, line))
        assert artifacts.open().history(HISTORY, artifacts.line(SHA_A, SHA_B, SHA_C)) == b"b\n"
        assert artifacts.taken == [SHA_A, SHA_B]
        assert artifacts.open().history(HISTORY, artifacts.line(SHA_A)) is None

    def test_a_history_goes_on_from_run_to_run(self, artifacts: Artifacts) -> None:
        before: list[str] = []
        for commit in (SHA_A, SHA_B, SHA_C):
            store = artifacts.open()
            store.history(HISTORY, iter(before))
            extra = {NAMES(commit): File(data=b"a\n", stored=True), NAMES("d" * 40): None}
            badge = {"gate/badges/main/a.svg": File(data=b"<svg/>"), "README.md": File(data=b"x")}
            store.update(with_more(appending(commit[:1].encode()), {**extra, **badge}))
            assert set(artifacts.written()) == {HISTORY, NAMES(commit)}
            artifacts.upload(artifacts.run(commit), artifacts.written())
            before.insert(0, commit)
        assert artifacts.open().history(HISTORY, artifacts.line(*before)) == b"abc"

    def test_another_run_of_a_commit_goes_on_from_the_first(self, artifacts: Artifacts) -> None:
        """It keeps the snapshot that it does not replace, since its upload may overwrite the first one's."""
        first = recorded(SHA_A)
        artifacts.upload(artifacts.run(SHA_A), {HISTORY: first, NAMES(SHA_A): b"a", NAMES(SHA_B): b"not of it"})
        store = artifacts.open(records=SHA_A)
        assert store.history(HISTORY, artifacts.line(SHA_B)) == first
        store.update(appending(b"2\n"))
        assert artifacts.written() == {HISTORY: first + b"2\n", NAMES(SHA_A): b"a"}
        for data in (b"b", None):
            edit = None if data is None else File(data=data)
            store.update(with_more(appending(b"2\n"), {NAMES(SHA_A): edit}))
            assert artifacts.written().get(NAMES(SHA_A)) == data
        store.update(lambda read: {})
        assert artifacts.open().history(HISTORY, artifacts.line(SHA_B)) is None

    def test_a_commit_before_that_was_recorded_late_is_not_lost(self, artifacts: Artifacts) -> None:
        artifacts.upload(artifacts.run(SHA_A), {HISTORY: recorded(SHA_A), NAMES(SHA_A): b"a"})
        artifacts.upload(artifacts.run(SHA_B), {HISTORY: recorded(SHA_B), NAMES(SHA_B): b"b"})
        store = artifacts.open(records=SHA_A)
        found = store.history(HISTORY, artifacts.line(SHA_B))
        assert found == recorded(SHA_A, SHA_B)
        store.update(appending(b""))
        assert artifacts.written() == {HISTORY: found, NAMES(SHA_A): b"a"}

    def test_another_run_replaces_a_damaged_artifact(self, artifacts: Artifacts) -> None:
        for data in (b"cut", packed([(NAMES(SHA_A), b"a\n")])):
            artifacts.upload(artifacts.run(SHA_A), data)
            store = artifacts.open(records=SHA_A)
            assert store.history(HISTORY, artifacts.line(SHA_B)) is None
            store.update(appending(b"2\n"))
            assert artifacts.written() == {HISTORY: b"2\n"}

    @pytest.mark.parametrize("data", [b"cut", packed([(NAMES(SHA_A), b"a\n")]), packed([(HISTORY, b"damaged\n")])])
    def test_a_damaged_artifact_does_not_block_later_records(self, artifacts: Artifacts, data: bytes) -> None:
        artifacts.upload(artifacts.run(SHA_B), {HISTORY: recorded(SHA_B)})
        artifacts.upload(artifacts.run(SHA_A), data)
        store = artifacts.open(records=SHA_C)
        assert store.history(HISTORY, artifacts.line(SHA_A, SHA_B)) == recorded(SHA_B)
        [notice] = store.notices()
        assert "of aaaaaaa" in notice
        assert "To do: " in notice
        store.update(appending(b""))
        assert artifacts.written() == {HISTORY: recorded(SHA_B)}

    def test_of_the_artifacts_of_a_commit_the_newest_counts(self, artifacts: Artifacts) -> None:
        """Numbers of artifacts do not grow with time."""
        run = artifacts.run(SHA_A)
        for line in (b"1\n", b"2\n"):
            artifacts.upload(run, tree(SHA_A, line))
        newest, _ = artifacts.hub.world.artifacts.values()
        newest.created_at = "2099-01-01T00:00:00Z"
        assert artifacts.open().history(HISTORY, artifacts.line(SHA_A)) == b"1\n"

    @pytest.mark.parametrize("how", ["listed", "not yet listed", "deleted"])
    def test_an_artifact_that_has_expired_is_gone(self, artifacts: Artifacts, how: str) -> None:
        artifacts.upload(artifacts.run(SHA_B), tree(SHA_B))
        artifacts.upload(artifacts.run(SHA_A), tree(SHA_A))
        [number] = [number for number, found in artifacts.hub.world.artifacts.items() if found.run_id == artifacts.runs]
        if how == "listed":
            artifacts.hub.world.artifacts[number].expired = True
        elif how == "not yet listed":
            artifacts.hub.fault("GET", f"/actions/artifacts/{number}/zip", faults.answer(410), times=1_000)
        elif how == "deleted":
            del artifacts.hub.world.artifacts[number]
        store = artifacts.open()
        with pytest.raises(GoneError, match="no longer exist"):
            store.fetch(NAMES(SHA_A), blob_id(b"a\n"))
        assert store.history(HISTORY, artifacts.line(SHA_A, SHA_B)) == b"1\n"
        assert store.fetch(NAMES(SHA_B), blob_id(b"a\n")) == b"a\n"

    @pytest.mark.parametrize("data", [{NAMES(SHA_A): b"other"}, {OTHER: b"1\n"}, {HISTORY: b"1\n"}, b"no zip at all"])
    def test_damage_makes_a_snapshot_unusable(self, artifacts: Artifacts, data: dict[str, bytes] | bytes) -> None:
        artifacts.upload(artifacts.run(SHA_A), data)
        with pytest.raises(UnusableError, match=r"Probably: .* To do: .* for commit aaaaaaa"):
            artifacts.open().fetch(NAMES(SHA_A), blob_id(b"a\n"))

    def test_snapshots_come_from_the_artifact_of_their_commit(self, artifacts: Artifacts) -> None:
        artifacts.upload(artifacts.run(SHA_A), tree(SHA_A, names=b"old\n"))
        artifacts.upload(artifacts.run(SHA_B), tree(SHA_B, names=b"new\n"))
        store = artifacts.open()
        store.history(HISTORY, artifacts.line(SHA_B))
        artifacts.hub.reset_requests()
        assert store.fetch(NAMES(SHA_B), blob_id(b"new\n")) == b"new\n"
        assert not artifacts.hub.requests
        assert store.fetch(NAMES(SHA_A), blob_id(b"old\n")) == b"old\n"
        assert store.fetch(NAMES(SHA_A), blob_id(b"old\n")) == b"old\n"
        assert len(artifacts.hub.requests) == 1

    def test_of_two_runs_of_a_commit_the_files_with_the_right_ids_are_taken(self, artifacts: Artifacts) -> None:
        artifacts.upload(artifacts.run(SHA_A), tree(SHA_A, b"1\n", b"first\n"))
        artifacts.upload(artifacts.run(SHA_A), tree(SHA_A, b"2\n", b"second\n"))
        store = artifacts.open()
        assert store.history(HISTORY, artifacts.line(SHA_A)) == b"2\n"
        for data in (b"first\n", b"second\n"):
            assert store.fetch(NAMES(SHA_A), blob_id(data)) == data

    @pytest.mark.parametrize(("path", "data"), [(NAMES(SHA_A), b"x"), (NAMES(SHA_C), b"a\n"), ("../x", b"a\n")])
    def test_what_no_artifact_holds_is_an_error(self, artifacts: Artifacts, path: str, data: bytes) -> None:
        artifacts.upload(artifacts.run(SHA_A), tree(SHA_A))
        with pytest.raises(StoreError):
            artifacts.open().fetch(path, blob_id(data))

    @pytest.mark.parametrize(
        "run",
        [
            {"event": "pull_request", "head_repo": "mallory/app"},
            {"head_repo": "mallory/app"},
            {"event": "pull_request"},
            {"event": "pull_request_target"},
            {"event": "workflow_run"},
            {"branch": "topic"},
            {"workflow": ".github/workflows/evil.yml"},
            {"branch": "gh-readonly-queue/main/pr-1-x"},
            {"event": "merge_group", "branch": "gh-readonly-queue/next/pr-1-x"},
        ],
    )
    def test_other_runs_are_not_trusted(self, artifacts: Artifacts, run: dict[str, str]) -> None:
        artifacts.run(SHA_C)
        artifacts.upload(artifacts.run(SHA_A, **run), tree(SHA_A))
        store = artifacts.open()
        assert store.history(HISTORY, artifacts.line(SHA_A)) is None
        with pytest.raises(StoreError):
            store.fetch(NAMES(SHA_A), blob_id(b"a\n"))

    @pytest.mark.parametrize("limit", ["MOST", "MOST_LISTED", "MOST_RUNS"])
    def test_results_beyond_a_list_that_is_cut_are_not_missing(
        self, artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch, limit: str
    ) -> None:
        for commit in (SHA_A, SHA_B, SHA_C):
            artifacts.upload(artifacts.run(commit), tree(commit))
        monkeypatch.setattr(f"readygate.baseline.stores._trusted_artifacts.{limit}", 2)
        store = artifacts.open()
        assert store.history(HISTORY, artifacts.line(SHA_B)) == b"1\n"
        message = r"older ones were not searched.* Probably: .* To do: "
        with pytest.raises(StoreError, match=message):
            store.history(HISTORY, artifacts.line(SHA_A))
        with pytest.raises(StoreError, match=message) as caught:
            store.fetch(NAMES(SHA_A), blob_id(b"a\n"))
        assert not isinstance(caught.value, GoneError | UnusableError)

    def test_a_run_that_records_begins_anew_where_a_list_is_cut(
        self, artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for commit in (SHA_A, SHA_B):
            artifacts.upload(artifacts.run(commit), tree(commit))
        monkeypatch.setattr("readygate.baseline.stores._trusted_artifacts.MOST", 1)
        store = artifacts.open(records=SHA_C)
        assert store.history(HISTORY, artifacts.line(SHA_A)) is None
        assert "older ones were not searched" in "".join(store.notices())
        with pytest.raises(GoneError):  # the run goes on without them
            store.fetch(NAMES(SHA_A), blob_id(b"a\n"))
        store.update(appending(b"2\n"))
        assert artifacts.written() == {HISTORY: b"2\n"}

    def test_artifacts_of_forks_do_not_push_those_of_the_base_branch_out(
        self, artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        artifacts.upload(artifacts.run(SHA_A), tree(SHA_A))
        for _ in range(3):
            artifacts.upload(artifacts.run(SHA_A, head_repo="mallory/app"), tree(SHA_A, b"forged\n"))
        monkeypatch.setattr("readygate.baseline.stores._trusted_artifacts.MOST", 2)
        assert artifacts.open().history(HISTORY, artifacts.line(SHA_A)) == b"1\n"

    @pytest.mark.parametrize("most", [2, 500])
    def test_artifacts_of_the_default_branch_do_not_push_those_of_another_base_branch_out(
        self, artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch, most: int
    ) -> None:
        artifacts.upload(artifacts.run(SHA_A, branch="release"), tree(SHA_A))
        for _ in range(4):
            artifacts.upload(artifacts.run(SHA_B), tree(SHA_B, b"other\n"))
        monkeypatch.setattr("readygate.baseline.stores._trusted_artifacts.MOST", most)
        store = artifacts.open(branches=("release", "main"))
        assert store.history(HISTORY, artifacts.line(SHA_A)) == b"1\n"

    def test_a_merge_group_is_trusted(self, artifacts: Artifacts) -> None:
        queue = artifacts.run(SHA_A, event="merge_group", branch="gh-readonly-queue/main/pr-1-x")
        artifacts.upload(queue, tree(SHA_A))
        assert artifacts.open().history(HISTORY, artifacts.line(SHA_A)) == b"1\n"

    def test_another_name_and_workflow(self, artifacts: Artifacts) -> None:
        artifacts.upload(artifacts.run(SHA_A, workflow=".github/workflows/record.yml"), tree(SHA_A), "results")
        assert artifacts.open("artifact:results").history(HISTORY, artifacts.line(SHA_A)) is None
        assert artifacts.open("artifact:results@record.yml").history(HISTORY, artifacts.line(SHA_A)) == b"1\n"

    @pytest.mark.parametrize("path", [r"/actions/artifacts$", r"/actions/workflows/", r"/actions/artifacts/\d+/zip$"])
    @pytest.mark.parametrize("status", [403, 500, 404])
    def test_what_cannot_be_read_is_never_missing(self, artifacts: Artifacts, path: str, status: int) -> None:
        artifacts.upload(artifacts.run(SHA_A), tree(SHA_A))
        artifacts.hub.fault("GET", path, faults.answer(status), times=1_000)
        store = artifacts.open()
        with pytest.raises(StoreError, match="cannot be read"):
            store.history(HISTORY, artifacts.line(SHA_A))
        with pytest.raises(StoreError):
            store.update(appending(b"2\n"))

    HOSTILE = (
        b"",
        b"no zip at all",
        packed([(HISTORY, b"1\n")])[:40],
        packed([]),
        packed([("readygate.snapshot", b"x")]),
        packed([(NAMES(SHA_A), b"a\n")]),
        packed([("../" + HISTORY, b"1\n"), ("/" + HISTORY, b"1\n"), ("x/../" + HISTORY, b"1\n")]),
        packed([(HISTORY, b"1\n" * 99)]).replace(b"\x4b", b"\x4c", 1),
        packed([(HISTORY, b"1\n"), (FOLDER + "/" + HISTORY, b"2\n")]),
        packed([(f"{number}", b"") for number in range(20_001)]),
    )

    @pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
    def test_a_damaged_or_hostile_artifact_is_an_error(self, artifacts: Artifacts, data: bytes) -> None:
        artifacts.upload(artifacts.run(SHA_A), data)
        with pytest.raises(StoreError, match=r"is not a baseline of Readygate .* Probably: .* To do: "):
            artifacts.open().history(HISTORY, artifacts.line(SHA_A))

    def test_a_zip_bomb_is_not_unpacked(self, artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("readygate.baseline.stores._artifact_files.LARGEST", 1_000)
        artifacts.upload(artifacts.run(SHA_A), packed([(HISTORY, b"1" * 100_000)]))
        artifacts.upload(artifacts.run(SHA_B), packed([(HISTORY, b"1\n"), (NAMES(SHA_B), b"a" * 100_000)]))
        with pytest.raises(StoreError, match="larger than"):
            artifacts.open().history(HISTORY, artifacts.line(SHA_A))
        with pytest.raises(StoreError, match="larger than"):
            artifacts.open().fetch(NAMES(SHA_B), blob_id(b"a" * 100_000))
        monkeypatch.setattr("readygate.baseline.stores._artifact_files.TOTAL", 1_000)
        with pytest.raises(StoreError, match="larger than"):
            artifacts.open().history(HISTORY, artifacts.line(SHA_B))

    def test_the_whole_report_folder_may_be_uploaded(self, artifacts: Artifacts) -> None:
        files = {f"{FOLDER}/{path}": data for path, data in tree(SHA_A).items()}
        artifacts.upload(artifacts.run(SHA_A), files | {"report.html": b"<html>"})
        assert artifacts.open().history(HISTORY, artifacts.line(SHA_A)) == b"1\n"

    def test_another_gate_of_the_same_artifact_has_no_history(self, artifacts: Artifacts) -> None:
        artifacts.upload(artifacts.run(SHA_A), tree(SHA_A))
        assert artifacts.open().history(OTHER, artifacts.line(SHA_A)) is None

    def test_artifacts_of_another_gate_do_not_hide_results(
        self, artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        artifacts.upload(artifacts.run(SHA_B), tree(SHA_B, b"mine\n"))
        artifacts.upload(artifacts.run(SHA_A), tree(SHA_A, b"mine\n"))
        artifacts.upload(artifacts.run(SHA_A), {OTHER: b"other\n"})
        artifacts.upload(artifacts.run(SHA_C), {OTHER: b"other\n"})
        store = artifacts.open()
        assert store.history(HISTORY, artifacts.line(SHA_C, SHA_A)) == b"mine\n"
        assert store.fetch(NAMES(SHA_A), blob_id(b"a\n")) == b"a\n"
        assert artifacts.open().history(HISTORY, artifacts.line(SHA_C, SHA_B)) == b"mine\n"
        monkeypatch.setattr("readygate.baseline.stores.artifact.MOST_OPENED", 2)
        limited = artifacts.open()
        assert limited.history(HISTORY, artifacts.line(SHA_C, SHA_A, SHA_B)) is None
        assert "the 2 nearest artifacts have no gate/history.jsonl" in "".join(limited.notices())

    def test_steps_of_one_job_share_the_folder(self, artifacts: Artifacts, tmp_path: Path) -> None:
        asks = artifacts.run(SHA_A)

        def step(path: str, run: int = asks) -> None:
            reader = client(artifacts.hub, actions="read")
            store = open_store("artifact", Path(), reader, branches=("main",), run_id=run, folder=artifacts.folder)
            store.history(path, artifacts.line())
            store.update(appending(b"1\n", path))

        step(HISTORY)
        for rest in (".gate.new", ".gate.old"):  # of a step that was killed
            (artifacts.folder / FOLDER / rest).mkdir()
            (artifacts.folder / FOLDER / rest / "part").write_text("x")
        step(OTHER)
        step(HISTORY)
        assert artifacts.written() == {HISTORY: b"1\n", OTHER: b"1\n"}
        assert {path.name for path in (artifacts.folder / FOLDER).iterdir()} == {"gate", "other", ".run"}
        step(HISTORY, artifacts.run(SHA_B))
        assert artifacts.written() == {HISTORY: b"1\n"}

    def test_another_run_keeps_the_other_gates_of_the_artifact(self, artifacts: Artifacts) -> None:
        first = {HISTORY: recorded(SHA_A), OTHER: recorded(SHA_A), f"other/snapshots/{SHA_A}/results": b"x"}
        artifacts.upload(artifacts.run(SHA_A), first)
        store = artifacts.open(records=SHA_A)
        store.history(HISTORY, artifacts.line(SHA_B))
        store.update(appending(b"2\n"))
        assert artifacts.written() == {**first, HISTORY: recorded(SHA_A) + b"2\n"}

    def test_a_damaged_file_does_not_lose_the_others_of_the_artifact(self, artifacts: Artifacts) -> None:
        damaged = f"other/snapshots/{SHA_A}/results"
        first = {damaged: b"some text", HISTORY: recorded(SHA_A), OTHER: recorded(SHA_A)}
        data = packed(list(first.items()))
        at = data.index(damaged.encode()) + len(damaged)
        artifacts.upload(artifacts.run(SHA_A), data[:at] + b"\xff" + data[at + 1 :])
        store = artifacts.open(records=SHA_A)
        store.history(HISTORY, artifacts.line(SHA_B))
        store.update(appending(b"2\n"))
        assert artifacts.written() == {HISTORY: recorded(SHA_A) + b"2\n", OTHER: recorded(SHA_A)}

    def test_what_stood_in_the_folder_before_is_not_uploaded(self, artifacts: Artifacts, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "kept").write_text("x")
        artifacts.folder.mkdir()
        (artifacts.folder / FOLDER).symlink_to(outside)
        store = artifacts.open()
        store.history(HISTORY, artifacts.line())
        store.update(appending(b"1"))
        (artifacts.folder / FOLDER / "gate/stray").write_text("x")
        store.update(appending(b"3"))
        assert artifacts.written() == {HISTORY: b"3"}
        assert (outside / "kept").read_text() == "x"

    def test_a_run_without_a_folder_is_an_error(self, artifacts: Artifacts) -> None:
        store = artifacts.open(folder=False)
        store.history(HISTORY, artifacts.line())
        store.update(lambda read: {})
        with pytest.raises(StoreError, match="give the input `report`"):
            store.update(appending(b"1"))

    def test_an_update_without_the_history_before_it_is_an_error(self, artifacts: Artifacts) -> None:
        with pytest.raises(StoreError, match="was not read"):
            artifacts.open().update(appending(b"1"))
