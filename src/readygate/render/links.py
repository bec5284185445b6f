"""Absolute links into the repository's pages; without a repository the bare text."""

from __future__ import annotations

from urllib.parse import quote

from msgspec import Struct

from readygate.model.subject import Target
from readygate.render.escaping import code


class Links(Struct, frozen=True, kw_only=True):
    """Makes the links of one report."""

    target: Target

    def commit(self, sha: str) -> str:
        """A commit by its short name."""
        if not sha:
            return "(unknown)"
        short = f"`{sha[:7]}`"
        return f"[{short}]({self.target.web}/commit/{sha})" if self.target.web else short

    def blob(self, path: str, line: int = 0, end: int = 0) -> str:
        """The address of a file at the measured commit; empty without a repository."""
        if not self.target.web or not self.target.measured:
            return ""
        anchor = f"#L{line}" + (f"-L{end}" if end > line else "") if line else ""
        return f"{self.target.web}/blob/{self.target.measured}/{quote(path, errors='replace')}{anchor}"

    def lines(self, path: str, first: int, last: int) -> str:
        """The address of lines: in the pull request where they have the same numbers, else in the file."""
        target = self.target
        if target.number and target.web and target.measured == target.head_sha:
            from hashlib import sha256  # noqa: PLC0415  (it loads a library of its own, and no run on a laptop needs it)

            diff = sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
            span = f"R{first}" + (f"-R{last}" if last > first else "")
            return f"{target.web}/pull/{target.number}/files#diff-{diff}{span}"
        return self.blob(path, first, last)

    def run(self) -> str:
        """The link to the long form, the job summary of the run; empty outside GitHub."""
        return f"[Readygate report]({self.target.run_url})" if self.target.run_url else ""

    @staticmethod
    def to(text: str, address: str) -> str:
        """A link, or the text alone if there is no address."""
        return f"[{text}]({address})" if address else text

    def file(self, path: str, line: int = 0) -> str:
        """A file as code, linked."""
        return self.to(code(path), self.blob(path, line))
