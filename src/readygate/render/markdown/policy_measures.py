"""Write what the policy names: components and categories with their goals, and the next coverage goal."""

from collections.abc import Sequence
from typing import TypeVar

from readygate.model.coverage import BOTH, BRANCHES, LINES
from readygate.model.measures import CategoryResult, ComponentResult
from readygate.model.reports import CoverageReport, TestReport
from readygate.model.rich_text import count
from readygate.model.verdict import Status
from readygate.render.escaping import code, render_rich_text
from readygate.render.markdown.elements import FILES_SHOWN, Section, Table, columns_from, more_note
from readygate.render.markdown.file_coverage import goal_line
from readygate.render.report_view import ReportView, is_complete, ratio_cell
from readygate.support.number_format import allowed, decimal, limit, needed, percent, points

COMPONENTS, CATEGORIES = "components", "category-pass-rate"
"""The rules that judge them."""

T = TypeVar("T", ComponentResult, CategoryResult)


def missed_components(view: ReportView) -> Section | None:
    """Return the components that miss their goals; None for fewer than two, as a finding names a single one."""
    missed = _missed(view)
    if len(missed) < 2:
        return None
    number = len(view.comparison.measures.components)
    return Section(
        title=_title(missed, sum(part.below or part.dropped or part.no_longer_measured for part in missed), number),
        table=_component_table(view, missed[:FILES_SHOWN]),
        rest=more_note(view, len(missed) - FILES_SHOWN, "component"),
    )


def other_components(view: ReportView) -> tuple[str, Table, str] | None:
    """Return the title with the answer, the components outside of a section, and a note about omitted ones."""
    missed, every = _missed(view), view.comparison.measures.components
    rows = _rest(every, missed)
    if not rows:
        return None
    title = f"Coverage by component: {_answer(_status(view, COMPONENTS), len(rows), len(missed), len(every))}"
    return title, _component_table(view, rows[:FILES_SHOWN]), more_note(view, len(rows) - FILES_SHOWN, "component")


def missed_categories(view: ReportView) -> Section | None:
    """Return the categories that miss their pass rate; None for fewer than two, as a finding names a single one."""
    missed = _failed(view)
    if len(missed) < 2:
        return None
    return Section(
        title=_title_of_categories(missed, len(view.comparison.measures.categories)),
        table=_category_table(view, missed[:FILES_SHOWN], brief=True),
        rest=more_note(view, len(missed) - FILES_SHOWN),
    )


def other_categories(view: ReportView) -> tuple[str, Table, str] | None:
    """Return the title with the answer, the categories outside of a section, and a note about omitted ones."""
    missed, every = _failed(view), view.comparison.measures.categories
    rows = _rest(every, missed)
    if not rows:
        return None
    title = f"Tests by category: {_answer(_status(view, CATEGORIES), len(rows), len(missed), len(every))}"
    return title, _category_table(view, rows[:FILES_SHOWN]), more_note(view, len(rows) - FILES_SHOWN)


def listed_below(view: ReportView, rule: str) -> bool:
    """Return whether a section lists what a rule found, so that its finding need not."""
    section = {COMPONENTS: missed_components, CATEGORIES: missed_categories}.get(rule)
    return section is not None and section(view) is not None


def goal_text(view: ReportView) -> str:
    """Return the distance to the next coverage goal; empty without goals or if figures are missing."""
    parts = view.comparison.measures
    if not parts.goals or view.comparison.coverage is None or not is_complete(view, CoverageReport):
        return ""
    if parts.goal is None:
        every = "The target" if parts.goals == 1 else f"All {parts.goals} targets"
        share = view.comparison.coverage.lines.fraction
        return "" if share is None else f"{every} of the policy {'is' if parts.goals == 1 else 'are'} reached."
    steps = f" {parts.goal.reached} of {parts.goals} steps reached." if parts.goals > 1 else ""
    return f"**Next target:** {render_rich_text(goal_line(parts.goal))}.{steps}"


def _title(missed: Sequence[ComponentResult], below: int, number: int) -> str:
    unknown = len(missed) - below
    told = [f"{below} of {number} components {'misses its' if below == 1 else 'miss their'} goals"] if below else []
    if unknown:
        told.append(f"{unknown}{'' if told else f' of {number} components'} {_is(unknown)} not measured")
    return ", ".join(told)


def _title_of_categories(missed: Sequence[CategoryResult], number: int) -> str:
    below = sum(part.below or (part.no_longer_run and part.minimum is not None) for part in missed)
    empty = len(missed) - below
    told = [f"{below} of {number} categories {'misses its' if below == 1 else 'miss their'} pass rate"] if below else []
    if empty:
        told.append(f"{empty}{'' if told else f' of {number} categories'} ran no test")
    return ", ".join(told)


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _missed(view: ReportView) -> tuple[ComponentResult, ...]:
    """Return the components that the rule counts against the change, critical ones first."""
    if _status(view, COMPONENTS) not in (Status.WARN, Status.BLOCK):
        return ()
    found = (part for part in view.comparison.measures.components if part.below or part.dropped or part.unmeasured)
    return tuple(sorted(found, key=lambda part: (not part.critical, part.unmeasured)))


def _failed(view: ReportView) -> tuple[CategoryResult, ...]:
    if _status(view, CATEGORIES) not in (Status.WARN, Status.BLOCK):
        return ()
    return tuple(part for part in view.comparison.measures.categories if part.below or part.empty)


