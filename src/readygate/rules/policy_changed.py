"""policy-changed: the change does not loosen the policy for later changes."""

from readygate.model.comparison import Comparison
from readygate.model.policy import Policy
from readygate.model.policy_change import PolicyChange
from readygate.model.rich_text import RichText, Untrusted, count, listed
from readygate.model.verdict import Evidence, EvidenceItem, Level
from readygate.rules import Judgement, Result, Rule, not_evaluated, passes

_TOLD = 3


def judge(comparison: Comparison, _policy: Policy) -> Judgement:
    """Return a violation for a policy file that requires less; an invalid one blocks at every level."""
    found = comparison.policy_change
    if found is None:
        if comparison.changes is None:
            return not_evaluated("The changed files are not known")
        return passes("This change does not touch the policy file")
    if found.problems:
        return _unusable(found.problems)
    evidence = _evidence(found)
    if not found.loosened:
        if not found.tightened:
            same = "The policy file changed and asks for the same"
            return passes(same, *((": ", *_joined(found.neutral)) if found.neutral else ()), evidence=evidence)
        more = f" and {len(found.tightened) - _TOLD:,} more" if len(found.tightened) > _TOLD else ""
        told = _joined(found.tightened[:_TOLD])
        return passes("The policy asks for more: ", *told, more, f"; {_preview(found)}", evidence=evidence)
    number = len(found.loosened)
    fact = f"This change loosens the policy at {count(number, 'point')}"
    more = f" and {number - _TOLD:,} more" if number > _TOLD else ""
    return Judgement(
        result=Result.VIOLATED,
        summary=(f"{fact}; {_preview(found)}",),
        title=(f"{fact}.",),
        detail=(*_joined(found.loosened[:_TOLD]), more, f". It counts once it is merged; {_preview(found)}."),
        todo=("have somebody approve it who answers for the policy, or take it out of this change.",),
        short="this change loosens the policy",
        evidence=evidence,
    )


def _preview(found: PolicyChange) -> str:
    if found.ready is None:
        return "what the verdict would be with it is not known"
    return f"with this change's policy the verdict would be {'ready' if found.ready else 'not ready'} ({found.reason})"


def _unusable(problems: tuple[str, ...]) -> Judgement:
    return Judgement(
        result=Result.VIOLATED,
        summary=("This change brings a policy file that cannot be used: ", *listed(problems, 1)),
        title=("This change brings a policy file that cannot be used.",),
        detail=(*listed(problems, _TOLD), ". Once it is merged nothing could be judged."),
        todo=("correct the file; `readygate policy check` reads it on any machine.",),
        short="the new policy file cannot be used",
        min_level=Level.BLOCK,
        evidence=Evidence.of(problems, lambda text: EvidenceItem(kind="policy", name=text)),
    )


def _joined(phrases: tuple[RichText, ...]) -> RichText:
    parts: list[str | Untrusted] = []
    for phrase in phrases:
        parts += [", ", *phrase] if parts else phrase
    return tuple(parts)


def _evidence(found: PolicyChange) -> Evidence:
    def shown(note: str, phrases: tuple[RichText, ...]) -> Evidence:
        return Evidence.of(phrases, lambda phrase: EvidenceItem(kind="policy", name=_plain(phrase), note=note))

    judging = shown("asks less", found.loosened) + shown("asks more", found.tightened)
    return judging + shown("asks the same", found.neutral)


def _plain(phrase: RichText) -> str:
    return "".join(part.text if isinstance(part, Untrusted) else part.replace("`", "") for part in phrase)


RULE = Rule(
    name="policy-changed",
    summary="The change does not loosen the policy file. One that cannot be used blocks, whatever the level.",
    description="A pull request is judged by the policy of the commit that it starts from, so it cannot move its own "
    "limits; but it can move those of all that follow. What its policy file asks less of is named, with the verdict "
    "that this change would get under it. A change that only asks for more passes. A file that cannot be read would "
    "end every later run with exit code 2, so it blocks at any level, even `off`. A change of which it is not clear "
    "whether it asks less (other paths of a component) counts as loosening. Put the file under code owners.",
    levels=(Level.WARN, Level.BLOCK, Level.WARN),
    judge=judge,
    weight=25,
    points=20,
    always_run=True,
)
