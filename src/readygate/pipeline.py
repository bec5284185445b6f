"""Run the steps of a verdict in order: collect, parse, snapshot, compare, judge, render, publish, store.

The commands collect and parse the reports, and at the same time fetch what they are compared with. This module shows
the rest. Each step is one call, and takes only values that earlier steps returned.
"""

from collections.abc import Callable

from msgspec.structs import replace

from readygate.baseline.store_results import StoreOutcome, mark_incomplete, store_results
from readygate.compare import ComparisonOptions, compare
from readygate.compare.carried_suites import add_carried_suites
from readygate.context import RunContext
from readygate.judge.exit_code import exit_code
from readygate.judge.policy_preview import comparison_options, evaluate
from readygate.model.comparison import Comparison
from readygate.model.paths import PathRules
from readygate.model.policy import Policy
from readygate.model.snapshot import HeadRun, InputFiles
from readygate.model.subject import Role, Subject
from readygate.outputs import publish
from readygate.outputs.badges import render as render_badges
from readygate.policy import read_policy_pair
from readygate.reference import Reference
from readygate.reference.template import with_template
from readygate.render.report_view import ReportView
from readygate.render.test_locations import ReportLocator
from readygate.snapshot.build import build, provenance


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
    reference = fetch_reference()
    for text in reference.notices():
        console.notice(text)
    paths = path_rules(reference)

    origin = provenance(subject, evidence, settings.bearing())
    head = build(subject.measured, evidence, paths, origin, pattern=settings.legs)

    now = int(context.deadline.clock.wall())

    def compare_under(policy: Policy) -> Comparison:
        return _compare(head, reference, replace(comparison_options(policy, now), paths=paths))

    policies = read_policy_pair(reference.policy, subject.base_ref, settings.policy)
    comparison, verdict = evaluate(policies, compare_under, reference.waiver)

    locator = ReportLocator(paths)
    view = ReportView(gate=settings.gate, subject=subject, comparison=comparison, verdict=verdict, locator=locator)

    context.deadline.begin_reporting()
    publish(view, with_template(context, subject, reference))

    stored = _store(view, reference)
    if stored.text:
        (console.error if stored.failed else console.line)(stored.text)

    code, note = exit_code(verdict, subject.role, stored=not stored.failed, fail=settings.fail)
    if note:
        console.line(note)
    return code


def _compare(head: HeadRun, reference: Reference, options: ComparisonOptions) -> Comparison:
    return compare(
        head,
        reference.choice.baseline,
        baseline_note=reference.choice.note,
        baseline_todo=reference.choice.todo,
        changes=reference.changes,
        changes_note=reference.changes_note,
        since_baseline=reference.since_baseline,
        options=options,
    )


def _store(view: ReportView, reference: Reference) -> StoreOutcome:
    """Store the results, including those of carried suites, with the badges of a base branch."""
    subject, comparison = view.subject, view.comparison
    if reference.store is None or not subject.stores:
        return StoreOutcome()
    base = comparison.baseline.snapshot.coverage if comparison.baseline else None
    whole = add_carried_suites(comparison.head.snapshot, comparison.carried, base, reference.since_baseline)
    snapshot = mark_incomplete(whole, comparison)
    complete = snapshot.provenance.complete
    return store_results(
        reference.store,
        view.gate,
        snapshot,
        subject,
        when=comparison.now,
        ready=view.verdict.ready,
        badges=render_badges(view, complete=complete) if subject.role is not Role.CHANGE else {},
    )
