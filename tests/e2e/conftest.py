from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.support import Runner
from tests.fakes.github import FakeGitHub


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    with FakeGitHub("acme/widgets", "main") as hub:
        yield Runner(hub=hub, folder=tmp_path)
        assert not hub.unexpected
