"""Shared set-up: how hypothesis searches, the option that rewrites golden files, and which tests are slow."""

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=False
)
settings.register_profile("fast", parent=settings.get_profile("steady"), max_examples=20)
settings.register_profile("explore", deadline=None, max_examples=2_000, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "fuzz", deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


SLOW_FOLDERS = {"corpus", "e2e", "fuzz", "image"}
"""Folders whose tests start processes, read hundreds of files or drive a browser; `tests/run --fast` skips them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of slow folders, and keep together what publishes the golden cases.

    A slow test elsewhere has its own mark. Each golden case is published once, as one process of pytest-xdist runs all
    tests that need it.
    """
    for item in items:
        if hasattr(getattr(item, "module", None), "published"):
            item.add_marker(pytest.mark.xdist_group("golden"))
        if not SLOW_FOLDERS.isdisjoint(item.path.parts):
            item.add_marker(pytest.mark.slow)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what is rendered now into tests/golden, then look at the diff",
    )
