"""Random JavaScript projects measured by c8, nyc and Vitest: every form of a report gives the tool's own figures.

npm installs the tools, from `javascript/package-lock.json`, into a temporary folder.
"""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from readygate.commands.program import main
from tests.support.gitrepo import Repo

pytestmark = pytest.mark.slow

FORMS: Final = {
    "lcov": "coverage/lcov.info",
    "json": "coverage/coverage-final.json",
    "clover": "coverage/clover.xml",
    "cobertura": "coverage/cobertura-coverage.xml",
}
REPORTERS: Final = tuple(f"--reporter={form}" for form in (*FORMS, "json-summary"))
VITEST: Final = tuple(f"--coverage.reporter={form}" for form in (*FORMS, "json-summary"))
TOOLS: Final = {
    "c8": ("c8", *REPORTERS, "node", "run.js"),
    "nyc": ("nyc", *REPORTERS, "node", "run.js"),
    "vitest-v8": ("vitest", "run", "--coverage.enabled", "--coverage.provider=v8", *VITEST),
    "vitest-istanbul": ("vitest", "run", "--coverage.enabled", "--coverage.provider=istanbul", *VITEST),
}
"""The command by tool, as its documentation gives it."""


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which npm has installed the tools."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("javascript")
    for file in (Path(__file__).parent / "javascript").iterdir():
        shutil.copy(file, folder)
    done = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"npm cannot install the tools: {done.stderr.strip().splitlines()[-1:]}")
    return folder


def module(chance: random.Random, language: str) -> str:
    """Return functions of which some lines and branches run when they are called with even numbers."""
    text = ""
    for number in range(chance.randrange(1, 4)):
        text += f"function f{number}(x) {{\n"
        for _ in range(chance.randrange(1, 4)):
            text += chance.choice(
                [
                    "  if (x % 2) {\n    return x;\n  }\n",
                    "  for (let y = 0; y < 4; y++) x += y % 3 ? 1 : 2;\n",
                    "  x = [x]\n    .map((y) => y + 1)\n    .reduce((a, b) => a + b, 0);\n",
                    "  // nothing\n\n",
                    "  switch (x) {\n    case 0:\n      x = 2;\n      break;\n    default:\n      x = 4;\n  }\n",
                    "  [].forEach(() => {\n    x += 1;\n  });\n",
                ]
            )
        text += "  return x;\n}\n\n"
    names = ", ".join(f"f{number}" for number in range(text.count("function f")))
    return text + (f"export {{ {names} }};\n" if language == "module" else f"module.exports = {{ {names} }};\n")


def fill(repo: Repo, chance: random.Random, tool: str) -> None:
    """Write a project of three modules in two folders, of which one has the name of another."""
    language = "module" if tool.startswith("vitest") else "commonjs"
    names = ["src/index.js", "src/lib/index.js", "src/lib/other.js"]
    repo.fill({name: module(chance, language) for name in names})
    repo.fill({"package.json": json.dumps({"type": language}), ".gitignore": "coverage\n"})
    if language == "module":
        calls = [f"import * as m{at} from './{name}';" for at, name in enumerate(names)]
        calls.append("import { test } from 'vitest';")
        calls += [f"test('{at}', () => {{ m{at}.f0({chance.choice((0, 2, 3))}); }});" for at in range(3)]
        repo.fill({"all.test.js": "\n".join(calls) + "\n"})
    else:
        calls = [f"require('./{name}').f0({chance.choice((0, 2, 3))});" for name in names]
        repo.fill({"run.js": "\n".join(calls) + "\n"})
    repo.commit()


def lines_of(repo: Repo, pattern: str, output: Path) -> dict[str, tuple[int, int]]:
    """Return the covered and all lines by file, of the reports that a pattern finds."""
    repo.fill({"junit.xml": '<testsuite name="s" tests="1"><testcase classname="a" name="b"/></testsuite>'})
    code = main(
        ["report", "--root", str(repo.root), "--tests", "junit.xml", "--coverage", pattern, "--output", str(output)]
    )
    assert code == 0
    found = json.loads((output / "report.json").read_text())["coverage"]
    assert found["unplaced"] == []
    return {file["path"]: (file["lines"]["covered"], file["lines"]["total"]) for file in found["files"]}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("tool", TOOLS)
def test_every_form_gives_the_figures_of_the_tool(tool: str, seed: int, tools: Path, tmp_path: Path) -> None:
    chance = random.Random(f"{tool} {seed}")
    project = tools / f"{tool}-{seed}"  # below the folder of the tools: node finds them there
    project.mkdir()
    repo = Repo(project)
    fill(repo, chance, tool)
    program, *arguments = TOOLS[tool]
    subprocess.run(
        [tools / "node_modules/.bin" / program, *arguments],
        cwd=project,
        env={**os.environ, "CI": "true"},
        check=True,
        capture_output=True,
        timeout=120,
    )
    summary = json.loads((project / "coverage/coverage-summary.json").read_text())
    expected = {
        str(Path(path).relative_to(project)): (figures["lines"]["covered"], figures["lines"]["total"])
        for path, figures in summary.items()
        if path != "total" and figures["lines"]["total"]
    }
    for form, path in FORMS.items():
        assert lines_of(repo, path, tmp_path / form) == expected, form
    assert lines_of(repo, "coverage/*", tmp_path / "all") == expected
