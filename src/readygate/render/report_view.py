"""Define `Page`, the input of every output, and write the lines and cells that several documents share.

Unless a docstring says otherwise, every function returns finished Markdown.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from msgspec import Struct

from readygate.model.comparison import Comparison
from readygate.model.coverage import Ratio
from readygate.model.reports import CoverageReport, TestReport
from readygate.model.results import EXPECTED_FAILURE, Counts, TestId
from readygate.model.rich_text import RichText, count
from readygate.model.snapshot import Baseline, has_damage, is_damaged
from readygate.model.subject import DEFAULT_GATE, Subject
from readygate.model.verdict import Finding, Status, Verdict
from readygate.render.escaping import code, escape_markdown, render_rich_text
from readygate.render.links import Links
from readygate.render.test_locations import Locator
from readygate.support.number_format import hundredths, percent, points, signed


# `rename` keeps the key in report.json
class ReportView(Struct, frozen=True, kw_only=True, rename={"subject": "target"}):
    """The verdict and all facts that an output needs to present it.

    Attributes:
        gate: the gate's name, which is also the name of the check run and of the comment.
        locator: finds the files of failing tests in the repository.
    """

    gate: str
    subject: Subject
    comparison: Comparison
    verdict: Verdict
    locator: Locator

    @property
    def links(self) -> Links:
        """The writer of this report's links."""
        return Links(subject=self.subject)


def verdict_sentence(view: ReportView) -> str:
    """Return the verdict in one sentence without markup, as in the title of the check run."""
    verdict = view.verdict
    symbol = "✅" if verdict.ready else "❌"
    warnings = len(verdict.of(Status.WARN))
    if not verdict.ready:
        answer = "Not ready, for information only" if verdict.inform else "Not ready"
    elif warnings:
        answer = f"Ready, with {count(warnings, 'warning')}"
    else:
        answer = "Ready"
    if view.gate == DEFAULT_GATE:
        return f"{symbol} {answer}: {verdict.reason}"
    return f"{symbol} {view.gate}: {answer[0].lower()}{answer[1:]}, {verdict.reason}"


def verdict_line(view: ReportView) -> str:
    """Return the first line of a document: the verdict."""
    if view.gate == DEFAULT_GATE:
        return verdict_sentence(view)
    return verdict_sentence(view).replace(view.gate, escape_markdown(view.gate), 1)


def figures_line(view: ReportView) -> str:
    """Return the second line: tests, pass rate, coverage and patch coverage, with differences from the baseline."""
    tests = view.comparison.tests
    complete = is_complete(view, TestReport)
    base = tests.base if complete else None
    parts = [f"{_test_counts(tests.head, base, _leg_counts(view.comparison), _expected_failures(view.comparison))}."]
    parts += _namesakes(view.comparison)
    if tests.head.pass_rate is not None:
        before = base.pass_rate if base else None
        scope = "" if complete else " of what was read"
        rate = f"**{percent(tests.head.pass_rate)}**{_points_delta(tests.head.pass_rate, before)}"
        parts.append(f"Pass rate {rate}{scope}.")
    parts.append(_coverage(view))
    return " ".join(parts)


def is_complete(view: ReportView, kind: type[TestReport | CoverageReport]) -> bool:
    """Return whether all reports of a kind are there and undamaged, so that they can be compared with the baseline.

    Without a baseline no report is missing.
    """
    comparison = view.comparison
    if comparison.missing_groups or comparison.missing_legs:
        return False
    if kind is CoverageReport and comparison.unmeasured_legs:
        return False
    return not has_damage(comparison.head.evidence, kind)


def _expected_failures(comparison: Comparison) -> str:
    """Return how many of the skipped tests failed as expected: producers count them by themselves."""
    number = sum(reason.tests for reason in comparison.skip_reasons if reason.text.startswith(EXPECTED_FAILURE))
    return f", {number:,} of them expected to fail" if number else ""


def _namesakes(comparison: Comparison) -> Iterator[str]:
    """Yield the number of tests that share a name: producers and other tools may count them as one."""
    tests = {
        TestId(leg.group, class_name, name)
        for leg in comparison.head.snapshot.legs
        for class_name, block in leg.blocks.items()
        for name in block.namesakes()
    }
    if tests:
        yield f"{count(len(tests), 'test')} {'shares' if len(tests) == 1 else 'share'} a name with another."


