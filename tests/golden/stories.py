"""The small project that the kept documents tell of: its suite, its files, a failure, and what its past was."""

from collections.abc import Mapping

from readygate.model.history import History, PastRun
from readygate.model.results import Counts, FailureDetail, Outcome, TestId

SUITE = {
    "tests.test_api.TestLogin": {"test_ok": "p", "test_wrong_password": "p", "test_locked": "p"},
    "tests.test_store": {"test_is_atomic": "p", "test_keeps_mode": "p", "test_symlink": "s"},
    "tests.test_expiry": {"test_rounds_down": "p", "test_zero": "p"},
}
FILES = (
    "src/acme/api.py",
    "src/acme/expiry.py",
    "src/acme/store.py",
    "tests/test_api.py",
    "tests/test_expiry.py",
    "tests/test_store.py",
)
COVERED = {
    "src/acme/api.py": "h" * 60,
    "src/acme/expiry.py": "h" * 38 + "mm",
    "src/acme/store.py": "h" * 90 + "m" * 10,
}
TRACE = """\
tests/test_expiry.py:58: in test_rounds_down
    assert expiry(now, ttl=3599.9) == 3599
src/acme/expiry.py:31: in expiry
    return round(ttl)
E   AssertionError: assert 3600 == 3599"""
FAILURE = FailureDetail(
    class_name="tests.test_expiry",
    name="test_rounds_down",
    outcome=Outcome.FAILED,
    type="AssertionError",
    message="AssertionError: assert 3600 == 3599",
    text=TRACE,
)
SKIP = FailureDetail(
    class_name="tests.test_store", name="test_symlink", outcome=Outcome.SKIPPED, message="no symlinks here"
)

Suite = Mapping[str, Mapping[str, str]]


def but(**outcomes: str) -> Suite:
    """The suite with other outcomes; an empty one takes the test away, an unknown test is added."""
    made = {klass: dict(tests) for klass, tests in SUITE.items()}
    for name, letter in outcomes.items():
        home = next((tests for tests in made.values() if name in tests), made["tests.test_store"])
        home[name] = letter
        if not letter:
            del home[name]
    return made


DAY = 86_400


def history(**letters: str) -> History:
    """The last runs of `main`, a day each up to 2026-11-20; letters by test of the suite."""
    number = max(map(len, letters.values()))
    last = 1_795_132_800
    runs = tuple(
        PastRun(commit=f"{n:07x}".ljust(40, "0"), run_id=n, when=last - (number - n) * DAY, counts=Counts(passed=7))
        for n in range(1, number + 1)
    )
    homes = {name: klass for klass, tests in SUITE.items() for name in tests}
    return History(
        runs=runs, tests={(TestId(class_name=homes[name], name=name), ""): text for name, text in letters.items()}
    )
