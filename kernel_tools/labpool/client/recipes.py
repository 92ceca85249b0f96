"""Recipes as people give them: by name, as a file of theirs, as text, as an object."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from labpool.wire.errors import InvalidParams, KindUnavailable

SUFFIXES = (".yaml", ".yml")


def as_param(recipe: Any) -> str | dict[str, Any]:
    """Return a recipe as the server takes it; a file is read here, as the server has its own.

    Args:
        recipe: A ``Recipe``, a dict, YAML text, the path of a .yaml file here, or the name of a
            recipe that comes with Labpool.

    Raises:
        InvalidParams: The file cannot be read, or this is none of these.
    """
    to_yaml = getattr(recipe, "to_yaml", None)
    if to_yaml is not None:
        return str(to_yaml())
    if isinstance(recipe, Mapping):
        return dict(recipe)
    if isinstance(recipe, os.PathLike) or (isinstance(recipe, str) and _is_path(recipe)):
        return read(Path(recipe))
    if isinstance(recipe, str):
        return recipe
    raise InvalidParams.at(
        "params.recipe", f"{type(recipe).__name__} is no recipe: give a Recipe, a dict or a text"
    )


def read(path: Path) -> str:
    """Return the text of a recipe's file.

    Raises:
        InvalidParams: It cannot be read.
    """
    try:
        return path.expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InvalidParams.at("params.recipe", f"{path} cannot be read: {why}") from None


def shipped() -> dict[str, str]:
    """Return the recipes that come with Labpool, name to text."""
    folder = files("labpool.jobs.scrape").joinpath("recipes")
    found = {
        Path(file.name).stem: file.read_text(encoding="utf-8")
        for file in folder.iterdir()
        if file.name.endswith(SUFFIXES)
    }
    return dict(sorted(found.items()))


def check(text: str) -> Any:
    """Check a recipe without any server.

    Args:
        text: YAML.

    Returns:
        The ``Recipe``.

    Raises:
        InvalidParams: What is wrong with it, each with its field and line.
        KindUnavailable: What reads selectors is not installed.
    """
    try:
        from labpool.jobs.scrape import Recipe
        from labpool.jobs.scrape.check import selector_problems
    except ModuleNotFoundError as error:
        raise KindUnavailable(
            f"Checking a recipe needs {error.name}, which is not installed here: "
            "`pip install 'labpool[scrape]'`."
        ) from None
    try:
        recipe = Recipe.from_yaml(text)
    except ValidationError as error:
        raise InvalidParams.of(error, prefix="recipe", model=Recipe) from None
    fields = [
        {"field": f"recipe.{path}", "message": message}
        for path, message in selector_problems(recipe)
    ]
    if fields:
        told = "; ".join(f"{each['field']}: {each['message']}" for each in fields)
        raise InvalidParams(told, fields=fields)
    return recipe


def _is_path(text: str) -> bool:
    return "\n" not in text.strip() and text.strip().lower().endswith(SUFFIXES)
