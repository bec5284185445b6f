"""What every store owes, each over its own world: nothing is lost, nothing is silently missing."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.fakes.github import FakeGitHub, faults

from readygate.baseline.stores import Load, Store, all_stores, open_store
from readygate.baseline.stores.branch import BRANCH
from readygate.github.client import GitHub
from readygate.support.deadline import Clock, Deadline
from readygate.support.errors import ForgeError, PermissionDeniedError, SettingsError, StoreError

CLOCK = Clock(sleep=lambda seconds: None)
BINARY = bytes(range(256)) * 9


@dataclass
class World:
    """Opens the same store again and again, as jobs do that know nothing of each other."""

    open: Callable[[], Store]
    hub: FakeGitHub | None = None


def folder_world(tmp_path: Path) -> Iterator[World]:
    yield World(lambda: open_store("folder:data/store", tmp_path, None))


def branch_world(tmp_path: Path) -> Iterator[World]:
    with FakeGitHub() as hub:
        hub.commit({"a.py": "x = 1\n"}, branch="main")
        token = hub.token({"contents": "write"})

        def session() -> GitHub:
            return GitHub(api_url=hub.url, token=token, repository="acme/widgets", deadline=Deadline(clock=CLOCK))

        yield World(lambda: open_store("branch", tmp_path, session()), hub)
        assert not hub.unexpected


WORLDS: dict[str, Callable[[Path], Iterator[World]]] = {"branch": branch_world, "folder": folder_world}


@pytest.fixture(params=[kind.scheme for kind in all_stores() if kind.writes])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    assert request.param in WORLDS, f"the store {request.param} has no world to be tested in"
    yield from WORLDS[request.param](tmp_path)


def put(store: Store, data: Mapping[str, bytes | None]) -> None:
    store.update(lambda names, load: data)


def own(store: Store) -> tuple[str, ...]:
    return tuple(name for name in store.names() if name != "README.md")


def test_nothing_is_there_before_the_first_update(world: World) -> None:
    assert world.open().names() == ()


def test_what_is_stored_is_there_for_the_next_one(world: World) -> None:
    put(world.open(), {"snapshots/a/1-x": BINARY, "b": b""})
    store = world.open()
    assert own(store) == ("b", "snapshots/a/1-x")
    assert store.load("snapshots/a/1-x") == BINARY
    assert store.load("b") == b""


def test_the_same_session_sees_its_own_update(world: World) -> None:
    store = world.open()
    assert store.names() == ()
    put(store, {"a": b"1"})
    assert own(store) == ("a",)
    put(store, {"a": b"2", "b": b"3"})
    assert (store.load("a"), store.load("b")) == (b"2", b"3")


def test_the_change_sees_the_names(world: World) -> None:
    put(world.open(), {"a/b": b"1", "c": b"2"})
    seen: list[tuple[str, ...]] = []

    def change(names: tuple[str, ...], load: Load) -> dict[str, bytes | None]:
        seen.append(tuple(name for name in names if name != "README.md"))
        return {}

    world.open().update(change)
    assert seen == [("a/b", "c")]
    assert own(world.open()) == ("a/b", "c")


def test_names_are_taken_away(world: World) -> None:
    put(world.open(), {"a": b"1", "b/c": b"2", "b/d": b"3"})
    put(world.open(), {"b/c": None, "e": b"4"})
    assert own(world.open()) == ("a", "b/d", "e")
    put(world.open(), {"a": None, "never/there": None, "b/d": None, "e": None})
    assert own(world.open()) == ()
    put(world.open(), {"again": b"5"})
    assert own(world.open()) == ("again",)


def test_runs_that_store_at_once_lose_nothing(world: World) -> None:
    start = threading.Barrier(8)
    failed: list[BaseException] = []

    def store(number: int) -> None:
        try:
            mine = world.open()
            start.wait(timeout=20)
            put(mine, {f"snapshots/gate/{number:012d}": f"run {number}".encode()})
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=store, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    final = world.open()
    assert own(final) == tuple(f"snapshots/gate/{number:012d}" for number in range(8))
    assert all(final.load(name) == f"run {int(name[-12:])}".encode() for name in own(final))


def test_a_name_that_is_not_there_is_an_error(world: World) -> None:
    put(world.open(), {"a": b"1"})
    with pytest.raises((StoreError, ForgeError, KeyError)):
        world.open().load("b")


def test_where_it_is_is_said(world: World) -> None:
    assert world.open().where


def test_no_other_store_is_opened(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no store is called 's3'; there are artifact, branch, folder"):
        open_store("s3:bucket", tmp_path, None)
    for url in ("branch", "artifact"):
        with pytest.raises(SettingsError, match="`token` is empty"):
            open_store(url, tmp_path, None)


class TestFolder:
    """The folder in particular."""

    def test_a_folder_that_cannot_be_read_is_an_error_and_not_empty(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("not a folder")
        store = open_store("folder:file", tmp_path, None)
        with pytest.raises(StoreError):
            store.names()
        with pytest.raises(StoreError, match="does not answer"):
            put(store, {"a": b"1"})

    def test_half_written_files_are_not_seen(self, tmp_path: Path) -> None:
        store = open_store(f"folder:{tmp_path}/x", Path("/nowhere"), None)
        put(store, {"a": b"1"})
        (tmp_path / "x/tmp123.part").write_bytes(b"half")
        assert store.names() == ("a",)

    def test_nothing_is_left_behind_by_a_failed_write(self, tmp_path: Path) -> None:
        store = open_store(f"folder:{tmp_path}", Path(), None)
        (tmp_path / "a").mkdir()
        with pytest.raises(StoreError):
            put(store, {"a": b"1"})
        assert [path.name for path in tmp_path.iterdir()] == ["a"]


class TestBranch:
    """The branch in particular: what GitHub refuses is told, and what cannot be read is never nothing."""

    @pytest.fixture
    def hub(self) -> Iterator[FakeGitHub]:
        with FakeGitHub() as hub:
            hub.commit({"a.py": "x = 1\n"}, branch="main")
            yield hub

    def open(self, hub: FakeGitHub, level: str = "write", url: str = "branch") -> Store:
        token = hub.token({"contents": level})
        session = GitHub(api_url=hub.url, token=token, repository="acme/widgets", deadline=Deadline(clock=CLOCK))
        return open_store(url, Path(), session)

    def log(self, hub: FakeGitHub, branch: str = BRANCH) -> list[str]:
        return hub.git.run("rev-list", f"refs/heads/{branch}").decode().split()

    def test_it_shares_no_history_with_the_code(self, hub: FakeGitHub) -> None:
        put(self.open(hub), {"a": b"1"})
        put(self.open(hub), {"b": b"1"})
        commits = self.log(hub)
        assert len(commits) == 2
        assert not set(commits) & set(self.log(hub, "main"))
        assert "nothing else" in self.open(hub).load("README.md").decode()

    def test_it_may_have_another_name(self, hub: FakeGitHub) -> None:
        put(self.open(hub, url="branch:data/of/us"), {"a": b"1"})
        assert self.log(hub, "data/of/us")
        assert self.open(hub).names() == ()

    def test_no_change_makes_no_commit(self, hub: FakeGitHub) -> None:
        put(self.open(hub), {"a": b"1"})
        put(self.open(hub), {})
        assert len(self.log(hub)) == 1

    def test_a_token_that_may_only_read(self, hub: FakeGitHub) -> None:
        put(self.open(hub), {"a": b"1"})
        reader = self.open(hub, "read")
        assert reader.load("a") == b"1"
        with pytest.raises(PermissionDeniedError) as caught:
            put(reader, {"b": b"2"})
        told = str(caught.value)
        assert "403" in told
        assert "the token lacks a permission" in told
        assert "README lists" in told
        assert own(self.open(hub)) == ("a",)

    def test_a_token_that_may_nothing_is_an_error_and_not_an_empty_store(self, hub: FakeGitHub) -> None:
        put(self.open(hub), {"a": b"1"})
        with pytest.raises((StoreError, ForgeError)):
            self.open(hub, "none").names()

    @pytest.mark.parametrize("action", [faults.answer(502), faults.answer(500), faults.DROP_BEFORE, faults.TRUNCATED])
    def test_a_store_that_cannot_be_read_is_never_empty(self, hub: FakeGitHub, action: faults.Action) -> None:
        put(self.open(hub), {"a": b"1"})
        hub.fault("GET", r"/git/", action, times=1_000)
        with pytest.raises((StoreError, ForgeError)):
            self.open(hub).names()
        with pytest.raises((StoreError, ForgeError)):
            put(self.open(hub), {"b": b"1"})
        hub.clear_faults()
        assert own(self.open(hub)) == ("a",)

    def test_a_passing_disturbance_does_no_harm(self, hub: FakeGitHub) -> None:
        hub.fault("*", r"/git/", faults.answer(502), times=3)
        put(self.open(hub), {"a": b"1"})
        hub.fault("GET", r"/git/", faults.DROP_AFTER, times=2)
        assert self.open(hub).load("a") == b"1"

    @pytest.mark.parametrize("path", [r"/git/refs", r"/git/trees", r"/git/commits", r"/git/blobs"])
    def test_an_update_that_fails_for_good_is_told(self, hub: FakeGitHub, path: str) -> None:
        put(self.open(hub), {"a": b"1"})
        hub.fault("POST", path, faults.answer(500), times=1_000)
        hub.fault("PATCH", path, faults.answer(500), times=1_000)
        with pytest.raises(StoreError, match="could not be stored"):
            put(self.open(hub), {"b": b"1"})
        hub.clear_faults()
        assert own(self.open(hub)) == ("a",)

    def test_a_branch_that_keeps_moving_is_told(self, hub: FakeGitHub) -> None:
        put(self.open(hub), {"a": b"1"})
        hub.fault("PATCH", "/git/refs", faults.answer(422, {"message": "Update is not a fast forward"}), times=1_000)
        with pytest.raises(StoreError, match="moved 40 times"):
            put(self.open(hub), {"b": b"1"})

    def test_a_list_that_is_cut_is_told(self, hub: FakeGitHub) -> None:
        put(self.open(hub), {"a": b"1"})
        tree = {"sha": "0" * 40, "tree": [], "truncated": True}
        hub.fault("GET", "/git/trees/", faults.answer(200, tree), times=1_000)
        with pytest.raises(StoreError, match="only a part"):
            self.open(hub).names()

    def test_deleting_the_branch_starts_it_again(self, hub: FakeGitHub) -> None:
        put(self.open(hub), {"a": b"1"})
        hub.git.run("update-ref", "-d", f"refs/heads/{BRANCH}")
        assert self.open(hub).names() == ()
        put(self.open(hub), {"b": b"1"})
        assert own(self.open(hub)) == ("b",)
