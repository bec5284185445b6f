"""Count false excuses and missed flaky tests over random histories: `python -m benchmarks flaky`.

Every history has stable tests that regress for several runs, mass failures of the infrastructure, re-runs of failed
runs, and flaky tests. The rule `flaky` is asked at every fifth commit, with the newest runs that a record keeps.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Final

from msgspec import Struct, field

from readygate.compare.flakiness import FlakinessRecord
from readygate.model.history import FAILED, FAILING, PASSED, RUNS_KEPT, History, PastRun
from readygate.model.results import Counts, TestId
from readygate.rules.flaky import RULE

COMMITS: Final = 200
STEP: Final = 5
"""The record is read at each of so many commits."""
RATES: Final = (0.01, 0.02, 0.05, 0.1, 0.2)
FLAKY_OF_RATE: Final = 2
"""Flaky tests of each rate in a history."""


class Setting(Struct, frozen=True, kw_only=True):
    """How often what happens.

    Attributes:
        stable: the number of stable tests.
        regressions: the regressions of a history.
        shortest: the least number of commits that a regression lasts.
        outages: the share of runs with a mass failure.
        rerun: the share of failed runs that are re-run.
    """

    stable: int = 100
    regressions: int = 30
    shortest: int = 2
    outages: float = 0.03
    rerun: float = 0.5


class Tally(Struct):
    """What the histories showed.

    Attributes:
        asked: stable tests that failed before, at all commits at which the record was read and they passed.
        excused: those of them whose next failure would be excused, by `proven` and `likely`.
        found: flaky tests that were called likely or proven at some time, by their rate.
        flaky: all flaky tests, by their rate.
    """

    asked: int = 0
    excused: Counter[str] = field(default_factory=Counter)
    found: Counter[float] = field(default_factory=Counter)
    flaky: Counter[float] = field(default_factory=Counter)


def simulate(seed: int, setting: Setting) -> tuple[list[PastRun], dict[TestId, str], dict[TestId, float]]:
    """Return the runs of a random history, the letters of its tests, and the rates of the flaky ones."""
    chance = random.Random(seed)
    stable = [TestId(class_name="Stable", name=f"test_{number}") for number in range(setting.stable)]
    rates = {
        TestId(class_name="Flaky", name=f"test_{rate}_{number}"): rate
        for rate in RATES
        for number in range(FLAKY_OF_RATE)
    }
    red = [set[TestId]() for _ in range(COMMITS)]
    for _ in range(setting.regressions):
        start, length = chance.randrange(1, COMMITS), setting.shortest + int(chance.expovariate(1 / 3))
        broken = chance.sample(stable[: setting.stable // 3], chance.choice((1, 1, 1, 2, 3, 8)))  # the same ones again
        for commit in range(start, min(start + length, COMMITS)):
            red[commit].update(broken)
    runs: list[PastRun] = []
    letters: dict[TestId, str] = dict.fromkeys((*stable, *rates), "")
    for commit in range(COMMITS):
        for attempt in (1, 2, 3):
            failing = set(red[commit]) | {test for test, rate in rates.items() if chance.random() < rate}
            if chance.random() < setting.outages:
                failing.update(chance.sample(list(letters), int(len(letters) * chance.uniform(0.15, 1))))
            for test in letters:
                letters[test] += FAILED if test in failing else PASSED
            counts = Counts(passed=len(letters) - len(failing), failed=len(failing))
            runs.append(PastRun(commit=f"{commit:040x}", run_id=commit + 1, attempt=attempt, counts=counts))
            if not failing or chance.random() >= setting.rerun:
                break
    return runs, letters, rates


def measure(seed: int, setting: Setting, tally: Tally) -> None:
    """Add a history to a tally."""
    runs, letters, rates = simulate(seed, setting)
    window, flips = (int(RULE.options[name].default or 0) for name in ("runs", "flips"))
    known: set[TestId] = set()
    ends = [index for index in range(1, len(runs)) if runs[index - 1].commit != runs[index].commit]
    for end in ends[::STEP]:
        first = max(0, end - RUNS_KEPT)
        tests = {(test, ""): row[first:end] for test, row in letters.items() if FAILED in row[first:end]}
        record = FlakinessRecord(History(runs=tuple(runs[first:end]), tests=tests), window, flips)
        for (test, _), row in tests.items():
            if row[-1] in FAILING:
                continue
            found = record.of(test, ("",))
            evidence = found.evidence if found else ""
            if test in rates:
                known |= {test} if evidence in ("proven", "likely") else set()
                continue
            tally.asked += 1
            tally.excused["proven"] += evidence == "proven"
            tally.excused["likely"] += evidence in ("proven", "likely")
    tally.flaky.update(rates.values())
    tally.found.update(rates[test] for test in known)


SETTINGS: Final = {
    "regressions of 2 runs and more": Setting(),
    "without re-runs": Setting(rerun=0),
    "one run in ten fails as a whole": Setting(outages=0.1),
    "some regressions of a single run": Setting(shortest=1),
}


def tally(setting: Setting, histories: int, seed: int = 0) -> Tally:
    """Return what a number of histories show."""
    found = Tally()
    for number in range(histories):
        measure(seed + number, setting, found)
    return found


def table(histories: int) -> list[str]:
    """Return the figures as a Markdown table."""
    rates = [f"{rate:.0%}" for rate in RATES]
    rows = [
        f"| {histories} histories of {COMMITS} commits | Excused by `proven` | By `likely` | "
        + " | ".join(f"Found at {rate}" for rate in rates)
        + " |",
        "| :-- |" + " --: |" * (2 + len(rates)),
    ]
    for name, setting in SETTINGS.items():
        found = tally(setting, histories)
        excused = [f"{found.excused[kind]:,} of {found.asked:,}" for kind in ("proven", "likely")]
        hits = [f"{found.found[rate] / found.flaky[rate]:.0%}" for rate in RATES]
        rows.append("| " + " | ".join((name, *excused, *hits)) + " |")
    return rows