def _rest(every: tuple[T, ...], missed: tuple[T, ...]) -> tuple[T, ...]:
    """Return the parts that no section shows, those that miss a goal first."""
    kept = tuple(part for part in every if part not in missed)
    return kept if len(missed) > 1 else missed + kept


def _answer(status: Status, rows: int, missed: int, every: int) -> str:
    if status is Status.NOT_EVALUATED:
        return f"{every:,}, not judged"
    if missed > 1:
        return f"the other {rows:,} as asked" if rows > 1 else "the other one as asked"
    kept = every - missed
    if not missed:
        return f"all {every:,} as asked" if every > 1 else "1, as asked"
    return f"{kept:,} of {every:,} as asked"


def _status(view: ReportView, rule: str) -> Status:
    return next((f.status for f in view.verdict.findings if f.rule == rule), Status.NOT_EVALUATED)


def _component_table(view: ReportView, parts: Sequence[ComponentResult]) -> Table:
    status, whole = _status(view, COMPONENTS), is_complete(view, CoverageReport)
    compared = whole and any(part.base is not None for part in parts)
    columns = columns_from("Component", ">Lines", ">Covered", *([">Difference"] if compared else []), "Goal")
    return Table(columns=columns, rows=tuple(_component(part, status, compared) for part in parts))


def _component(part: ComponentResult, status: Status, compared: bool) -> tuple[str, ...]:
    now, before = part.lines.fraction, part.base.fraction if part.base else None
    told = now is not None and before is not None and not part.gone
    delta = points(now, before) if told and now is not None and before is not None else "–"
    name = code(part.name) + (" (critical)" if part.critical else "")
    name += {LINES: "", BRANCHES: " (branches)", BOTH: " (lines and branches)"}[part.measure]
    figures = (f"{part.lines.total:,}" if part.lines.total else "–", ratio_cell(part.lines))
    return (name, *figures, *((delta,) if compared else ()), _component_goal(part, status))


def _component_goal(part: ComponentResult, status: Status) -> str:
    """Return the goals of a component and what is missing, with a symbol if the rule counts it against the change."""
    asked = [] if part.minimum is None else [f"{limit(part.minimum)} asked"]
    if part.maximum_drop is not None:
        asked.append(f"may fall by {allowed(part.maximum_drop)} points")
    if status is Status.NOT_EVALUATED:
        return ", ".join(asked) or "–"
    bad = "❌" if status is Status.BLOCK and part.critical else "⚠️"
    if part.unmeasured:
        why = " any more" if part.no_longer_measured else ": its paths fit no measured file"
        if part.files and part.measure != LINES and not part.no_longer_measured:
            why = ": no report has branches of it"
        return f"{bad}\u00a0Not measured{why}"
    told = []
    if part.below and part.minimum is not None:
        less = needed(part.least.covered, part.least.total, part.minimum)
        more = {LINES: ("line", "lines"), BRANCHES: ("branch", "branches")}.get(part.measure, ("line or branch",) * 2)
        told.append(f"{bad}\u00a0Below {limit(part.minimum)}: {less:,} more covered {more[less != 1]}")
    if part.dropped and part.fell is not None and part.maximum_drop is not None:
        shown = decimal(part.fell * 100, above=part.maximum_drop * 100)
        told.append(f"{bad}\u00a0Fell by {shown} points, {allowed(part.maximum_drop)} allowed")
    return "<br>".join(told) or ", ".join(asked) or "–"


def _category_table(view: ReportView, parts: Sequence[CategoryResult], *, brief: bool = False) -> Table:
    status, whole = _status(view, CATEGORIES), is_complete(view, TestReport)
    compared = whole and any(part.base is not None and part.base.total for part in parts)
    columns = columns_from(
        "Category",
        *([">Passed"] if brief else [">Tests", ">Passed", ">Failed", ">Skipped"]),
        ">Pass rate",
        *([">Difference"] if compared else []),
        "Goal",
    )
    return Table(columns=columns, rows=tuple(_category(part, status, compared, brief) for part in parts))


def _category(part: CategoryResult, status: Status, compared: bool, brief: bool) -> tuple[str, ...]:
    counts = part.counts
    rate, before = counts.pass_rate, part.base.pass_rate if part.base else None
    figures = tuple(f"{n:,}" for n in (counts.total, counts.passed, counts.failing, counts.skipped))
    if brief:
        figures = (f"{counts.passed:,} of {counts.passed + counts.failing:,}",)
    delta = points(rate, before) if rate is not None and before is not None else "new" if rate is not None else "–"
    shown = "–" if rate is None else percent(rate)
    return (code(part.name), *figures, shown, *((delta,) if compared else ()), _category_goal(part, status))


def _category_goal(part: CategoryResult, status: Status) -> str:
    asked = "–" if part.minimum is None else f"{limit(part.minimum)} asked"
    if status is Status.NOT_EVALUATED:
        return asked
    bad = "❌" if status is Status.BLOCK and (part.below or (part.no_longer_run and part.minimum is not None)) else "⚠️"
    if part.empty:
        return f"{bad}\u00a0No test ran" + (", some did on the base" if part.no_longer_run else "")
    if part.below and part.minimum is not None:
        fewer = needed(part.counts.passed, part.counts.passed + part.counts.failing, part.minimum)
        return f"{bad}\u00a0Below {limit(part.minimum)}: {count(fewer, 'test')} fewer may fail"
    return asked
