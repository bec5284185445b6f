"""Repositories made by the git program itself, apart from the configuration of whoever runs the tests."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin:/usr/local/bin",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


class Repo:
    """A repository and the git program."""

    def __init__(self, root: Path, *options: str) -> None:
        self.root = root
        root.mkdir(exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)

    def git(self, *arguments: str) -> str:
        """Run git and return what it prints."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=ENVIRONMENT, capture_output=True, check=True, text=True
        )
        return done.stdout

    def write(self, *names: str) -> None:
        """Write files that hold their own names."""
        self.fill({name: f"{name}\n" for name in names})

    def fill(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files; None takes one away."""
        for name, content in files.items():
            path = self.root / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, *names: str, files: Mapping[str, str | bytes | None] | None = None) -> str:
        """Commit what is there, after writing files."""
        self.write(*names)
        self.fill(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.head()

    def head(self) -> str:
        """The commit that is checked out."""
        return self.git("rev-parse", "HEAD").strip()

    def files(self) -> frozenset[str]:
        """What git says it tracks."""
        return frozenset(filter(None, self.git("ls-files", "-z").split("\0")))

    def index_version(self) -> int:
        """The version of the index as it lies on the disk."""
        return int.from_bytes((self.root / ".git" / "index").read_bytes()[4:8], "big")
