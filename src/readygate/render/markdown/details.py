"""Write the long lists of a report: folded at the end of a comment, open in the summary."""

from collections.abc import Callable

from msgspec import Struct

from readygate.render.markdown import durations, figure_table, file_coverage, policy_measures, skip_reasons, suites
from readygate.render.markdown.elements import Table, columns_from
from readygate.render.report_view import ReportView


class Part(Struct, frozen=True, kw_only=True):
    """One list under its heading.

    Attributes:
        kind: what it is in a few words, for the title of the fold that it stands in.
        pieces: tables and texts in their order.
    """

    kind: str
    title: str
    pieces: tuple[Table | str, ...]


def parts(view: ReportView, *, long: bool, with_figures: bool = True) -> tuple[Part, ...]:
    """Return all lists that are not empty, in their order; a new one is one more function here."""
    makers: tuple[Callable[[ReportView, bool], Part | None], ...] = (
        _categories,
        _suites,
        _components,
        _coverage,
        _skips,
        _slowest,
        _slower,
    )
    found = [_figures(view)] if with_figures else []
    return (*found, *(part for maker in makers if (part := maker(view, long)) is not None))


def figures(view: ReportView, before: str = "Base", after: str = "This change") -> Table:
    """Return the table of all figures."""
    columns = columns_from("Measured", f">{before}", f">{after}", ">Difference")
    return Table(columns=columns, rows=tuple(figure_table.figure_rows(view)))


def _figures(view: ReportView) -> Part:
    compared = view.comparison.baseline is not None
    return Part(
        kind="base and this change" if compared else "",
        title="What changed" if compared else "Figures",
        pieces=(figures(view),),
    )


def _suites(view: ReportView, long: bool) -> Part | None:
    made = suites.suite_table(view, long=long)
    if made is None:
        return None
    answer, table, rest = made
    return Part(kind="suites", title=f"Tests by suite: {answer}", pieces=_filled(table, rest))


def _categories(view: ReportView, _long: bool) -> Part | None:
    made = policy_measures.other_categories(view)
    return None if made is None else Part(kind="categories", title=made[0], pieces=_filled(*made[1:]))


def _components(view: ReportView, _long: bool) -> Part | None:
    made = policy_measures.other_components(view)
    return None if made is None else Part(kind="components", title=made[0], pieces=_filled(*made[1:]))


def _coverage(view: ReportView, long: bool) -> Part | None:
    rows = file_coverage.file_rows(view)
    if not rows:
        return None
    table, rest = file_coverage.file_table(view, rows, long=long)
    listed = (table, rest) if table.rows else (rest,)
    target = "" if view.comparison.measures.goals else file_coverage.target_line(view, rows)
    if long:
        target = policy_measures.goal_text(view) or target  # in a comment it stands open
    return Part(kind="files", title="Coverage by file", pieces=_filled(file_coverage.tier_table(rows), *listed, target))


def _skips(view: ReportView, _long: bool) -> Part | None:
    made = skip_reasons.skips_table(view)
    return None if made is None else Part(kind="skips", title=made[0], pieces=_filled(*made[1:]))


def _slowest(view: ReportView, _long: bool) -> Part | None:
    made = durations.slowest_table(view)
    return None if made is None else Part(kind="slowest tests", title=made[0], pieces=_filled(*made[1:]))


def _slower(view: ReportView, _long: bool) -> Part | None:
    made = durations.slower_table(view)
    return None if made is None else Part(kind="slower tests", title=made[0], pieces=_filled(*made[1:]))


def _filled(*pieces: Table | str) -> tuple[Table | str, ...]:
    return tuple(piece for piece in pieces if piece)
