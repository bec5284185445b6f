"""Write the Markdown of the pull request comment, the check run and the job summary.

The document is a list of blocks. While it is larger than its limits, the least important block is dropped.
"""

from collections import Counter

from readygate.model.rich_text import count
from readygate.model.verdict import Status
from readygate.render import report_view
from readygate.render.escaping import code
from readygate.render.markdown import (
    changed_lines,
    changed_tests,
    details,
    elements,
    failing_tests,
    matrix,
    policy_measures,
    rules,
    sources,
)
from readygate.render.markdown.elements import Section, Table, TraceBudget, columns_from
from readygate.render.markdown.result_cells import named_tests
from readygate.render.report_view import ReportView
from readygate.render.size_limits import Block, DropOrder, SizeLimits


def render_markdown(view: ReportView, limits: SizeLimits, *, heading: str = "###", skipped_note: str = "") -> str:
    """Return a report as Markdown within size limits.

    Args:
        view: the report.
        limits: the size limits; they also select the short or the long form.
        heading: the level of the verdict's heading; sections are one level below.
        skipped_note: a sentence about outputs that could not be written to GitHub, for the alert; empty for none.
    """
    blocks = _blocks(view, limits, heading, skipped_note)
    dropped: list[Block] = []
    text = _join(view, blocks, dropped)
    while not limits.allows(text):
        candidates = [block for block in blocks if block.drop_order]
        if not candidates:
            break
        least_important = max(candidates, key=lambda block: block.drop_order)
        blocks.remove(least_important)
        dropped.append(least_important)
        text = _join(view, blocks, dropped)
    return text


def _join(view: ReportView, blocks: list[Block], dropped: list[Block]) -> str:
    texts = [block.text for block in blocks]
    if dropped:
        numbers = Counter(block.kind for block in dropped)
        kinds = ", ".join(f"{number} {kind}" if number > 1 else kind for kind, number in numbers.items())
        where = view.links.run()
        texts.append(f"Left out to fit: {kinds}." + (f" All of it is in the {where}." if where else ""))
    return "\n\n".join(texts)


def _blocks(view: ReportView, limits: SizeLimits, heading: str, skipped_note: str) -> list[Block]:
    """Return the blocks of a document in order; without anything to report, a comment has only its first lines."""
    lines = (report_view.verdict_line(view), report_view.figures_line(view), report_view.provenance_line(view))
    header = [_kept("verdict", elements.write_header(heading, *lines))]
    carried = rules.carried_line(view)
    if carried:
        header.append(_kept("carried suites", carried))
    alert = report_view.alert(view, skipped_note)
    alerts = [_kept("alert", elements.write_alert(*alert))] if alert else []
    body = [*_findings(view), *_sections(view, limits, heading)]
    if limits.long:
        return [*header, *alerts, *body, *_informational_folds(view), *_long_details(view, heading)]
    if body:
        goal = policy_measures.goal_text(view)
        body += [Block(kind="the next target", drop_order=DropOrder.COVERAGE_GOAL, text=goal)] if goal else []
        body.append(_kept("heading", f"{heading}# Details"))
    body += _informational_folds(view)
    return [*header, *alerts, *body, *_detail_folds(view, heading)] if alerts or body else header


def _kept(kind: str, text: str) -> Block:
    return Block(kind=kind, drop_order=DropOrder.ALWAYS_KEPT, text=text)


def _findings(view: ReportView) -> list[Block]:
    rows = tuple(
        (report_view.level_cell(finding), rules.finding_cell(view, finding))
        for finding in view.verdict.findings
        if finding.status in (Status.BLOCK, Status.WARN)
    )
    table = Table(columns=columns_from("Level", "Finding and what to do"), rows=rows)
    return [_kept("findings", elements.write_table(table))] if rows else []


def _sections(view: ReportView, limits: SizeLimits, heading: str) -> list[Block]:
    """Return the sections with facts that need a reader's attention."""
    return [
        *_failing_blocks(view, limits, heading),
        *_matrix_blocks(view, heading, long=limits.long),
        *_changed_test_blocks(view, heading),
        *_policy_blocks(view, heading),
    ]


