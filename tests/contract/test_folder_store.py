"""The store in a folder: no reader ever sees a part of an update, and no link leads out of the folder."""

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.folder_updates import HISTORY, append, changing, named, opened, path_of

from readygate.baseline.stores import File, Store, _folder_lock, open_store
from readygate.baseline.stores import folder as folder_store
from readygate.support.errors import StoreError, UnusableError
from readygate.support.git_names import blob_id

ROOT = Path(__file__).parents[2]
ONE, TWO = path_of(1), path_of(2)


def put(store: Store, files: dict[str, bytes | None]) -> None:
    edits = {path: None if data is None else File(data=data) for path, data in files.items()}
    store.update(lambda read: edits)


def history(store: Store) -> bytes | None:
    return store.history(HISTORY, iter(()))


def process(*arguments: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.support.folder_updates", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}"})


def check(store: Store) -> dict[str, str]:
    """Return the files that the history names, after fetching all of them."""
    files = named(history(store) or b"")
    for path, blob in files.items():
        store.fetch(path, blob)
    return files


def leftovers(root: Path) -> list[str]:
    return [path.name for path in root.rglob("*.part")]


class TestUpdate:
    def test_a_reader_of_the_history_before_an_update_finds_its_files(self, tmp_path: Path) -> None:
        reader = opened(tmp_path)
        reader.update(changing({ONE: b"first", TWO: b"old"}))
        before = named(history(reader) or b"")
        opened(tmp_path).update(changing({ONE: b"second", TWO: None}))
        opened(tmp_path).update(changing({ONE: b"third"}))
        assert reader.fetch(ONE, before[ONE]) == b"first"
        assert reader.fetch(TWO, before[TWO]) == b"old"
        assert check(reader) == {ONE: blob_id(b"third")}
        assert (tmp_path / ONE).read_bytes() == b"third"

    def test_replaced_content_goes_after_a_while(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        store = opened(tmp_path)
        store.update(changing({ONE: b"first"}))
        store.update(changing({ONE: b"second"}))
        monkeypatch.setattr(folder_store, "KEPT_SECONDS", -60)
        store.update(changing({ONE: b"third"}))
        assert not (tmp_path / "gate/.replaced").exists()
        for data in (b"first", b"second"):
            with pytest.raises(UnusableError, match="damaged"):
                store.fetch(ONE, blob_id(data))

    def test_an_update_that_is_killed_at_any_step_leaves_a_complete_state(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start, results = tmp_path / "start", tmp_path / "killed"
        opened(start).update(changing({ONE: b"first", path_of(1, "names/0"): b"same", TWO: b"old"}))
        before = check(opened(start))
        assert process("kill", start, results).wait(timeout=300) == 0
        copies = sorted(results.iterdir())
        after = check(opened(copies[-1]))  # of the update that was not killed
        assert len(copies) > 20
        states = [check(opened(copy)) for copy in copies]
        assert {tuple(state) for state in states} == {tuple(before), tuple(after)}
        assert states == sorted(states, key=lambda state: state == after), "an update never goes back"
        monkeypatch.setattr(folder_store, "KEPT_SECONDS", -60)
        for copy, state in zip(copies, states, strict=True):
            opened(copy).update(changing({path_of(4): b"next"}))
            assert check(opened(copy)) == {**state, path_of(4): blob_id(b"next")}
            assert not leftovers(copy)
            opened(copy).update(changing({ONE: b"again", TWO: None}))
            assert check(opened(copy))[ONE] == blob_id(b"again")
            assert not (copy / "gate/.replaced").exists()

    def test_processes_lose_nothing_and_readers_see_whole_states(self, tmp_path: Path) -> None:
        store = opened(tmp_path)
        append(tmp_path, 1, 1)
        writers = [process("append", tmp_path, number, 15) for number in range(2, 6)]
        reads = 0
        while any(writer.poll() is None for writer in writers):
            check(store)
            reads += 1
        assert [writer.wait(timeout=60) for writer in writers] == [0] * 4
        expected = {path_of(1000 * number + at) for number in range(2, 6) for at in range(15)}
        assert check(store).keys() == {path_of(1), path_of(1000), *expected}
        assert reads > 5

    def test_a_failed_write_leaves_the_history_as_it_was(self, tmp_path: Path) -> None:
        store = opened(tmp_path)
        put(store, {HISTORY: b"1"})
        (tmp_path / ONE).mkdir(parents=True)
        with pytest.raises(StoreError, match="cannot be read"):
            put(store, {HISTORY: b"2", ONE: b"a", "gate/snapshots": None})
        assert history(store) == b"1"
        assert not leftovers(tmp_path)

    def test_snapshots_of_killed_updates_go_after_a_while(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = opened(tmp_path)
        put(store, {path_of(3): b"killed"})  # an update that did not come to its history
        store.update(changing({ONE: b"first"}))
        assert (tmp_path / path_of(3)).exists()
        monkeypatch.setattr(folder_store, "KEPT_SECONDS", -60)
        store.update(changing({TWO: b"second"}))
        assert check(store).keys() == {ONE, TWO}
        commits = {path.split("/")[2] for path in (ONE, TWO)}
        assert {place.name for place in (tmp_path / "gate/snapshots").iterdir()} == commits

    def test_what_cannot_be_deleted_does_not_fail_a_finished_update(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The history may be replaced by something else as soon as the update is done."""
        store = opened(tmp_path)
        put(store, {ONE: b"first"})
        (tmp_path / HISTORY).mkdir()
        put(store, {ONE: b"second"})
        assert (tmp_path / ONE).read_bytes() == b"second"

    def test_badges_are_replaced_without_a_copy(self, tmp_path: Path) -> None:
        store = opened(tmp_path)
        for data in (b"1", b"2"):
            put(store, {"gate/badges/main/tests.json": data, HISTORY: data})
        assert not list((tmp_path / "gate/.replaced").iterdir())

    def test_folders_of_deleted_snapshots_go(self, tmp_path: Path) -> None:
        store = opened(tmp_path)
        put(store, {HISTORY: b"1", ONE: b"a", TWO: b"b"})
        put(store, {ONE: None})
        assert [path.name for path in (tmp_path / "gate/snapshots").iterdir()] == [TWO.split("/")[2]]
        put(store, {TWO: None, HISTORY: None})
        assert [path.name for path in (tmp_path / "gate").iterdir()] == [".replaced"]

    def test_an_equal_file_is_not_written_again(self, tmp_path: Path) -> None:
        store = opened(tmp_path)
        put(store, {ONE: b"a"})
        os.utime(tmp_path / ONE, (1, 1))
        store.update(lambda read: {ONE: File(data=b"a", stored=True)})
        assert (tmp_path / ONE).stat().st_mtime == 1

    def test_files_are_as_readable_as_those_of_other_programs(self, tmp_path: Path) -> None:
        put(opened(tmp_path), {HISTORY: b"1"})
        (tmp_path / "other").touch()
        assert (tmp_path / HISTORY).stat().st_mode == (tmp_path / "other").stat().st_mode


class TestWhatCannotBeRead:
    def test_a_folder_that_cannot_be_read_is_not_empty(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("not a folder")
        store = open_store("folder:file", tmp_path, None)
        with pytest.raises(StoreError, match=r"cannot be read .* Probably: .* To do: "):
            history(store)
        with pytest.raises(StoreError, match=r"cannot be locked for an update .* Probably: .* To do: "):
            put(store, {HISTORY: b"1"})

    @pytest.mark.parametrize(("data", "word"), [(b"b", "damaged"), (None, "missing")])
    def test_a_damaged_or_missing_file_makes_a_snapshot_unusable(
        self, tmp_path: Path, data: bytes | None, word: str
    ) -> None:
        store = opened(tmp_path)
        put(store, {ONE: b"a"})
        (tmp_path / ONE).unlink()
        if data is not None:
            (tmp_path / ONE).write_bytes(data)
        with pytest.raises(UnusableError, match=f"{word}.* Probably: .* To do: "):
            store.fetch(ONE, blob_id(b"a"))

    @pytest.mark.parametrize("kind", ["pipe", "folder", "large"])
    def test_what_is_not_a_file_is_not_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
        """A named pipe does not block, and nothing stays open."""
        monkeypatch.setattr(folder_store, "LARGEST", 3)
        for place in (tmp_path / ONE, tmp_path / HISTORY):
            place.parent.mkdir(parents=True, exist_ok=True)
            if kind == "pipe":
                os.mkfifo(place)
            elif kind == "folder":
                place.mkdir()
            else:
                place.write_bytes(b"1234")
        store = opened(tmp_path)
        handles = len(list(Path("/dev/fd").iterdir()))
        with pytest.raises(UnusableError, match=r"not a regular file of up to .* Probably: .* To do: "):
            store.fetch(ONE, blob_id(b"1234"))
        with pytest.raises(StoreError, match="not a regular file"):
            history(store)
        assert len(list(Path("/dev/fd").iterdir())) == handles

    def test_kept_content_replaces_what_cannot_be_read(self, tmp_path: Path) -> None:
        store = opened(tmp_path)
        store.update(changing({ONE: b"first"}))
        store.update(changing({ONE: b"second"}))
        (tmp_path / ONE).unlink()
        (tmp_path / ONE).mkdir()
        assert store.fetch(ONE, blob_id(b"first")) == b"first"

    def test_a_missing_folder_is_an_error_for_readers(self, tmp_path: Path) -> None:
        root = tmp_path / "typo"
        for read in (history, lambda store: store.fetch(ONE, blob_id(b"a"))):
            with pytest.raises(StoreError, match=r"typo: the folder does not exist\. Probably: .* To do: ") as caught:
                read(opened(root))
            assert not isinstance(caught.value, UnusableError)
        assert not root.exists()
        first = open_store(f"folder:{root}", tmp_path, None, records=True)
        assert history(first) is None
        put(first, {HISTORY: b"1"})
        assert history(opened(root)) == b"1"

    def test_an_empty_folder_has_no_results(self, tmp_path: Path) -> None:
        assert history(opened(tmp_path)) is None

    def test_a_dangling_link_to_the_folder_is_an_error(self, tmp_path: Path) -> None:
        root = tmp_path / "link"
        root.symlink_to(tmp_path / "not mounted")
        for records in (True, False):
            store = open_store(f"folder:{root}", tmp_path, None, records=records)
            with pytest.raises(StoreError, match="does not exist, and a symbolic link leads to it"):
                history(store)
            with pytest.raises(StoreError, match="does not exist, and a symbolic link leads to it"):
                put(store, {HISTORY: b"1"})
        assert not (tmp_path / "not mounted").exists()

    def test_snapshots_without_a_history_are_an_error_for_readers(self, tmp_path: Path) -> None:
        put(opened(tmp_path), {ONE: b"a"})
        with pytest.raises(StoreError, match=r"history\.jsonl is missing.* Probably: .* To do: "):
            history(opened(tmp_path))
        recorder = open_store(f"folder:{tmp_path}", tmp_path, None, records=True)
        assert history(recorder) is None
        put(recorder, {HISTORY: b"1"})
        assert history(opened(tmp_path)) == b"1"


class TestLock:
    def test_an_update_does_not_wait_without_limit(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_folder_lock, "LOCK_SECONDS", 0.2)
        put(opened(tmp_path), {HISTORY: b"1"})
        with (tmp_path / ".lock").open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with pytest.raises(StoreError, match=r"another process has locked .* Probably: .* To do: "):
                put(opened(tmp_path), {HISTORY: b"2"})
        put(opened(tmp_path), {HISTORY: b"3"})
        assert history(opened(tmp_path)) == b"3"

    @pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP])
    def test_a_file_system_without_locks_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        """No such file system is at hand, so the system call is replaced."""

        def refuse(_handle: int, _operation: int) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(fcntl, "flock", refuse)
        with pytest.raises(StoreError, match=r"Probably: the file system of the folder supports no locks.* To do: "):
            put(opened(tmp_path), {HISTORY: b"1"})


class TestPaths:
    @pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "a//b", "C:/x", "a\\..\\b", "."])
    def test_no_path_leads_out_of_it(self, tmp_path: Path, path: str) -> None:
        (tmp_path / "store").mkdir()
        store = open_store("folder:store", tmp_path, None)
        with pytest.raises(StoreError, match="not a path"):
            store.history(path, iter(()))
        with pytest.raises(StoreError, match="not a path"):
            store.fetch(path, blob_id(b""))
        for data in (b"1", None):
            with pytest.raises(StoreError, match="not a path"):
                put(store, {path: data})

    LINKS = ("gate", "gate/snapshots", ONE.rpartition("/")[0], ONE, HISTORY, ".lock", "gate/.replaced")

    @pytest.mark.parametrize("inside", ["", "elsewhere/"])
    @pytest.mark.parametrize("link", LINKS)
    def test_no_link_leads_out_of_it(self, tmp_path: Path, link: str, inside: str) -> None:
        """A link is refused whatever it points to, and what it points to stays as it is."""
        root = tmp_path / "store"
        target = (root / inside if inside else tmp_path) / "outside"
        folders = link not in (ONE, HISTORY, ".lock")
        put(opened(target if folders else target.parent / "made"), {HISTORY: b"1", ONE: b"secret"})
        if not folders:
            target.write_bytes(b"secret")
        place = root / link
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)
        before = {path: path.read_bytes() for path in target.parent.rglob("*") if path.is_file()}
        store = opened(root)
        for data in (b"2", None):
            with pytest.raises(StoreError, match=r"is a symbolic link\. Probably: .* To do: delete the link"):
                put(store, {ONE: data, HISTORY: data})
        assert {path: path.read_bytes() for path in before} == before
        for path in (ONE, HISTORY):
            if path.startswith(link):
                with pytest.raises(StoreError, match="is a symbolic link"):
                    store.history(path, iter(()))
                with pytest.raises(StoreError, match="is a symbolic link"):
                    store.fetch(path, blob_id(b"secret"))

    def test_a_link_that_leads_nowhere_is_refused(self, tmp_path: Path) -> None:
        put(opened(tmp_path / "store"), {HISTORY: b"1"})
        (tmp_path / "store/gate/snapshots").symlink_to(tmp_path / "made by nobody")
        with pytest.raises(StoreError, match="is a symbolic link"):
            put(opened(tmp_path / "store"), {ONE: b"a"})
        assert not (tmp_path / "made by nobody").exists()

    def test_the_folder_itself_may_be_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "real")
        put(opened(tmp_path / "link"), {HISTORY: b"1", ONE: b"a"})
        put(opened(tmp_path / "link"), {ONE: None})
        assert (tmp_path / "real" / HISTORY).read_bytes() == b"1"
        assert history(opened(tmp_path / "link")) == b"1"
