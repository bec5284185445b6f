"""The tests that failed in the earlier attempts of a workflow run, as a bounded text for a comment."""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

from readygate.model.results import TestId

Attempts = Mapping[str, tuple[int, ...]]
"""The attempts in which a test failed, by the key of the test and leg."""

MOST_TESTS: Final = 200
"""Failing tests of an attempt that are remembered; an attempt with more has a common cause."""
MOST_ATTEMPTS: Final = 3
"""Attempts that are remembered, the newest."""
PATTERN: Final = r"<!-- readygate:failed run=(?P<failed_run>\d{1,20}) (?P<failed>[0-9a-f=. ]{1,20000}) -->"


def test_key(test: TestId, leg: str) -> str:
    """Return a short hash of a test on a leg."""
    return sha256("\0".join((*test, leg)).encode(errors="surrogatepass")).hexdigest()[:16]


test_key.__test__ = False  # type: ignore[attr-defined]  # pytest must not collect it


def encode(run_id: int, attempt: int, failing: Iterable[tuple[TestId, str]], earlier: Attempts) -> str:
    """Return the failing tests of this attempt and of earlier ones as a line of Markdown that shows nothing."""
    by_attempt: dict[int, set[str]] = {attempt: {test_key(*test) for test in failing}}
    for key, attempts in earlier.items():
        for number in attempts:
            by_attempt.setdefault(number, set()).add(key)
    kept = [number for number in sorted(by_attempt) if 0 < len(by_attempt[number]) <= MOST_TESTS][-MOST_ATTEMPTS:]
    text = " ".join(f"{number}={'.'.join(sorted(by_attempt[number]))}" for number in kept)
    return f"<!-- readygate:failed run={run_id} {text} -->" if text else ""


def decode(text: str, before: int) -> Attempts:
    """Return the tests of the attempts before one, from the part of `PATTERN` that lists them."""
    found: dict[str, tuple[int, ...]] = {}
    for number, keys in re.findall(r"(\d{1,6})=([0-9a-f.]+)", text):
        if int(number) < before:
            for key in keys.split("."):
                found[key] = (*found.get(key, ()), int(number))
    return found
