"""Publish a report through all outputs. Each module of this folder is one output and defines `OUTPUT`.

Outputs are published stage by stage. An output receives what earlier stages did and returns what it did itself. The
outputs that write to GitHub come first, so that the others can link to their results or name what is missing.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import IntEnum
from functools import cache
from importlib import import_module
from itertools import groupby
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from readygate.context import Published, RunContext, logged
from readygate.github.earlier import read_earlier
from readygate.model.subject import Subject
from readygate.render.not_evaluated import NotEvaluated
from readygate.render.report_view import ReportView
from readygate.support.console import Console
from readygate.support.errors import DOCS, ForgeError, PermissionDeniedError
from readygate.support.registry import members

FORKS = f"{DOCS}/events.md#pull-requests-from-forks"


class Stage(IntEnum):
    """When an output is published: after those of lower stages, whose results it receives."""

    GITHUB = 1
    """Written to GitHub; the outputs of this stage run at the same time, each with a client of its own."""
    FILES = 2
    CONSOLE = 3
    SUMMARY = 4
    STEP_OUTPUTS = 5


def _nothing(_failure: NotEvaluated, _context: RunContext, _published: Published) -> Published:
    return Published()


class Output(Struct, frozen=True, kw_only=True):
    """One output.

    Attributes:
        name: the unique name of the output.
        title: the name in messages, if it differs.
        stage: when the output is published.
        order: its position among the outputs of its stage; equal ones are ordered by name.
        enabled: whether the run has this output.
        publish: renders and writes the report. The third argument is what earlier stages did.
        publish_failure: writes why there is no verdict, if the output can and the run has it.
    """

    name: str
    title: str = ""
    stage: Stage
    order: int = 0
    enabled: Callable[[ReportView, RunContext], bool]
    publish: Callable[[ReportView, RunContext, Published], Published]
    publish_failure: Callable[[NotEvaluated, RunContext, Published], Published] = _nothing


@cache
def all_outputs() -> tuple[Output, ...]:
    """Return every output of the folder, in the order of publishing."""
    return tuple(sorted(members(import_module(__name__), "OUTPUT", Output), key=attrgetter("stage", "order", "name")))


def publish(view: ReportView, context: RunContext) -> Published:
    """Publish a report through every enabled output, and log what could not be written."""
    context = _with_folder(context)
    enabled = [output for output in all_outputs() if output.enabled(view, context)]
    if {"comment", "check"} <= {output.name for output in enabled} and context.earlier is None:
        context = with_earlier(view.subject, view.gate, context)
    published = Published()
    for stage, outputs in groupby(enabled, key=attrgetter("stage")):
        for done in _publish_stage(stage, tuple(outputs), view, context, published):
            _log(done, context.console)
            published += done
    if published.skipped:
        missing = " and no ".join(published.skipped)
        context.console.notice(f"There is no {missing}: the token may only read. A second workflow adds them: {FORKS}")
    return published


def with_earlier(subject: Subject, gate: str, context: RunContext) -> RunContext:
    """Look up by one request what both the comment and the check run need. If it fails, each looks up its own."""
    if context.github is None:
        return context
    check = subject.check_name(gate)
    try:
        return replace(context, earlier=read_earlier(context.github, subject, check, with_checks=True, tries=1))
    except ForgeError:
        return context


def _publish_stage(
    stage: Stage, outputs: tuple[Output, ...], view: ReportView, context: RunContext, published: Published
) -> Iterable[Published]:
    """Publish the outputs of one stage; yield what each did, in their order.

    An output that crashes ends the run, after what the others of its stage did was returned.
    """
    if stage is not Stage.GITHUB or len(outputs) == 1:
        yield from (output.publish(view, context, published) for output in outputs)
        return
    contexts = [context, *(context.for_thread() for _ in outputs[1:])]
    with ThreadPoolExecutor(len(outputs)) as pool:
        running = [
            pool.submit(output.publish, view, each, published) for output, each in zip(outputs, contexts, strict=True)
        ]
    yield from (each.result() for each in sorted(running, key=lambda each: each.exception() is not None))


def publish_failure(failure: NotEvaluated, context: RunContext) -> Published:
    """Publish why there is no verdict through the same outputs, the console first, which cannot fail.

    An output that raises is skipped with a notice, because what ended the run may happen again.
    """
    published = Published()
    for output in sorted(all_outputs(), key=lambda output: output.stage is not Stage.CONSOLE):
        try:
            done = output.publish_failure(failure, context, published)
        except Exception as error:
            name = output.title or output.name
            done = logged(f"The {name} could not be written ({type(error).__name__})")
        _log(done, context.console)
        published += done
    return published


def _log(done: Published, console: Console) -> None:
    for message in done.messages:
        (console.notice if message.notice else console.line)(message.text)


def not_written(title: str, error: ForgeError, *, quiet: bool = False) -> Published:
    """Return the outcome of an output that GitHub refused, or that ran out of time; it never changes the exit code.

    Args:
        title: the title of the output.
        error: the answer of GitHub, or the end of the time budget.
        quiet: do not report a missing permission outside of the log.
    """
    if isinstance(error, PermissionDeniedError):
        line = logged(f"No {title} was written: {error}", notice=False)
        return line if quiet else replace(line, skipped=(title,))
    return logged(f"The {title} could not be written: {error}")


def writes_files(_view: ReportView, context: RunContext) -> bool:
    """Return whether files are requested."""
    return context.folder is not None


def _with_folder(context: RunContext) -> RunContext:
    """Create the folder for files; without it, no files are written."""
    if context.folder is None:
        return context
    try:
        context.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"it cannot be a folder ({error.strerror or error})"
        context.console.notice(f"No file is written to {context.folder}: {what}. Name another by the input `report`.")
        return replace(context, folder=None)
    return context


def write_file(context: RunContext, name: str, data: bytes) -> Published:
    """Write a file into the folder for files."""
    if context.folder is None:
        return Published()
    path = context.folder / name
    try:
        if path.is_symlink():  # it may lead anywhere
            path.unlink()
        path.write_bytes(data)
    except OSError as error:
        with suppress(OSError):  # if the disk is full, half a report would mislead its readers
            path.unlink()
        failed = logged(f"The file could not be written ({error.strerror or error}): {path}")
        return replace(failed, unwritten=(path,))
    return Published(files=(path,))
