"""From a request to what a route takes: path, query and body, all of them checked."""

from __future__ import annotations

import asyncio
import re
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from tornado.web import RequestHandler

from labpool.wire.errors import InvalidParams, InvalidRequest, NotFound

MAX_BODY_BYTES = 1024 * 1024
"""Greatest body taken; what is larger belongs in a file."""
LARGE_BYTES = 64 * 1024
"""Bodies from here on are parsed off the event loop."""
MAX_ID_CHARS = 200

_NOT_OURS = frozenset({"token", "_xsrf", "no_track_activity"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PARAMETER = re.compile(r"\{(\w+)\}")

Model = TypeVar("Model", bound=BaseModel)


def path_pattern(path: str) -> str:
    """Return the regular expression of a path with ``{name}`` parameters."""
    pieces = _PARAMETER.split(path)
    return "".join(
        f"(?P<{piece}>[^/]+)" if odd % 2 else re.escape(piece) for odd, piece in enumerate(pieces)
    )


def path_value(value: str) -> str:
    """Return a path parameter that may be the id of something.

    Raises:
        NotFound: Nothing can have this id.
    """
    if len(value) > MAX_ID_CHARS or _CONTROL.search(value):
        raise NotFound("There is nothing of that id.")
    return value


def read_query(handler: RequestHandler, model: type[Model]) -> Model:
    """Return the query string as the route's model.

    Raises:
        InvalidRequest: An argument is unknown, comes twice or has a wrong value.
    """
    values: dict[str, str] = {}
    for name, given in handler.request.query_arguments.items():
        if name in _NOT_OURS or _is_cache_buster(name, given):
            continue
        text = handler.decode_argument(given[0], name)
        if len(given) > 1 or _CONTROL.search(text):
            raise InvalidRequest(f"{name}: give it once, without control characters.")
        values[name] = text
    try:
        return model.model_validate(values)
    except ValidationError as error:
        wrong = InvalidParams.of(error, model=model)
        raise InvalidRequest(wrong.message, **wrong.details) from error


async def read_body(handler: RequestHandler, model: type[Model]) -> Model:
    """Return the JSON body as the route's model.

    Raises:
        InvalidRequest: The body is not a JSON object, or too large.
        InvalidParams: Its fields are wrong.
    """
    raw = handler.request.body
    kind = handler.request.headers.get("Content-Type", "application/json")
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise InvalidRequest("Send the body as application/json.")
    if len(raw) > MAX_BODY_BYTES:
        raise InvalidRequest(
            f"The body has {len(raw)} bytes, more than {MAX_BODY_BYTES}; put large data in a file.",
            max_bytes=MAX_BODY_BYTES,
        )
    value = _parse(raw) if len(raw) < LARGE_BYTES else await asyncio.to_thread(_parse, raw)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise InvalidParams.of(error, model=model) from error


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        value = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise InvalidRequest(f"The body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InvalidRequest("The body must be a JSON object.")
    if b"\\u0000" in raw and _has_nul(value):
        raise InvalidRequest("The body has a NUL character, which no text may have.")
    return value


def _has_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(inner) for key, inner in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))


def _is_cache_buster(name: str, given: list[bytes]) -> bool:
    """Tell the bare number that JupyterLab puts behind every address, so that nothing caches it."""
    return name.isascii() and name.isdigit() and given == [b""]
