"""Match the failures of tests that share class and name, which are numbered, by their causes.

The numbers follow the outcomes, so that a test that fails now may have the number of another one that failed before.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar

from readygate.model.results import Leg, Outcome, raw_name

_Key = TypeVar("_Key", bound=Hashable)


def inherited_by_cause(class_name: str, head: Leg, base: Leg) -> dict[str, bool]:
    """Return for the failing namesakes of a class on one leg whether one failed for the same cause on the base.

    Namesakes of which none failed on the base are left out.
    """
    block, known = head.blocks[class_name], base.blocks.get(class_name)
    if known is None or ("(#" not in block.names and "(#" not in known.names):
        return {}
    names = {name for each in (block, known) for name, _ in each.items()}
    numbered = {raw_name(name) for name in names if raw_name(name) != name}
    now: dict[str, dict[str, str]] = {}
    for name, outcome in block.items():
        if outcome >= Outcome.FAILED and raw_name(name) in numbered:
            now.setdefault(raw_name(name), {})[name] = head.causes.get((class_name, name), "")
    before: dict[str, dict[str, str]] = {}
    for name, outcome in known.items():
        if outcome >= Outcome.FAILED and raw_name(name) in now:
            before.setdefault(raw_name(name), {})[name] = base.causes.get((class_name, name), "")
    found: dict[str, bool] = {}
    for raw, failed in before.items():
        matched = match_causes(failed, now[raw])
        found |= {name: name in matched for name in now[raw]}
    return found


def match_causes(before: Mapping[_Key, str], now: Mapping[_Key, str]) -> dict[_Key, _Key]:
    """Return the earlier failure by the later one, for failures that cannot be told apart by name.

    Equal causes are matched first, equal names before others. An unknown cause, which is empty, may be any. Each
    failure is matched once, so that one failure more never excuses another one.
    """
    left: dict[str, dict[_Key, None]] = {}
    for key in reversed(list(before)):
        left.setdefault(before[key], {})[key] = None
    found: dict[_Key, _Key] = {}

    def match(keys: Iterable[_Key], cause_of: Callable[[_Key], str]) -> None:
        for key in keys:
            cause = cause_of(key)
            if cause in left:
                found[key] = key if key in left[cause] else next(reversed(left[cause]))
                del left[cause][found[key]]
                if not left[cause]:
                    del left[cause]

    def any_cause(key: _Key) -> str:
        own = before.get(key, "")
        return own if key in left.get(own, ()) else next(iter(left), "")

    known = [key for key, cause in now.items() if cause]
    match(known, now.__getitem__)
    match([key for key in known if key not in found], lambda _: "")
    match([key for key, cause in now.items() if not cause], any_cause)
    return found
