"""Generates suites as large projects have them: JUnit reports as pytest writes them, and coverage reports.

    python -m benchmarks.suites FOLDER TESTS FILES [--side base] [--failing 0.01] [--output BYTES]

Equal arguments give equal bytes. The two sides differ in what a pull request changes: of 10,000 tests some five newly
fail, two are fixed, one is newly skipped, and five go as five others come. All durations differ.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TextIO
from xml.sax.saxutils import quoteattr

_AREAS: Final = ("billing", "accounts", "catalog", "shipping", "search", "reports", "notifications", "permissions")
_THINGS: Final = ("invoice", "refund", "address", "session", "discount", "warehouse", "ledger", "payment", "customer")
_ASPECTS: Final = ("totals", "validation", "rounding", "export", "history", "locking", "pagination", "migration")
_VERBS: Final = ("rejects", "keeps", "rounds", "returns", "updates", "ignores", "orders_by", "retries")
_DETAILS: Final = ("empty_input", "the_last_page", "half_up", "expired_tokens", "duplicate_rows", "when_locked")
_VALUES: Final = ("EUR-12", "USD-0", "utf-8-long", "None-True", "2024-02-29", "a/b-c")

_TRACE: Final = """\
self = &lt;tests.unit.test_{module}.Test{cls} object at 0x7f3a5c1b{number:04x}&gt;, amount = {number}

    def {name}(self, ledger, amount):
        entry = ledger.add(amount, currency=&quot;EUR&quot;)
        assert entry.total == expected_total(amount)
&gt;       assert ledger.balance() == entry.total
E       AssertionError: assert Decimal('{number}.07') == Decimal('{number}.70')
E        +  where Decimal('{number}.07') = &lt;bound method Ledger.balance of Ledger(entries={number})&gt;()
E        +    where &lt;bound method Ledger.balance&gt; = Ledger(entries={number}).balance

