"""Files of tests that could not be loaded: one failure to fix, and no added test."""

import pytest
from tests.support.builders import baseline, compared, measure, policy, report

from readygate.model.load_errors import load_errors, unloaded
from readygate.model.results import FailureDetail, Outcome
from readygate.render.escaping import plain
from readygate.rules import vanished_tests
from readygate.rules.new_failures import RULE

PYTEST = FailureDetail(class_name="", name="tests.test_b", outcome=Outcome.ERRORED, message="collection failure")
JEST = FailureDetail(
    class_name="Test suite failed to run", name="", outcome=Outcome.ERRORED, message="", text="Test suite failed to run"
)
UNITTEST = FailureDetail(
    class_name="unittest.loader._FailedTest", name="test_b", outcome=Outcome.ERRORED, message="ImportError"
)
ASSERTION = FailureDetail(class_name="tests.test_b", name="t", outcome=Outcome.FAILED, message="no collection failure")


@pytest.mark.parametrize(
    ("detail", "names"),
    [(PYTEST, ["tests/test_b.py"]), (JEST, ["Test suite failed to run"]), (UNITTEST, ["test_b"]), (ASSERTION, [])],
)
def test_what_could_not_be_loaded(detail: FailureDetail, names: list[str]) -> None:
    letter = "e" if detail.outcome is Outcome.ERRORED else "f"
    head = measure(report({detail.class_name: {detail.name: letter}, "C": {"u": "p"}}, details=[detail]))
    base = measure(report({"tests.test_b": {"a": "p", "b": "p"}, "C": {"u": "p"}}))
    comparison = compared(head, baseline(base))

    assert list(map(unloaded, load_errors(comparison.tests))) == names
    assert len(comparison.tests.new_failures) == 1
    assert len(comparison.tests.added) == (0 if names else 1)
    summary = plain(RULE.judge(comparison, policy()).summary)
    todo = plain(vanished_tests.RULE.judge(comparison, policy()).todo)
    assert ("nothing more, if what could not be loaded holds them" in todo) is bool(names)
    assert (f"{''.join(names)} could not be loaded, so 2 tests did not run" in summary) is bool(names)
