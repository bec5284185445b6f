"""Start the process that renders a user's template (sandbox.py), with a timeout."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from readygate.render.template.user_template import TemplateError

SECONDS = 5
"""CPU time; the timeout is twice as long."""

_START = (
    "import json, sys\n"
    "job = json.load(sys.stdin)\n"
    "sys.path[:] = job['path']\n"
    "from readygate.render.template.sandbox import work\n"
    "json.dump(work(job), sys.stdout)\n"
)


def run_template(source: str, values: Mapping[str, Any], seconds: int = SECONDS) -> str:
    """Return the text that a template makes of values that JSON can hold.

    Raises:
        TemplateError: the template is invalid, uses something forbidden, or exceeds a limit.
    """
    job = json.dumps({"path": sys.path, "source": source, "values": values, "seconds": seconds})
    command = [sys.executable, "-I", "-S", "-B", "-c", _START]
    try:
        done = subprocess.run(  # noqa: S603  (this interpreter, with arguments of ours)
            command,
            input=job,
            capture_output=True,
            encoding="utf-8",
            env={},
            timeout=2 * seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TemplateError(f"it runs for more than {2 * seconds} seconds") from None
    except OSError as error:
        raise TemplateError(f"its process could not be started ({error.strerror or error})") from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise TemplateError("it needs too much time or memory") from None
    if "error" in answer:
        raise TemplateError(str(answer["error"])[:500])
    return str(answer["text"])
