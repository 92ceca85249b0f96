"""The contract is what the table says, up to date, and served."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from labpool.wire import ROUTES, Event, RunRequest
from labpool.wire import events as ev
from labpool_server.openapi import document

ROOT = Path(__file__).resolve().parents[3]


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref":
                yield inner
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    return document("/user/alice/")


def validate(contract: dict[str, Any], name: str, value: object) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": contract["components"]}
    jsonschema.Draft202012Validator(schema).validate(value)


def test_generated_files_are_up_to_date() -> None:
    subprocess.run([sys.executable, ROOT / "tools" / "generate.py", "--check"], check=True)


def test_it_has_every_route_and_no_other(contract: dict[str, Any]) -> None:
    told = {
        (operation["operationId"], verb.upper(), path.removeprefix("/"))
        for path, verbs in contract["paths"].items()
        for verb, operation in verbs.items()
    }
    assert told == {(route.id, route.verb, route.path) for route in ROUTES}


def test_every_reference_leads_somewhere_and_every_schema_is_used(
    contract: dict[str, Any],
) -> None:
    names = {reference.removeprefix("#/components/schemas/") for reference in references(contract)}
    assert names == set(contract["components"]["schemas"])


def test_errors_are_told_where_they_apply(contract: dict[str, Any]) -> None:
    for route in ROUTES:
        answers = set(contract["paths"][f"/{route.path}"][route.verb.lower()]["responses"])
        expected = {str(route.status), "400", "403", "503"}
        expected |= {str(error.status) for error in route.errors}
        assert answers == expected | ({"422"} if route.body else set()), route.id


def test_records_pass_their_schemas(contract: dict[str, Any]) -> None:
    event: Event = ev.LogWritten(run_id="r", text="x")
    validate(contract, "Event", json.loads(event.model_dump_json()))
    validate(contract, "RunRequest", RunRequest(kind="x").model_dump(mode="json"))
    with pytest.raises(jsonschema.ValidationError):
        validate(contract, "Event", {"type": "log_written"})


async def test_it_is_served_with_the_address_it_is_served_at(start: Callable[..., Any]) -> None:
    async with start(base_url="/user/alice/") as server:
        answer = await server.api.get("openapi.json")
        assert answer.json()["servers"] == [{"url": "/user/alice/labpool/api"}]
        assert answer.headers["Content-Type"] == "application/json"
