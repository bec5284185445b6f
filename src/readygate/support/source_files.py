"""Facts about source paths: which files are tests, and where GitHub's runners check a repository out."""

import re
from typing import Final

_TEST_FILE: Final = re.compile(
    r"(?:^|/)(?:tests?|__tests__|specs?|testing|e2e)/"
    r"|(?:^|/)(?:test_[^/]*|conftest\.py|[^/]*(?:_test|_spec|\.test|\.spec|\.cy|Tests?|(?<![A-Z])IT|Spec)\.\w+)$"
)
_CHECKOUT: Final = re.compile(
    r"(?:(?:/home/runner/work|/Users/runner/work|/__w|[A-Za-z]:/a|(?:/|[A-Za-z]:/)(?:.+/)?_work)/([^/]+)/\1/"
    r"|/github/workspace/)(?=.)"
)


def is_test_file(path: str) -> bool:
    """Return whether a path with `/` separators names a file of tests, by its folder or its name.

    Examples: `tests/conftest.py`, `src/a.test.js`, `cypress/e2e/login.cy.ts`, `StoreIT.java`, `StoreSpec.scala`.
    """
    return _TEST_FILE.search(path) is not None


def strip_checkout(path: str) -> str:
    r"""Return a path relative to the repository if it begins with a checkout folder of a runner, else unchanged.

    The folders are those of hosted runners, container jobs (`/__w`), container actions (`/github/workspace`) and
    self-hosted runners (`_work`). A Windows path may use `\`; the result of a match uses `/`.

    Source: `GITHUB_WORKSPACE` in https://docs.github.com/actions/reference/workflows-and-actions/variables
    """
    plain = path if path.startswith("/") else path.replace("\\", "/")
    found = _CHECKOUT.match(plain)
    return plain[found.end() :] if found else path
