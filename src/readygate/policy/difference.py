"""Compare two policies: what a change of the policy file loosens and tightens."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from readygate.model.policy import LAST, Component, Policy
from readygate.model.rich_text import RichText, Untrusted
from readygate.model.verdict import Level
from readygate.policy.build import rule_of
from readygate.rules import Option, all_rules
from readygate.support.number_format import limit

Moves = Iterator[tuple[bool, RichText]]
"""Whether a difference requires less, and its description."""


def neutral_changes(old: Policy, new: Policy) -> tuple[RichText, ...]:
    """Return the differences that neither loosen nor tighten the policy."""
    if old.baseline_mb == new.baseline_mb:
        return ()
    return ((f"`baseline-size`: {old.baseline_mb:,} MB → {new.baseline_mb:,} MB",),)


def difference(old: Policy, new: Policy) -> tuple[tuple[RichText, ...], tuple[RichText, ...]]:
    """Return what the new policy loosens and what it tightens.

    A difference that could be either (other paths of a component) counts as loosening.
    """
    moves = [*_rules(old, new), *_components(old, new), *_categories(old, new), *_excuses(old, new), *_others(old, new)]
    return tuple(text for less, text in moves if less), tuple(text for less, text in moves if not less)


def _rules(old: Policy, new: Policy) -> Moves:
    for rule in all_rules():
        was, now = old.levels[rule.name], new.levels[rule.name]
        if was != now:
            yield now < was, (f"`{rule.name}`: {_level(was)} → {_level(now)}",)
        if now is Level.OFF:
            continue
        for name in rule.options:
            before, after = old.options[rule.name][name], new.options[rule.name][name]
            if before != after and was is not Level.OFF:
                yield _asks_less(rule.options[name], before, after), (_option(rule.name, name, before, after),)


def _asks_less(option: Option, before: Fraction | None, after: Fraction | None) -> bool:
    if option.more_is_stricter is None:
        return True
    if before is None or after is None:
        return after is None
    return (after < before) is option.more_is_stricter


def _option(rule: str, name: str, before: Fraction | None, after: Fraction | None) -> str:
    option = rule_of(rule).options[name]
    return f"`{rule}.{name}`: {option.show(before)} → {option.show(after)}"


def _level(level: Level) -> str:
    return level.name.lower()


def _components(old: Policy, new: Policy) -> Moves:
    before: Mapping[str, Component] = {part.name: part for part in old.components}
    after: Mapping[str, Component] = {part.name: part for part in new.components}
    for name, part in before.items():
        now = after.get(name)
        if now is None:
            yield True, ("component ", Untrusted(name), " is taken away")
            continue
        if part.paths != now.paths:
            yield True, ("component ", Untrusted(name), " has other paths")
        if part.measure != now.measure:
            yield True, ("component ", Untrusted(name), f": measure {part.measure} → {now.measure}")
        if part.critical != now.critical:
            yield (
                part.critical,
                ("component ", Untrusted(name), " is ", "no longer critical" if part.critical else "critical"),
            )
        if part.minimum != now.minimum:
            less = (now.minimum or Fraction(0)) < (part.minimum or Fraction(0))
            yield less, ("component ", Untrusted(name), f": minimum {_share(part.minimum)} → {_share(now.minimum)}")
        if part.maximum_drop != now.maximum_drop:
            less = (Fraction(1) if now.maximum_drop is None else now.maximum_drop) > (
                Fraction(1) if part.maximum_drop is None else part.maximum_drop
            )
            yield (
                less,
                ("component ", Untrusted(name), f": drop {_share(part.maximum_drop)} → {_share(now.maximum_drop)}"),
            )
    for name in after.keys() - before.keys():
        yield False, ("component ", Untrusted(name), " is added")


def _categories(old: Policy, new: Policy) -> Moves:
    before = {part.name: part for part in old.categories}
    after = {part.name: part for part in new.categories}
    for name, part in before.items():
        now = after.get(name)
        if now is None:
            yield True, ("category ", Untrusted(name), " is taken away")
            continue
        if part.tests != now.tests:
            yield True, ("category ", Untrusted(name), " has other tests")
        if part.minimum != now.minimum:
            less = (now.minimum or Fraction(0)) < (part.minimum or Fraction(0))
            yield less, ("category ", Untrusted(name), f": minimum {_share(part.minimum)} → {_share(now.minimum)}")
    for name in after.keys() - before.keys():
        yield False, ("category ", Untrusted(name), " is added")


def _excuses(old: Policy, new: Policy) -> Moves:
    if old.inform != new.inform:
        yield new.inform, (f"mode: {'inform' if new.inform else 'enforce'}",)
    if old.waiver != new.waiver:
        yield bool(new.waiver), ("waiver: ", Untrusted(new.waiver) if new.waiver else "none")
    if old.repeats != new.repeats:
        yield new.repeats == LAST, (f"`repeats`: {old.repeats} → {new.repeats}",)
    known = {(test, entry.expires) for entry in old.quarantine for test in entry.tests}
    wanted = {(test, entry.expires) for entry in new.quarantine for test in entry.tests}
    for test, expires in sorted(wanted - known):
        yield True, ("quarantine of ", Untrusted(test), f" until {expires}")
    for test, expires in sorted(known - wanted):
        yield False, ("quarantine of ", Untrusted(test), f" until {expires} is taken away")
    groups = {part.name: part for part in old.groups}
    for part in new.groups:
        if groups.get(part.name) != part:
            yield True, ("group ", Untrusted(part.name), " need not always run")
    for name in groups.keys() - {part.name for part in new.groups}:
        yield False, ("group ", Untrusted(name), " must always run")


def _others(old: Policy, new: Policy) -> Moves:
    """Yield differences that only affect another day or another branch."""
    for goal in old.goals:
        if goal not in new.goals:
            yield True, (f"target {_share(goal.coverage)}{f' by {goal.by}' if goal.by else ''} is taken away",)
    for goal in new.goals:
        if goal not in old.goals:
            yield False, (f"target {_share(goal.coverage)}{f' by {goal.by}' if goal.by else ''} is added",)
    lists = (
        (old.base_branches, new.base_branches, "recorded branches"),
        (old.guarded, new.guarded, "guarded files"),
    )
    for before, after, what in lists:
        if set(before) - set(after) or any(text.startswith("!") for text in set(after) - set(before)):
            yield (
                True,
                (what, ": ", Untrusted(", ".join(before) or "none"), " → ", Untrusted(", ".join(after) or "none")),
            )
        elif before != after:
            yield False, (what, ": ", Untrusted(", ".join(before) or "none"), " → ", Untrusted(", ".join(after)))
    for branches in dict.fromkeys(name for name, _ in (*old.overrides, *new.overrides)):
        was = [said for name, said in old.overrides if name == branches]
        now = [said for name, said in new.overrides if name == branches]
        if was != now:
            verb = "are added" if not was else "are others" if now else "are taken away"
            yield True, ("overrides for ", Untrusted(branches), f" {verb}")


def _share(value: Fraction | None) -> str:
    return "none" if value is None else limit(value)
