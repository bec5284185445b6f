"""Group reports into suites and legs: a leg is one suite under one matrix value.

Reports of one folder belong together. Folders are legs of one suite only if a pattern names them, if the reports have
`matrix` properties, or if at least 90 % of their tests are the same. Two packages of a monorepo stay two suites.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from msgspec import Struct

from readygate.model.reports import TestReport
from readygate.snapshot.matrix_pattern import LegPattern
from readygate.snapshot.similarity import SuiteCandidate, group_by_similarity

_PARENTS = frozenset(
    [
        "apps",
        "components",
        "crates",
        "examples",
        "libs",
        "modules",
        "packages",
        "plugins",
        "projects",
        "services",
        "workspaces",
    ]
)
"""Folders whose children are packages of a monorepo, even if their tests have the same names."""


class Bucket(Struct, frozen=True, kw_only=True):
    """Reports of one suite on one leg.

    Attributes:
        path: the folder, or the file if files of one folder are different legs: the key by which a later run finds
            the same bucket.
        group: the name of the suite; empty if the run has only one.
        leg: the matrix value; empty if the suite has only one.
    """

    path: str
    group: str = ""
    leg: str = ""
    reports: tuple[TestReport, ...]


class Named(Struct, frozen=True, kw_only=True):
    """One test report with its path, `/` between its parts."""

    path: str
    report: TestReport
    damaged: bool = False


def assign(files: Iterable[Named], pattern: str = "") -> tuple[Bucket, ...]:
    """Group reports into suites and legs; the order of the files has no influence.

    Args:
        files: the test reports of a run.
        pattern: names legs by a part of the path, for example `results-{os}-{python}`; empty for none.
    """
    ordered = sorted(files, key=lambda file: file.path)
    candidates, rest = _named_by_pattern(ordered, pattern) if pattern else ([], ordered)
    free = _by_folder(rest)
    _name_by_properties(free)
    return _buckets([*_pattern_suites(candidates), *_suites(free)])


def _named_by_pattern(files: Sequence[Named], pattern: str) -> tuple[list[SuiteCandidate], list[Named]]:
    """Return the candidates that the pattern names, and the other files."""
    wanted = LegPattern(pattern)
    found: dict[tuple[str, str], list[Named]] = {}
    legs: dict[tuple[str, str], str] = {}
    rest = []
    for file in files:
        hit = wanted.find(file.path)
        if hit is None:
            rest.append(file)
            continue
        suite = "/".join(part for part in (hit.before, pattern.strip("/"), hit.after) if part)
        key = (suite, hit.part)
        found.setdefault(key, []).append(file)
        legs[key] = ", ".join(hit.values)
    candidates = [
        SuiteCandidate(
            path=f"{suite}:{part}",
            reports=[file.report for file in group],
            damaged=any(file.damaged for file in group),
            leg=legs[suite, part],
            suite=suite,
        )
        for (suite, part), group in sorted(found.items())
    ]
    return candidates, rest


def _pattern_suites(candidates: list[SuiteCandidate]) -> list[list[SuiteCandidate]]:
    suites: dict[str, list[SuiteCandidate]] = {}
    for candidate in candidates:
        suites.setdefault(candidate.suite, []).append(candidate)
    return list(suites.values())


def _by_folder(files: Sequence[Named]) -> list[SuiteCandidate]:
    """Return one candidate a folder; files of a folder that run the same tests are candidates of their own."""
    folders: dict[str, list[SuiteCandidate]] = {}
    for file in files:
        path = PurePosixPath(file.path)
        alone = SuiteCandidate(path=str(path), reports=[file.report], damaged=file.damaged)
        folders.setdefault(str(path.parent), []).append(alone)
    candidates = []
    for folder, members in folders.items():
        groups = group_by_similarity(members)
        legs = [member for group in groups if len(group) > 1 for member in group]
        rest = [member for group in groups if len(group) == 1 for member in group]
        candidates += legs
        if rest:
            reports = [report for member in rest for report in member.reports]
            damaged = any(member.damaged for member in rest)
            candidates.append(SuiteCandidate(path=folder, reports=reports, damaged=damaged))
    return sorted(candidates, key=lambda candidate: candidate.path)


def _name_by_properties(candidates: list[SuiteCandidate]) -> None:
    """Set the matrix value from properties `matrix` or `matrix.NAME`, if all reports of a candidate agree."""
    for candidate in candidates:
        values = {_matrix(report.properties) for report in candidate.reports}
        if len(values) == 1:
            candidate.leg = values.pop()


def _matrix(properties: Mapping[str, str]) -> str:
    values = [(name, value) for name, value in properties.items() if name == "matrix" or name.startswith("matrix.")]
    return ", ".join(value for _, value in sorted(values))


def _suites(candidates: list[SuiteCandidate]) -> list[list[SuiteCandidate]]:
    """Group candidates into suites: those that run the same tests, by package."""
    suites = []
    for group in group_by_similarity(candidates):
        by_parent: dict[str, list[SuiteCandidate]] = {}
        for candidate in group:
            by_parent.setdefault(_package(candidate.path), []).append(candidate)
        suites += list(by_parent.values())
    return suites


def _package(path: str) -> str:
    """Return the package of a monorepo that a path is in; empty if it is in none."""
    parts = path.split("/")
    for at, part in enumerate(parts[:-1]):
        if part in _PARENTS:
            return "/".join(parts[: at + 2])
    return ""


def _buckets(suites: list[list[SuiteCandidate]]) -> tuple[Bucket, ...]:
    """Name suites and legs by the parts in which their paths differ."""
    firsts = _suite_paths(suites)
    groups = _differing(firsts) if len(suites) > 1 else [""] * len(suites)
    buckets = []
    for suite, group in zip(suites, groups, strict=True):
        legs = [bucket.leg for bucket in suite]
        if len(suite) > 1:
            if len(set(legs)) < len(suite):
                legs = _differing([bucket.path for bucket in suite])
            legs = [leg or bucket.path for leg, bucket in zip(legs, suite, strict=True)]  # of several each has a name
        if len(suite) == 1 and not suite[0].leg:
            legs = [""]
        buckets += [
            Bucket(path=bucket.path, group=group, leg=leg, reports=tuple(bucket.reports))
            for bucket, leg in zip(suite, legs, strict=True)
        ]
    return tuple(sorted(buckets, key=lambda bucket: (bucket.group, bucket.leg, bucket.path)))


def _suite_paths(suites: list[list[SuiteCandidate]]) -> list[str]:
    """Return a distinct path for each suite: `results/unit-linux` and `results/unit-windows` give `results/unit`.

    Two suites must never get the same name, or their tests would be mixed up.
    """
    paths = [[bucket.path for bucket in suite] for suite in suites]
    told = [_common_parts(rows) for rows in paths]
    if len(set(told)) == len(told):
        return told
    told = [_common_start(rows).rstrip("/-_. ") or rows[0] for rows in paths]
    return told if len(set(told)) == len(told) else [min(rows) for rows in paths]


def _common_start(texts: list[str]) -> str:
    """Return the longest common prefix of some texts."""
    low, high = min(texts), max(texts)
    end = next((at for at, pair in enumerate(zip(low, high, strict=False)) if pair[0] != pair[1]), len(low))
    return low[:end]


def _common_parts(paths: list[str]) -> str:
    """Return the parts that the paths of a suite's legs have in common; a single path as it is."""
    if len(paths) == 1:
        return paths[0]
    rows = [path.split("/") for path in paths]
    same = [row for row in zip(*rows, strict=False) if len(set(row)) == 1]
    return "/".join(row[0] for row in same) or paths[0]


def _differing(paths: list[str]) -> list[str]:
    """Return each path without the common first and last parts; the results are as distinct as the paths."""
    rows = [path.split("/") for path in paths]
    shortest = min(len(row) for row in rows)
    head = next((i for i in range(shortest) if len({row[i] for row in rows}) > 1), shortest)
    tail = next((i for i in range(shortest - head) if len({row[-1 - i] for row in rows}) > 1), shortest - head)
    told = ["/".join(row[head : len(row) - tail]) for row in rows]
    return told if len(set(told)) == len(told) else paths
