"""Random C programs measured by gcc and gcovr: every form of a report gives gcovr's own figures.

pip installs gcovr, from `.ci/requirements/producers.txt`, into an environment of its own: its lxml changes what other
packages do, and the image has none.
"""

import json
import random
import shutil
import subprocess
import venv
from pathlib import Path
from typing import Final

import pytest

from readygate.commands.program import main
from tests.support.gitrepo import Repo

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")]

FORMS: Final = {
    "--cobertura": "cobertura.xml",
    "--clover": "clover.xml",
    "--lcov": "lcov.info",
    "--json": "gcovr.json",
    "--sonarqube": "sonarqube.xml",
}
BODIES: Final = (
    "    if (x % 2) {\n        return x;\n    }\n",
    "    for (int y = 0; y < 4; y++)\n        x += y > 2 ? 1 : 2;\n",
    "    x = x +\n        1;\n",
    "    switch (x) {\n    case 3:\n        x = 1;\n        break;\n    default:\n        break;\n    }\n",
    "    /* nothing */\n\n",
)


@pytest.fixture(scope="session")
def gcovr(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the path of the program."""
    folder = tmp_path_factory.mktemp("gcovr")
    venv.create(folder, with_pip=True)
    wanted = Path(__file__).parents[2] / ".ci/requirements/producers.txt"
    done = subprocess.run(
        [folder / "bin/python", "-m", "pip", "install", "--require-hashes", "--only-binary=:all:", "-r", wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"pip cannot install gcovr: {done.stderr.strip().splitlines()[-1:]}")
    return str(folder / "bin/gcovr")


def fill(repo: Repo, chance: random.Random) -> list[str]:
    """Write sources, two of which have one name in different folders; return their paths."""
    names = ["src/list.c", "src/util/list.c", "src/util/text.c"]
    declared, calls = "", ""
    for number, name in enumerate(names):
        body = "".join(chance.choice(BODIES) for _ in range(chance.randrange(1, 5)))
        helper = f"static inline int used{number}(int x) {{\n    return x > 1;\n}}\n"
        unused = f"int unused{number}(int x) {{\n    return x + used{number}(x);\n}}\n"
        repo.fill({name: f"{helper}\n{unused}\nint f{number}(int x) {{\n{body}    return x;\n}}\n"})
        declared += f"int f{number}(int x);\n"
        calls += f"    f{number}({chance.choice((2, 3))});\n"
    repo.fill({"main.c": f"{declared}\nint main(void) {{\n{calls}    return 0;\n}}\n", ".gitignore": "build\n*.xml\n"})
    repo.commit()
    return [*names, "main.c"]


@pytest.mark.parametrize("seed", range(3))
def test_every_form_gives_the_figures_of_gcovr(seed: int, gcovr: str, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    sources = fill(repo, random.Random(seed))
    reports = repo.root / "build/reports"
    reports.mkdir(parents=True)

    def run(*command: str) -> None:
        subprocess.run(command, cwd=repo.root, check=True, capture_output=True, timeout=120)

    objects = [f"build/{name.replace('/', '-')}.o" for name in sources]
    for source, compiled in zip(sources, objects, strict=True):
        run("gcc", "--coverage", "-O0", "-c", source, "-o", compiled)
    run("gcc", "--coverage", "-o", "build/program", *objects)
    run("build/program")
    forms = ["--jacoco", "build/reports/jacoco.xml"]  # it does not say which lines ran, only how many
    forms += [part for form, name in FORMS.items() for part in (form, f"build/reports/{name}")]
    run(gcovr, *forms, "--json-summary", "build/summary.json")
    summary = json.loads((repo.root / "build/summary.json").read_text())
    expected = {file["filename"]: (file["line_covered"], file["line_total"]) for file in summary["files"]}
    (tmp_path / "junit.xml").write_text("<testsuite name='s' tests='1'><testcase name='t'/></testsuite>")
    shutil.copy(tmp_path / "junit.xml", repo.root)
    for pattern in (*(f"build/reports/{name}" for name in FORMS.values()), "build/reports/*"):
        options = ["--root", str(repo.root), "--tests", "junit.xml", "--coverage", pattern]
        assert main(["report", *options, "--output", str(tmp_path / "rg")]) == 0
        found = json.loads((tmp_path / "rg/report.json").read_text())["coverage"]
        lines = {file["path"]: (file["lines"]["covered"], file["lines"]["total"]) for file in found["files"]}
        assert lines == expected, pattern
