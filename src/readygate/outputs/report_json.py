"""`report.json`: the whole report for other programs, in a versioned format.

The schema is docs/report.schema.json. Names are as in the test reports; messages are redacted.
"""

import json
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from readygate import __version__
from readygate.context import Published, RunContext
from readygate.model.causes import Cause
from readygate.model.comparison import Comparison, CoverageComparison, TestChange
from readygate.model.coverage import UnplacedFile
from readygate.model.reports import Problem, TestReport
from readygate.model.results import FailureDetail, Outcome, TestId
from readygate.model.snapshot import ReadFile
from readygate.model.verdict import Finding
from readygate.outputs import Output, Stage, write_file, writes_files
from readygate.outputs._named_json import counts_json, excuses_json, named_json, ratio_json
from readygate.outputs._stored_page import SCHEMA_VERSION, read_report, write_page
from readygate.render.escaping import plain, redact
from readygate.render.report_view import ReportView, verdict_sentence
from readygate.support.number_format import ranges

read = read_report


def render(view: ReportView) -> str:
    """Return the report as JSON text with a fixed order of keys."""
    comparison, subject, verdict = view.comparison, view.subject, view.verdict
    baseline = comparison.baseline
    data: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "readygate": __version__,
        "gate": view.gate,
        "verdict": {
            "ready": verdict.ready,
            "sentence": verdict_sentence(view),
            "reason": verdict.reason,
            "preset": verdict.preset,
            "policy": verdict.policy or None,
            "mode": "inform" if verdict.inform else "enforce",
            "score": None if verdict.score is None else int(verdict.score * 100) / 100,
            "rules_off": list(verdict.off),
        },
        "findings": [finding_json(finding) for finding in verdict.findings],
        "subject": {
            "repository": subject.repository,
            "event": subject.event,
            "pull_request": subject.number or None,
            "head": subject.head_sha or None,
            "measured": subject.measured or None,
            "measured_note": subject.measured_note,
            "run_id": subject.run_id or None,
            "run_attempt": subject.run_attempt or None,
        },
        "baseline": None
        if baseline is None
        else {
            "commit": baseline.snapshot.commit,
            "wanted": baseline.wanted or None,
            "relation": baseline.relation,
            "commits_behind": baseline.behind,
            "branch": baseline.branch,
            "run_id": baseline.snapshot.provenance.run_id or None,
        },
        "baseline_note": plain(comparison.baseline_note),
        "tests": {**_tests(comparison), "excuses": excuses_json(view)},
        "coverage": None if comparison.coverage is None else _coverage(comparison.coverage, comparison.head.unplaced),
        **named_json(view),
        "files": [_file(file) for file in comparison.head.evidence.files],
        "patterns": [
            {"kind": p.kind, "pattern": p.text, "matched": p.matched, "given": p.given}
            for p in comparison.head.evidence.patterns
        ],
        "values": write_page(view),
    }
    values = json.dumps(data.pop("values"), ensure_ascii=True, separators=(",", ":"))
    text = json.dumps(data, indent=1, ensure_ascii=True)
    # values on one line: they are for `readygate render` only
    return f'{text.removesuffix("}").rstrip()},\n "values": {values}\n}}\n'


