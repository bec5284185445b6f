"""The bare git repository behind the fake: every object and ref that the API shows is a real one."""

import itertools
import os
import re
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from . import gittrees

ZERO = "0" * 40
_CONFIG = (
    "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tfilemode = true\n\tfsync = none\n"
    "[gc]\n\tauto = 0\n[uploadpack]\n\tallowAnySHA1InWant = true\n"
    "[user]\n\tname = fake\n\temail = fake@localhost\n"
)


_LASTING = frozenset(("diff-tree", "ls-tree", "merge-base", "rev-list"))
_NAMED = re.compile(r"[0-9a-f]{40}(?:\.\.[0-9a-f]{40})?")
_MOST = 200
"""Objects that are kept."""
_BROKEN = 128
"""Exit code from which on git could not answer, as where an object is not there yet."""
_SHORT = 1 << 16
"""Bytes of an answer above which it is not kept."""


def _lasts(arguments: tuple[str, ...]) -> bool:
    """Whether the answer to a command depends on nothing but objects, and all of them are named by their ids."""
    names = itertools.takewhile("--".__ne__, arguments[1:])
    return arguments[0] in _LASTING and all(name.startswith("-") or _NAMED.fullmatch(name) for name in names)


class GitError(Exception):
    """A git command that failed, with what it printed."""


