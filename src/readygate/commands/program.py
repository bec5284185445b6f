"""Run the program: choose a command, print errors, and end the process with an exit code.

Besides `__main__.py` and the action, no other module reads arguments or environment.
"""

import errno
import gc
import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from readygate import __version__
from readygate.commands.parser import build_parser
from readygate.support.console import Console
from readygate.support.errors import EXIT_NOT_EVALUATED, ReadygateError


def run_program() -> NoReturn:
    """Run a command and end the process without freeing each value, which takes a tenth of the time of a run.

    Nothing depends on cleanup by the interpreter: whoever opens a file or starts a thread also closes or joins it.
    """
    gc.disable()  # reports create hardly any reference cycles, and searching for some takes 5% of the time of a run
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # closed by this program or by its reader, or the disk is full
            code = code or EXIT_NOT_EVALUATED
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the action if there are no arguments inside a workflow, else the command that they name.

    Returns:
        the exit code: 0 ready, 1 not ready, 2 bad settings, 3 could not evaluate.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # the encoding of a pipe on Windows lacks most characters
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(given)
        sys.stdout.flush()
    except ReadygateError as error:
        _print_error(f"readygate: {error}")
        return error.exit_code
    except BrokenPipeError:  # the reader of the pipe needs no more
        sys.stderr.close()
        return EXIT_NOT_EVALUATED
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC and not error.filename:
            _print_error(
                f"readygate: what was found cannot be printed: {error.strerror}. To do: make room on the disk."
            )
            return EXIT_NOT_EVALUATED
        _print_error(traceback.format_exc())
        _print_error(f"readygate: crashed ({type(error).__name__}); please report it with the text above")
        return EXIT_NOT_EVALUATED
    return code


def _run(arguments: Sequence[str]) -> int:
    """Run the action if there are no arguments in a workflow, otherwise the command that the arguments name."""
    if not arguments and "GITHUB_EVENT_NAME" in os.environ:
        from readygate.commands.action import run_action  # noqa: PLC0415  (loads a whole command)

        try:
            return run_action(os.environ, sys.stdout)
        except SystemExit as error:  # only a verdict may end the step with 0
            raise RuntimeError("something ended the process while the action ran") from error
    parser = build_parser(__version__)
    options = parser.parse_args(arguments)
    if not hasattr(options, "run"):
        parser.print_help()
        return 0
    return int(options.run(options))


def _print_error(text: str) -> None:
    """Print to stderr, made harmless: a runner reads it for commands, and the text may contain names of a report."""
    Console(stream=sys.stderr).line(text)
