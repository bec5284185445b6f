"""Comparison and policy to findings, findings to a verdict."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from msgspec.structs import replace

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.policy_change import Waiver
from readygate.model.rich_text import RichText, Untrusted, count
from readygate.model.verdict import Finding, Level, Status, Verdict
from readygate.rules import Judgement, Result, Rule, all_rules
from readygate.support.errors import PluginError


def judge(comparison: Comparison, policy: Policy) -> Verdict:
    """Return the verdict of all rules that are on.

    The most severe finding decides. Where no rule was evaluated, the verdict is not ready.
    """
    active = [rule for rule in all_rules() if _is_active(rule, policy, comparison)]
    findings = {rule.name: _finding(rule, policy, comparison) for rule in active if not rule.last}
    score, lost = _score(active, findings)
    findings = {name: replace(finding, deduction=lost.get(name, Fraction(0))) for name, finding in findings.items()}
    scored = replace(comparison, score=score)
    findings |= {rule.name: _finding(rule, policy, scored) for rule in active if rule.last}
    weights = {rule.name: rule.weight for rule in active}
    ordered = tuple(sorted(findings.values(), key=lambda f: (-f.status, weights[f.rule], f.rule)))
    evaluated = [finding for finding in ordered if finding.status is not Status.NOT_EVALUATED]
    ready = bool(evaluated) and evaluated[0].status is not Status.BLOCK
    return Verdict(
        ready=ready,
        reason=_reason(ordered, comparison) if evaluated else "nothing could be judged",
        findings=ordered,
        off=tuple(sorted(set(policy.levels) - set(weights))),
        preset=policy.preset,
        policy=policy.source,
        inform=policy.inform,
        score=None if score is None else score * 100,
    )


def _judge_rule(rule: Rule, comparison: Comparison, policy: Policy) -> Judgement:
    """Return the judgement of a rule.

    Raises:
        PluginError: a rule of another package failed; the gate stays closed and the error names the package.
    """
    if not rule.foreign:
        return rule.judge(comparison, policy)
    try:
        judgement: object = rule.judge(comparison, policy)
    except (Exception, SystemExit) as error:
        raise _plugin_error(rule, f"failed ({type(error).__name__}: {error})") from error
    if not isinstance(judgement, Judgement):
        raise _plugin_error(rule, f"returned {type(judgement).__name__} instead of a Judgement")
    return judgement


def _plugin_error(rule: Rule, what: str) -> PluginError:
    return PluginError(f"the rule {rule.name} {what}", where=rule.foreign, todo="update or uninstall this distribution")


def _is_active(rule: Rule, policy: Policy, comparison: Comparison) -> bool:
    """Return whether a rule is on, or found what no level excuses."""
    if policy.levels[rule.name] is not Level.OFF:
        return True
    return rule.always_run and _judge_rule(rule, comparison, policy).min_level is not Level.OFF


def _score(rules: Sequence[Rule], findings: Mapping[str, Finding]) -> tuple[Fraction | None, dict[str, Fraction]]:
    """Return the share of the points that is left, and the points of 100 that each finding deducts."""
    told = [rule for rule in rules if rule.name in findings and findings[rule.name].status is not Status.NOT_EVALUATED]
    total = sum(rule.points for rule in told)
    if not total:
        return None, {}
    share = {Status.BLOCK: Fraction(1), Status.WARN: Fraction(1, 2)}
    lost = {rule.name: 100 * rule.points * share.get(findings[rule.name].status, Fraction(0)) / total for rule in told}
    return 1 - sum(lost.values(), Fraction(0)) / 100, lost


def lacks_evidence(verdict: Verdict) -> bool:
    """Return whether a rule about the evidence itself blocks, the only reason to fail the step on a base branch."""
    evidence = {rule.name for rule in all_rules() if rule.evidence}
    return any(finding.rule in evidence for finding in verdict.of(Status.BLOCK))


def can_be_waived(verdict: Verdict) -> bool:
    """Return whether a label could turn a block into a warning, so that the labels are worth a request."""
    waivable = {rule.name for rule in all_rules() if rule.waivable}
    return any(finding.rule in waivable for finding in verdict.of(Status.BLOCK))


def _finding(rule: Rule, policy: Policy, comparison: Comparison) -> Finding:
    level, judgement = policy.levels[rule.name], _judge_rule(rule, comparison, policy)
    status = {Result.PASS: Status.PASS, Result.NOT_EVALUATED: Status.NOT_EVALUATED}.get(judgement.result)
    waiver, detail = comparison.waiver, judgement.detail
    waived = False
    if status is None:
        level = max(level, judgement.min_level)
        status = (
            Status.BLOCK if max(min(level, judgement.max_level), judgement.min_level) is Level.BLOCK else Status.WARN
        )
        if status is Status.BLOCK and rule.waivable and waiver is not None:
            waived = not waiver.refused
            status = Status.WARN if waived else Status.BLOCK
            detail = (*detail, " " if detail else "", *_excuse(waiver))
    return Finding(
        rule=rule.name,
        level=level,
        status=status,
        summary=judgement.summary,
        title=judgement.title,
        detail=detail,
        todo=judgement.todo,
        short=judgement.short,
        needs_baseline=judgement.needs_baseline,
        incomplete=judgement.incomplete,
        waived=waived,
        evidence=judgement.evidence,
        foreign=rule.foreign,
    )


def _excuse(waiver: Waiver) -> RichText:
    """Return what a label of the pull request does to a block, and who set it."""
    by: RichText = (", set by ", Untrusted(waiver.by)) if waiver.by else ()
    if waiver.refused:
        return ("The label ", Untrusted(waiver.label), *by, f", does not count: {waiver.refused}.")
    return ("Excused by the label ", Untrusted(waiver.label), *by, ".")


def _reason(findings: tuple[Finding, ...], comparison: Comparison) -> str:
    """Return the deciding reason: what blocks, else what was fixed or warns, else that all rules passed."""
    blocks = [finding.short for finding in findings if finding.status is Status.BLOCK]
    if blocks:
        more = f", and {len(blocks) - 2} more" if len(blocks) > 2 else ""
        return "; ".join(blocks[:2]) + more
    tests = comparison.tests
    warns = [
        f"{finding.short}{' (waived)' if finding.waived else ''}"
        for finding in findings
        if finding.status is Status.WARN
    ]
    if tests.fixed:
        warns = [f"{count(len(tests.fixed), 'test')} fixed", *warns]
    if warns:
        more = f", and {len(warns) - 2} more" if len(warns) > 2 else ""
        return ", ".join(warns[:2]) + more
    number, carried = tests.head.passed, len(comparison.carried)
    if carried and not comparison.head.snapshot.legs:
        return f"nothing had to run, {count(carried, 'suite')} carried from the base"
    if not comparison.head.evidence.files:
        return "nothing to measure, only documentation changed"
    ran = f"{'the only test' if number == 1 else f'all {number:,} tests'} that ran passed"
    if carried:
        ran += f", {count(carried, 'suite')} carried from the base"
    return ran if comparison.baseline else f"{ran}, with nothing to compare yet"
