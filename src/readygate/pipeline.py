"""Run the steps of a verdict in order: collect, parse, snapshot, compare, judge, render, publish, store.

The commands collect and parse the reports, and at the same time fetch what they are compared with. This module shows
the rest. Each step is one call, and takes only values that earlier steps returned.
"""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from readygate.baseline.record import RunToRecord
from readygate.baseline.snapshot_codec import equal_files
from readygate.baseline.store_results import StoreOutcome, mark_incomplete, store_results
from readygate.compare import ComparisonOptions, compare
from readygate.compare.carried_suites import add_carried_suites
from readygate.compare.outcome_changes import find_outcome_changes
from readygate.context import RunContext
from readygate.judge.exit_code import exit_code
from readygate.judge.policy_preview import comparison_options, evaluate
from readygate.model.comparison import Comparison
from readygate.model.paths import PathRules
from readygate.model.policy import Policy
from readygate.model.snapshot import HeadRun, InputFiles
from readygate.model.subject import Role, Subject
from readygate.outputs import publish, with_earlier
from readygate.outputs.badges import render as render_badges
from readygate.outputs.comment import earlier_attempts
from readygate.policy import read_policy_pair
from readygate.reference import LoadedBaseline, Reference
from readygate.reference.template import with_template
from readygate.render.report_view import ReportView
from readygate.render.test_locations import ReportLocator
from readygate.snapshot.build import build, provenance
from readygate.support.errors import EXIT_SETTINGS


def run(
    context: RunContext,
    subject: Subject,
    evidence: InputFiles,
    fetch_reference: Callable[[], Reference],
    path_rules: Callable[[Reference], PathRules],
) -> int:
    """Judge the reports of a run, publish the verdict and store the results.

    Args:
        context: settings, services and places.
        subject: what the run is about.
        evidence: the reports, collected and parsed.
        fetch_reference: waits for what the run is compared with.
        path_rules: returns how paths of reports become paths of the repository.

    Returns:
        the exit code.

    Raises:
        ReadygateError: the run could not be judged.
    """
    settings, console = context.settings, context.console
    if subject.run_attempt > 1 and subject.number and subject.role is Role.CHANGE:
        context = with_earlier(subject, settings.gate, context)
    attempts = earlier_attempts(context.earlier, settings.gate, subject)
    reference = fetch_reference()
    paths = path_rules(reference)

    policies = read_policy_pair(reference.policy, subject.base_ref, settings.policy)
    head, baseline = _measure(context, subject, evidence, paths, reference, policies.policy.repeats)
    for text in (*baseline.choice.warnings, *reference.notices()):
        console.notice(text)

    now = int(context.deadline.clock.wall())

    def compare_under(policy: Policy) -> Comparison:
        options = replace(comparison_options(policy, now), paths=paths, attempts=attempts)
        return _compare(head, reference, baseline, options)

    comparison, verdict = evaluate(policies, compare_under, reference.waiver)

    locator = ReportLocator(paths)
    view = ReportView(gate=settings.gate, subject=subject, comparison=comparison, verdict=verdict, locator=locator)

    context.deadline.begin_reporting()
    published = publish(view, with_template(context, subject, reference))

    stored = _store(view, reference, baseline, context, policies.policy.baseline_mb * 1_000_000)
    if stored.text:
        (console.error if stored.failed else console.line)(stored.text)

    code, note = exit_code(verdict, subject.role, stored=not stored.failed, fail=settings.fail)
    if note:
        console.line(note)
    if published.unwritten and subject.role is Role.LOCAL:
        return EXIT_SETTINGS
    return code


def _measure(
    context: RunContext,
    subject: Subject,
    evidence: InputFiles,
    paths: PathRules,
    reference: Reference,
    repeats: str,
) -> tuple[HeadRun, LoadedBaseline]:
    """Merge the reports of the run, and load the baseline, which decides where a path could mean several files."""
    settings = context.settings
    origin = provenance(subject, evidence, settings.bearing())

    def build_head(rules: PathRules) -> HeadRun:
        return build(subject.measured, evidence, rules, origin, pattern=settings.legs, repeats=repeats)

    head = build_head(paths)
    baseline = reference.load(partial(equal_files, head.snapshot), repeats)
    if head.unplaced:
        head = build_head(replace(paths, measured_before=baseline.measured_files()))
    return head, baseline


def _compare(head: HeadRun, reference: Reference, baseline: LoadedBaseline, options: ComparisonOptions) -> Comparison:
    return compare(
        head,
        baseline.choice.baseline,
        baseline_note=baseline.choice.note,
        baseline_todo=baseline.choice.todo,
        changes=reference.changes,
        changes_note=reference.changes_note,
        since_baseline=baseline.since,
        options=options,
    )


def _store(
    view: ReportView, reference: Reference, baseline: LoadedBaseline, context: RunContext, max_bytes: int
) -> StoreOutcome:
    """Record the run, with the results of carried suites and with the badges of a base branch."""
    subject, comparison, choice = view.subject, view.comparison, baseline.choice
    if reference.store is None or not subject.stores:
        return StoreOutcome()
    base = choice.baseline.snapshot if choice.baseline else None
    whole = add_carried_suites(
        comparison.head.snapshot, comparison.carried, base.coverage if base else None, baseline.since
    )
    snapshot = mark_incomplete(whole, comparison)
    files = reference.files
    run = RunToRecord(
        snapshot=snapshot,
        unrun=(*((leg.group, leg.leg) for leg in comparison.carried), *comparison.missing_legs),
        ready=view.verdict.ready,
        when=comparison.now,
        workflow=context.runner.workflow,
        workflow_gone=lambda path: files is not None and path not in files,
        gap_only=subject.gap_only,
        badges=render_badges(view, complete=snapshot.provenance.complete) if subject.role is not Role.CHANGE else {},
        ancestors=reference.ancestors,
        changes=find_outcome_changes,
        known=(choice.run, base) if choice.run and base else None,
        max_bytes=max_bytes,
        default_branch=subject.default_branch,
    )
    return store_results(reference.store, view.gate, run, subject)
