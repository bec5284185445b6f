"""The title and the advice of the rule new-failures."""

import pytest
from tests.support.builders import BASE, compared, measure, numbered, policy, report

from readygate.model.results import FailureDetail, Outcome
from readygate.model.rich_text import RichText, Untrusted
from readygate.rules import Judgement, Result
from readygate.rules.new_failures import RULE


def failing(*messages: str, base: bool = True) -> Judgement:
    """Judge one new failure for each message."""
    details = [
        FailureDetail(class_name="A", name=f"test_{number}", outcome=Outcome.FAILED, message=message)
        for number, message in enumerate(messages)
    ]
    head = measure(report({"A": numbered("f" * len(messages) or "p")}, details=details))
    known = measure(report({"A": numbered("p" * len(messages) or "p")}), commit=BASE)
    return RULE.judge(compared(head, known if base else None), policy())


def text(parts: RichText) -> str:
    return "".join(part.text if isinstance(part, Untrusted) else part for part in parts)


def test_no_failure_passes() -> None:
    assert failing().result is Result.PASS


@pytest.mark.parametrize("base", [True, False])
@pytest.mark.parametrize(
    ("messages", "causes", "todo"),
    [
        (["no disk"], "", "fix test_0."),
        (["no disk", "no net"], ", for 2 causes", "fix the 2 causes listed below."),
        (["no disk", "no disk"], ", for 1 cause", "fix the one cause listed below."),
        # a failure without a message may have any cause, so their number is unknown
        (["no disk", ""], "", "fix the tests listed below."),
        (["", ""], "", "fix the tests listed below."),
        (["no disk", "no disk", "no net"], ", for 2 causes", "fix the 2 causes listed below."),
        (["no disk"] * 3 + ["no net"] * 2, ", for 2 causes", "start with cause 1, which stands behind 3 of them."),
        (["no disk"] * 3 + ["no net", "no door", "no way"], ", for 4 causes", "fix the 4 causes listed below."),
    ],
)
def test_the_number_of_causes_is_shown_if_every_failure_has_a_message(
    messages: list[str], causes: str, todo: str, base: bool
) -> None:
    found = failing(*messages, base=base)
    assert found.result is Result.VIOLATED
    assert text(found.title).endswith(f"{'fail' if len(messages) > 1 else 'fails'}{causes}.")
    assert text(found.todo) == todo


@pytest.mark.parametrize(
    ("head", "base", "title", "summary"),
    [
        ("f", "p", "1 test newly fails.", "1 test fails and did not fail on the base"),
        ("ff", "pp", "2 tests newly fail, for 1 cause.", "2 tests fail and did not fail on the base"),
        ("pf", "p", "1 added test fails.", "1 test fails and did not fail on the base"),
        ("pff", "p", "2 added tests fail, for 1 cause.", "2 tests fail and did not fail on the base"),
        ("f", None, "1 test fails.", "1 test fails, and there is no baseline"),
        ("ff", None, "2 tests fail, for 1 cause.", "2 tests fail, and there is no baseline"),
    ],
)
def test_added_tests_and_a_missing_baseline_are_named(head: str, base: str | None, title: str, summary: str) -> None:
    known = None if base is None else measure(report({"A": numbered(base)}), commit=BASE)
    found = RULE.judge(compared(measure(report({"A": numbered(head)})), known), policy())
    assert (text(found.title), text(found.summary)) == (title, summary)
    assert found.short == title.removesuffix(".").removesuffix(", for 1 cause")


@pytest.mark.parametrize(
    ("head", "detail"),
    [
        ("f", ""),
        ("pf", "It is not on the base."),
        ("pff", "They are not on the base."),
        ("ff", "1 of them is not on the base."),
        ("fff", "2 of them are not on the base."),
    ],
)
def test_the_number_of_added_tests_is_part_of_the_detail(head: str, detail: str) -> None:
    found = RULE.judge(
        compared(measure(report({"A": numbered(head)})), measure(report({"A": numbered("p")}), commit=BASE)), policy()
    )
    assert text(found.detail) == detail
