"""Starts one command and tells what it cost. Run as a script, with the command as JSON on the standard input.

A process of its own, and a small one: a child's peak memory is at least what its parent had in use when it began.
"""

import json
import os
import sys
import time
from pathlib import Path


def main() -> None:
    """Run the command of the standard input; write cost and exit code to the standard output, as JSON."""
    order = json.load(sys.stdin)
    out = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    actions = [(os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, out, 2)]
    os.chdir(order["folder"])
    started = time.perf_counter()
    command = order["command"]
    environment = {**order["environment"], "STARTED": str(time.monotonic())}
    child = os.posix_spawn(command[0], command, environment, file_actions=actions)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # it has ended and can still be asked what it read
    told = Path(f"/proc/{child}/io").read_text(encoding="ascii")
    read = dict(line.split(": ") for line in told.splitlines())["rchar"]
    _, status, usage = os.wait4(child, 0)
    cost = {
        "read": int(read) / 1e6,
        "wall": time.perf_counter() - started,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss / 1024,
        "code": os.waitstatus_to_exitcode(status),
    }
    json.dump(cost, sys.stdout)


if __name__ == "__main__":
    main()
