"""Runs whole processes and takes the operating system's account of them.

Run as a script, this is the small process that starts the measured one: the kernel counts what a parent had resident
into its child's peak.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

Costs = dict[str, float]
"""Of a process with those that it started: `cpu` (user and system) and `wall` in seconds, `peak` in MB (10^6 bytes)."""


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None, accepted: tuple[int, ...] = (0,)
) -> tuple[Costs, str]:
    """Run a command in a folder to its end. Return its costs and what it printed.

    Raises:
        RuntimeError: it ended with an exit code that is not `accepted`.
    """
    variables = {"PATH": os.environ["PATH"], **(environment or {})}
    order = json.dumps({"command": list(command), "folder": str(folder), "environment": variables})
    launcher = [sys.executable, "-I", "-S", __file__]
    done = subprocess.run(launcher, input=order, capture_output=True, text=True, check=True)
    costs = json.loads(done.stdout)
    said = (folder / "printed.txt").read_text(encoding="utf-8", errors="replace")
    if (code := costs.pop("code")) not in accepted:
        raise RuntimeError(f"{' '.join(command)} ended with {code}: {said[-2_000:]}")
    return costs, said


def main() -> None:
    """Run the command of the standard input. Write its costs and its exit code to the standard output."""
    order = json.load(sys.stdin)
    os.chdir(order["folder"])
    out = os.open("printed.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    command, actions = order["command"], [(os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, out, 2)]
    started = time.perf_counter()
    child = os.posix_spawn(command[0], command, order["environment"], file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    costs = {
        "cpu": usage.ru_utime + usage.ru_stime,
        "wall": time.perf_counter() - started,
        "peak": usage.ru_maxrss * 1024 / 1e6,
        "code": os.waitstatus_to_exitcode(status),
    }
    print(json.dumps(costs))


if __name__ == "__main__":
    main()
