"""Match the failures of tests that share class and name, which are numbered, by their causes.

The numbers follow the outcomes, so that a test that fails now may have the number of another one that failed before.
"""

from collections import Counter

from readygate.model.results import Leg, Outcome, raw_name


def inherited_by_cause(class_name: str, head: Leg, base: Leg) -> dict[str, bool]:
    """Return for the failing namesakes of a class on one leg whether one failed for the same cause on the base.

    Namesakes are left out if the cause of one of them is not known on either side, or if none failed on the base.
    """
    block, known = head.blocks[class_name], base.blocks.get(class_name)
    if known is None or ("(#" not in block.names and "(#" not in known.names):
        return {}
    names = {name for each in (block, known) for name, _ in each.items()}
    numbered = {raw_name(name) for name in names if raw_name(name) != name}
    now: dict[str, list[tuple[str, str]]] = {}
    for name, outcome in block.items():
        if outcome >= Outcome.FAILED and raw_name(name) in numbered:
            now.setdefault(raw_name(name), []).append((name, head.causes.get((class_name, name), "")))
    before: dict[str, Counter[str]] = {}
    for name, outcome in known.items():
        if outcome >= Outcome.FAILED and raw_name(name) in now:
            before.setdefault(raw_name(name), Counter())[base.causes.get((class_name, name), "")] += 1
    found: dict[str, bool] = {}
    for raw, causes in before.items():
        if causes[""] or any(not cause for _, cause in now[raw]):
            continue
        for name, cause in now[raw]:
            found[name] = causes[cause] > 0
            causes[cause] -= 1
    return found
