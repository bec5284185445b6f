"""The list of packages that a release carries names those of the image, each with its version and its hashes."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from tests.repo.tables import ROOT

pytestmark = [pytest.mark.image, pytest.mark.xdist_group("image")]


def test_it_lists_the_locked_packages_with_their_hashes(tmp_path: Path) -> None:
    target = tmp_path / "sbom.cdx.json"
    done = subprocess.run([ROOT / ".ci" / "sbom", str(target)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

    data = json.loads(target.read_text(encoding="utf-8"))
    lock = (ROOT / ".ci" / "requirements" / "image.txt").read_text(encoding="utf-8")
    assert (data["bomFormat"], data["metadata"]["component"]["name"]) == ("CycloneDX", "readygate")
    listed = {(row["name"].lower(), row["version"]) for row in data["components"]}
    assert listed == set(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", lock, re.MULTILINE))
    hashes = {h["content"] for row in data["components"] for ref in row["externalReferences"] for h in ref["hashes"]}
    assert hashes == set(re.findall(r"--hash=sha256:([0-9a-f]{64})", lock))
