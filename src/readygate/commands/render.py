"""`readygate render`: write any output from a report.json, without the reports of the run."""

import argparse
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from readygate.config.runner import RunnerEnvironment
from readygate.config.settings import Settings
from readygate.context import Published, RunContext
from readygate.outputs import Output, all_outputs
from readygate.outputs.report_json import read
from readygate.render.report_view import ReportView
from readygate.support.console import Console
from readygate.support.errors import ReportError, SettingsError

_AFFIXES = ("-file", "report-", "merged-", "step-")


def rerender(options: argparse.Namespace) -> int:
    """Write one output of a report.

    Raises:
        ReadygateError: the report cannot be read, or the output does not exist.
    """
    file: Path = options.report
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ReportError(f"it cannot be read ({error.strerror or error})", where=str(file)) from error
    try:
        page = read(data)
    except ReportError as error:
        error.where = str(file)
        raise
    text = render_as(page, options.as_)
    if options.output is None:
        sys.stdout.buffer.write(text)
        sys.stdout.flush()
        return 0
    try:
        options.output.write_bytes(text)
    except OSError as error:
        raise SettingsError((f"--output {options.output} cannot be written ({error.strerror or error})",)) from error
    return 0


def render_as(view: ReportView, name: str) -> bytes:
    """Return the file that an output writes.

    `badges/badge-verdict.svg` selects a file of an output that writes several; the default is the first.

    Raises:
        SettingsError: no output has this name, or it does not write files.
    """
    with TemporaryDirectory() as folder:
        root = Path(folder)
        printed = StringIO()
        context = RunContext(
            settings=Settings(name=view.gate),
            runner=RunnerEnvironment(
                workspace=root,
                run_id=view.subject.run_id,
                run_attempt=view.subject.run_attempt,
                output=root / "outputs",
                step_summary=root / "summary.md",
            ),
            console=Console(stream=printed),
            folder=root,
        )
        outputs = {short(output): output for output in all_outputs() if output.enabled(view, context)}
        kind, _, part = name.partition("/")
        if kind not in outputs:
            raise SettingsError((f"--as {name} names no output; there are {', '.join(sorted(outputs))}",))
        outputs[kind].publish(view, context, Published())
        written = {path.name: path for path in sorted(root.rglob("*")) if path.is_file()}
        if part and part not in written:
            raise SettingsError((f"--as {name} names no file; {kind} writes {', '.join(written)}",))
        if not written:
            return printed.getvalue().encode("utf-8", "replace")
        return (written[part] if part else next(iter(written.values()))).read_bytes()


def short(output: Output) -> str:
    """Return the name of an output for `--as`: `comment`, `html`, `junit`."""
    name = output.name
    for affix in _AFFIXES:
        name = name.removesuffix(affix) if affix.startswith("-") else name.removeprefix(affix)
    return name
