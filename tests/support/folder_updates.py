"""Update a folder store in processes of their own, for tests that need real ones and killed ones.

The history lists the path and the id of each stored file, so that a test can check that a history has all of its files.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from pathlib import Path

from readygate.baseline.stores import Change, File, Read, Store, open_store
from readygate.support.git_names import blob_id

HISTORY = "gate/history.jsonl"
STEPS = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir")


def opened(folder: Path) -> Store:
    """Return the store in a folder."""
    return open_store(f"folder:{folder}", Path(), None)


def named(history: bytes) -> dict[str, str]:
    """Return the ids of the files that a history names, by path."""
    return dict(line.split() for line in history.decode().splitlines())


def path_of(commit: int, name: str = "results") -> str:
    """Return the path of a file of a snapshot."""
    return f"gate/snapshots/{commit:040x}/{name}"


def changing(files: Mapping[str, bytes | None]) -> Change:
    """Return a change that stores and deletes files, and the history that names them."""

    def change(read: Read) -> Mapping[str, File | None]:
        known = named(read(HISTORY) or b"")
        known |= {path: blob_id(data) for path, data in files.items() if data is not None}
        lines = sorted(f"{path} {blob}\n" for path, blob in known.items() if files.get(path, b"") is not None)
        edits = {path: None if data is None else File(data=data) for path, data in files.items()}
        return {**edits, HISTORY: File(data="".join(lines).encode())}

    return change


def append(folder: Path, number: int, times: int) -> None:
    """Store new files again and again, and replace one that every process replaces."""
    for at in range(times):
        files = {path_of(1000 * number + at): b"%d" % at, path_of(1): b"%d %d" % (number, at)}
        opened(folder).update(changing(files))


def _killed_at(step: int, update: Callable[[], None]) -> bool:
    """Run an update in a forked process that is killed before a step; return whether it came that far."""
    child = os.fork()
    if child == 0:
        steps = count()

        def hook(event: str, _arguments: tuple[object, ...]) -> None:
            if event in STEPS and next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        update()
        os._exit(0)
    return os.waitpid(child, 0)[1] != 0


def kill(start: Path, results: Path) -> None:
    """Copy a store for each step of an update, and kill the update of the copy before that step."""
    change = changing({path_of(1): b"second", path_of(1, "names/0"): b"same", path_of(2): None, path_of(3): b"new"})
    for step in count():
        copy = results / f"{step:03}"
        shutil.copytree(start, copy)
        if not _killed_at(step, partial(opened(copy).update, change)):
            return


if __name__ == "__main__":
    if sys.argv[1] == "kill":
        kill(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        append(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
