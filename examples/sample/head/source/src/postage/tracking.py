"""Where a parcel is."""

ORDER = ("accepted", "sorted", "on the way", "delivered")


def latest(events: list[str]) -> str:
    """The last known state, whatever the order of the messages."""
    known = [event for event in events if event in ORDER]
    if not known:
        return "unknown"
    return max(known, key=ORDER.index)


def late(days: int, zone: str) -> bool:
    """Whether a parcel takes longer than it should."""
    if zone == "home":
        return days > 2
    if zone == "near":
        return days > 5
    return days > 10
