"""Write absolute links to a repository's pages on GitHub; plain text if the repository is unknown."""

from hashlib import sha256
from urllib.parse import quote

from msgspec import Struct

from readygate.model.subject import Subject
from readygate.render.escaping import code


class Links(Struct, frozen=True, kw_only=True):
    """Writes the links of one report."""

    subject: Subject

    def commit(self, sha: str) -> str:
        """Return a commit's short sha as code, linked to the commit."""
        if not sha:
            return "(unknown)"
        short = f"`{sha[:7]}`"
        return f"[{short}]({self.subject.web}/commit/{sha})" if self.subject.web else short

    def blob(self, path: str, line: int = 0, end: int = 0) -> str:
        """Return the URL of a file at the measured commit; empty if the repository or the commit is unknown."""
        if not self.subject.web or not self.subject.measured:
            return ""
        anchor = f"#L{line}" + (f"-L{end}" if end > line else "") if line else ""
        return f"{self.subject.web}/blob/{self.subject.measured}/{quote(path, errors='replace')}{anchor}"

    def lines(self, path: str, first: int, last: int) -> str:
        """Return the URL of a range of lines.

        It is in the pull request's diff if the measured commit is the head of the pull request, as the line numbers
        agree only then; else in the file.
        """
        subject = self.subject
        if subject.number and subject.web and subject.measured == subject.head_sha:
            diff = sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
            span = f"R{first}" + (f"-R{last}" if last > first else "")
            return f"{subject.web}/pull/{subject.number}/files#diff-{diff}{span}"
        return self.blob(path, first, last)

    def run(self) -> str:
        """Return the link to the job summary of the run, which has the long form; empty outside GitHub."""
        return f"[Readygate report]({self.subject.run_url})" if self.subject.run_url else ""

    @staticmethod
    def to(text: str, url: str) -> str:
        """Return a link, or only the text if the URL is empty."""
        return f"[{text}]({url})" if url else text

    def file(self, path: str) -> str:
        """Return a path as code, linked to the file."""
        return self.to(code(path), self.blob(path))
