"""The keys of `report.json` about the policy: components, categories, targets, carried suites and the waiver."""

from typing import Any

from readygate.model.coverage import Ratio
from readygate.model.measures import CategoryResult, ComponentResult, NextGoal
from readygate.model.results import Counts
from readygate.render.escaping import plain, redact
from readygate.render.report_view import ReportView
from readygate.support.number_format import hundredths


def counts_json(counts: Counts) -> dict[str, Any]:
    """Return the numbers of tests by outcome."""
    rate = counts.pass_rate
    return {
        **counts.by_outcome(),
        "flaky": counts.flaky,
        "pass_rate": None if rate is None else hundredths(rate) / 100,
    }


def ratio_json(ratio: Ratio | None) -> dict[str, Any] | None:
    """Return covered and total lines, and the share in percent."""
    if ratio is None:
        return None
    share = ratio.fraction
    return {
        "covered": ratio.covered,
        "total": ratio.total,
        "percent": None if share is None else hundredths(share) / 100,
    }


def named_json(view: ReportView) -> dict[str, Any]:
    """Return components, categories, the next target, carried suites, the policy change and the waiver."""
    comparison, parts = view.comparison, view.comparison.measures
    change, waiver = comparison.policy_change, comparison.waiver
    return {
        "components": [_component(part) for part in parts.components],
        "categories": [_category(part) for part in parts.categories],
        "next_target": None if parts.goal is None else _goal(parts.goal),
        "carried": [{"group": leg.group, "leg": leg.leg} for leg in comparison.carried],
        "policy_change": None
        if change is None
        else {
            "problems": [redact(problem) for problem in change.problems],
            "loosened": [plain(point) for point in change.loosened],
            "tightened": [plain(point) for point in change.tightened],
            "ready_with_it": change.ready,
            "reason_with_it": change.reason,
        },
        "waiver": None
        if waiver is None or waiver.refused
        else {
            "label": waiver.label,
            "by": waiver.by or None,
            "when": waiver.when or None,
            "rules": [finding.rule for finding in view.verdict.findings if finding.waived],
        },
    }


def excuses_json(view: ReportView) -> list[dict[str, str] | None]:
    """Return the quarantine entry of each quarantined failure."""
    return [
        None if excuse is None else {"reason": redact(excuse.reason), "expires": excuse.expires}
        for excuse in view.comparison.measures.excuses
    ]


def _component(part: ComponentResult) -> dict[str, Any]:
    return {
        "name": part.name,
        "critical": part.critical,
        "minimum": None if part.minimum is None else float(part.minimum * 100),
        "maximum_drop": None if part.maximum_drop is None else float(part.maximum_drop * 100),
        "files": part.files,
        "measure": part.measure,
        "lines": ratio_json(part.lines),
        "base": ratio_json(part.base),
        "no_longer_measured": list(part.gone),
        "missed": part.below or part.dropped or part.no_longer_measured,
    }


def _category(part: CategoryResult) -> dict[str, Any]:
    return {
        "name": part.name,
        "minimum": None if part.minimum is None else float(part.minimum * 100),
        "head": counts_json(part.counts),
        "base": None if part.base is None else counts_json(part.base),
        "missed": part.below or (part.no_longer_run and part.minimum is not None),
    }


def _goal(goal: NextGoal) -> dict[str, Any]:
    return {
        "percent": float(goal.goal * 100),
        "by": goal.by or None,
        "lines_needed": goal.needed,
        "largest": [{"path": file.path, "uncovered": file.lines} for file in goal.largest],
        "reached": goal.reached,
        "steps": goal.steps,
    }
