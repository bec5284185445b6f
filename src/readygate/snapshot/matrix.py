"""Which reports are one suite, and which run the same suite under another matrix value.

Reports of one folder belong together. Folders are legs of one suite only if a pattern says so, if the reports carry
`matrix` properties, or if at least 90 % of their tests are the same; two packages of a monorepo stay two suites.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from msgspec import Struct

from readygate.model.reports import TestReport
from readygate.snapshot.matrix_pattern import LegPattern
from readygate.snapshot.similarity import Open, clusters

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
"""Folders whose children are parts of a monorepo, however alike their tests are called."""


class Bucket(Struct, frozen=True, kw_only=True):
    """Reports that surely belong together.

    Attributes:
        path: the folder, or the file where files of one folder are legs of each other: the key by which a later
            run finds the same bucket again.
        group: the suite, as told; empty if the run has only one.
        leg: the matrix value, as told; empty if the suite has no other.
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
    """Sort reports into suites and legs; the order of the files has no influence.

    Args:
        files: the test reports of a run.
        pattern: names legs by a part of the path, for example `results-{os}-{python}`; empty for none.
    """
    ordered = sorted(files, key=lambda file: file.path)
    buckets = _named_by_pattern(ordered, pattern) if pattern else []
    taken = {id(report) for bucket in buckets for report in bucket.reports}
    rest = [file for file in ordered if id(file.report) not in taken]
    free = _by_folder(rest)
    _name_by_properties(free)
    suites = _suites(free)
    return _tell([*_pattern_suites(buckets), *suites])


def _named_by_pattern(files: Sequence[Named], pattern: str) -> list[Open]:
    wanted = LegPattern(pattern)
    found: dict[tuple[str, str], list[Named]] = {}
    legs: dict[tuple[str, str], str] = {}
    for file in files:
        hit = wanted.find(file.path)
        if hit:
            suite = "/".join(part for part in (hit.before, pattern.strip("/"), hit.after) if part)
            key = (suite, hit.part)
            found.setdefault(key, []).append(file)
            legs[key] = ", ".join(hit.values)
    return [
        Open(
            path=f"{suite}:{part}",
            reports=[file.report for file in group],
            damaged=any(file.damaged for file in group),
            leg=legs[suite, part],
            suite=suite,
        )
        for (suite, part), group in sorted(found.items())
    ]


def _pattern_suites(buckets: list[Open]) -> list[list[Open]]:
    suites: dict[str, list[Open]] = {}
    for bucket in buckets:
        suites.setdefault(bucket.suite, []).append(bucket)
    return list(suites.values())


def _by_folder(files: Sequence[Named]) -> list[Open]:
    """One bucket a folder; files of a folder that run the same tests are buckets of their own."""
    folders: dict[str, list[Open]] = {}
    for file in files:
        path = PurePosixPath(file.path)
        alone = Open(path=str(path), reports=[file.report], damaged=file.damaged)
        folders.setdefault(str(path.parent), []).append(alone)
    buckets = []
    for folder, members in folders.items():
        alike = clusters(members)
        legs = [member for cluster in alike if len(cluster) > 1 for member in cluster]
        rest = [member for cluster in alike if len(cluster) == 1 for member in cluster]
        buckets += legs
        if rest:
            reports = [report for member in rest for report in member.reports]
            buckets.append(Open(path=folder, reports=reports, damaged=any(member.damaged for member in rest)))
    return sorted(buckets, key=lambda bucket: bucket.path)


def _name_by_properties(buckets: list[Open]) -> None:
    """Take the matrix value from properties `matrix` or `matrix.NAME`, where all reports of a bucket agree."""
    for bucket in buckets:
        told = {_matrix(report.properties) for report in bucket.reports}
        if len(told) == 1:
            bucket.leg = told.pop()


def _matrix(properties: Mapping[str, str]) -> str:
    values = [(name, value) for name, value in properties.items() if name == "matrix" or name.startswith("matrix.")]
    return ", ".join(value for _, value in sorted(values))


def _suites(buckets: list[Open]) -> list[list[Open]]:
    """Join buckets into suites: those whose properties name legs, and those that run the same tests."""
    suites = []
    for cluster in clusters(buckets):
        by_parent: dict[str, list[Open]] = {}
        for bucket in cluster:
            by_parent.setdefault(_package(bucket.path), []).append(bucket)
        suites += list(by_parent.values())
    return suites


def _package(path: str) -> str:
    """The package of a monorepo that a path lies in; empty if it lies in none."""
    parts = path.split("/")
    for at, part in enumerate(parts[:-1]):
        if part in _PARENTS:
            return "/".join(parts[: at + 2])
    return ""


def _tell(suites: list[list[Open]]) -> tuple[Bucket, ...]:
    """Give suites and legs the names under which a reader meets them: the parts in which their paths differ."""
    firsts = _suite_paths(suites)
    groups = _differing(firsts) if len(suites) > 1 else [""] * len(suites)
    told = []
    for suite, group in zip(suites, groups, strict=True):
        legs = [bucket.leg for bucket in suite]
        if len(suite) > 1:
            if len(set(legs)) < len(suite):
                legs = _differing([bucket.path for bucket in suite])
            legs = [leg or bucket.path for leg, bucket in zip(legs, suite, strict=True)]  # of several each has a name
        if len(suite) == 1 and not suite[0].leg:
            legs = [""]
        told += [
            Bucket(path=bucket.path, group=group, leg=leg, reports=tuple(bucket.reports))
            for bucket, leg in zip(suite, legs, strict=True)
        ]
    return tuple(sorted(told, key=lambda bucket: (bucket.group, bucket.leg, bucket.path)))


def _suite_paths(suites: list[list[Open]]) -> list[str]:
    """A path that stands for each suite, distinct: `results/unit-linux` and `results/unit-windows` are `results/unit`.

    Two suites must never get one name: their tests would be taken for each other's.
    """
    paths = [[bucket.path for bucket in suite] for suite in suites]
    told = [_common_parts(rows) for rows in paths]
    if len(set(told)) == len(told):
        return told
    told = [_common_start(rows).rstrip("/-_. ") or rows[0] for rows in paths]
    return told if len(set(told)) == len(told) else [min(rows) for rows in paths]


def _common_start(texts: list[str]) -> str:
    """The characters with which all of some texts begin."""
    low, high = min(texts), max(texts)
    end = next((at for at, pair in enumerate(zip(low, high, strict=False)) if pair[0] != pair[1]), len(low))
    return low[:end]


def _common_parts(paths: list[str]) -> str:
    """What the paths of a suite's legs have in common; of a single one all of it."""
    if len(paths) == 1:
        return paths[0]
    rows = [path.split("/") for path in paths]
    same = [row for row in zip(*rows, strict=False) if len(set(row)) == 1]
    return "/".join(row[0] for row in same) or paths[0]


def _differing(paths: list[str]) -> list[str]:
    """Each path without the parts that begin or end all of them; distinct as the paths are."""
    rows = [path.split("/") for path in paths]
    shortest = min(len(row) for row in rows)
    head = next((i for i in range(shortest) if len({row[i] for row in rows}) > 1), shortest)
    tail = next((i for i in range(shortest - head) if len({row[-1 - i] for row in rows}) > 1), shortest - head)
    told = ["/".join(row[head : len(row) - tail]) for row in rows]
    return told if len(set(told)) == len(told) else paths