def finding_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as in `reasons` and `report.json`."""
    return {
        "rule": finding.rule,
        **({"foreign": finding.foreign} if finding.foreign else {}),
        "level": finding.level.name.lower(),
        "status": finding.status.name.lower().replace("_", "-"),
        "summary": plain(finding.summary),
        "title": plain(finding.title),
        "detail": plain(finding.detail).strip(),
        "todo": plain(finding.todo),
        "waived": finding.waived,
        "points_lost": int(finding.deduction * 100) / 100,
        "evidence": [
            {
                "kind": each.kind,
                "name": redact(each.name),
                "note": redact(each.note),
                "file": each.file,
                "line": each.line or None,
            }
            for each in finding.evidence.items
        ],
        "evidence_total": finding.evidence.total,
    }


def _tests(comparison: Comparison) -> dict[str, Any]:
    tests, snapshot = comparison.tests, comparison.head.snapshot
    return {
        "head": counts_json(tests.head),
        "base": None if tests.base is None else counts_json(tests.base),
        "executions": counts_json(snapshot.executions),
        "seconds": round(snapshot.seconds, 3),
        "new_failures": _changes(tests.new_failures),
        "still_failing": _changes(tests.still_failing),
        "fixed": _changes(tests.fixed),
        "newly_skipped": _changes(tests.newly_skipped),
        "known_flaky": _changes(tests.known_flaky),
        "quarantined": _changes(tests.quarantined),
        "flaky": _changes(tests.flaky),
        "vanished": _changes(tests.vanished),
        "renamed": [
            {
                "before": _identity(pair.before),
                "after": _identity(pair.after),
                "was": _outcome(pair.was),
                "now": _outcome(pair.now),
                "how": pair.how,
            }
            for pair in tests.renamed
        ],
        "added": [_identity(test) for test in tests.added],
        "causes": {
            "new_failures": [_cause(cause) for cause in comparison.causes.new_failures],
            "still_failing": [_cause(cause) for cause in comparison.causes.still_failing],
            "fixed": [_cause(cause) for cause in comparison.causes.fixed],
        },
    }


def _cause(cause: Cause) -> dict[str, Any]:
    frame = cause.frame
    return {
        "key": cause.key,
        "type": redact(cause.kind),
        "message": redact(cause.message),
        "frame": None if frame is None else {"path": frame.path, "line": frame.line, "function": frame.function},
        "tests": list(cause.tests),
    }


def _identity(test: TestId) -> dict[str, str]:
    return {"group": test.group, "class": test.class_name, "name": test.name}


def _changes(changes: Iterable[TestChange]) -> list[dict[str, Any]]:
    return [
        {
            **_identity(change.id),
            "before": _outcome(change.before),
            "after": _outcome(change.after),
            "legs": list(change.legs),
            "detail": None if change.detail is None else _detail(change.detail),
            "past": None if change.past is None else change.past.letters,
        }
        for change in changes
    ]


def _outcome(outcome: Outcome | None) -> str | None:
    return None if outcome is None else outcome.name.lower()


def _detail(detail: FailureDetail) -> dict[str, Any]:
    return {
        "type": redact(detail.type),
        "message": redact(detail.message),
        "text": redact(detail.text),
        "file": detail.file,
        "line": detail.line or None,
    }


def _coverage(coverage: CoverageComparison, unplaced: tuple[UnplacedFile, ...]) -> dict[str, Any]:
    delta, patch = coverage.delta, coverage.patch
    return {
        "lines": ratio_json(coverage.lines),
        "branches": ratio_json(coverage.branches),
        "base": None
        if delta is None
        else {
            "lines": ratio_json(delta.base),
            "branches": ratio_json(delta.base_branches),
            "lines_without_removed": ratio_json(delta.adjusted),
            "unchanged_before": ratio_json(delta.unchanged_base),
            "unchanged_now": ratio_json(delta.unchanged_head),
            "no_longer_measured": list(delta.gone),
        },
        "patch_note": coverage.patch_note,
        "patch": None
        if patch is None
        else {
            "lines": ratio_json(patch.lines),
            "complete": patch.complete,
            "files": [
                {
                    "path": file.path,
                    "lines": ratio_json(file.lines),
                    "uncovered": [list(span) for span in ranges(file.uncovered)],
                    "whole": file.diff_omitted,
                }
                for file in patch.files
            ],
            "unmeasured": list(patch.unmeasured),
            "diff_left_out": list(patch.left_out),
        },
        "files": [
            {
                "path": file.path,
                "lines": {"covered": file.covered, "total": file.total},
                "branches": {"covered": file.branches_covered, "total": file.branches_total},
            }
            for file in coverage.head.files
        ],
        "unplaced": [file.path for file in unplaced],
    }


def _file(file: ReadFile) -> dict[str, Any]:
    report = file.report
    kind = "tests" if isinstance(report, TestReport) else "coverage" if report is not None else "unreadable"
    return {
        "name": file.name,
        "bytes": file.size,
        "kind": kind,
        "format": report.format if report else None,
        "problems": [problem_json(problem) for problem in file.problems],
    }


def problem_json(problem: Problem) -> dict[str, str]:
    """Return a problem of a file as JSON data."""
    return {
        "severity": problem.severity.value,
        "what": redact(problem.what),
        "place": redact(problem.place),
        "why": redact(problem.why),
        "todo": redact(problem.todo),
    }


def publish(view: ReportView, context: RunContext, _published: Published) -> Published:
    """Write the file, and set its path as an output of the step: relative, as containers mount the workspace."""
    done = write_file(context, "report.json", render(view).encode())
    if not done.files:
        return done
    (path,), root = done.files, context.runner.workspace
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    return replace(done, step_outputs={"report-json": str(shown)})


OUTPUT = Output(name="report-json", stage=Stage.FILES, order=1, enabled=writes_files, publish=publish)
