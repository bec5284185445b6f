"""The view of one report that templates lay out: every string in it is finished Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct

from readygate.model.comparison import Comparison
from readygate.model.coverage import Ratio
from readygate.model.measures import NamedParts
from readygate.model.reports import CoverageReport, Severity, TestReport
from readygate.model.results import Counts
from readygate.model.rich_text import Phrase, count
from readygate.model.snapshot import Baseline
from readygate.model.subject import Target
from readygate.model.verdict import Finding, Status, Verdict
from readygate.render.escaping import code, phrase, words
from readygate.render.links import Links
from readygate.render.test_locations import Places
from readygate.support.number_format import hundredths, percent, points, signed

DEFAULT_GATE = "readygate"


class Page(Struct, frozen=True, kw_only=True):
    """All that an output needs to tell the verdict.

    Attributes:
        gate: the name of the check and the comment.
        locator: where tests stand in the repository.
        parts: what was measured of all that the policy names.
    """

    gate: str
    target: Target
    comparison: Comparison
    verdict: Verdict
    locator: Places
    parts: NamedParts = NamedParts()

    @property
    def links(self) -> Links:
        """Makes links for this report."""
        return Links(target=self.target)


def sentence(page: Page) -> str:
    """The verdict in one sentence without markup: the title of the check run."""
    verdict = page.verdict
    symbol = "✅" if verdict.ready else "❌"
    warnings = len(verdict.of(Status.WARN))
    if not verdict.ready:
        said = "Not ready, for information only" if verdict.inform else "Not ready"
    elif warnings:
        said = f"Ready, with {count(warnings, 'warning')}"
    else:
        said = "Ready"
    if page.gate == DEFAULT_GATE:
        return f"{symbol} {said}: {verdict.reason}"
    return f"{symbol} {page.gate}: {said[0].lower()}{said[1:]}, {verdict.reason}"


def verdict_line(page: Page) -> str:
    """The first line, in Markdown."""
    if page.gate == DEFAULT_GATE:
        return sentence(page)
    return sentence(page).replace(page.gate, words(page.gate), 1)


def figures_line(page: Page) -> str:
    """The second line: tests, pass rate, coverage, changed lines, with what changed."""
    tests = page.comparison.tests
    base = tests.base if comparable(page, TestReport) else None
    parts = [f"{_tests(tests.head, base, _on_legs(page.comparison))}."]
    if tests.head.pass_rate is not None:
        before = base.pass_rate if base else None
        of_what = "" if comparable(page, TestReport) else " of what was read"
        parts.append(f"Pass rate **{percent(tests.head.pass_rate)}**{_points(tests.head.pass_rate, before)}{of_what}.")
    parts.append(_coverage(page))
    return " ".join(parts)


def comparable(page: Page, kind: type[TestReport | CoverageReport]) -> bool:
    """Whether the run's reports of a kind are all there, so that its figures can stand beside those of the base.

    Without a base there is nothing to compare, and nothing is missing either.
    """
    comparison = page.comparison
    if comparison.missing_groups or comparison.missing_legs:
        return False
    return not any(
        problem.severity is Severity.DAMAGE
        for file in comparison.head.evidence.files
        if file.report is None or isinstance(file.report, kind)
        for problem in file.problems
    )


def _tests(head: Counts, base: Counts | None, on_legs: str) -> str:
    if not head.total:
        return "**No test** was read"

    def cell(name: str, *, always: bool = False, weight: str = "") -> str:
        now, before = getattr(head, name), getattr(base, name) if base else None
        if not now and not before and not always:
            return ""
        said = f"{weight}{now:,} {name}{weight}" if now else f"none {name}"
        return f"{said}{_delta(now, before)}"

    cells = (
        cell("passed", always=True),
        cell("failed", weight="**"),
        cell("errored", weight="**"),
        cell("skipped", always=True),
    )
    total = f"**{count(head.total, 'test')}**{_delta(head.total, base.total if base else None)}"
    return f"{total}{on_legs}: {', '.join(filter(None, cells))}"


def _on_legs(comparison: Comparison) -> str:
    """On how many legs of the matrix the suites ran, and how many of them the base had."""
    parted = {group for group, _ in comparison.missing_legs}
    legs = {leg.leg or leg.path for leg in comparison.head.snapshot.legs if leg.leg or leg.group in parted}
    if not legs:
        return ""
    lost = len({leg for _, leg in comparison.missing_legs} - legs)
    if lost:
        return f" on {len(legs)} of {count(len(legs) + lost, 'matrix leg')}"
    return f" on {count(len(legs), 'matrix leg')}"


def _delta(now: int, before: int | None) -> str:
    return "" if before is None or now == before else f" ({signed(now - before)})"


def _points(head: Fraction, base: Fraction | None) -> str:
    return "" if base is None or hundredths(base) == hundredths(head) else f" ({points(head, base)})"


def _coverage(page: Page) -> str:
    coverage = page.comparison.coverage
    if coverage is None:
        return "Coverage was not measured."
    share = coverage.lines.fraction
    if share is None:
        return "No line was measured."
    whole = comparable(page, CoverageReport)
    base = coverage.delta.base.fraction if coverage.delta and whole else None
    told = f"Coverage **{percent(share)}**{_points(share, base)}{'' if whole else ' of what was read'}"
    patch = coverage.patch
    if patch is None:
        return f"{told}, changed lines not known."
    changed = patch.lines.fraction
    if changed is None:
        return f"{told}, no changed line to cover."
    return f"{told}, changed lines **{percent(changed)}** ({patch.lines.covered:,} of {patch.lines.total:,})."


def provenance_line(page: Page) -> str:
    """The third line: which commit, compared with which, and the one link."""
    links, target, baseline = page.links, page.target, page.comparison.baseline
    commit = target.head_sha or target.measured
    subject = f"Commit {links.commit(commit)}" if commit else "This run"
    if baseline is None:
        said = f"{subject} stands alone: {phrase(page.comparison.baseline_note)}."
    else:
        same = _same_results(page.comparison)
        verb = "has the same results as" if same else "compared with"
        base = baseline.snapshot.commit
        other = f"{links.commit(base)}{_where(baseline)}" if base else baseline.relation
        said = f"{subject} {verb} {other}."
    return f"{said} {links.run()}".rstrip()


def _where(baseline: Baseline) -> str:
    branch = f" on {code(baseline.branch)}" if baseline.branch else ""
    if baseline.behind:
        return f"{branch}, {count(baseline.behind, 'commit')} behind {baseline.relation}"
    return f", {baseline.relation}{branch}" if baseline.relation else branch


def _same_results(comparison: Comparison) -> bool:
    tests = comparison.tests
    moved = (tests.new_failures, tests.fixed, tests.newly_skipped, tests.vanished, tests.added)
    base = comparison.base.coverage if comparison.base else None
    head = comparison.head.snapshot.coverage
    ratios = (base.lines() if base else None) == (head.lines() if head else None)
    return tests.head == tests.base and not any(moved) and ratios


def alert(page: Page, unwritten: str = "") -> tuple[str, str] | None:
    """How far the figures can be trusted, as (kind, text): incomplete, no baseline, or not posted; one at most."""
    verdict, comparison = page.verdict, page.comparison
    unjudged = verdict.of(Status.NOT_EVALUATED)
    damaged = any(
        problem.severity is Severity.DAMAGE for file in comparison.head.evidence.files for problem in file.problems
    )
    if damaged or comparison.missing_groups or comparison.missing_legs:
        lost = "**These figures are incomplete.** What a missing or damaged report would have told is counted nowhere"
        open_rules = [f"`{finding.rule}`" for finding in unjudged if finding.incomplete]
        if open_rules:
            told = "1 rule" if len(open_rules) == 1 else f"{len(open_rules)} rules"
            lost += f", and {told} could not be evaluated: {', '.join(open_rules)}"
        return ("WARNING", f"{lost}. {unwritten}".strip())
    waiting = [finding.rule for finding in unjudged if finding.needs_baseline]
    if comparison.baseline is None and waiting:
        names = ", ".join(f"`{name}`" for name in waiting)
        told = f"**{len(waiting)} of {count(len(verdict.findings), 'rule')} need a baseline** and were not evaluated"
        return ("NOTE", f"{told}: {names}. {comparison.baseline_todo} {unwritten}".strip())
    return ("NOTE", unwritten) if unwritten else None


def level_cell(finding: Finding) -> str:
    """A symbol and a word, which stay together."""
    return {Status.BLOCK: "❌\u00a0Blocks", Status.WARN: "⚠️\u00a0Warns", Status.PASS: "Passes"}.get(
        finding.status, "Not evaluated"
    )


def finding_cell(finding: Finding, evidence: str = "", *, brief: bool = False) -> str:
    """The fact in bold, the evidence, and what to do, in one cell; `brief` leaves the details to a section."""
    detail = "" if brief else phrase(finding.detail).strip()
    cell = " ".join(filter(None, (bold(finding.title), detail, evidence)))
    return f"{cell}<br>**To do:** {phrase(finding.todo)}" if finding.todo else cell


def bold(parts: Phrase) -> str:
    """Make a phrase bold; GitHub reads `**` around code spans only if no space touches it."""
    text = phrase(parts)
    return f"**{text}**" if text else ""


def ratio_cell(ratio: Ratio | None) -> str:
    """A share for a table; a dash if nothing was measured."""
    return "–" if ratio is None or ratio.fraction is None else percent(ratio.fraction)


def said(parts: Phrase) -> str:
    """A phrase for a cell of the table of rules."""
    return phrase(parts) or "–"


def rules_title(verdict: Verdict) -> str:
    """The answer of the fold about the rules: "9 rules, 1 blocks, 2 warn, 6 pass"."""
    numbers: Mapping[Status, str] = {
        Status.BLOCK: "{} blocks" if len(verdict.of(Status.BLOCK)) == 1 else "{} block",
        Status.WARN: "{} warns" if len(verdict.of(Status.WARN)) == 1 else "{} warn",
        Status.PASS: "{} passes" if len(verdict.of(Status.PASS)) == 1 else "{} pass",
        Status.NOT_EVALUATED: "{} not evaluated",
    }
    told = [text.format(len(verdict.of(status))) for status, text in numbers.items() if verdict.of(status)]
    return ", ".join((count(len(verdict.findings), "rule"), *told))


def is_judged(page: Page, rule: str) -> bool:
    """Whether a rule could tell; what it is about is otherwise no news, but not known."""
    return all(finding.rule != rule for finding in page.verdict.of(Status.NOT_EVALUATED))


def is_news(page: Page) -> bool:
    """Whether there is more to tell than that everything is as it was."""
    return not page.verdict.ready or bool(page.verdict.of(Status.WARN)) or not _same_results(page.comparison)