tests/unit/{area}/test_{module}.py:{line}: AssertionError
----------------------------- Captured stderr call -----------------------------
2026-03-01 12:00:00,{number:03d} WARNING ledger: entry {number} was added to a closed period and is moved to the next
2026-03-01 12:00:00,{number:03d} INFO ledger: recalculated {number} balances in 0.012 s, 3 of them had changed since
2026-03-01 12:00:00,{number:03d} INFO cache: dropped 17 keys of &lt;account {number}&gt; after the change of its balance
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What to generate.

    Attributes:
        failing: the share of failing tests.
        output: bytes of `system-out` in each test.
        changed: whether this is the changed side, not the base.
        variants: how many legs of a matrix run the same tests, each with a folder of its own.
    """

    tests: int
    files: int
    failing: float = 0.01
    output: int = 0
    changed: bool = True
    variants: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Class:
    area: str
    module: str
    name: str
    tests: tuple[str, ...]
    first: int

    @property
    def path(self) -> str:
        return f"tests.unit.{self.area}.test_{self.module}.Test{self.name}"


def write_suite(folder: Path, suite: Suite) -> None:
    """Write the reports of a suite into a folder."""
    if suite.variants > 1:
        for number in range(suite.variants):
            write_suite(folder / f"leg-{number}", replace(suite, variants=1))
        return
    folder.mkdir(parents=True, exist_ok=True)
    classes = _classes(suite.tests)
    dice = random.Random(f"durations {suite.changed}")
    pending = next(classes, None)
    for number in range(suite.files):
        last = suite.tests * (number + 1) // suite.files
        rows: list[str] = []
        outcomes = [0, 0, 0]
        while pending is not None and (pending.first < last or number == suite.files - 1):
            for at, name in enumerate(pending.tests, start=pending.first):
                outcome = _outcome(at, suite)
                outcomes[outcome] += 1
                rows.append(_case(pending, at, name, outcome, dice.lognormvariate(-4, 1.5), suite))
            pending = next(classes, None)
        with (folder / f"junit-{number + 1:03d}.xml").open("w", encoding="utf-8") as stream:
            _write_report(stream, rows, outcomes)


def _write_report(stream: TextIO, rows: list[str], outcomes: list[int]) -> None:
    passed, failed, skipped = outcomes
    stream.write(
        '<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="0" '
        f'failures="{failed}" skipped="{skipped}" tests="{passed + failed + skipped}" time="812.4" '
        'timestamp="2026-03-01T12:00:00.000000+00:00" hostname="runner">'
    )
    stream.writelines(rows)
    stream.write("</testsuite></testsuites>")


def _classes(tests: int) -> Iterator[_Class]:
    """Classes of 4 to 40 tests, the same for both sides."""
    dice = random.Random("classes")
    made = number = 0
    while made < tests:
        number += 1
        size = min(dice.randint(4, 40), tests - made)
        area = dice.choice(_AREAS)
        thing, aspect = dice.choice(_THINGS), dice.choice(_ASPECTS)
        names: list[str] = []
        while len(names) < size:
            stem = f"test_{dice.choice(_VERBS)}_{dice.choice(_DETAILS)}_{len(names)}"
            values = _VALUES[: dice.randint(2, 6)] if dice.random() < 0.15 else ()
            names += [f"{stem}[{value}]" for value in values] or [stem]
        yield _Class(
            area=area,
            module=f"{thing}_{aspect}_{number}",
            name=f"{thing.title()}{aspect.title()}",
            tests=tuple(names[:size]),
            first=made,
        )
        made += size


def _outcome(at: int, suite: Suite) -> int:
    """0 passed, 1 failed, 2 skipped; the same on both sides for most tests."""
    spread = at * 7919 % 10_000
    failing = spread < suite.failing * 10_000
    if suite.changed:
        failing = (failing and spread % 50 != 0) or 5_000 <= spread < 5_005
    if failing:
        return 1
    return 2 if 9_900 <= spread < (10_000 if suite.changed else 9_999) else 0


def _case(owner: _Class, at: int, name: str, outcome: int, seconds: float, suite: Suite) -> str:
    if suite.changed and at * 7919 % 2_000 == 1_500:
        name = name.replace("test_", "test_it_", 1)
    begin = f'<testcase classname="{owner.path}" name="{name}" time="{seconds:.3f}"'
    output = _output(at, suite.output) if suite.output else ""
    if outcome == 0:
        return f"{begin}>{output}</testcase>" if output else f"{begin} />"
    if outcome == 2:
        message = quoteattr(f"needs a server of the kind {owner.area}")
        return (
            f'{begin}><skipped type="pytest.skip" message={message}>'
            f"tests/unit/{owner.area}/test_{owner.module}.py:{at % 900}: {owner.area}</skipped>{output}</testcase>"
        )
    number = at % 1000
    trace = _TRACE.format(
        area=owner.area, module=owner.module, cls=owner.name, name=name.partition("[")[0], number=number, line=at % 900
    )
    message = f"AssertionError: assert Decimal('{number}.07') == Decimal('{number}.70')&#10; +  where {number}.07"
    return f'{begin}><failure message="{message}">{trace}</failure>{output}</testcase>'


def _output(at: int, size: int) -> str:
    line = f"2026-03-01 12:00:00 INFO worker-{at}: handled request {at} of /accounts/{at}/balance in 0.012 s\n"
    return f"<system-out>{(line * (size // len(line) + 1))[:size]}</system-out>"


def lines_of(number: int, *, changed: bool) -> list[tuple[int, int]]:
    """Lines of one source file with their hits; one file in fifty differs between the sides."""
    dice = random.Random(number)
    lines = [
        (line, 0 if dice.random() < 0.12 else dice.randint(1, 40)) for line in range(1, 260) if dice.random() < 0.6
    ]
    if changed and number % 50 == 0:
        lines = [(line, 0 if line % 7 == 0 else hits) for line, hits in lines]
    return lines


def source_of(number: int) -> str:
    """The path of a source file."""
    area = _AREAS[number % len(_AREAS)]
    return f"src/shop/{area}/{_THINGS[number // 8 % len(_THINGS)]}/module_{number}.py"


def write_cobertura(path: Path, files: int, *, changed: bool = True) -> None:
    """Write a Cobertura report as coverage.py does, every eighth line with branches."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write(
            '<?xml version="1.0" ?>\n<coverage version="7.6" line-rate="0.88" branch-rate="0.8" complexity="0">\n'
            "\t<sources>\n\t\t<source>/home/runner/work/shop/shop</source>\n\t</sources>\n\t<packages>\n"
            '\t\t<package name="." line-rate="0.88" branch-rate="0.8" complexity="0">\n\t\t\t<classes>\n'
        )
        for number in range(files):
            name = source_of(number)
            stream.write(
                f'\t\t\t\t<class name="{name.rpartition("/")[2]}" filename="{name}" complexity="0" line-rate="0.88" '
                'branch-rate="0.8">\n\t\t\t\t\t<methods/>\n\t\t\t\t\t<lines>\n'
            )
            for line, hits in lines_of(number, changed=changed):
                branch = ' branch="true" condition-coverage="50% (1/2)"' if line % 8 == 0 else ""
                stream.write(f'\t\t\t\t\t\t<line number="{line}" hits="{hits}"{branch}/>\n')
            stream.write("\t\t\t\t\t</lines>\n\t\t\t\t</class>\n")
        stream.write("\t\t\t</classes>\n\t\t</package>\n\t</packages>\n</coverage>\n")


