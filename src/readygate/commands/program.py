"""The command line. With `__main__.py` and `action.py` the only reader of arguments and environment."""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from readygate import __version__
from readygate.support.errors import EXIT_NOT_EVALUATED, ReadygateError


def run_program() -> NoReturn:
    """Be the whole process: run, and end without taking every value apart, which takes a tenth of a run's time.

    Nothing is left for the end of the interpreter: files, threads and other processes are closed by who opens them.
    """
    gc.disable()  # reports make hardly any cycles: to look for some takes a twentieth of a run's time
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # closed, by us or by its reader, or there is no room for it
            code = code or EXIT_NOT_EVALUATED
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the action if there are no arguments, else a command.

    Returns:
        the exit code: 0 ready, 1 not ready, 2 bad settings, 3 could not evaluate.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # on Windows a pipe has an encoding that lacks most characters
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given and "GITHUB_EVENT_NAME" in os.environ:
        return _run_action()
    from readygate.commands.parser import build_parser  # noqa: PLC0415

    parser = build_parser(__version__)
    options = parser.parse_args(given)
    if not hasattr(options, "run"):
        parser.print_help()
        return 0
    try:
        code = int(options.run(options))
        sys.stdout.flush()
    except ReadygateError as error:
        _tell(f"readygate: {error}")
        return error.exit_code
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        return EXIT_NOT_EVALUATED
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC and not error.filename:
            _tell(f"readygate: what was found cannot be printed: {error.strerror}. To do: make room on the disk.")
            return EXIT_NOT_EVALUATED
        import traceback  # noqa: PLC0415  (only a crash needs it)

        _tell(traceback.format_exc())
        _tell(f"readygate: crashed ({type(error).__name__}); please report it with the text above")
        return EXIT_NOT_EVALUATED
    return code


def _run_action() -> int:
    """Run the action."""
    from readygate.commands.action import run_action  # noqa: PLC0415  (each command loads only what it needs)

    return run_action(os.environ, sys.stdout)


def _tell(text: str) -> None:
    """Print to stderr, which a runner reads for commands as it reads stdout; names of a report may stand in a text."""
    from readygate.support.console import Log  # noqa: PLC0415

    Log(stream=sys.stderr).line(text)
