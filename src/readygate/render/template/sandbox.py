"""What runs a user's template, in a process of its own: it has nothing, and bounds on what it may take.

Jinja2's sandbox refuses what is not plain data. Should somebody find a way out of it, they are in a process without
environment, that can write no file, with little time and memory. It is given values and returns text.
https://jinja.palletsprojects.com/en/stable/sandbox/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MEMORY = 400 << 20
"""Bytes of address space."""
LONGEST_OUTPUT = 300_000
"""Characters before values are put in."""
MOST_ROUNDS = 10_000
"""Numbers that `range` gives."""


def work(job: Mapping[str, Any]) -> dict[str, str]:
    """What the process does; never called in the process of the action, whose limits it would lower for good.

    Args:
        job: `source`, `values`, and `seconds` of processor time.

    Returns:
        `text`, or `error`.
    """
    _confine(int(job["seconds"]))
    from jinja2 import TemplateError, TemplateSyntaxError  # noqa: PLC0415  (bounded, too)

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
    except Exception as error:  # whatever a template's arithmetic may raise
        return {"error": f"{type(error).__name__}: {error}"}
    return {"text": "".join(parts)}


def _environment() -> Any:
    from jinja2 import StrictUndefined  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,  # values are tokens, which are escaped when they are put in
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals = {"range": _numbers}
    environment.filters.pop("random")
    return environment


def _numbers(*bounds: int) -> range:
    """`range`, with a bound.

    Raises:
        ValueError: it is longer.
    """
    numbers = range(*bounds)
    if len(numbers) > MOST_ROUNDS:
        raise ValueError(f"a range of {len(numbers):,} is longer than {MOST_ROUNDS:,}")
    return numbers


def _confine(seconds: int) -> None:
    """Take away what a template does not need, for good; where a system has no such limits, the clock remains."""
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