def write_lcov(path: Path, files: int, *, changed: bool = True) -> None:
    """Write an LCOV report, every eighth line with branches."""
    with path.open("w", encoding="utf-8") as stream:
        for number in range(files):
            stream.write(f"SF:{source_of(number)}\n")
            lines = lines_of(number, changed=changed)
            stream.writelines(f"DA:{line},{hits}\n" for line, hits in lines)
            stream.writelines(
                f"BRDA:{line},0,jump to line {line + 1 + arm},{hits if arm else 0}\n"
                for line, hits in lines
                if line % 8 == 0
                for arm in (0, 1)
            )
            stream.write("end_of_record\n")


def write_jacoco(path: Path, files: int, *, changed: bool = True) -> None:
    """Write a JaCoCo report, every eighth line with branches."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write('<?xml version="1.0" encoding="UTF-8"?><report name="shop">')
        for number in range(files):
            folder, _, name = source_of(number).rpartition("/")
            stream.write(f'<package name="{folder}"><sourcefile name="{name}">')
            for line, hits in lines_of(number, changed=changed):
                missed, covered = (0, 3) if hits else (3, 0)
                arms = (1, 1) if line % 8 == 0 else (0, 0)
                stream.write(f'<line nr="{line}" mi="{missed}" ci="{covered}" mb="{arms[0]}" cb="{arms[1]}"/>')
            stream.write("</sourcefile></package>")
        stream.write("</report>")


def write_coverage_py(path: Path, files: int, *, changed: bool = True) -> None:
    """Write a report as `coverage json` does, without branches."""
    told = {}
    for number in range(files):
        lines = lines_of(number, changed=changed)
        told[source_of(number)] = {
            "executed_lines": [line for line, hits in lines if hits],
            "missing_lines": [line for line, hits in lines if not hits],
            "excluded_lines": [],
        }
    meta = {"format": 3, "version": "7.6.1", "branch_coverage": False, "show_contexts": False}
    path.write_text(json.dumps({"meta": meta, "files": told, "totals": {}}), encoding="utf-8")


def main() -> None:
    """Write one side of a suite: in a process of its own, so that the one that measures stays small."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tests", type=int)
    parser.add_argument("files", type=int)
    parser.add_argument("--side", choices=("base", "head"), default="head")
    parser.add_argument("--failing", type=float, default=0.01)
    parser.add_argument("--output", type=int, default=0)
    parser.add_argument("--variants", type=int, default=1)
    given = parser.parse_args()
    suite = Suite(
        tests=given.tests,
        files=given.files,
        failing=given.failing,
        output=given.output,
        changed=given.side == "head",
        variants=given.variants,
    )
    write_suite(given.folder, suite)


if __name__ == "__main__":
    main()
