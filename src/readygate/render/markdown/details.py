"""Write the long lists of a report: folded at the end of a comment, open in the summary."""

from msgspec import Struct

from readygate.render.markdown import (
    durations,
    figure_table,
    file_coverage,
    packages,
    policy_measures,
    skip_reasons,
    suites,
)
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


Listed = tuple[str, *tuple[Table | str, ...]]
"""The title of a list, then its tables and texts; empty ones are left out."""


def parts(view: ReportView, *, long: bool, with_figures: bool = True) -> tuple[Part, ...]:
    """Return all lists that are not empty, in their order."""
    made: tuple[tuple[str, Listed | None], ...] = (
        ("categories", policy_measures.other_categories(view)),
        ("packages", packages.package_table(view)),
        ("suites", suites.suite_table(view, long=long)),
        ("components", policy_measures.other_components(view)),
        ("files", _coverage(view, long=long)),
        ("skips", skip_reasons.skips_table(view)),
        ("slowest tests", durations.slowest_table(view)),
        ("slower tests", durations.slower_table(view)),
    )
    found = [_figures(view)] if with_figures else []
    for kind, each in made:
        if each is not None:
            title, *pieces = each
            found.append(Part(kind=kind, title=title, pieces=tuple(filter(None, pieces))))
    return tuple(found)


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


def _coverage(view: ReportView, *, long: bool) -> Listed | None:
    rows = file_coverage.file_rows(view)
    if not rows:
        return None
    table, rest = file_coverage.file_table(view, rows, long=long)
    listed = (table, rest) if table.rows else (rest,)
    target = "" if view.comparison.measures.goals else file_coverage.target_line(view, rows)
    if long:
        target = policy_measures.goal_text(view) or target  # in a comment it stands open
    return ("Coverage by file", file_coverage.tier_table(rows), *listed, target)
