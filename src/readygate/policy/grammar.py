"""What may stand in a policy file: every key once, with what it takes; the reader and the JSON schema follow it."""

from __future__ import annotations

from msgspec import Struct

from readygate.model.policy import PRESETS

MODES = ("enforce", "inform")
LEVELS = ("block", "warn", "off")


class Key(Struct, frozen=True, kw_only=True):
    """One key of a mapping.

    Attributes:
        kind: what it takes: text, flag, share, points, number, day, choice, label, paths, tests, branches, rules, or
            items (a list of mappings).
        says: what it is for.
        choices: the values, for a choice.
        items: the keys of each mapping, for items.
        required: it must be given.
    """

    name: str
    kind: str
    says: str
    choices: tuple[str, ...] = ()
    items: tuple[Key, ...] = ()
    required: bool = False


COMPONENT = (
    Key(name="name", kind="text", says="how the report calls it", required=True),
    Key(name="paths", kind="paths", says="globs of its files; `!` takes files out", required=True),
    Key(name="minimum", kind="share", says="least share of its lines to be covered, in percent"),
    Key(name="maximum-drop", kind="points", says="by how many points its share may fall"),
    Key(name="critical", kind="flag", says="missing its goals blocks; otherwise it is told"),
)
CATEGORY = (
    Key(name="name", kind="text", says="how the report calls it", required=True),
    Key(
        name="tests",
        kind="tests",
        says="globs of test names (`class::name`), or regular expressions after `re:`",
        required=True,
    ),
    Key(name="minimum", kind="share", says="least share of those that ran to pass, in percent"),
)
QUARANTINE = (
    Key(name="tests", kind="tests", says="the tests whose failures are excused", required=True),
    Key(name="reason", kind="text", says="why, and where it is being mended", required=True),
    Key(name="expires", kind="day", says="the last day it holds, in UTC", required=True),
)
GROUP = (
    Key(name="name", kind="text", says="how the report calls it", required=True),
    Key(name="reports", kind="paths", says="globs of the paths of its reports, or names of suites", required=True),
    Key(
        name="when-changed",
        kind="paths",
        says="its suites must run if such a path changes, and are carried from the base if none does",
        required=True,
    ),
)
GOAL = (
    Key(name="coverage", kind="share", says="share of the lines, in percent", required=True),
    Key(name="by", kind="day", says="the day it is wanted by"),
)
_COMMON = (
    Key(name="preset", kind="choice", says="the levels to start from", choices=PRESETS),
    Key(name="rules", kind="rules", says="levels and options of single rules"),
    Key(name="components", kind="items", says="parts of the repository with coverage goals", items=COMPONENT),
    Key(name="categories", kind="items", says="sets of tests with pass rates", items=CATEGORY),
    Key(name="quarantine", kind="items", says="failing tests that are excused until a day", items=QUARANTINE),
    Key(name="waiver", kind="label", says="the label that excuses missing reports and a coverage drop; false for none"),
    Key(
        name="mode",
        kind="choice",
        says="`inform` tells the verdict and fails neither check nor job",
        choices=MODES,
    ),
)
OVERRIDE = (
    Key(name="branches", kind="branches", says="globs of base branches", required=True),
    *_COMMON,
)
FILE = (
    *_COMMON,
    Key(name="groups", kind="items", says="suites that run only if certain paths change", items=GROUP),
    Key(name="targets", kind="items", says="a ladder of coverage goals, the lowest first", items=GOAL),
    Key(name="base-branches", kind="branches", says="globs of branches, beside the default one, that are recorded"),
    Key(name="guarded-files", kind="paths", says="globs of files whose edits are told as those of workflows are"),
    Key(name="overrides", kind="items", says="other settings for some base branches", items=OVERRIDE),
)
