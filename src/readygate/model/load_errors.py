"""Find failures that are not of a test: files of tests, suites and packages that could not be loaded or built.

The tests in them did not run, so they are missing, and the failure is not an added test.
"""

import re
from typing import Final

from readygate.model.comparison import TestChange, TestComparison

_LOAD_ERROR: Final = re.compile(
    # pytest, Jest, go test, RSpec, unittest, Mocha
    r"^(?:collection failure|Test suite failed to run|Failed to import test module|"
    r"An error occurred while loading|Error loading|Cannot find module)|\[(?:build|setup) failed\]",
    re.IGNORECASE,
)
_CLASSES: Final = ("unittest.loader._FailedTest", "unittest.loader.ModuleImportFailure")
_MODULE: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


def load_errors(tests: TestComparison) -> tuple[TestChange, ...]:
    """Return the new failures that say that something could not be loaded."""
    return tuple(change for change in tests.new_failures if change.before is None and is_load_error(change))


def is_load_error(change: TestChange) -> bool:
    """Return whether a failure says that a file of tests, a suite or a package could not be loaded or built."""
    detail = change.detail
    if change.id.class_name in _CLASSES:
        return True
    return detail is not None and any(
        _LOAD_ERROR.search(text[:200].strip()) for text in (detail.message, detail.type, detail.text)
    )


def unloaded(change: TestChange) -> str:
    """Return what could not be loaded: the path of pytest's module, otherwise the file, the name or the class."""
    detail = change.detail
    if detail is not None and detail.message.startswith("collection failure"):
        name = change.id.name or change.id.class_name
        return f"{name.replace('.', '/')}.py" if _MODULE.fullmatch(name) else name
    return (detail.file if detail is not None else "") or change.id.name or change.id.class_name
