"""The document of a run that ended without a verdict."""

from msgspec import Struct

from readygate.model.subject import Subject
from readygate.render.escaping import fenced
from readygate.support.errors import ReadygateError
from readygate.support.redaction import REDACTED


class NotEvaluated(Struct, frozen=True, kw_only=True):
    """Why a run has no verdict.

    Attributes:
        error: what ended the run.
        gate: the name of the check run and the comment.
        subject: what the run is about; None if the run ended before that was known.
        hidden: the token, which no document may contain; empty without one.
    """

    error: ReadygateError
    gate: str
    subject: Subject | None = None
    hidden: str = ""

    def __repr__(self) -> str:
        """Leave out the token: it must not reach a message or a traceback."""
        return "NotEvaluated(…)"

    @property
    def title(self) -> str:
        """The result in one line."""
        return "❌ Not ready: the change could not be judged"

    @property
    def reason(self) -> str:
        """The error in one line."""
        return self._without_token(self.error.what)

    @property
    def markdown(self) -> str:
        """The title and the whole error."""
        return f"{self.title}\n\n{fenced(self._without_token(str(self.error)))}\n"

    def _without_token(self, text: str) -> str:
        return text.replace(self.hidden, REDACTED) if self.hidden else text
