"""The contract as OpenAPI 3.1, made from the routes table and the records on the wire."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from labpool.wire.errors import (
    ErrorAnswer,
    Forbidden,
    InvalidParams,
    InvalidRequest,
    LabpoolError,
    ServerUnavailable,
)
from labpool.wire.events import event_adapter
from labpool.wire.route import API_PREFIX, Route
from labpool.wire.routes import ROUTES
from labpool.wire.socket import WatchRequest, message_adapter

CONTRACT_VERSION = "1"
REFS = "#/components/schemas/{model}"

ABOUT = """\
Long work on a pool of workers. Everything below needs a login at the Jupyter server: its token, \
or its login cookie, with which all but GET also needs the X-XSRFToken header. Lists answer \
`{"items", "next"}`, errors `{"code", "message", "details"}`; times are UTC, ISO 8601.\
"""
SECURITY = {
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "The word `token`, a space and the server's token.",
    },
    "token_in_query": {"type": "apiKey", "in": "query", "name": "token"},
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "username-{host}-{port}",
        "description": "Set by the server's login page. With it, all but GET needs X-XSRFToken: "
        "the value of the `_xsrf` cookie.",
    },
}
LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "The id that a stream broke off after; wins over `after`.",
    "schema": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
}


@cache
def served(base_url: str) -> str:
    """Return the contract as JSON, with the address it is served at."""
    return json.dumps(document(base_url))


def document(base_url: str = "/") -> dict[str, Any]:
    """Return the contract.

    Args:
        base_url: The Jupyter server's base URL, with a slash at both ends.
    """
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(f"/{route.path}", {})[route.verb.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Labpool", "version": CONTRACT_VERSION, "description": ABOUT},
        "servers": [{"url": f"{base_url}{API_PREFIX}"}],
        "security": [{name: []} for name in SECURITY],
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": SECURITY},
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.id,
        "summary": route.summary,
        "tags": [route.resource.partition(":")[2]],
        "x-authorization": {"resource": route.resource, "action": route.action},
        "responses": {str(route.status): _success(route), **_errors(route)},
    }
    parameters = [*_path_parameters(route), *_query_parameters(route.query)]
    if route.stream == "sse":
        parameters.append(LAST_EVENT_ID)
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        content = {"application/json": {"schema": _ref(route.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    if route.stream == "ws":
        names = {"messages": "Message", "says": "WatchRequest"}
        operation["x-websocket"] = {
            what: {"$ref": REFS.format(model=model)} for what, model in names.items()
        }
    return operation


def _success(route: Route) -> dict[str, Any]:
    if route.stream == "ws":
        return {"description": "Not without an upgrade: this address is a WebSocket."}
    answer: dict[str, Any] = {"description": "Done." if route.verb != "GET" else "Found."}
    content: dict[str, Any] = {}
    if route.answer is not None:
        content["application/json"] = {"schema": _ref(route.answer)}
    elif route.id == "openapi":
        content["application/json"] = {"schema": {"type": "object"}}
    if route.stream == "sse":
        content["text/event-stream"] = {
            "schema": {"type": "string"},
            "x-data": {"$ref": REFS.format(model="Event")},
        }
    if route.stream == "file":
        content["application/zip"] = {"schema": {"type": "string", "format": "binary"}}
    if content:
        answer["content"] = content
    if route.status == 201:
        place = {"description": "Where the new one is.", "schema": {"type": "string"}}
        answer["headers"] = {"Location": place}
    return answer


def _errors(route: Route) -> dict[str, Any]:
    """Return the answers that are errors, those of one status together."""
    found: list[type[LabpoolError]] = [InvalidRequest, Forbidden, *route.errors, ServerUnavailable]
    if route.body is not None and InvalidParams not in found:
        found.append(InvalidParams)
    answers: dict[str, Any] = {}
    for error in sorted(found, key=lambda error: (error.status, error.code)):
        says = f"`{error.code}`: {_first_line(error)}"
        before = answers.get(str(error.status))
        answers[str(error.status)] = {
            "description": f"{before['description']} {says}" if before else says,
            "content": {"application/json": {"schema": _ref(ErrorAnswer)}},
        }
        if error.status in (429, 503):
            wait = {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}
            answers[str(error.status)]["headers"] = {"Retry-After": wait}
    return answers


def _path_parameters(route: Route) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", route.path):
        schema = {"type": "string", "minLength": 1, "maxLength": 200}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    schema = model.model_json_schema(ref_template=REFS)
    definitions = schema.get("$defs", {})
    for name, field in schema.get("properties", {}).items():
        kinds = [kind for kind in field.pop("anyOf", []) if kind.get("type") != "null"]
        field.pop("title", None)
        if field.get("default", ...) is None:
            field.pop("default")
        value = {**(kinds[0] if kinds else {}), **field}
        reference = value.pop("$ref", None)
        if reference is not None:
            value = {**definitions[reference.rpartition("/")[2]], **value}
        parameter = {"name": name, "in": "query", "required": False, "schema": value}
        if value.get("type") == "array":
            parameter |= {"style": "form", "explode": False}
        yield parameter


def _schemas() -> dict[str, Any]:
    """Return every record that a route takes or gives, and all events."""
    asked: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
        ("event", "serialization", event_adapter),
        ("message", "serialization", message_adapter),
        ("says", "validation", TypeAdapter(WatchRequest)),
        ("error", "serialization", TypeAdapter(ErrorAnswer)),
    ]
    for route in ROUTES:
        if route.body is not None:
            asked.append((route.id, "validation", TypeAdapter(route.body)))
        if route.answer is not None:
            asked.append((route.id, "serialization", TypeAdapter(route.answer)))
    given, rest = TypeAdapter.json_schemas(asked, ref_template=REFS)
    schemas: dict[str, Any] = rest["$defs"]
    schemas["Event"] = given["event", "serialization"]
    schemas["Message"] = given["message", "serialization"]
    for listing in ("EventPage", "EventsTold"):
        schemas[listing]["properties"]["items"]["items"] = {"$ref": REFS.format(model="Event")}
    return dict(sorted(schemas.items()))


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFS.format(model=model.__name__)}


def _first_line(error: type[LabpoolError]) -> str:
    return (inspect.getdoc(error) or "").splitlines()[0]
