"""Render a user's template in a process of its own, with limits on memory, time and output.

Jinja2's sandbox refuses everything but plain data. Code that escapes from it is in a process without environment
variables that can write no file and has little time and memory. The process gets values and returns text.
https://jinja.palletsprojects.com/en/stable/sandbox/
"""

import sys
from collections.abc import Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

if sys.platform != "win32":
    import resource

MEMORY = 400 << 20
"""Bytes of address space."""
LONGEST_OUTPUT = 300_000
"""Characters, before placeholders are replaced."""
MOST_ROUNDS = 10_000
"""Largest length of a `range`."""


def work(job: Mapping[str, Any]) -> dict[str, str]:
    """Render a template. Never call it in the process of the action: the limits are permanent.

    Args:
        job: `source`, `values`, and `seconds` of CPU time.

    Returns:
        `text` or `error`.
    """
    _confine(int(job["seconds"]))
    parts: list[str] = []
    size = 0
    try:
        for part in _environment().from_string(job["source"]).generate(job["values"]):
            parts.append(part)
            size += len(part)
            if size > LONGEST_OUTPUT:
                return {"error": f"it writes more than {LONGEST_OUTPUT:,} characters"}
    except TemplateSyntaxError as error:
        return {"error": f"line {error.lineno}: {error.message}"}
    except TemplateError as error:
        return {"error": str(error.message or type(error).__name__)}
    except MemoryError:
        return {"error": "it needs too much memory"}
    except RecursionError:
        return {"error": "it calls itself without end"}
    except Exception as error:  # a template's expressions may raise anything
        return {"error": f"{type(error).__name__}: {error}"}
    return {"text": "".join(parts)}


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,  # values are tokens; placeholders.py escapes what replaces them
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals = {"range": _numbers}
    environment.filters.pop("random")
    return environment


def _numbers(*bounds: int) -> range:
    """Return a `range` of limited length.

    Raises:
        ValueError: it is longer.
    """
    numbers = range(*bounds)
    if len(numbers) > MOST_ROUNDS:
        raise ValueError(f"a range of {len(numbers):,} is longer than {MOST_ROUNDS:,}")
    return numbers


def _confine(seconds: int) -> None:
    """Set permanent limits; Windows has none, and only the timeout of the parent process applies."""
    if sys.platform == "win32":
        return
    for kind, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
