"""NUnit 2 XML, also of other tools (`nunit2` output of PHPUnit, Pester and others).

Schema: https://nunit.org/docs/2.6.4/files/Results.xsd . Before 2.5 a test had no `result` but the attributes
`executed` and `success`. Without these, a `failure` element decides.
"""

from typing import Final

from readygate.formats import FileSample, Format, Source
from readygate.formats.decimals import parse_decimal
from readygate.formats.results._nunit import Dialect, read
from readygate.formats.results._report_builder import SUITE_SEPARATOR, ReportBuilder
from readygate.model.reports import TestReport
from readygate.model.results import Outcome

_NAME: Final = "nunit2"
OUTCOMES: Final = {
    "Success": Outcome.PASSED,
    **dict.fromkeys(("Ignored", "Skipped", "NotRunnable", "Inconclusive"), Outcome.SKIPPED),
    "Failure": Outcome.FAILED,
    **dict.fromkeys(("Error", "Cancelled"), Outcome.ERRORED),
}
"""Outcome of each result."""


def _matches(sample: FileSample) -> str | None:
    if sample.root == "test-results":
        return "the root element is <test-results>"
    if sample.root == "test-suite" and "results" in sample.children:
        return "the root element is <test-suite> with <results>"
    return None


def _outcome(builder: ReportBuilder, attributes: dict[str, str], failed: bool) -> Outcome:
    stated = Outcome.FAILED if failed else Outcome.PASSED
    if "result" in attributes:
        outcome = builder.outcome(OUTCOMES, attributes["result"])
        return max(outcome, stated) if outcome is Outcome.PASSED else outcome
    if attributes.get("executed", "").lower() == "false":
        return max(stated, Outcome.SKIPPED)
    if attributes.get("success", "").lower() == "false":
        return Outcome.FAILED
    return stated


def _names(attributes: dict[str, str], path: str) -> tuple[str, str]:
    """Return class and name: the name begins with the class, and its arguments may contain dots."""
    name = attributes.get("name", "")
    bare = name.partition("(")[0]
    class_name, dot, short = bare.rpartition(".")
    own = path.rpartition(SUITE_SEPARATOR)[2]
    for qualified in (f"{own}.", f"{path.replace(SUITE_SEPARATOR, '.')}."):
        if own and name.startswith(qualified):
            return qualified[:-1], name[len(qualified) :]
    if dot and short and " " not in class_name:
        return class_name, name[len(class_name) + 1 :]
    return path, name


def _suite_failed(_attributes: dict[str, str], failed: bool, child_fails: bool) -> bool:
    return failed and not child_fails


def _check(builder: ReportBuilder, root: dict[str, str], tests: int) -> None:
    """Compare the totals: `total` counts tests that ran, `not-run` the rest; old versions count all in `total`."""
    ran, rest = parse_decimal(root.get("total")), parse_decimal(root.get("not-run"))
    stated = [parse_decimal(root.get(key)) for key in ("failures", "errors")]
    builder.check_totals(
        failures=(sum(filter(None, stated)) if any(stated) else None, builder.failing),
        tests=(None if ran is not None and tests == ran + (rest or 0) else ran, tests),
        place="test-results",
    )


def _parse(source: Source) -> TestReport:
    dialect = Dialect(name=_NAME, outcome=_outcome, names=_names, suite_failed=_suite_failed, check=_check)
    return read(source, dialect)


FORMAT: Final = Format(
    name=_NAME,
    title="NUnit 2 XML",
    kind="tests",
    matches=_matches,
    parse=_parse,
    url="https://nunit.org/docs/2.6.4/files/Results.xsd",
    elements=frozenset(("test-suite", "test-case", "results", "environment", "culture-info")),
)
