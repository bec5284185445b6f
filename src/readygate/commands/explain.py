"""Write the page of a rule for `readygate explain`: requirement, reason, levels, options and an example."""

from readygate.model.policy import PRESETS
from readygate.model.verdict import Level
from readygate.rules import Rule, all_rules
from readygate.support.errors import SettingsError
from readygate.support.suggestions import nearest


def page(rule: Rule, heading: str = "#") -> str:
    """Return the page of a rule in Markdown."""
    parts = [f"{heading} {rule.label}", f"**Asks:** {rule.summary}", rule.description]
    levels = ", ".join(f"`{level.name.lower()}` in `{name}`" for name, level in zip(PRESETS, rule.levels, strict=True))
    told = f"**Level:** {levels}."
    if rule.key and Level.OFF in rule.levels:
        told += f" Where it is `off`, `{rule.key}` in the policy turn it on to block."
    if rule.evidence:
        told += " On a base branch it decides the exit code, too."
    if rule.waivable:
        told += " The label that the policy names turns its block into a warning."
    parts.append(told)
    if rule.options:
        parts.append(
            "\n".join(
                f"- `{name}`: {option.description}"
                + (f" (default: {option.show(option.default)})" if option.default is not None else " (must be given)")
                for name, option in rule.options.items()
            )
        )
    parts.append(f"```yaml\n{example(rule)}```")
    return "\n\n".join(parts) + "\n"


def example(rule: Rule) -> str:
    """Return a part of a policy file that sets the rule."""
    lines = ["rules:", f"  {rule.name}:", "    level: warn"]
    for name, option in rule.options.items():
        value = option.show(option.default).split(" ")[0].removesuffix("%") if option.default is not None else "80"
        lines.append(f"    {name}: {value}")
    return "\n".join(lines) + "\n"


def explain(name: str) -> str:
    """Return the page of a rule by name; without a name the list of all rules.

    Raises:
        SettingsError: the rule does not exist.
    """
    rules = {rule.name: rule for rule in all_rules()}
    if not name:
        width = max(len(rule.label) for rule in rules.values())
        return "".join(f"{rule.label:{width}}  {rule.summary}\n" for rule in rules.values())
    if name not in rules:
        raise SettingsError((f"there is no rule {name!r}{nearest(name, rules)}",), todo="name one of them")
    return page(rules[name])
