"""A repository of two packages in two languages, with the reports that pytest and Jest wrote of it, judged."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from readygate import __version__
from readygate.commands.program import main

DATA = Path(__file__).resolve().parents[1] / "monorepo"
REPORTS = ("junit.xml", "coverage.xml", "lcov.info")
_DATE = "2026-11-30T12:00:00Z"
_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    **{
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "A"), ("EMAIL", "a@b"), ("DATE", _DATE))
    },
}


def judge(folder: Path) -> tuple[str, Any]:
    """Compare the head with the base, and return the comment and report.json."""
    repo = folder / "shop"
    repo.mkdir()
    git(repo, "init", "-q", "-b", "main")
    for side in ("base", "head"):
        shutil.copytree(DATA / side, repo, dirs_exist_ok=True)
        git(repo, "add", "--all", "--", ".", *(f":(exclude,glob)**/{name}" for name in REPORTS))
        git(repo, "commit", "-q", "-m", side)
    arguments = ["--root", str(repo), "--against", "main~1", "--branch", "main", "--base", str(DATA / "base")]
    main(["report", *arguments, "--output", str(folder / "out")])
    comment = (folder / "out/comment.md").read_text(encoding="utf-8")
    body = comment.partition("<!-- readygate:comment")[0].strip().replace(f"Readygate {__version__}", "Readygate")
    return body, json.loads((folder / "out/report.json").read_text(encoding="utf-8"))


def git(repo: Path, *arguments: str) -> None:
    """Run git, without the user's configuration, so that commits have the same ids everywhere."""
    subprocess.run(["git", "-C", str(repo), *arguments], check=True, capture_output=True, env=_ENVIRONMENT)
