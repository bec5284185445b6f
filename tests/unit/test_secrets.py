"""Secrets leave a report when it is read: texts, names, problems, and with them whatever is stored or written."""

import re
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.builders import HEAD, measure, report

from readygate.baseline.snapshot_codec import decode, encode
from readygate.collect.redact_reports import redact_file, redactor
from readygate.model.reports import Problem, Severity, TestReport
from readygate.model.results import SEPARATOR, FailureDetail, Outcome, raw_name
from readygate.model.snapshot import ReadFile
from readygate.support.globs import NamePattern, regex
from readygate.support.redaction import REDACTED, redact

TOKEN = "ghp_" + "a1B2" * 9
OTHER = "ghs_" + "9z" * 18
KEY = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *["MIIEow" * 10] * 5, "-----END RSA PRIVATE KEY-----"])


def read(given: TestReport) -> ReadFile:
    return ReadFile(name="junit.xml", size=1, report=given, problems=given.problems)


def scrub(file: ReadFile, patterns: Sequence[NamePattern] = ()) -> ReadFile:
    return redact_file(file, redactor(patterns))


def suites_of(file: ReadFile) -> TestReport:
    assert isinstance(file.report, TestReport)
    return file.report


@pytest.mark.parametrize(
    "secret",
    [
        "xoxe-" + "1" * 20,
        "gldt-" + "x" * 20,
        "sk_live_" + "a1" * 12,
        "rk_test_" + "a1" * 12,
        "pypi-AgE" + "IcHlwaS5vcmc" * 5,
        "hf_" + "abCD" * 9,
        "dop_v1_" + "0f" * 32,
        "SG." + "a" * 22 + "." + "b" * 43,
    ],
)
def test_tokens_of_many_makers_are_known(secret: str) -> None:
    assert redact(f"got <{secret}> here") == f"got <{REDACTED}> here"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://hooks.slack.com/services/T000/B000/" + "x" * 24, "https://hooks.slack.com/services/[redacted]"),
        ("AWS_SECRET_ACCESS_KEY=" + "a/B+" * 10, "AWS_SECRET_ACCESS_KEY=[redacted]"),
        ('"aws_secret_access_key": "' + "a/B+" * 10 + '"', '"aws_secret_access_key": "[redacted]"'),
        ("AUTHORIZATION: TOKEN abc", "AUTHORIZATION: TOKEN [redacted]"),
        (f"a\n{KEY}\nb", "a\n[redacted]\nb"),
        (f"a\n{KEY[:100]}\n… 90 characters left out …\n{KEY[200:]}\nb", "a\n[redacted]\nb"),
        (f"a: b\n{KEY[40:]}\nc", "a: b" + "\n[redacted]" * 6 + "\nc"),
        ("a PRIVATE KEY of nobody", "a PRIVATE KEY of nobody"),
    ],
)
def test_what_takes_its_place(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_properties_lose_their_secrets_too() -> None:
    file = scrub(read(replace(report({"c": {"a": "p"}}), properties={"os": TOKEN})))
    assert suites_of(file).properties == {"os": REDACTED}


@given(st.text(alphabet="ghp_skAKIey:/@.-\n ", max_size=60))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact(redact(text)) == redact(text)


def test_a_report_loses_its_secrets_wherever_they_stand() -> None:
    detail = FailureDetail(
        class_name=f"c {TOKEN}",
        name=f"t[{TOKEN}]",
        outcome=Outcome.FAILED,
        type=f"E {TOKEN}",
        message=f"m {TOKEN}",
        text=f"x\n{KEY}\n{TOKEN}",
    )
    odd = Problem(severity=Severity.NOTE, what=TOKEN, place=TOKEN, why=TOKEN, todo=TOKEN)
    suite = {f"c {TOKEN}": {f"t[{TOKEN}]": "f", "plain": "p"}, f"c {OTHER}": {"more": "p"}}
    given = replace(report(suite, details=(detail,), problems=(odd,)), properties={"os": TOKEN})
    file = scrub(read(given))

    cleaned = suites_of(file)
    assert TOKEN not in repr(file)
    assert OTHER not in repr(file)
    assert "MIIE" not in repr(file)
    block = cleaned.blocks[f"c {REDACTED}"]
    assert [(name, outcome.name) for name, outcome in block.items()] == [
        ("more", "PASSED"),
        ("plain", "PASSED"),
        (f"t[{REDACTED}]", "FAILED"),
    ]
    (left,) = cleaned.details
    assert (left.class_name, left.name) == (f"c {REDACTED}", f"t[{REDACTED}]")
    assert file.problems[0].what == REDACTED


def test_names_that_become_one_are_numbered() -> None:
    cleaned = suites_of(scrub(read(report({"c": {f"t[{TOKEN}]": "p", f"t[{OTHER}]": "f"}}))))

    assert list(cleaned.blocks["c"].items()) == [
        (f"t[{REDACTED}]", Outcome.FAILED),
        (f"t[{REDACTED}] (#2)", Outcome.PASSED),
    ]
    assert cleaned.executions.total == 2


def test_what_a_user_names_is_hidden_too() -> None:
    hide = [regex(r"(?i)acme-\d+")]
    detail = FailureDetail(class_name="c", name="t[ACME-12]", outcome=Outcome.FAILED, message="acme-7 is bad")
    cleaned = suites_of(scrub(read(report({"c": {"t[ACME-12]": "f"}}, details=(detail,))), hide))

    assert list(cleaned.blocks["c"].items()) == [(f"t[{REDACTED}]", Outcome.FAILED)]
    assert cleaned.details[0].message == f"{REDACTED} is bad"


PATTERNS = {
    "^se": "^se",
    "se$": r"se\Z",
    "^se$": r"^se\Z",
    r"\Ase": r"\Ase",
    r"se\z": r"se\Z",
    r"\bse": r"\bse",
    r"se\b": r"se\b",
    r"\Bse\B": r"\Bse\B",
    "(?m)^se$": "(?m)^se$",
    "^[^-]+$|-e": r"^[^-]+\Z|-e",
    "s.*e": "s.*e",
    "[^x]e": "[^x]e",
}
"""Expressions of RE2, and the same for Python: https://github.com/google/re2/wiki/Syntax"""
WORDS = st.text(alphabet="se- \n", min_size=1, max_size=6)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(names=st.lists(WORDS, min_size=1, max_size=6, unique=True))
def test_each_name_is_redacted_by_itself(pattern: str, names: list[str]) -> None:
    details = [FailureDetail(class_name=name, name=name, outcome=Outcome.FAILED, message=name) for name in names]
    given = replace(report({"c": dict.fromkeys(names, "f")}), details=tuple(details))

    cleaned = suites_of(scrub(read(given), [regex(pattern)]))

    expected = [re.sub(PATTERNS[pattern], REDACTED, name) for name in names]
    (block,) = cleaned.blocks.values()
    assert sorted(raw_name(name) for name, _ in block.items()) == sorted(expected)
    assert [detail.name for detail in cleaned.details] == expected
    assert [detail.message for detail in cleaned.details] == expected
    assert [detail.class_name for detail in cleaned.details] == expected


@given(
    st.lists(st.sampled_from([TOKEN, "AKIA" + "A1" * 8, KEY[:60], KEY[-60:], "x", "a b", "\x1b[31mred"]), min_size=1)
)
def test_names_with_recognizable_secrets_are_redacted_one_by_one(names: list[str]) -> None:
    cleaned = suites_of(scrub(read(report({"c": dict.fromkeys(names, "p")}))))
    found = sorted(raw_name(name) for name, _ in cleaned.blocks["c"].items())
    assert found == sorted(redact(name) for name in set(names))


@given(
    st.lists(
        st.sampled_from(
            [
                TOKEN,
                TOKEN[:9],
                TOKEN[9:],
                KEY,
                KEY[:60],
                KEY[-60:],
                "a://b:c",
                "@d",
                "eyJ",
                "\x1b]",
                "\x07",
                "\ud800",
                "",
            ]
        ),
        min_size=4,
        max_size=4,
    )
)
def test_each_text_of_a_failure_is_redacted_by_itself(texts: list[str]) -> None:
    kind, message, text, file = texts
    detail = FailureDetail(
        class_name="c", name="b", outcome=Outcome.FAILED, type=kind, message=message, text=text, file=file
    )
    (left,) = suites_of(scrub(read(report({"c": {"b": "f"}}, details=(detail,))))).details
    assert [left.type, left.message, left.text, left.file] == [redact(one) for one in texts]


def test_nothing_is_made_anew_where_nothing_is_hidden() -> None:
    given = report(
        {"c": {"a": "p", "b": "f"}}, details=(FailureDetail(class_name="c", name="b", outcome=Outcome.FAILED),)
    )

    cleaned = suites_of(scrub(read(given)))
    assert cleaned == given
    assert all(cleaned.blocks[name] is block for name, block in given.blocks.items())


def test_a_stored_snapshot_holds_no_secret() -> None:
    detail = FailureDetail(class_name="c", name=f"t[{TOKEN}]", outcome=Outcome.FAILED, message=TOKEN, text=TOKEN)
    cleaned = suites_of(scrub(read(report({"c": {f"t[{TOKEN}]": "f"}}, details=(detail,)))))
    snapshot = measure(cleaned, commit=HEAD).snapshot

    assert TOKEN not in repr(decode(encode(snapshot), "here"))
    assert f"t[{REDACTED}]" in repr(decode(encode(snapshot), "here"))


MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    "piece",
    [
        "-----BEGIN PRIVATE KEY",
        "-----END PRIVATE KEY",
        "A" * 64 + "\n",
        "eyJ",
        "-eyJ",
        "://",
        "://a:",
        "secret_access_key = ",
        "\x1b]",
        "\u241b]8;;",
        "\u241b[0",
    ],
)
@pytest.mark.parametrize("start", ["", "PRIVATE KEY", "eyJaaaaaaaa.eyJ", "-----BEGIN PRIVATE KEY-----END "])
def test_no_text_takes_long(start: str, piece: str) -> None:
    text = start + piece * (MEGABYTE // len(piece)) + "@PRIVATE KEY"
    before = time.process_time()
    redact(text)
    assert time.process_time() - before < 1


def test_end_of_a_key_with_many_titles_takes_little_time() -> None:
    before = time.process_time()
    redact("-----BEGIN PRIVATE KEY-----END " + "PRIVATE KEY" * (MEGABYTE // 11))
    assert time.process_time() - before < 1


@pytest.mark.parametrize("message", ["", "\x1b[31mred\x1b[0m", TOKEN])
def test_three_hundred_thousand_names_cost_little(message: str) -> None:
    """Whatever one message contains, the names of a class are searched together."""
    detail = FailureDetail(class_name="c0", name="test_0[task-0]", outcome=Outcome.FAILED, message=message)
    suite = {f"c{part}": {f"test_{number}[task-{number}]": "p" for number in range(1_000)} for part in range(300)}
    given = report(suite, details=(detail,))
    assert SEPARATOR in given.blocks["c0"].names
    start = time.process_time()
    scrub(read(given))
    assert time.process_time() - start < 0.6
