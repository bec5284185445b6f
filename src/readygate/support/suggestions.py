"""Suggest a known name for an unknown one."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?" for a similar known name, else the list of all."""
    names = tuple(known)
    found = get_close_matches(name, names, n=1, cutoff=0.5)
    return f"; did you mean `{found[0]}`?" if found else f"; there are {', '.join(names)}"
