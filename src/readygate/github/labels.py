"""Read labels of a pull request. Setting one needs at least the role `triage`.

https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/repository-roles-for-an-organization
"""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from readygate.github.client import GitHub
from readygate.model.policy_change import Waiver
from readygate.support.errors import ForgeError

MOST_EVENTS = 1_000
"""The number of events of a pull request that are searched for who set a label."""


def waiver(client: GitHub, number: int, label: str) -> Waiver | None:
    """Return the waiver of a label and who set it; None if the pull request does not have the label now.

    The labels in the event are not used. They are as old as the run, and a label takes effect in a re-run. If the
    labels cannot be read, there is no waiver. A label that an app set is refused, because a workflow with a token
    that may write could excuse itself.
    """
    if not number or not label:
        return None
    try:
        labels = [row["name"] for row in client.get(f"/pulls/{number}")["labels"]]
        if label not in labels:
            return None
        found = Waiver(label=label, refused="nobody is known to have set it")
        for event in islice(client.pages(f"/issues/{number}/events"), MOST_EVENTS):
            if event.get("event") == "labeled" and event.get("label", {}).get("name") == label:
                found = _set_by(event, label)
    except (ForgeError, KeyError, TypeError, AttributeError):
        return None
    return found


def _set_by(event: Mapping[str, Any], label: str) -> Waiver:
    """Return the waiver of an event that set a label.

    https://docs.github.com/en/rest/using-the-rest-api/issue-event-types#labeled
    """
    actor = event.get("actor") or {}
    name = str(actor.get("login") or "")
    refused = ""
    if not name:
        refused = "nobody is known to have set it"
    elif actor.get("type") == "Bot" or name.endswith("[bot]"):
        refused = "an app set it and no person"
    return Waiver(label=label, by=name, when=str(event.get("created_at") or ""), refused=refused)
