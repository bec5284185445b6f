"""Comparison and policy to findings, findings to a verdict."""

from __future__ import annotations

from readygate.model.comparison import Comparison
from readygate.model.phrase import count
from readygate.model.policy import Policy
from readygate.model.verdict import Finding, Level, Status, Verdict
from readygate.rules import Judgement, Result, Rule, all_rules


def judge(comparison: Comparison, policy: Policy) -> Verdict:
    """Ask every rule that is not off; the strongest finding decides, and nothing judged is not ready."""
    active = [rule for rule in all_rules() if policy.levels[rule.name] is not Level.OFF]
    findings = [_finding(rule, policy.levels[rule.name], rule.judge(comparison, policy)) for rule in active]
    weights = {rule.name: rule.weight for rule in active}
    ordered = tuple(sorted(findings, key=lambda f: (-f.status, weights[f.rule], f.rule)))
    evaluated = [finding for finding in ordered if finding.status is not Status.NOT_EVALUATED]
    ready = bool(evaluated) and evaluated[0].status is not Status.BLOCK
    return Verdict(
        ready=ready,
        reason=_reason(ordered, comparison) if evaluated else "nothing could be judged",
        findings=ordered,
        off=tuple(sorted(set(policy.levels) - set(weights))),
        preset=policy.preset,
    )


def lacks_evidence(verdict: Verdict) -> bool:
    """Whether a rule about the evidence itself blocks: on a base branch only that fails the step."""
    evidence = {rule.name for rule in all_rules() if rule.evidence}
    return any(finding.rule in evidence for finding in verdict.of(Status.BLOCK))


def _finding(rule: Rule, level: Level, judgement: Judgement) -> Finding:
    status = {Result.PASS: Status.PASS, Result.NOT_EVALUATED: Status.NOT_EVALUATED}.get(judgement.result)
    if status is None:
        status = Status.BLOCK if min(level, judgement.ceiling) is Level.BLOCK else Status.WARN
    return Finding(
        rule=rule.name,
        level=level,
        status=status,
        summary=judgement.summary,
        title=judgement.title,
        detail=judgement.detail,
        todo=judgement.todo,
        short=judgement.short,
        needs_baseline=judgement.needs_baseline,
        incomplete=judgement.incomplete,
    )


def _reason(findings: tuple[Finding, ...], comparison: Comparison) -> str:
    """The deciding reason: what blocks, else what was fixed or warns, else that all passed."""
    blocks = [finding.short for finding in findings if finding.status is Status.BLOCK]
    if blocks:
        more = f", and {len(blocks) - 2} more" if len(blocks) > 2 else ""
        return "; ".join(blocks[:2]) + more
    tests = comparison.tests
    warns = [finding.short for finding in findings if finding.status is Status.WARN]
    if tests.fixed:
        warns = [f"{count(len(tests.fixed), 'test')} fixed", *warns]
    if warns:
        more = f", and {len(warns) - 2} more" if len(warns) > 2 else ""
        return ", ".join(warns[:2]) + more
    if not comparison.head.evidence.files:
        return "nothing to measure, only documentation changed"
    number = tests.head.passed
    ran = f"{'the only test' if number == 1 else f'all {number:,} tests'} that ran passed"
    return ran if comparison.baseline else f"{ran}, with nothing to compare yet"
