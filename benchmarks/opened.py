"""Starts Readygate and tells when it opens its first report: `python benchmarks/opened.py [ARGUMENT ...]`.

The time counts from when this process was asked for, which `launch.py` leaves in its environment.
"""

import os
import sys
import time

told: list[float] = []


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Note the time at the first file that is a report."""
    if event == "open" and not told and str(arguments[0]).endswith((".xml", ".info")):
        told.append(time.monotonic())


def main() -> None:
    """Run Readygate, as `python -m readygate` does."""
    sys.addaudithook(watch)
    from readygate.cli import main as run  # noqa: PLC0415  (what it loads is part of what is measured)

    code = run()
    print(f"first report opened after {told[0] - float(os.environ['STARTED']):.4f} s", flush=True)
    os._exit(code)  # as the program itself ends


if __name__ == "__main__":
    main()
