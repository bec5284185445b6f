"""Write the outputs of the step, for later steps and jobs.

A value could end its block and forge another output, so each block ends with a random line.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
"""

import json
import os
from collections.abc import Mapping

from readygate.context import Published, RunContext, logged
from readygate.model.coverage import Ratio
from readygate.model.reports import CoverageReport
from readygate.model.verdict import Status
from readygate.outputs import Output, Stage
from readygate.outputs.report_json import finding_json
from readygate.render.not_evaluated import NotEvaluated
from readygate.render.report_view import ReportView, is_complete
from readygate.support.number_format import hundredths

LONGEST_REASONS = 60_000
"""Bytes of `reasons`; the outputs of a job may have a mebibyte together."""

NAMES = (
    "verdict",
    "ready",
    "reasons",
    "tests",
    "passed",
    "failed",
    "errored",
    "skipped",
    "pass-rate",
    "new-failures",
    "coverage",
    "coverage-delta",
    "patch-coverage",
    "baseline-commit",
    "comment-url",
    "check-url",
    "report-json",
)


def values(view: ReportView, published: Mapping[str, str]) -> dict[str, str]:
    """Return every output by name, with those that other outputs set; empty where nothing was measured.

    Shares are percentages with two decimals, rounded down.
    """
    comparison, verdict = view.comparison, view.verdict
    tests, coverage = comparison.tests, comparison.coverage
    rate = tests.head.pass_rate
    read = bool(comparison.head.snapshot.legs)
    counts = {name: str(getattr(tests.head, name)) for name in ("passed", "failed", "errored", "skipped")}
    counts |= {"tests": str(tests.head.total), "new-failures": str(len(tests.new_failures))}
    found = {
        **(counts if read else {}),
        "verdict": "ready" if verdict.ready else "not-ready",
        "ready": "true" if verdict.ready else "false",
        "reasons": _reasons(view),
        "pass-rate": "" if rate is None else _percent(hundredths(rate)),
        "coverage": _share(coverage.lines if coverage else None),
        "coverage-delta": "",
        "patch-coverage": _share(
            coverage.patch.lines if coverage and coverage.patch and coverage.patch.complete else None
        ),
        "baseline-commit": comparison.baseline.snapshot.commit if comparison.baseline else "",
    }
    base = coverage.delta.base.fraction if coverage and coverage.delta else None
    now = coverage.lines.fraction if coverage else None
    if base is not None and now is not None and is_complete(view, CoverageReport):
        found["coverage-delta"] = _percent(hundredths(now) - hundredths(base))
    return {name: found.get(name, published.get(name, "")) for name in NAMES}


def _percent(value: int) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 100}.{abs(value) % 100:02d}"


def _share(ratio: Ratio | None) -> str:
    share = ratio.fraction if ratio else None
    return "" if share is None else _percent(hundredths(share))


def _reasons(view: ReportView) -> str:
    """Return the findings that block or warn, as JSON; if it is too long, the last ones are dropped."""
    rows = [finding_json(f) for f in view.verdict.findings if f.status in (Status.BLOCK, Status.WARN)]
    if len(text := json.dumps(rows)) > LONGEST_REASONS:  # evidence is less important than the findings
        rows = [{**row, "evidence": row["evidence"][:3]} for row in rows]
    while len(text := json.dumps(rows)) > LONGEST_REASONS:
        rows.pop()
    return text


def block(name: str, value: str) -> str:
    """Return one output as the runner reads it."""
    delimiter = f"ghadelimiter_{os.urandom(16).hex()}"
    while delimiter in value or delimiter in name:  # pragma: no cover  (122 random bits)
        delimiter = f"ghadelimiter_{os.urandom(16).hex()}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def enabled(_view: ReportView, context: RunContext) -> bool:
    """Return whether the runner reads outputs."""
    return context.runner.output is not None


def publish(view: ReportView, context: RunContext, published: Published) -> Published:
    """Append all outputs to the file that the runner reads."""
    return _append(values(view, published.step_outputs), context)


def publish_failure(_failure: NotEvaluated, context: RunContext, published: Published) -> Published:
    """Append that there is no verdict, and what was written nevertheless."""
    return _append({"verdict": "not-evaluated", "ready": "false", **published.step_outputs}, context)


def _append(found: Mapping[str, str], context: RunContext) -> Published:
    path = context.runner.output
    if path is None:
        return Published()
    try:
        with path.open("a", encoding="utf-8", errors="replace") as stream:
            stream.write("".join(block(name, value) for name, value in found.items()))
    except OSError as error:
        return logged(f"The step's outputs could not be written ({error.strerror or error}): {path}")
    return Published()


OUTPUT = Output(
    name="step-outputs",
    title="outputs of the step",
    stage=Stage.STEP_OUTPUTS,
    enabled=enabled,
    publish=publish,
    publish_failure=publish_failure,
)
