"""Random repositories measured by coverage.py: every form of its report gives the figures that coverage.py gives."""

import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from readygate.commands.program import main
from tests.support.gitrepo import Repo

HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")


def module(chance: random.Random) -> str:
    """Return a module of functions, of which some lines run when it is called with even numbers."""
    text = ""
    for number in range(chance.randrange(1, 5)):
        text += f"def f{number}(x):\n"
        for _ in range(chance.randrange(1, 4)):
            text += chance.choice(
                [
                    "    if x % 2:\n        return x\n",
                    "    for y in range(x):\n        x += y\n",
                    "    x = (x +\n         1)\n",
                    "    if x < 0:  # pragma: no cover\n        x = 0\n",
                    "    # nothing\n\n",
                    "    try:\n        x = 1 / x\n    except ZeroDivisionError:\n        x = 0\n",
                ]
            )
        text += "    return x\n\n\n"
    return text


def fill(repo: Repo, chance: random.Random, folders: list[str]) -> None:
    names = [f"{folder}/m{number}.py" for folder in folders for number in range(2)]
    repo.fill({name: module(chance) for name in names if chance.random() < 0.8 or not (repo.root / name).exists()})
    calls = "".join(
        f"import importlib.util as u\ns = u.spec_from_file_location('m{at}', '{name}')\nm = u.module_from_spec(s)\n"
        f"s.loader.exec_module(m)\ntry:\n    m.f0({chance.choice((0, 2, 3))})\nexcept TypeError:\n    pass\n"
        for at, name in enumerate(names)
    )
    repo.fill({"run.py": calls})


def coverage(repo: Repo, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "coverage", *arguments], cwd=repo.root, check=True, capture_output=True)


def changed_lines(repo: Repo, base: str) -> dict[str, set[int]]:
    """Return the added lines by file, from git's own diff."""
    found: dict[str, set[int]] = {}
    path = ""
    for line in repo.git("diff", "-U0", "-M", base, "HEAD").splitlines():
        if line.startswith("+++ b/"):
            path = line[6:]
        elif hunk := HUNK.match(line):
            start, size = int(hunk[1]), int(hunk[2] or 1)
            found.setdefault(path, set()).update(range(start, start + size))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_every_form_gives_the_figures_of_coverage_py(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    repo = Repo(tmp_path / "repo")
    folders = chance.sample(["app", "app/core", "lib/x", "srv"], 3)
    branch, relative = (chance.random() < 0.5 for _ in range(2))
    settings = f"[run]\nbranch = {branch}\nrelative_files = {relative}\nsource = .\nomit = run.py\n"
    repo.fill({".coveragerc": settings, ".gitignore": "out/\n.coverage\n"})
    fill(repo, chance, folders)
    base = repo.commit()
    fill(repo, chance, folders)
    repo.commit()
    coverage(repo, "run", "run.py")
    forms = {"xml": "coverage.xml", "json": "coverage.json", "lcov": "lcov.info"}
    for form, name in forms.items():
        (repo.root / "out" / form).mkdir(parents=True)
        coverage(repo, form, "-o", f"out/{form}/{name}")
    told = json.loads((repo.root / "out/json/coverage.json").read_text())
    changed = changed_lines(repo, base)
    ran = {path: (set(file["executed_lines"]), set(file["missing_lines"])) for path, file in told["files"].items()}
    patch = sum(len(lines & ran[path][0]) for path, lines in changed.items() if path in ran)
    missed = sum(len(lines & ran[path][1]) for path, lines in changed.items() if path in ran)
    (repo.root / "junit.xml").write_text("<testsuite><testcase name='t'/></testsuite>")
    for pattern in (*(f"out/{form}/{name}" for form, name in forms.items()), ".coverage"):
        options = ["--root", str(repo.root), "--against", base, "--tests", "junit.xml", "--coverage", pattern]
        main(["report", *options, "--output", str(tmp_path / "rg")])
        found = json.loads((tmp_path / "rg/report.json").read_text())["coverage"]
        totals = told["totals"]
        assert (found["lines"]["covered"], found["lines"]["total"]) == (
            totals["covered_lines"],
            totals["num_statements"],
        )
        assert (found["patch"]["lines"]["covered"], found["patch"]["lines"]["total"]) == (patch, patch + missed), (
            pattern
        )
