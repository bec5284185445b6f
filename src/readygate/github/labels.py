"""Labels of a pull request. Who may set one has at least the role `triage`; nobody from outside can.

https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/repository-roles-for-an-organization
"""

from __future__ import annotations

from itertools import islice

from readygate.errors import ForgeError
from readygate.github.client import GitHub
from readygate.model.comparison import Waiver

MOST_EVENTS = 1_000
"""Events of a pull request that are looked through for who set a label."""


def waiver(hub: GitHub, number: int, label: str) -> Waiver | None:
    """Look whether a pull request has a label now, and who set it.

    The event's own list is not asked: it is as old as the run, and a re-run is how a label comes to count.
    A repository in which this cannot be read has no waiver.
    """
    if not number or not label:
        return None
    try:
        labels = [row["name"] for row in hub.get(f"/pulls/{number}")["labels"]]
        if label not in labels:
            return None
        found = Waiver(label=label)
        for event in islice(hub.pages(f"/issues/{number}/events"), MOST_EVENTS):
            if event.get("event") == "labeled" and event.get("label", {}).get("name") == label:
                found = Waiver(label=label, by=(event.get("actor") or {}).get("login", ""), when=event["created_at"])
    except (ForgeError, KeyError, TypeError, AttributeError):
        return None
    return found
