"""Choose the exit code of the process."""

from readygate.judge.verdict import lacks_evidence
from readygate.model.subject import Role
from readygate.model.verdict import Verdict
from readygate.support.errors import EXIT_NOT_EVALUATED, EXIT_NOT_READY, EXIT_READY


def exit_code(verdict: Verdict, role: Role, *, stored: bool, fail: str) -> tuple[int, str]:
    """Return the exit code, and a line for the log if it hides a negative verdict.

    Args:
        verdict: the verdict.
        role: on a base branch, only missing evidence is not ready.
        stored: False if results that a later run needs could not be stored.
        fail: the input `fail`.

    Returns:
        0 ready, 1 not ready, 3 not stored.
    """
    if not stored:
        return EXIT_NOT_EVALUATED, ""
    failed = lacks_evidence(verdict) if role is Role.RECORD else not verdict.ready
    if not failed:
        return EXIT_READY, ""
    if verdict.inform:
        return EXIT_READY, "Not ready; the exit code is 0 because the policy's mode is `inform`."
    if fail == "never":
        return EXIT_READY, "Not ready; the exit code is 0 because the input `fail` is `never`."
    return EXIT_NOT_READY, ""
