"""Parse checklists: after the line `# checklist`, one test a line, such as `login: ok 0.2` (seconds are optional)."""

from __future__ import annotations

import re
from array import array

from readygate.formats import FileSample, Format, Source
from readygate.model.reports import Problem, Severity, TestReport
from readygate.model.results import ClassBlock, FailureDetail, Outcome, count_outcomes

_FIRST_LINE = "# checklist"
_LINE = re.compile(r"(?P<name>[^:]+): (?P<outcome>ok|fail)(?: (?P<seconds>\d{1,6}(?:\.\d{1,6})?))?")
_OUTCOMES = {"ok": Outcome.PASSED, "fail": Outcome.FAILED}


def matches(sample: FileSample) -> str | None:
    """Return why a file is a checklist; None if it is not."""
    return f"begins with `{_FIRST_LINE}`" if sample.text.startswith(f"{_FIRST_LINE}\n") else None


def parse(source: Source) -> TestReport:
    """Parse a checklist. A line in another form is damage; the lines before and after it count.

    Raises:
        OSError: the file cannot be read.
    """
    with source.open() as stream:
        lines = stream.read().decode("utf-8", "replace").splitlines()
    names: list[str] = []
    outcomes = bytearray()
    seconds = array("f")
    problems = []
    for number, line in enumerate(lines[1:], 2):
        found = _LINE.fullmatch(line)
        if found is not None:
            names.append(found["name"])
            outcomes.append(_OUTCOMES[found["outcome"]])
            seconds.append(float(found["seconds"] or 0))
        elif line.strip():
            problems.append(Problem(severity=Severity.DAMAGE, what="not a line of a checklist", place=f"line {number}"))
    failed = (name for name, outcome in zip(names, outcomes, strict=True) if outcome == Outcome.FAILED)
    return TestReport(
        format=FORMAT.name,
        blocks={"checklist": ClassBlock.build(names, outcomes, seconds)} if names else {},
        details=tuple(FailureDetail(class_name="checklist", name=name, outcome=Outcome.FAILED) for name in failed),
        executions=count_outcomes(outcomes),
        seconds=sum(seconds),
        problems=tuple(problems[:1]),
    )


FORMAT = Format(
    name="acme-checklist",
    title="Acme checklist",
    kind="tests",
    matches=matches,
    parse=parse,
    url="https://acme.example/checklists",
)