def _test_counts(head: Counts, base: Counts | None, legs: str, expected_failures: str) -> str:
    if not head.total:
        return "**No test** was read"

    def cell(name: str, *, always: bool = False, weight: str = "") -> str:
        now, before = getattr(head, name), getattr(base, name) if base else None
        if not now and not before and not always:
            return ""
        number = f"{weight}{now:,} {name}{weight}" if now else f"none {name}"
        return f"{number}{_delta(now, before)}"

    cells = (
        cell("passed", always=True),
        cell("failed", weight="**"),
        cell("errored", weight="**"),
        cell("skipped", always=True),
    )
    total = f"**{count(head.total, 'test')}**{_delta(head.total, base.total if base else None)}"
    return f"{total}{legs}: {', '.join(filter(None, cells))}{expected_failures}"


def _leg_counts(comparison: Comparison) -> str:
    """Return how many legs of the matrix reported, out of those that this run and the baseline have together."""
    groups_with_missing_legs = {group for group, _ in comparison.missing_legs}
    legs = {
        leg.leg or leg.path for leg in comparison.head.snapshot.legs if leg.leg or leg.group in groups_with_missing_legs
    }
    if not legs:
        return ""
    missing = len({leg for _, leg in comparison.missing_legs} - legs)
    if missing:
        return f" on {len(legs)} of {count(len(legs) + missing, 'matrix leg')}"
    return f" on {count(len(legs), 'matrix leg')}"


def _delta(now: int, before: int | None) -> str:
    return "" if before is None or now == before else f" ({signed(now - before)})"


def _points_delta(head: Fraction, base: Fraction | None) -> str:
    return "" if base is None or hundredths(base) == hundredths(head) else f" ({points(head, base)})"


def _coverage(view: ReportView) -> str:
    coverage = view.comparison.coverage
    if coverage is None:
        return "Coverage was not measured."
    share = coverage.lines.fraction
    if share is None:
        return "No line was measured."
    complete = is_complete(view, CoverageReport)
    base = coverage.delta.base.fraction if coverage.delta and complete else None
    total = f"Coverage **{percent(share)}**{_points_delta(share, base)}{'' if complete else ' of what was read'}"
    patch = coverage.patch
    if patch is None:
        return f"{total}, changed lines not known."
    if not patch.complete:
        return f"{total}, not all changed lines are known."
    changed = patch.lines.fraction
    if changed is None:
        return f"{total}, no changed line to cover."
    whole = f", all lines of {count(len(patch.left_out), 'file')} without a diff among them" if patch.left_out else ""
    return f"{total}, changed lines **{percent(changed)}** ({patch.lines.covered:,} of {patch.lines.total:,}{whole})."


def provenance_line(view: ReportView) -> str:
    """Return the third line: the measured commit, the baseline, and the link to the job summary."""
    links, subject, baseline = view.links, view.subject, view.comparison.baseline
    commit = subject.head_sha or subject.measured
    about = f"Commit {links.commit(commit)}" if commit else "This run"
    if baseline is None:
        line = f"{about} stands alone: {render_rich_text(view.comparison.baseline_note)}."
    else:
        verb = "has the same results as" if _has_same_results(view.comparison) else "compared with"
        base = baseline.snapshot.commit
        other = f"{links.commit(base)}{_relation(baseline)}" if base else baseline.relation
        line = f"{about} {verb} {other}."
    return f"{line} {links.run()}".rstrip()


def _relation(baseline: Baseline) -> str:
    """Return the baseline's branch and its distance from the commit that was wanted."""
    branch = f" on {code(baseline.branch)}" if baseline.branch else ""
    if baseline.behind:
        return f"{branch}, {count(baseline.behind, 'commit')} behind {baseline.relation}"
    return f", {baseline.relation}{branch}" if baseline.relation else branch


