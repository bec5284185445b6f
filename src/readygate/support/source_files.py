"""Facts about source paths: which files are tests, and where GitHub's runners check a repository out."""

import re
from collections.abc import Container, Iterable
from pathlib import PurePosixPath
from typing import Final

_TEST_FILE: Final = re.compile(
    r"(?:^|/)(?:tests?|__tests__|specs?|testing|e2e)/"
    r"|(?:^|/)(?:test_[^/]*|conftest\.py|[^/]*(?:_test|_spec|\.test|\.spec|\.cy|Tests?|(?<![A-Z])IT|Spec)\.\w+)$"
)
_LANGUAGES: Final = (
    frozenset((".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")),
    frozenset((".java", ".kt", ".scala", ".groovy")),
    frozenset((".cs", ".vb", ".fs")),
    frozenset((".c", ".cc", ".cpp", ".cxx", ".m", ".mm")),
    *(frozenset((suffix,)) for suffix in (".py", ".go", ".rb", ".php", ".rs", ".swift", ".dart", ".lua", ".pl", ".ex")),
)
"""Suffixes of source files by the tools that measure them. A header without code is measured by none."""
_CHECKOUT: Final = re.compile(
    r"(?:(?:/home/runner/work|/Users/runner/work|/__w|[A-Za-z]:/a|(?:/|[A-Za-z]:/)(?:.+/)?_work)/([^/]+)/\1/"
    r"|/github/workspace/)(?=.)"
)


def is_test_file(path: str) -> bool:
    """Return whether a path with `/` separators names a file of tests, by its folder or its name.

    Examples: `tests/conftest.py`, `src/a.test.js`, `cypress/e2e/login.cy.ts`, `StoreIT.java`, `StoreSpec.scala`.
    """
    return _TEST_FILE.search(path) is not None


def measured_languages(paths: Iterable[str]) -> frozenset[str]:
    """Return the suffixes of files that tools measure which measured some files.

    These are the suffixes of the files and of languages that the same tools measure: a report of Java without a line of
    Kotlin may leave Kotlin out. Without any file all languages are possible: all that was measured may lie elsewhere.
    """
    suffixes = frozenset(PurePosixPath(path).suffix for path in paths) - {""}
    if not suffixes:
        return frozenset().union(*_LANGUAGES)
    return suffixes.union(*(family for family in _LANGUAGES if family & suffixes))


def is_source(path: str, languages: Container[str]) -> bool:
    """Return whether a file is source code of a language, and not a test; declarations (`.d.ts`) hold no code."""
    name = PurePosixPath(path)
    return name.suffix in languages and not name.name.endswith(".d.ts") and not is_test_file(path)


def strip_checkout(path: str) -> str:
    r"""Return a path relative to the repository if it begins with a checkout folder of a runner, else unchanged.

    The folders are those of hosted runners, container jobs (`/__w`), container actions (`/github/workspace`) and
    self-hosted runners (`_work`). A Windows path may use `\`; the result of a match uses `/`.

    Source: `GITHUB_WORKSPACE` in https://docs.github.com/actions/reference/workflows-and-actions/variables
    """
    plain = path if path.startswith("/") else path.replace("\\", "/")
    found = _CHECKOUT.match(plain)
    return plain[found.end() :] if found else path
