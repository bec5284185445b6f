"""Random Go modules: the coverage of each file agrees with what `go tool cover -func` says of its function.

Go counts statements and we count lines, so only nothing, something and everything can be compared.
"""

import json
import random
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from readygate.commands.program import main
from tests.support.gitrepo import Repo

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed")]

FUNCTION: Final = re.compile(r"^example\.com/shop/(\S+?):\d+:\s+\S+\s+([\d.]+)%$", re.MULTILINE)
BODIES: Final = (
    "\tif x%2 == 1 {\n\t\treturn x\n\t}\n",
    "\tfor y := 0; y < 4; y++ {\n\t\tx += y\n\t}\n",
    "\tswitch x {\n\tcase 3:\n\t\tx = 1\n\tcase 5:\n\t}\n",
    "\tfunc() {\n\t\tx++\n\t}()\n",
    "\t// nothing\n\n",
)


def fill(repo: Repo, chance: random.Random) -> None:
    """Write packages of one function a file, some of which a test of the package calls."""
    repo.fill({"go.mod": "module example.com/shop\n\ngo 1.19\n", ".gitignore": "cover.out\n"})
    for package in ("shop", "inner/deep"):
        folder, name = ("", "shop") if package == "shop" else (f"{package}/", "deep")
        calls = ""
        for number in range(6):
            body = "".join(chance.choice(BODIES) for _ in range(chance.randrange(1, 4)))
            text = f"package {name}\n\nfunc F{number}(x int) int {{\n{body}\treturn x\n}}\n"
            if not number:
                text = f"package {name}\n\nfunc F0(x int) int {{ return x }}\n\nfunc Marker{name}() {{}}\n"
            repo.fill({f"{folder}f{number}.go": text})
            if chance.random() < 0.7:
                calls += f"\tF{number}({chance.choice((2, 3))})\n"
        test = f'package {name}\n\nimport "testing"\n\nfunc TestAll(t *testing.T) {{\n{calls}}}\n'
        repo.fill({f"{folder}all_test.go": test})
    repo.commit()


@pytest.mark.parametrize("seed", range(3))
def test_each_file_is_covered_as_go_says(seed: int, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    fill(repo, random.Random(seed))

    def go(*arguments: str) -> str:
        return subprocess.run(
            ["go", *arguments], cwd=repo.root, check=True, capture_output=True, text=True, timeout=300
        ).stdout

    go("test", "-coverprofile=cover.out", "./...")
    shares: dict[str, float] = {}
    for path, percent in FUNCTION.findall(go("tool", "cover", "-func=cover.out")):
        shares.setdefault(path, float(percent))  # the first function; markers have no statement
    repo.fill({"junit.xml": "<testsuite name='s' tests='1'><testcase name='t'/></testsuite>"})
    options = ["--root", str(repo.root), "--tests", "junit.xml", "--output", str(tmp_path / "rg")]
    assert main(["report", *options]) == 0
    found = json.loads((tmp_path / "rg/report.json").read_text())["coverage"]
    lines = {file["path"]: file["lines"] for file in found["files"]}
    assert lines.keys() == shares.keys()
    for path, share in shares.items():
        covered, total = lines[path]["covered"], lines[path]["total"]
        assert (covered == total, covered == 0) == (share == 100, share == 0), path