@dataclass(frozen=True, slots=True)
class GitObject:
    """One object as `cat-file --batch` gives it."""

    sha: str
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One row of `ls-tree`."""

    mode: str
    kind: str
    sha: str
    size: int | None
    path: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A parsed commit object."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: str
    committer: str
    message: str


class Repository:
    """A bare repository, driven through the git executable."""

    def __init__(self, directory: Path, default_branch: str) -> None:
        self.directory = directory
        for name in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
            (directory / name).mkdir(parents=True)
        (directory / "HEAD").write_text(f"ref: refs/heads/{default_branch}\n", encoding="utf-8")
        (directory / "config").write_text(_CONFIG, encoding="utf-8")
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self._environment = clean | {
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_DIR": str(directory),
            "GIT_LITERAL_PATHSPECS": "1",
            "LC_ALL": "C",
        }
        self._reader: subprocess.Popen[bytes] | None = None
        self._reading = threading.Lock()
        self._objects: dict[str, GitObject] = {}
        self._answers: dict[tuple[str, ...], subprocess.CompletedProcess[bytes]] = {}

    def close(self) -> None:
        """End the long-lived reader process."""
        with self._reading:
            if self._reader is not None:
                self._reader.communicate()
                self._reader = None

    def run(self, *arguments: str, data: bytes | None = None, environment: dict[str, str] | None = None) -> bytes:
        """Run one git command and return what it printed."""
        done = self.attempt(*arguments, data=data, environment=environment)
        if done.returncode:
            raise GitError(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def attempt(
        self, *arguments: str, data: bytes | None = None, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run one git command whose failure is an answer, too; one that lasts is not asked for twice."""
        lasts = data is None and environment is None and _lasts(arguments)
        if lasts and arguments in self._answers:
            return self._answers[arguments]
        done = subprocess.run(
            ["git", *arguments],
            input=data,
            stdin=subprocess.DEVNULL if data is None else None,
            capture_output=True,
            check=False,
            env=self._environment | (environment or {}),
        )
        if lasts and done.returncode < _BROKEN and len(done.stdout) < _SHORT:
            self._answers[arguments] = done
        return done

    def lines(self, *arguments: str) -> list[str]:
        """Run one git command and return the lines that it printed."""
        return self.run(*arguments).decode(errors="replace").splitlines()

    def find(self, name: str) -> GitObject | None:
        """Read the object that a revision expression names, or None."""
        if not name or any(character in name for character in "\n\r\0"):
            return None
        known = self._objects.get(name)
        if known is not None:
            return known
        found = self._find(name)
        if found is not None and found.sha == name and len(self._objects) < _MOST:
            self._objects[name] = found
        return found

    def named(self, expression: str) -> str | None:
        """Return the id of the object that a revision expression names, or None."""
        found = self.find(expression)
        return found.sha if found else None

    def _find(self, name: str) -> GitObject | None:
        with self._reading:
            if self._reader is None:
                self._reader = subprocess.Popen(
                    ["git", "cat-file", "--batch"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=self._environment,
                )
            stdin, stdout = self._reader.stdin, self._reader.stdout
            if stdin is None or stdout is None:
                raise GitError("the reader process has no pipes")
            stdin.write(name.encode() + b"\n")
            stdin.flush()
            answer = stdout.readline()
            if not answer:
                raise GitError("git cat-file ended")
            head = answer.split()
            if len(head) != 3 or not head[2].isdigit():
                return None
            data = stdout.read(int(head[2]))
            stdout.readline()
        return GitObject(head[0].decode(), head[1].decode(), data)

    def commit(self, name: str) -> Commit | None:
        """Read and parse the commit that a name stands for."""
        found = self.find(f"{name}^{{commit}}")
        if found is None:
            return None
        head, _, message = found.data.decode(errors="replace").partition("\n\n")
        fields: dict[str, list[str]] = {}
        for line in head.split("\n"):
            key, _, value = line.partition(" ")
            fields.setdefault(key, []).append(value)
        return Commit(
            sha=found.sha,
            tree=fields["tree"][0],
            parents=tuple(fields.get("parent", ())),
            author=fields["author"][0],
            committer=fields["committer"][0],
            message=message,
        )

    def tree_of(self, name: str) -> str | None:
        """Return the tree that a name stands for, itself or through a commit."""
        found = self.find(name)
        if found is not None and found.kind == "tag":
            found = self.find(f"{name}^{{}}")
        if found is None or found.kind == "blob":
            return None
        return found.sha if found.kind == "tree" else found.data[5:45].decode()

    def write_blob(self, data: bytes) -> str:
        """Store a blob."""
        return gittrees.write_object(self.directory, "blob", data)

    def tree(self, treeish: str, *, recursive: bool = False, path: str = "") -> list[TreeEntry]:
        """List a tree (with the subtrees themselves, when recursive)."""
        options = ["-r", "-t"] if recursive else []
        where = ["--", path] if path else []
        rows = []
        for row in self.run("ls-tree", "-z", "--long", *options, treeish, *where).split(b"\0"):
            if row:
                meta, _, name = row.decode(errors="replace").partition("\t")
                mode, kind, sha, size = meta.split()
                rows.append(TreeEntry(mode, kind, sha, int(size) if size.isdigit() else None, name))
        return rows

    def write_tree(self, base: str | None, entries: list[tuple[str, str, str | None]]) -> str:
        """Store a tree made of a base and (path, mode, sha or None to delete) entries."""
        return gittrees.edit(self, base, entries)

    def entry(self, tree: str, path: str) -> tuple[str, str] | None:
        """Return mode and id of what a path names in a tree, or None."""
        return gittrees.find_row(self, tree, path)

    def change(self, files: dict[str, bytes | None], parents: list[str], message: str, ref: str, when: int) -> str:
        """Commit changed files (None deletes one) on their first parent, by a single git process.

        The ref, if one is given, is moved wherever it pointed to before.
        """
        target = ref or "refs/fake/unnamed"
        text = message.encode()
        stream = [b"commit %s\nmark :1\n" % target.encode()]
        stream.append(b"committer Fake <fake@localhost> %d +0000\ndata %d\n%s\n" % (when, len(text), text))
        for word, parent in zip((b"from", *[b"merge"] * len(parents)), parents, strict=False):
            stream.append(b"%s %s\n" % (word, parent.encode()))
        for path, data in files.items():
            if data is None:
                stream.append(b"D %s\n" % path.encode())
            else:
                stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
        stream.append(b"\nget-mark :1\n")
        if not ref:
            stream.append(b"reset %s\nfrom %s\n\n" % (target.encode(), ZERO.encode()))
        return self.run("fast-import", "--force", "--quiet", data=b"".join(stream)).decode().strip()

    def write_commit(
        self,
        tree: str,
        parents: list[str],
        message: str,
        author: tuple[str, str, str] | None = None,
        committer: tuple[str, str, str] | None = None,
    ) -> str:
        """Store a commit; author and committer are (name, mail, date)."""
        people: dict[str, str] = {}
        for role, who in (("AUTHOR", author), ("COMMITTER", committer)):
            if who:
                keys = (f"GIT_{role}_NAME", f"GIT_{role}_EMAIL", f"GIT_{role}_DATE")
                people |= dict(zip(keys, who, strict=True))
        options = [option for parent in parents for option in ("-p", parent)]
        done = self.run("commit-tree", tree, *options, data=message.encode(), environment=people)
        return done.decode().strip()

    def ref(self, name: str) -> str | None:
        """Return what a full ref name points to."""
        if not name.startswith("refs/") or set(name) & set("~^:?*[\\{ ") or ".." in name:
            return None
        found = self.find(name)
        return found.sha if found else None

    def refs(self, prefix: str) -> list[tuple[str, str, str]]:
        """Return (name, kind, sha) of the refs whose names start with a prefix."""
        wanted = "%(refname) %(objecttype) %(objectname)"
        rows = [row.split(" ") for row in self.lines("for-each-ref", f"--format={wanted}")]
        return [(name, kind, sha) for name, kind, sha in rows if name.startswith(prefix)]

    def swap_ref(self, name: str, new: str, old: str) -> bool:
        """Move a ref only if it still has its old value (ZERO: only if it does not exist)."""
        return self.attempt("update-ref", name, new, old).returncode == 0

    def is_ancestor(self, old: str, new: str) -> bool:
        """Tell whether a commit is reachable from another."""
        found = self.commit(new)
        if found is not None and old in (found.sha, *found.parents):
            return True
        return self.attempt("merge-base", "--is-ancestor", old, new).returncode == 0

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the best common ancestor."""
        done = self.attempt("merge-base", one, other)
        return done.stdout.decode().split("\n")[0] if done.returncode == 0 else None

    def merge(self, base: str, head: str, message: str) -> str | None:
        """Make the test merge commit of two commits, or None on a conflict."""
        done = self.attempt("merge-tree", "--write-tree", base, head)
        if done.returncode:
            return None
        return self.write_commit(done.stdout.decode().split("\n")[0], [base, head], message)
