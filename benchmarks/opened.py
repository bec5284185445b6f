"""Starts Readygate and tells when it opens its first report: `python benchmarks/opened.py [ARGUMENT ...]`.

The time counts from when this process was asked for, which `launch.py` leaves in its environment.
"""

import mmap
import os
import struct
import sys
import time

told = mmap.mmap(-1, 8)
"""Seconds, 0 as long as no report was opened; shared with the processes that this one makes."""


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Note the time at the first file that is a report."""
    if event == "open" and str(arguments[0]).endswith((".xml", ".info")) and told[:8] == bytes(8):
        told[:8] = struct.pack("d", time.monotonic())


def main() -> None:
    """Run Readygate, as `python -m readygate` does."""
    sys.addaudithook(watch)
    from readygate.commands.program import main as run  # noqa: PLC0415  (what it loads is part of what is measured)

    code = run()
    (opened,) = struct.unpack("d", told[:8])
    print(f"first report opened after {opened - float(os.environ['STARTED']):.4f} s", flush=True)
    os._exit(code)  # as the program itself ends


if __name__ == "__main__":
    main()
