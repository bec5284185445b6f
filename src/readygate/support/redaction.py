"""Redact keys, tokens and passwords in text.

A runner masks secrets only in its log. It never sees comments, check runs, files and stored results. The forms of
tokens come from their makers, for example
https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/ and
https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns . Only text that
is recognizable as a secret is replaced, so that the reason of a failure stays readable.
"""

import re
from collections.abc import Callable
from typing import Final

import re2

from readygate.support.ansi import strip_ansi

REDACTED: Final = "[redacted]"


def _whole_token(found: re.Match[str]) -> str:
    """Replace a web token, not text that only begins like one."""
    return REDACTED if found[1] else found[0]


_KEY: Final = r"-----BEGIN [A-Z ]*PRIVATE KEY.*?(?:-----END (?=[A-Z ]*PRIVATE KEY)[A-Z ]*+-----|\Z)"
_ACCESS: Final = r"_(?i:access_key)[\"']?(?: ?= ?|: ?)[\"']?"
_FORMS: Final[tuple[tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = tuple(
    (substring, re.compile(form, re.DOTALL), instead)
    for substring, form, instead in (
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
        ("eyJ", r"eyJ(?<!\weyJ)[\w-]{8,}+(\.eyJ[\w-]{8,}+\.[\w-]*)?", _whole_token),
        ("hooks.slack", r"(hooks\.slack\.com/services/)[\w/]{20,}", rf"\1{REDACTED}"),
        ("://", r"://[^\s/:@]{0,100}:[^\s/@]{1,200}@", f"://{REDACTED}@"),
        ("orization: ", r"(orization: (?i:bearer|basic|token) )\S+", rf"\1{REDACTED}"),
        ("ORIZATION: ", r"(ORIZATION: (?i:bearer|basic|token) )\S+", rf"\1{REDACTED}"),
        ("cret_access", rf"(cret{_ACCESS})[\w+/]{{30,}}", rf"\1{REDACTED}"),
        ("CRET_ACCESS", rf"(CRET{_ACCESS})[\w+/]{{30,}}", rf"\1{REDACTED}"),
    )
)
"""A substring that every match of the form contains, the form, and its replacement.

Most texts contain none of the substrings. A form begins with fixed letters where it
can, because `re` finds those fast, too. No form reads the same characters again from each of its possible starts: the
time is linear to the text.
"""

_ANY: Final = re2.compile("|".join(re.escape(substring) for substring, _, _ in _FORMS))
"""One of the substrings. RE2 (https://github.com/google/re2/wiki/Syntax) looks for all of them in one pass."""

_END: Final = re.compile(r"-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINE: Final = re.compile(r"[A-Za-z0-9+/=]*")


def redact(text: str) -> str:
    """Replace keys, tokens and passwords of URLs, and remove ANSI sequences, which could split a secret."""
    text = strip_ansi(text)
    if _ANY.search(text.encode("utf-8", "surrogatepass")) is None:
        return text
    for substring, form, instead in _FORMS:
        if substring in text:
            text = form.sub(instead, text)
    return _without_rest_of_key(text) if "PRIVATE KEY" in text else text


def _without_rest_of_key(text: str) -> str:
    """Remove the end of a key whose beginning was cut off with the middle of a long trace."""
    rows = text.split("\n")
    inside = False
    for at in reversed(range(len(rows))):
        end = _END.search(rows[at])
        inside = end is not None or (inside and _KEY_LINE.fullmatch(rows[at].strip()) is not None)
        if inside:
            rows[at] = REDACTED + (rows[at][end.end() :] if end else "")
    return "\n".join(rows)
