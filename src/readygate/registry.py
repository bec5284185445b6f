"""A folder is the registry: every module in it must define one constant of the folder's record.

A new format, rule, store or output is one new module; nothing else is edited.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def members(package: ModuleType, constant: str, kind: type[T]) -> tuple[T, ...]:
    """Return the `constant` of each module in `package`, in the order of the module names.

    Modules whose name starts with an underscore are shared helpers of the folder and are passed over.

    Raises:
        TypeError: a module does not define the constant, or it is not a `kind`.
    """
    found = []
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("_"):
            continue
        name = f"{package.__name__}.{module.name}"
        value = getattr(importlib.import_module(name), constant, None)
        if not isinstance(value, kind):
            raise TypeError(f"{name} must define {constant}: {kind.__name__}")
        found.append(value)
    return tuple(found)
