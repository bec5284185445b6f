"""What changed between the tests of two runs of a branch, in the form that a history stores."""

from collections.abc import Mapping

from msgspec import Struct, field

from readygate.model.results import TestId

LegKey = tuple[str, str]
"""Suite and leg."""


class OutcomeChanges(Struct, frozen=True, kw_only=True):
    """The changes from an earlier run to a later one.

    Attributes:
        letters: the letters before and after of each test on a leg whose outcome changed, in the names of the later
            run; see `model.history`.
        renamed: the test in the names of the earlier run, by the test in those of the later one.
        suites: the earlier suite and leg by the later one, of those that were renamed.
    """

    letters: Mapping[tuple[TestId, str], tuple[str, str]] = field(default_factory=dict)
    renamed: Mapping[TestId, TestId] = field(default_factory=dict)
    suites: Mapping[LegKey, LegKey] = field(default_factory=dict)
