"""The keys of a policy file and their values. The reader and the JSON schema both follow this grammar."""

from __future__ import annotations

from msgspec import Struct

from readygate.model.coverage import MEASURES
from readygate.model.policy import LAST, PRESETS, WORST

MODES = ("enforce", "inform")
LEVELS = ("block", "warn", "off")


class Key(Struct, frozen=True, kw_only=True):
    """One key of a mapping.

    Attributes:
        kind: the kind of value: text, flag, share, points, whole, day, choice, label, paths, tests, branches, rules,
            or items (a list of mappings).
        description: for the JSON schema and messages.
        choices: the values of a choice.
        bounds: the smallest and the largest value of a whole number.
        items: the keys of each mapping of items.
        required: the key must be given.
    """

    name: str
    kind: str
    description: str
    choices: tuple[str, ...] = ()
    bounds: tuple[int, int] = (0, 0)
    items: tuple[Key, ...] = ()
    required: bool = False


COMPONENT = (
    Key(name="name", kind="text", description="how the report calls it", required=True),
    Key(name="paths", kind="paths", description="globs of its files; `!` takes files out", required=True),
    Key(name="minimum", kind="share", description="least share of its lines to be covered, in percent"),
    Key(name="maximum-drop", kind="points", description="by how many points its share may fall"),
    Key(
        name="measure",
        kind="choice",
        description="what minimum and maximum-drop count: `lines`, `branches`, or `both` together",
        choices=MEASURES,
    ),
    Key(name="critical", kind="flag", description="missing its goals blocks; otherwise it is reported"),
)
CATEGORY = (
    Key(name="name", kind="text", description="how the report calls it", required=True),
    Key(
        name="tests",
        kind="tests",
        description="globs of test names (`class::name`), or regular expressions after `re:`",
        required=True,
    ),
    Key(name="minimum", kind="share", description="least share of those that ran to pass, in percent"),
)
QUARANTINE = (
    Key(name="tests", kind="tests", description="the tests whose failures are excused", required=True),
    Key(name="reason", kind="text", description="why, and where it is being fixed", required=True),
    Key(name="expires", kind="day", description="the last day it holds, in UTC", required=True),
)
GROUP = (
    Key(name="name", kind="text", description="how the report calls it", required=True),
    Key(
        name="reports", kind="paths", description="globs of the paths of its reports, or names of suites", required=True
    ),
    Key(
        name="when-changed",
        kind="paths",
        description="its suites must run if such a path changes, and are carried from the base if none does",
        required=True,
    ),
)
GOAL = (
    Key(name="coverage", kind="share", description="share of the lines, in percent", required=True),
    Key(name="by", kind="day", description="the day it is wanted by"),
)
_COMMON = (
    Key(name="preset", kind="choice", description="the levels to start from", choices=PRESETS),
    Key(name="rules", kind="rules", description="levels and options of single rules"),
    Key(name="components", kind="items", description="parts of the repository with coverage goals", items=COMPONENT),
    Key(name="categories", kind="items", description="sets of tests with pass rates", items=CATEGORY),
    Key(name="quarantine", kind="items", description="failing tests that are excused until a day", items=QUARANTINE),
    Key(
        name="waiver",
        kind="label",
        description="the label that excuses missing reports and a coverage drop; false for none",
    ),
    Key(
        name="mode",
        kind="choice",
        description="`inform` reports the verdict and fails neither check nor job",
        choices=MODES,
    ),
)
OVERRIDE = (
    Key(name="branches", kind="branches", description="globs of base branches", required=True),
    *_COMMON,
)
FILE = (
    *_COMMON,
    Key(name="groups", kind="items", description="suites that run only if certain paths change", items=GROUP),
    Key(name="targets", kind="items", description="a ladder of coverage goals, the lowest first", items=GOAL),
    Key(
        name="base-branches",
        kind="branches",
        description="globs of branches, beside the default one, that are recorded",
    ),
    Key(
        name="repeats",
        kind="choice",
        description="what counts of a test that one report lists several times: `worst` or `last`",
        choices=(WORST, LAST),
    ),
    Key(
        name="baseline-size",
        kind="whole",
        description="limit for the stored results of a gate on the data branch, in MB (10^6 bytes)",
        bounds=(1, 1000),
    ),
    Key(
        name="guarded-files",
        kind="paths",
        description="globs of files whose edits are reported like edits of workflows",
    ),
    Key(name="overrides", kind="items", description="other settings for some base branches", items=OVERRIDE),
)
