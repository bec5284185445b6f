"""Generates the reports that are measured: JUnit as pytest writes it, with names as large projects have them.

Equal arguments give equal bytes. Of the tests 1 % fail with tracebacks and 1 % are skipped. The two sides differ as a
pull request and its base do: of 10,000 tests some five newly fail, two are fixed, one is newly skipped, and five go as
five others come. All durations differ.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple

Side = Literal["base", "head"]
SIDES: Final[tuple[Side, ...]] = ("base", "head")
PER_FILE: Final = 10_000
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


class _Class(NamedTuple):
    area: str
    module: str
    name: str
    tests: tuple[str, ...]
    first: int


def write_suite(folder: Path, tests: int, side: Side) -> list[Path]:
    """Write the reports of one side into a folder, of about 10,000 tests each. Return the files."""
    folder.mkdir(parents=True)
    dice = random.Random(f"durations {side}")
    written: list[Path] = []
    rows: list[str] = []
    for each in _classes(tests):
        for at, name in enumerate(each.tests, start=each.first):
            rows.append(_case(each, at, name, dice.lognormvariate(-4, 1.5), side))
        if each.first + len(each.tests) >= min(PER_FILE * (len(written) + 1), tests):
            written.append(folder / f"junit-{len(written) + 1:03d}.xml")
            _write_report(written[-1], rows)
            rows = []
    return written


def _write_report(path: Path, rows: list[str]) -> None:
    failed, skipped = (sum(f"><{tag} " in row for row in rows) for tag in ("failure", "skipped"))
    with path.open("w", encoding="utf-8") as stream:
        stream.write(
            '<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="0" '
            f'failures="{failed}" skipped="{skipped}" tests="{len(rows)}" time="812.4" '
            'timestamp="2026-03-01T12:00:00.000000+00:00" hostname="runner">'
        )
        stream.writelines(rows)
        stream.write("</testsuite></testsuites>")


def _classes(tests: int) -> Iterator[_Class]:
    """Yield classes of 4 to 40 tests, the same for both sides."""
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
        module, name = f"{thing}_{aspect}_{number}", f"{thing.title()}{aspect.title()}"
        yield _Class(area, module, name, tuple(names[:size]), made)
        made += size


def _outcome(at: int, side: Side) -> Literal["passed", "failed", "skipped"]:
    """Return the outcome of a test, the same on both sides for most of them."""
    spread = at * 7919 % 10_000
    failing = spread < 100
    if side == "head":  # the fourth test fails newly, so that the smallest suite has something to tell
        failing = (failing and spread % 50 != 0) or 5_000 <= spread < 5_005 or at == 3
    if failing:
        return "failed"
    return "skipped" if 9_900 <= spread < (10_000 if side == "head" else 9_999) else "passed"


def _case(owner: _Class, at: int, name: str, seconds: float, side: Side) -> str:
    if side == "head" and at * 7919 % 2_000 == 1_500:
        name = name.replace("test_", "test_it_", 1)
    path = f"tests.unit.{owner.area}.test_{owner.module}.Test{owner.name}"
    begin = f'<testcase classname="{path}" name="{name}" time="{seconds:.3f}"'
    outcome = _outcome(at, side)
    if outcome == "passed":
        return f"{begin} />"
    if outcome == "skipped":
        file = f"tests/unit/{owner.area}/test_{owner.module}.py:{at % 900}"
        message = f"needs a server of the kind {owner.area}"
        return f'{begin}><skipped type="pytest.skip" message="{message}">{file}: {message}</skipped></testcase>'
    number = at % 1000
    words = {"area": owner.area, "module": owner.module, "cls": owner.name, "name": name.partition("[")[0]}
    trace = _TRACE.format(number=number, line=at % 900, **words)
    message = f"AssertionError: assert Decimal('{number}.07') == Decimal('{number}.70')&#10; +  where {number}.07"
    return f'{begin}><failure message="{message}">{trace}</failure></testcase>'