def _has_same_results(comparison: Comparison) -> bool:
    tests = comparison.tests
    changes = (tests.new_failures, tests.fixed, tests.newly_skipped, tests.vanished, tests.added)
    base = comparison.base.coverage if comparison.base else None
    head = comparison.head.snapshot.coverage
    same_coverage = (base.lines() if base else None) == (head.lines() if head else None)
    return tests.head == tests.base and not any(changes) and same_coverage


def alert(view: ReportView, skipped_note: str = "") -> tuple[str, str] | None:
    """Return the one alert of a document as (kind, text), or None.

    The first that applies: results are incomplete, rules lack a baseline, an output was skipped.
    """
    verdict, comparison = view.verdict, view.comparison
    not_evaluated = verdict.of(Status.NOT_EVALUATED)
    damaged = any(map(is_damaged, comparison.head.evidence.files))
    if damaged or comparison.missing_groups or comparison.missing_legs or comparison.unmeasured_legs:
        text = "**These figures are incomplete.** What a missing or damaged report would have added is not counted"
        names = [f"`{finding.rule}`" for finding in not_evaluated if finding.incomplete]
        if names:
            rules = "1 rule" if len(names) == 1 else f"{len(names)} rules"
            text += f", and {rules} could not be evaluated: {', '.join(names)}"
        return ("WARNING", f"{text}. {skipped_note}".strip())
    waiting = [f"`{finding.rule}`" for finding in not_evaluated if finding.needs_baseline]
    if comparison.baseline is None and waiting:
        text = f"**{len(waiting)} of {count(len(verdict.findings), 'rule')} need a baseline** and were not evaluated"
        return ("NOTE", f"{text}: {', '.join(waiting)}. {comparison.baseline_todo} {skipped_note}".strip())
    return ("NOTE", skipped_note) if skipped_note else None


def level_cell(finding: Finding) -> str:
    """Return a finding's status as a symbol and a word, joined by a no-break space."""
    return {Status.BLOCK: "❌\u00a0Blocks", Status.WARN: "⚠️\u00a0Warns", Status.PASS: "Passes"}.get(
        finding.status, "Not evaluated"
    )


def finding_cell(finding: Finding, evidence: str = "", *, brief: bool = False) -> str:
    """Return a finding as one table cell: its title in bold, its details, the evidence, and what to do.

    Args:
        finding: a finding that blocks or warns.
        evidence: the evidence as Markdown; empty for none.
        brief: leave out the details, because a section below lists them.
    """
    detail = "" if brief else render_rich_text(finding.detail).strip()
    cell = " ".join(filter(None, (_bold(finding.title), detail, evidence)))
    return f"{cell}<br>**To do:** {render_rich_text(finding.todo)}" if finding.todo else cell


def _bold(parts: RichText) -> str:
    """Return a phrase in bold; GitHub renders `**` around code spans only if no space is next to it."""
    text = render_rich_text(parts)
    return f"**{text}**" if text else ""


def ratio_cell(ratio: Ratio | None) -> str:
    """Return a ratio as a percentage; a dash if nothing was measured."""
    return "–" if ratio is None or ratio.fraction is None else percent(ratio.fraction)


def rules_title(verdict: Verdict) -> str:
    """Return the number of rules by status: "9 rules, 1 blocks, 2 warn, 6 pass"."""
    forms: Mapping[Status, tuple[str, str]] = {
        Status.BLOCK: ("blocks", "block"),
        Status.WARN: ("warns", "warn"),
        Status.PASS: ("passes", "pass"),
        Status.NOT_EVALUATED: ("not evaluated", "not evaluated"),
    }
    parts = [count(len(verdict.findings), "rule")]
    for status, (singular, plural) in forms.items():
        number = len(verdict.of(status))
        if number:
            parts.append(f"{number} {singular if number == 1 else plural}")
    return ", ".join(parts)


def is_evaluated(view: ReportView, rule: str) -> bool:
    """Return whether a rule was evaluated; if not, the facts that it is about are unknown."""
    return all(finding.rule != rule for finding in view.verdict.of(Status.NOT_EVALUATED))


def has_news(view: ReportView) -> bool:
    """Return whether the verdict is not ready, a rule warns, or the results differ from the baseline's."""
    return not view.verdict.ready or bool(view.verdict.of(Status.WARN)) or not _has_same_results(view.comparison)