def _failing_blocks(view: ReportView, limits: SizeLimits, heading: str) -> list[Block]:
    tests, causes = view.comparison.tests, view.comparison.causes
    budget = TraceBudget(per_trace=limits.trace, remaining=limits.traces)
    header = "Newly failing test" if view.comparison.baseline else "Failing test"
    new = failing_tests.failing_section(view, tests.new_failures, causes.new_failures, header, budget)
    still = failing_tests.failing_section(view, tests.still_failing, causes.still_failing, "Still failing test", budget)
    return [
        *_section_blocks("new failures", new, DropOrder.FAILING, heading),
        *_section_blocks(
            "tests that still fail", still, DropOrder.STILL_FAILING, heading, folds_from=DropOrder.PERSISTENT_TRACES
        ),
    ]


def _changed_test_blocks(view: ReportView, heading: str) -> list[Block]:
    figures = (
        Section(title="Before and after", table=details.figures(view, "Before", "After"))
        if _shows_figures_first(view)
        else None
    )
    fixed = changed_tests.fixed(view) if view.verdict.ready else None
    newly_skipped = view.comparison.tests.newly_skipped
    title = count(len(newly_skipped), "newly skipped test")
    skipped = named_tests(view, newly_skipped, title, "Newly skipped test", reasons=True)
    vanished = changed_tests.vanished(view) if report_view.is_evaluated(view, "vanished-tests") else None
    return [
        *_section_blocks("the figures before and after", figures, DropOrder.FIGURES, heading),
        *_section_blocks(
            "fixed tests", fixed, DropOrder.FIXED, heading, folds_from=DropOrder.FOLDED, folds_kind="names"
        ),
        *_section_blocks("known flaky tests", changed_tests.known_flaky(view), DropOrder.FLAKY, heading),
        *_section_blocks("quarantined tests", changed_tests.quarantined(view), DropOrder.FLAKY, heading),
        *_section_blocks("flaky tests", changed_tests.flaky(view), DropOrder.FLAKY, heading),
        *_section_blocks("newly skipped tests", skipped, DropOrder.SKIPPED, heading),
        *_section_blocks("tests that are gone", vanished, DropOrder.VANISHED, heading),
    ]


def _policy_blocks(view: ReportView, heading: str) -> list[Block]:
    uncovered = changed_lines.uncovered(view) if _needs_action(view, "patch-coverage") else None
    categories = policy_measures.missed_categories(view)
    components = policy_measures.missed_components(view)
    return [
        *_section_blocks("uncovered lines", uncovered, DropOrder.UNCOVERED, heading),
        *_section_blocks("categories that miss their pass rate", categories, DropOrder.MEASURES, heading),
        *_section_blocks("components that miss their goals", components, DropOrder.MEASURES, heading),
    ]


def _section_blocks(
    kind: str,
    section: Section | None,
    drop_order: DropOrder,
    heading: str,
    *,
    folds_from: DropOrder = DropOrder.TRACES,
    folds_kind: str = "traces",
) -> list[Block]:
    """Return a block for a section and one for each of its folds; the last fold is dropped first."""
    if section is None:
        return []
    blocks = [Block(kind=kind, drop_order=drop_order, text=elements.write_section(heading, section))]
    blocks += [
        Block(
            kind=folds_kind,
            drop_order=folds_from + number,
            text=elements.write_fold(fold.title, elements.write_piece(fold.body)),
        )
        for number, fold in enumerate(section.folds)
    ]
    return blocks


def _matrix_blocks(view: ReportView, heading: str, *, long: bool) -> list[Block]:
    found = matrix.leg_table(view)
    if found is None:
        return []
    title, table, rest = found
    body = elements.paragraphs(elements.write_table(table), rest)
    text = f"{heading}## {title}\n\n{body}" if long else elements.write_fold(title, body)
    return [Block(kind="outcomes by leg", drop_order=DropOrder.MATRIX, text=text)]


def _shows_figures_first(view: ReportView) -> bool:
    """Return whether the table of figures is a section of its own: the verdict is ready and tests were fixed."""
    return view.verdict.ready and bool(view.comparison.tests.fixed)


