"""Measure the coverage of the components that a policy names."""

from collections.abc import Callable

from readygate.compare.branches import with_measure
from readygate.model.comparison import Comparison, CoverageComparison, CoverageDelta
from readygate.model.coverage import Ratio, add_ratios, lower_ratio
from readygate.model.measures import ComponentResult
from readygate.model.policy import Component, Policy, paths_fit


def component_results(comparison: Comparison, policy: Policy) -> tuple[ComponentResult, ...]:
    """Measure each component of a policy, in its order; none if this run measured no coverage."""
    coverage = comparison.coverage
    if coverage is None:
        return ()
    return tuple(_measure(part, paths_fit(part.paths), coverage) for part in policy.components)


def _measure(part: Component, fits: Callable[[str], bool], coverage: CoverageComparison) -> ComponentResult:
    own = [file for file in coverage.head.files if fits(file.path)]
    delta = coverage.delta
    result = ComponentResult(
        name=part.name,
        minimum=part.minimum,
        maximum_drop=part.maximum_drop,
        critical=part.critical,
        files=len(own),
        lines=add_ratios(Ratio(covered=file.covered, total=file.total) for file in own),
        base=None if delta is None else _base(delta, fits),
        missing=sum(len(file.lines) for file in delta.missing if fits(file.path)) if delta else 0,
        gone=tuple(path for path in delta.gone if fits(path)) if delta else (),
    )
    return with_measure(result, part, fits, coverage)


def _base(delta: CoverageDelta, fits: Callable[[str], bool]) -> Ratio:
    """Return the base's lines of a component, with or without those that the change removes: the lower share."""
    kept = add_ratios(ratio for path, ratio in delta.base_by_path.items() if fits(path))
    removed = add_ratios(ratio for path, ratio in delta.removed_by_path.items() if fits(path))
    return lower_ratio(kept, add_ratios((kept, removed)))
