"""``labpool kinds``."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from labpool.client.show import Listing
from labpool.wire.errors import NotFound

from .terminal import Terminal, command


@command
def kinds(
    terminal: Terminal,
    name: Annotated[str | None, typer.Argument(help="Show this kind's parameters.")] = None,
) -> None:
    """List the job kinds, or the parameters of one."""
    found = terminal.pool.kinds()
    if name is None:
        terminal.records(found)
        terminal.listing(found)
        return
    kind = next((each for each in found if each.name == name), None)
    if kind is None:
        raise NotFound(f"There is no kind {name!r}; `labpool kinds` lists them.")
    terminal.records([kind])
    terminal.say(f"{kind.title}: {kind.description or kind.name}")
    terminal.listing(_parameters(kind.params_schema))


def _parameters(schema: dict[str, Any]) -> Listing[tuple[str, dict[str, Any]]]:
    required = schema.get("required", [])
    columns = {
        "parameter": lambda entry: entry[0],
        "type": lambda entry: _type(entry[1]),
        "default": lambda entry: (
            "required" if entry[0] in required else _written(entry[1].get("default"))
        ),
        "meaning": lambda entry: entry[1].get("description", ""),
    }
    entries = schema.get("properties", {}).items()
    return Listing(entries, columns, "It takes no parameters.")


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(_written, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(map(_type, schema["anyOf"]))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    return str(schema.get("type", "any"))


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(kinds)
