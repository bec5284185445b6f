"""What looks like a key, a token or a password: taken out of everything that a report says, when it is read.

A runner masks secrets in its log only; comments, check runs, files and stored results it never sees. The forms of
tokens are those that their makers publish, for example
https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/ and
https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns . Only text that
is recognizable as a secret is taken: what stands in its place must not hide why a test failed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

from msgspec.structs import replace

from readygate.model.reports import Problem, TestReport
from readygate.model.results import SEPARATOR, ClassBlock, Detail
from readygate.model.snapshot import ReadFile
from readygate.support.globs import Pattern, replacer

REDACTED: Final = "[redacted]"

ANSI: Final = re.compile(r"[\x1b\u241b](?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
"""Colours and other sequences of a terminal, which could stand in the middle of a token."""


_KEY: Final = r"-----BEGIN [A-Z ]*PRIVATE KEY.*?(?:-----END [A-Z ]*PRIVATE KEY[A-Z ]*-----|\Z)"
_ACCESS: Final = r"_(?i:access_key)[\"']?(?: ?= ?|: ?)[\"']?"
_FORMS: Final = tuple(
    (hint, re.compile(form, re.DOTALL), instead)
    for hint, form, instead in (
        ("PRIVATE KEY", _KEY, REDACTED),
        ("gh", r"gh(?<!\wgh)[pousr]_[A-Za-z0-9]{20,}", REDACTED),
        ("github_pat_", r"github_pat_\w{20,}", REDACTED),
        ("gl", r"gl(?<!\wgl)(?:pat|dt|rt|cbt|ptt|agent)-[\w-]{20,}", REDACTED),
        ("xox", r"xox(?<!\wxox)[abeprs]-[\w-]{10,}", REDACTED),
        ("AKIA", r"AKIA(?<!\wAKIA)[A-Z0-9]{16}\b", REDACTED),
        ("ASIA", r"ASIA(?<!\wASIA)[A-Z0-9]{16}\b", REDACTED),
        ("sk-", r"sk-(?<!\wsk-)[A-Za-z0-9_-]{20,}", REDACTED),
        ("k_live_", r"\b[rs]k_live_[A-Za-z0-9]{16,}", REDACTED),
        ("k_test_", r"\b[rs]k_test_[A-Za-z0-9]{16,}", REDACTED),
        ("AIza", r"AIza(?<!\wAIza)[\w-]{35}", REDACTED),
        ("npm_", r"npm_(?<!\wnpm_)[A-Za-z0-9]{36}\b", REDACTED),
        ("pypi-AgE", r"pypi-AgE[\w-]{50,}", REDACTED),
        ("hf_", r"hf_(?<!\whf_)[A-Za-z]{30,}", REDACTED),
        ("_v1_", r"do[opr]_v1_[0-9a-f]{60,}", REDACTED),
        ("SG.", r"SG\.(?<!\wSG\.)[\w-]{20,}\.[\w-]{40,}", REDACTED),
        ("eyJ", r"eyJ(?<!\weyJ)[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*", REDACTED),
        ("hooks.slack", r"(hooks\.slack\.com/services/)[\w/]{20,}", rf"\1{REDACTED}"),
        ("://", r"://[^\s/:@]{0,100}:[^\s/@]{1,200}@", f"://{REDACTED}@"),
        ("orization: ", r"(orization: (?i:bearer|basic|token) )\S+", rf"\1{REDACTED}"),
        ("ORIZATION: ", r"(ORIZATION: (?i:bearer|basic|token) )\S+", rf"\1{REDACTED}"),
        ("cret_access", rf"(cret{_ACCESS})[\w+/]{{30,}}", rf"\1{REDACTED}"),
        ("CRET_ACCESS", rf"(CRET{_ACCESS})[\w+/]{{30,}}", rf"\1{REDACTED}"),
    )
)
"""What must stand in a text for a form to be looked for; the form, which where it can begins with fixed letters, as
`re` then finds it fast; and what takes its place."""

_SIGNS: Final = (
    rb"\x1b|PRIVATE KEY|gh[pousr]_|github_pat_|gl(?:pat|dt|rt|cbt|ptt|agent)-|xox[abeprs]-|A[KS]IA[A-Z0-9]{16}"
    rb"|sk-[A-Za-z0-9_-]{20}|[rs]k_(?:live|test)_|AIza|npm_[A-Za-z0-9]{30}|pypi-AgE|hf_[A-Za-z]{30}|do[opr]_v1_"
    rb"|SG\.[^\s.]{20}|eyJ[^\s.]{8}|hooks\.slack|://[^\s/@]+@|orization: |ORIZATION: |cret_access|CRET_ACCESS"
)
"""For RE2: stands wherever any form does, and seldom elsewhere."""
_WORTH: Final = 1 << 16
"""Characters, of all files so far, from which on loading RE2 takes less time than looking for each form by itself."""

_END: Final = re.compile(r"-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINE: Final = re.compile(r"[A-Za-z0-9+/=]*")


def redact(text: str) -> str:
    """Replace what looks like a key, a token or a password of a URL; colours, which could hide one, are taken out."""
    if "\x1b" in text:
        text = ANSI.sub("", text)
    for hint, form, instead in _FORMS:
        if hint in text:
            text = form.sub(instead, text)
    return _without_rest_of_key(text) if "PRIVATE KEY" in text else text


def _without_rest_of_key(text: str) -> str:
    """Take out the end of a key whose beginning was cut off with the middle of a long trace."""
    rows = text.split("\n")
    inside = False
    for at in reversed(range(len(rows))):
        end = _END.search(rows[at])
        inside = end is not None or (inside and _KEY_LINE.fullmatch(rows[at].strip()) is not None)
        if inside:
            rows[at] = REDACTED + (rows[at][end.end() :] if end else "")
    return "\n".join(rows)


class Scrubber:
    """Takes secrets out of what was read, file by file.

    Most files hold none, which one pass over all their texts shows; only where it does not is each text looked at.

    Args:
        patterns: what else a user wants hidden.
    """

    def __init__(self, patterns: Sequence[Pattern] = ()) -> None:
        self._hide = replacer(patterns, REDACTED) if patterns else None
        self._seen = 0

    def __call__(self, file: ReadFile) -> ReadFile:
        """Return what was read of a file without secrets in its texts, its problems and the names of its tests."""
        report, clean = file.report, self._clean
        if report is not None and report.problems:
            report = replace(report, problems=_clean_problems(report.problems, clean))
        if isinstance(report, TestReport) and (self._hide is not None or self._suspects(report)):
            report = _clean_tests(report, clean)
        if report is file.report and not file.problems:
            return file
        return replace(file, report=report, problems=_clean_problems(file.problems, clean))

    def _clean(self, text: str) -> str:
        text = redact(text) if text else text
        return self._hide(text) if text and self._hide is not None else text

    def _suspects(self, report: TestReport) -> bool:
        texts = [block.names for block in report.blocks.values()]
        texts += report.blocks
        texts += report.properties.values()
        for detail in report.details:
            texts += (detail.class_name, detail.name, detail.type, detail.message, detail.text, detail.file)
        self._seen += sum(map(len, texts))
        return self._seen < _WORTH or suspicious("\n".join(texts))


def scrub(file: ReadFile, patterns: Sequence[Pattern] = ()) -> ReadFile:
    """Return what was read of one file without secrets; see `Scrubber`."""
    return Scrubber(patterns)(file)


def suspicious(text: str) -> bool:
    """Whether a text could hold a secret; if not, `redact` leaves it as it is."""
    return _signs().search(text.encode("utf-8", "surrogatepass")) is not None


@cache
def _signs() -> Any:
    import re2  # noqa: PLC0415  (10 ms that runs with little to read do not pay)

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # bytes, whatever they mean
    return re2.compile(_SIGNS, options)


def _clean_problems(problems: tuple[Problem, ...], clean: Callable[[str], str]) -> tuple[Problem, ...]:
    return tuple(_clean_problem(problem, clean) for problem in problems)


def _clean_problem(problem: Problem, clean: Callable[[str], str]) -> Problem:
    return replace(
        problem,
        what=clean(problem.what),
        place=clean(problem.place),
        why=clean(problem.why),
        todo=clean(problem.todo),
    )


def _clean_tests(report: TestReport, clean: Callable[[str], str]) -> TestReport:
    """Clean details and names; a name must become the same wherever it stands, or its failure loses its text."""
    blocks: dict[str, list[ClassBlock]] = {}
    changed = False
    for class_name, block in report.blocks.items():
        cleaned = _clean_block(block, clean)
        name = clean(class_name)
        changed = changed or cleaned is not block or name != class_name
        blocks.setdefault(name, []).append(cleaned)
    details = tuple(_clean_detail(detail, clean) for detail in report.details)
    properties = {name: clean(value) for name, value in report.properties.items()}
    report = replace(report, details=details, properties=properties)
    if not changed:
        return report
    merged = {name: ClassBlock.merge(blocks[name]) for name in sorted(blocks)}
    return replace(report, blocks=merged)


def _clean_block(block: ClassBlock, clean: Callable[[str], str]) -> ClassBlock:
    if clean(block.names) == block.names:
        return block
    names = [clean(name) for name in block.names.split(SEPARATOR)]
    return ClassBlock.build(names, block.outcomes, block.durations())


def _clean_detail(detail: Detail, clean: Callable[[str], str]) -> Detail:
    said = (detail.class_name, detail.name, detail.type, detail.message, detail.text, detail.file)
    cleaned = tuple(map(clean, said))
    if cleaned == said:
        return detail
    class_name, name, kind, message, text, file = cleaned
    return replace(detail, class_name=class_name, name=name, type=kind, message=message, text=text, file=file)
