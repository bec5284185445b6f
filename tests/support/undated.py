"""Real reports without the zone of their times, by which a run would tell how old they are."""

import re

_ZONE = re.compile(rb'(timestamp="[^"+]*)\+00:00"')


def without_zone(report: bytes) -> bytes:
    """A JUnit report whose times say no zone."""
    return _ZONE.sub(rb'\1"', report)
