"""Lock a folder store for an update, on systems that have `flock`."""

import errno
import fcntl
import time

from readygate.support.errors import StoreError

LOCK = ".lock"
"""The file of the store that is locked."""
LOCK_SECONDS = 60.0
"""How long an update waits for the updates of other processes, which take seconds."""

_PAUSE = 0.05
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS)


def lock(handle: int, where: str) -> None:
    """Lock an open file as soon as no other process has locked it; closing it ends the lock.

    Raises:
        StoreError: another process keeps the lock, or the file system has no locks.
        OSError: the file cannot be locked for another reason.
    """
    end = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= end:
                raise StoreError(
                    f"another process has locked the stored results for more than {LOCK_SECONDS:.0f} seconds",
                    where=where,
                    why="it hangs, or is stopped, while it stores results",
                    todo=f"end the process that has {LOCK} of this folder open, and run the job again",
                ) from error
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            raise StoreError(
                f"the stored results cannot be locked for an update ({error.strerror or error})",
                where=where,
                why="the file system of the folder supports no locks, as some network file systems without lockd",
                todo="mount it with support for flock, or name a folder on another file system",
            ) from error
        time.sleep(_PAUSE)
