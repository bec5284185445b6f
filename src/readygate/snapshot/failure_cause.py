"""Reduce what a report says of a failure to a short hash, by which the same failure is known again in another run."""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from readygate.model.results import FailureDetail, Outcome
from readygate.snapshot.message_normalizer import error_line, says_nothing, split_message, strict

_PLACE: Final = re.compile(r"(\.\w{1,8}):\d+(?::\d+)?|\bline \d+")
"""A line of a file, which moves when lines are added above it."""
_ANY_KIND: Final = re.compile(
    r"assert|^(?:error|exception|panic|\w*fail(?:ed|ure)?|\w*expectation\w*)?\Z", re.IGNORECASE
)
"""Types of errors that say only that a test failed."""
MOST: Final = 1_000
"""Failing tests of a leg whose causes are known; more fail for a common cause."""


def failure_cause(detail: FailureDetail) -> str:
    """Return eight hexadecimal digits for a failure, without what changes from run to run.

    Empty if any test could have this failure.
    """
    message = detail.message
    if not detail.type and says_nothing(message.strip()):
        message = error_line(detail.text) or message
    kind, text = split_message(detail.type[:300], message)
    normal = _PLACE.sub(r"\1", strict(text))
    if says_nothing(normal) and _ANY_KIND.search(kind):
        return ""
    return sha256(f"{kind}: {normal}".encode(errors="surrogatepass")).hexdigest()[:8]


def failure_causes(details: Iterable[tuple[str, FailureDetail]]) -> dict[tuple[str, str], str]:
    """Return the causes of failing tests by class and name.

    Args:
        details: the names of the tests of one leg with their details, in their order.
    """
    found: dict[tuple[str, str], str] = {}
    for name, detail in details:
        if len(found) == MOST:
            break
        if detail.outcome >= Outcome.FAILED and (cause := failure_cause(detail)):
            found[detail.class_name, name] = cause
    return found