def _informational_folds(view: ReportView) -> list[Block]:
    """Return folds that need no action: names of changed tests, and measures that the policy accepts."""
    blocks = []
    section = changed_tests.renamed(view)
    if section:
        blocks.append(_folded("renamed tests", section, section.title))
    section = None if _needs_action(view, "patch-coverage") else changed_lines.uncovered(view)
    if section:
        blocks.append(_folded("uncovered lines", section, f"{section.title}; the policy allows that"))
    section = None if view.verdict.ready else changed_tests.fixed(view)
    if section:
        blocks.append(_folded("fixed tests", section, section.title))
    folds = (
        ("changes of the policy", rules.policy_fold(view)),
        ("added tests", changed_tests.added(view)),
        ("unmeasured files", changed_lines.unmeasured(view)),
    )
    for kind, fold in folds:
        if fold is not None:
            body = elements.paragraphs(elements.write_piece(fold.body), fold.rest)
            blocks.append(Block(kind=kind, drop_order=DropOrder.ADDED, text=elements.write_fold(fold.title, body)))
    return blocks


def _folded(kind: str, section: Section, title: str) -> Block:
    body = elements.paragraphs(elements.write_table(section.table), section.rest)
    return Block(kind=kind, drop_order=DropOrder.FOLDED, text=elements.write_fold(title, body))


def _needs_action(view: ReportView, rule: str) -> bool:
    """Return whether a rule blocks or warns, so that its facts are shown unfolded."""
    return any(f.rule == rule and f.status in (Status.BLOCK, Status.WARN) for f in view.verdict.findings)


def _part_text(part: details.Part) -> str:
    return "\n\n".join(map(elements.write_piece, part.pieces))


def _detail_folds(view: ReportView, heading: str) -> list[Block]:
    """Return the three folds at the end of a comment: all figures, the rules, the sources."""
    parts = details.parts(view, long=False, with_figures=not _shows_figures_first(view))
    kinds = ", ".join(part.kind for part in parts if part.kind)
    untitled = [_part_text(part) for part in parts[:1] if part.title in ("What changed", "Figures")]
    titled = [f"{heading}## {part.title}\n\n{_part_text(part)}" for part in parts[len(untitled) :]]
    title = f"All figures: {kinds}" if kinds else "All figures"
    figures = elements.write_fold(title, "\n\n".join([*untitled, *titled]))
    judged = elements.write_fold(rules.rules_title(view), _rules_text(view, long=False))
    read = elements.write_fold(f"What was read: {sources.sources_title(view)}", _sources_text(view))
    return [
        *([Block(kind="all figures", drop_order=DropOrder.FIGURES, text=figures)] if parts else []),
        Block(kind="rules", drop_order=DropOrder.RULES, text=judged),
        Block(kind="what was read", drop_order=DropOrder.SOURCES, text=read),
    ]


def _long_details(view: ReportView, heading: str) -> list[Block]:
    """Return the details of the long form, each under a heading."""
    parts = [
        (part.title, _part_text(part), DropOrder.FIGURES)
        for part in details.parts(view, long=True, with_figures=not _shows_figures_first(view))
    ]
    judged = (rules.rules_title(view), _rules_text(view, long=True), DropOrder.RULES)
    read = (f"What was read: {sources.sources_title(view)}", _sources_text(view), DropOrder.SOURCES)
    return [
        Block(kind=title.partition(":")[0].lower(), drop_order=order, text=f"{heading}# {title}\n\n{body}")
        for title, body, order in (*parts, judged, read)
    ]


def _rules_text(view: ReportView, *, long: bool) -> str:
    verdict = view.verdict
    off = f"Off in this policy: `{'`, `'.join(verdict.off)}`. " if verdict.off else ""
    file = f" and {code(verdict.policy, 200)}" if verdict.policy else ""
    policy = f"{off}Policy: preset `{verdict.preset}`{file}. The strongest finding decides."
    notes = map(elements.write_piece, rules.rules_notes(view, long=long))
    return "\n\n".join((elements.write_table(rules.rules_table(view)), policy, *notes))


def _sources_text(view: ReportView) -> str:
    table, rest = sources.sources_table(view)
    return elements.append_list(elements.paragraphs(elements.write_table(table), rest), sources.provenance_items(view))
