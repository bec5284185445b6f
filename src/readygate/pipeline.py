"""Run the steps of a verdict in order: collect and parse, snapshot, compare, judge, render, publish, store."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from readygate.baseline.record import record
from readygate.baseline.store_keys import badge_key
from readygate.baseline.stores import Store
from readygate.compare import ComparisonOptions, compare
from readygate.compare.carried_suites import add_carried_suites
from readygate.judge.policy_preview import comparison_options, evaluate
from readygate.judge.verdict import lacks_evidence
from readygate.model.changes import Changes
from readygate.model.comparison import Comparison
from readygate.model.paths import PathRules
from readygate.model.policy import Policy
from readygate.model.snapshot import Evidence, Measured, Provenance, Snapshot
from readygate.model.subject import Role, Target
from readygate.model.verdict import Verdict
from readygate.outputs import Desk, publish
from readygate.outputs.badges import render as badge_files
from readygate.policy import read_policy_pair
from readygate.reference import Background
from readygate.reference.base_file import from_github
from readygate.reference.template import template_source
from readygate.render.report_view import Page
from readygate.render.test_locations import ReportLocator
from readygate.snapshot.build import build
from readygate.support.errors import (
    EXIT_NOT_EVALUATED,
    EXIT_NOT_READY,
    EXIT_READY,
    ForgeError,
    PermissionDeniedError,
    StoreError,
)


def run(
    desk: Desk,
    target: Target,
    evidence: Evidence,
    background: Callable[[], Background],
    paths: Callable[[Background], PathRules],
) -> int:
    """Run the road once, from what was read to what is stored.

    Args:
        desk: settings, session, console and files.
        target: what the run is about.
        evidence: what was read.
        background: waits for what the change is compared with, which is fetched while reports are read.
        paths: how paths of reports become paths of the repository, once that is known.

    Returns:
        the exit code.

    Raises:
        ReadygateError: the change could not be judged.
    """
    known = background()
    _tell(known, desk)
    rules = paths(known)
    measured = build(target.measured, evidence, rules, _provenance(desk, target, evidence), pattern=desk.settings.legs)
    book = read_policy_pair(known.policy, target.base_ref, desk.settings.policy)
    now = int(desk.budget.clock.wall())

    def compare_under(policy: Policy) -> Comparison:
        return _compared(measured, known, replace(comparison_options(policy, now), paths=rules))

    comparison, verdict = evaluate(book, compare_under, known.waiver)
    page = Page(
        gate=desk.settings.gate,
        target=target,
        comparison=comparison,
        verdict=verdict,
        locator=ReportLocator(rules),
    )
    desk.budget.begin_telling()
    take_template(desk, target, known)
    publish(page, desk)
    whole = worth(with_carried(measured.snapshot, comparison, known.since_baseline), comparison)
    stored = known.store is None or not target.stores or keep(desk, page, whole, known.store)
    return exit_code(verdict, target, desk, stored=stored)


def _compared(measured: Measured, known: Background, options: ComparisonOptions) -> Comparison:
    return compare(
        measured,
        known.choice.baseline,
        baseline_note=known.choice.note,
        baseline_todo=known.choice.todo,
        changes=known.changes,
        changes_note=known.changes_note,
        since_baseline=known.since_baseline,
        options=options,
    )


def _provenance(desk: Desk, target: Target, evidence: Evidence) -> Provenance:
    """Where a snapshot comes from; one of a run whose jobs did not all run is marked incomplete."""
    return Provenance(
        run_id=target.run_id,
        run_attempt=target.run_attempt,
        event=target.event,
        branch=target.base_ref,
        inputs=desk.settings.bearing(),
        complete=not any(result in ("cancelled", "skipped") for result in (evidence.needs or {}).values()),
    )


def _tell(known: Background, desk: Desk) -> None:
    """Say what could not be had of what the run is compared with, and goes on without."""
    if known.choice.warning:
        desk.log.notice(known.choice.warning)
    if known.policy.note:
        desk.log.notice(f"The policy file of the base could not be read: {known.policy.note}.")


def with_carried(snapshot: Snapshot, comparison: Comparison, changes: Changes | None) -> Snapshot:
    """Add what need not run for this change, so that the next one finds it in its baseline."""
    base = comparison.baseline.snapshot.coverage if comparison.baseline else None
    return add_carried_suites(snapshot, comparison.carried, base, changes)


def take_template(desk: Desk, target: Target, known: Background) -> None:
    """Hand the template for the comment to the outputs; that it cannot be used is told and changes no verdict."""
    path, hub = desk.settings.template, desk.hub
    if not path:
        return
    found = template_source(
        desk.sources or desk.workplace.workspace,
        path,
        change=target.role is Role.CHANGE,
        changes=known.changes,
        base=partial(from_github, hub, commit=known.trusted) if hub is not None and known.trusted else None,
    )
    desk.template = found.text
    if found.refused:
        desk.log.notice(f"{found.refused[:1].upper()}{found.refused[1:]}. The comment is the built-in one.")


def worth(snapshot: Snapshot, comparison: Comparison) -> Snapshot:
    """Mark a snapshot incomplete if a job failed and its results are missing: a baseline must not shrink by a crash."""
    failed = "failure" in (comparison.head.evidence.needs or {}).values()
    lost = comparison.missing_groups or comparison.missing_legs or not snapshot.executions.failing
    if not (failed and lost):
        return snapshot
    return replace(snapshot, provenance=replace(snapshot.provenance, complete=False))


def keep(desk: Desk, page: Page, snapshot: Snapshot, store: Store) -> bool:
    """Store the snapshot, on a base branch with the badges; False if that failed where it must not.

    A merge group's result is welcome and not owed: the push that follows records the same commit.
    """
    if not snapshot.legs and snapshot.coverage is None:
        desk.log.line("Nothing was measured, so nothing is stored.")
        return True
    target, gate = page.target, desk.settings.gate
    badges = badge_files(page, complete=snapshot.provenance.complete) if target.role is not Role.CHANGE else {}
    extra = {badge_key(gate, snapshot.provenance.branch, name): data for name, data in badges.items()}
    try:
        done = record(
            store,
            gate,
            snapshot,
            gap_only=target.gap_only,
            when=page.comparison.now,
            ready=page.verdict.ready,
            extra=extra,
        )
        desk.log.line(f"{store.where}: {done}")
    except (StoreError, ForgeError) as error:
        owed = target.role is not Role.CHANGE
        if isinstance(error, PermissionDeniedError):
            text = f"The results were not stored: {error} Storing needs the permission `contents: write`."
        else:
            text = f"The results were not stored: {error}"
        (desk.log.error if owed else desk.log.line)(text)
        return not owed
    return True


def exit_code(verdict: Verdict, target: Target, desk: Desk, *, stored: bool) -> int:
    """0 ready, 1 not ready, 3 not stored; on a base branch only missing evidence is not ready."""
    if not stored:
        return EXIT_NOT_EVALUATED
    failed = lacks_evidence(verdict) if target.role is Role.RECORD else not verdict.ready
    if not failed:
        return EXIT_READY
    if verdict.inform:
        desk.log.line("Not ready; the exit code is 0 because the policy's mode is `inform`.")
        return EXIT_READY
    if desk.settings.fail == "never":
        desk.log.line("Not ready; the exit code is 0 because the input `fail` is `never`.")
        return EXIT_READY
    return EXIT_NOT_READY
