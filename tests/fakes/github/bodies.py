"""Request bodies against GitHub's own description of them, and nothing beyond it."""

import importlib
import json
import re
import threading
from functools import cache
from typing import Any

import pydantic

from .routing import ApiError, Json

_MODULE = "githubkit_schemas.latest.models"
_loading = threading.Lock()
_OPERATION = re.compile(r"\s*(?:query|mutation)\s+(\w+)")


@cache
def _load(name: str) -> type[pydantic.BaseModel]:
    model: type[pydantic.BaseModel] = getattr(importlib.import_module(_MODULE), name)
    return model


def model(name: str) -> type[pydantic.BaseModel]:
    """Return one generated model; only the modules that it needs are imported."""
    with _loading:
        return _load(name)


def parse(raw: bytes) -> Any:
    """Parse a body; what is not JSON in the strict sense (NaN, half of a surrogate pair) gives None."""
    try:
        value = json.loads(raw, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except ValueError:
        return None
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)


def validate(names: tuple[str, ...], raw: bytes, body: Json) -> None:
    """Refuse a body that fits none of the models or has a field that none of them knows."""
    best: list[str] | None = None
    for name in names:
        problems = _problems(model(name), raw, body)
        if not problems:
            return
        if best is None or len(problems) < len(best):
            best = problems
    if best:
        raise ApiError(422, "Invalid request.\n\n" + "\n".join(best))


def _problems(kind: type[pydantic.BaseModel], raw: bytes, body: Json) -> list[str]:
    try:
        parsed = kind.model_validate_json(raw, strict=True)
    except pydantic.ValidationError as error:
        rows = [row for row in error.errors() if "literal[<UNSET>]" not in row["loc"]]
        return sorted({_describe(row["type"], row["loc"], row["msg"]) for row in rows or error.errors()})
    return sorted(_unknown(parsed, body))


def _describe(kind: str, place: tuple[int | str, ...], message: str) -> str:
    # Names of alternatives stand between the fields; fields start with a small letter.
    path = "/".join(str(part) for part in place if not (str(part)[0].isupper() or "[" in str(part)))
    if kind == "missing":
        return f'"{place[-1]}" wasn\'t supplied.'
    return f"For 'properties/{path}', {message}."


def _unknown(parsed: Any, raw: Any) -> set[str]:
    """Return a message for each field of the raw body that the parsed form has no place for."""
    found: set[str] = set()
    if isinstance(parsed, pydantic.BaseModel) and isinstance(raw, dict):
        known = {info.alias or name: name for name, info in type(parsed).model_fields.items()}
        found |= {f'"{name}" is not a permitted key.' for name in raw if name not in known}
        for alias, name in known.items():
            if alias in raw:
                found |= _unknown(getattr(parsed, name), raw[alias])
    elif isinstance(parsed, list) and isinstance(raw, list):
        for one, other in zip(parsed, raw, strict=True):
            found |= _unknown(one, other)
    return found


def operation(body: Any) -> str:
    """Return the name of a GraphQL operation after a colon; empty for other requests."""
    found = _OPERATION.match(str(body.get("query"))) if isinstance(body, dict) else None
    return f":{found[1]}" if found else ""
