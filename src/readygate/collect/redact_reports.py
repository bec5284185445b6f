"""Remove secrets from the contents of a report as soon as it was read.

Every output and every stored result is made from these contents, so none of them can repeat a secret.
"""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from readygate.model.reports import Problem, TestReport
from readygate.model.results import SEPARATOR, ClassBlock, FailureDetail, raw_name
from readygate.model.snapshot import ReadFile
from readygate.support.globs import NamePattern, replacer
from readygate.support.redaction import REDACTED, redact

Redact = Callable[[str], str]
"""Returns a text without its secrets."""


def redactor(patterns: Sequence[NamePattern] = ()) -> Redact:
    """Return a function that redacts a text.

    Args:
        patterns: regular expressions of the user for text to redact in addition to recognizable secrets.
    """
    if not patterns:
        return redact
    hide = replacer(patterns, REDACTED)
    return lambda text: hide(redact(text)) if text else text


def redact_file(file: ReadFile, redact_text: Redact) -> ReadFile:
    """Return the contents of a file without secrets in its texts, its problems and the names of its tests."""
    report = file.report
    if report is not None:
        report = replace(report, problems=_redact_problems(report.problems, redact_text))
    if isinstance(report, TestReport):
        report = _redact_tests(report, redact_text)
    return replace(file, report=report, problems=_redact_problems(file.problems, redact_text))


def _redact_problems(problems: tuple[Problem, ...], redact_text: Redact) -> tuple[Problem, ...]:
    return tuple(
        replace(
            problem,
            what=redact_text(problem.what),
            place=redact_text(problem.place),
            why=redact_text(problem.why),
            todo=redact_text(problem.todo),
        )
        for problem in problems
    )


def _redact_tests(report: TestReport, redact_text: Redact) -> TestReport:
    """Redact details and names.

    A name must become the same wherever it occurs. Otherwise a failure would lose its text.
    """
    if redact_text is redact and _is_clean(report):
        return report
    details = tuple(_redact_detail(detail, redact_text) for detail in report.details)
    properties = {name: redact_text(value) for name, value in report.properties.items()}
    blocks: dict[str, list[ClassBlock]] = {}
    for class_name, block in report.blocks.items():
        blocks.setdefault(redact_text(class_name), []).append(_redact_block(block, redact_text))
    merged = {name: ClassBlock.merge(blocks[name]) for name in sorted(blocks)}
    repeats = {
        redact_text(class_name): {redact_text(name): outcomes for name, outcomes in several.items()}
        for class_name, several in report.repeats.items()
    }
    return replace(report, details=details, properties=properties, blocks=merged, repeats=repeats)


def _is_clean(report: TestReport) -> bool:
    """Return whether no text contains a recognizable secret: one search of all texts together rules most reports out.

    The forms have no anchors, so a secret in one of the texts is found in all of them.
    """
    names = (part for name, block in report.blocks.items() for part in (name, block.names))
    details = (
        part for one in report.details for part in (one.class_name, one.name, one.type, one.message, one.text, one.file)
    )
    texts = SEPARATOR.join((*names, *details, *report.properties.values()))
    return redact(texts) == texts


def _redact_block(block: ClassBlock, redact_text: Redact) -> ClassBlock:
    """Redact the names of a class, one by one: a user's pattern may match at the start or at the end of a name."""
    if redact_text is redact and redact(block.names) == block.names:
        return block
    names = [raw_name(name) for name in block.names.split(SEPARATOR)]
    redacted = [redact_text(name) for name in names]
    return block if redacted == names else ClassBlock.build(redacted, block.outcomes, block.durations())


def _redact_detail(detail: FailureDetail, redact_text: Redact) -> FailureDetail:
    return replace(
        detail,
        class_name=redact_text(detail.class_name),
        name=redact_text(detail.name),
        type=redact_text(detail.type),
        message=redact_text(detail.message),
        text=redact_text(detail.text),
        file=redact_text(detail.file),
    )
