"""Regular expressions and modules that are made ready when they are first used.

A run defines more than a hundred expressions and uses a third of them; compiling all of them was a twentieth of its
start. And libraries load modules for things that are not done here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

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


class Module(ModuleType):
    """Stands for a module that is loaded when something is taken from it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system asks for these; they need no module
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


class Expressions(ModuleType):
    """Stands for `re`, so that the expressions of a library are compiled when they are first used, too.

    Whoever imports `re` meanwhile gets it, modules of the standard library that the library loads among them: what they
    compile has the methods of an expression, and is none for `isinstance` or the functions of `re`.
    """

    def __init__(self) -> None:
        super().__init__("re")
        self.compile = compile

    def __getattr__(self, name: str) -> Any:
        return getattr(re, name)


@contextmanager
def stand_ins(*modules: ModuleType) -> Iterator[None]:
    """Give these to whoever imports what they stand for, and afterwards, to whoever comes then, the real ones.

    Args:
        modules: what is loaded already needs no `Module`; `Expressions` stand for it all the same.
    """
    given = {
        each.__name__: each for each in modules if isinstance(each, Expressions) or each.__name__ not in sys.modules
    }
    known = {name: sys.modules[name] for name in given if name in sys.modules}
    sys.modules.update(given)
    try:
        yield
    finally:
        for name, module in given.items():
            if sys.modules.get(name) is module:  # else somebody has needed the real one
                del sys.modules[name]
                sys.modules.update({name: known[name]} if name in known else {})
