"""Labels of a pull request. Who may set one has at least the role `triage`; nobody from outside can.

https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/repository-roles-for-an-organization
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from readygate.github.client import GitHub
from readygate.model.comparison import Waiver
from readygate.support.errors import ForgeError

MOST_EVENTS = 1_000
"""Events of a pull request that are looked through for who set a label."""


def waiver(hub: GitHub, number: int, label: str) -> Waiver | None:
    """Look whether a pull request has a label now, and who set it.

    The event's own list is not asked: it is as old as the run, and a re-run is how a label comes to count.
    A repository in which this cannot be read has no waiver, and a label that no person has set is refused: a workflow
    whose token may write could excuse itself by it.
    """
    if not number or not label:
        return None
    try:
        labels = [row["name"] for row in hub.get(f"/pulls/{number}")["labels"]]
        if label not in labels:
            return None
        found = Waiver(label=label, refused="nobody is known to have set it")
        for event in islice(hub.pages(f"/issues/{number}/events"), MOST_EVENTS):
            if event.get("event") == "labeled" and event.get("label", {}).get("name") == label:
                found = _set_by(event, label)
    except (ForgeError, KeyError, TypeError, AttributeError):
        return None
    return found


def _set_by(event: Mapping[str, Any], label: str) -> Waiver:
    """Who set a label, and whether it counts.

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
