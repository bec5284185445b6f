"""`compile` for regular expressions that are compiled when they are first used.

A run defines more than a hundred and uses a third of them; compiling all of them was a twentieth of its start.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from re import compile as compile  # noqa: A004, PLC0414  (told again, for others to import)
else:

    class _Expression:
        """Stands for an expression: each method is taken from the compiled one once, and kept."""

        def __init__(self, source, flags):
            self._given = source, flags
            self._compiled = None

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            if self._compiled is None:
                self._compiled = re.compile(*self._given)
            value = getattr(self._compiled, name)
            setattr(self, name, value)
            return value

        def __repr__(self):
            return f"late.compile{self._given!r}"

    def compile(source, flags=0):  # noqa: A001
        """Define an expression; as `re.compile`, but a mistake in it is raised when it is first used."""
        return _Expression(source, flags)
