"""What a scrape is launched with, from what people give in Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from . import recipes

KIND = "scrape"


def params(recipe: Any, targets: Any, variables: Mapping[str, Any] | None, **more: Any) -> Any:
    """Return the params of the kind; those that are None are left out.

    Args:
        recipe: See ``recipes.as_param``.
        targets: See ``as_targets``.
        variables: Values of variables of the recipe; they become texts.
        **more: Params that are taken as they are.

    Raises:
        InvalidParams: The recipe cannot be read.
    """
    given = {
        "recipe": recipes.as_param(recipe),
        "targets": None if targets is None else as_targets(targets),
        "vars": {name: str(value) for name, value in (variables or {}).items()} or None,
        **more,
    }
    return {name: value for name, value in given.items() if value is not None}


def as_targets(given: Any) -> list[Any]:
    """Return targets as a plain list: one alone, any iterable, or a table's rows.

    A number that stands alone is an id, and becomes text: records of the next run are compared
    with those of this one, whoever writes it how.
    """
    if isinstance(given, str | int | Mapping):
        return [_target(given)]
    if hasattr(given, "columns") and hasattr(given, "to_dict"):
        given = given.to_dict("records")
    elements: Iterable[Any] = given
    return [_target(each) for each in elements]


def _target(value: Any) -> Any:
    value = _plain(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _plain(value: Any) -> Any:
    """Return an element of an array as Python's own type."""
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    item = getattr(value, "item", None)
    return item() if callable(item) else value
