"""Looks at selectors and targets before a run is accepted. Never starts a browser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from labpool.wire.catalog import CatalogEntry
from labpool.wire.errors import InvalidParams

from .params import Params
from .parse.html import css_problem
from .recipe import Recipe
from .targets import TargetError, Targets

MAX_CHECKED = 100_000
"""Targets that are looked at; what lies beyond is found on the worker, item by item."""


def check(params: Params, assets: Mapping[str, Path], catalog: Mapping[str, CatalogEntry]) -> None:  # noqa: ARG001 - as all checks are called
    """Refuse what cannot be scraped, with the field, the line and the reason.

    Args:
        params: The run's params.
        assets: Asset id to path.
        catalog: Not used: a scrape names nothing of the catalog.

    Raises:
        InvalidParams: A selector or a target cannot be used.
    """
    recipe = params.made()
    fields = [
        {"field": f"params.recipe.{path}", "message": message}
        for path, message in selector_problems(recipe)
    ]
    if fields:
        text = "; ".join(f"{f['field']}: {f['message']}" for f in fields)
        raise InvalidParams(text, fields=fields)
    try:
        check_targets(Targets(params, recipe, assets), recipe.needs(), params)
    except TargetError as error:
        raise InvalidParams.at(f"params.{error.field}", error.message) from error


def selector_problems(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Yield the path and the fault of each CSS selector that cannot be read.

    ``page.wait_for`` is the browser's to read, which knows more of CSS.
    """
    for path, css in _selectors(recipe):
        problem = css_problem(css) if css else ""
        if problem:
            yield path, problem


def _selectors(recipe: Recipe) -> Iterator[tuple[str, str | None]]:
    yield "fragments.css", recipe.fragments.css
    for name, rule in recipe.fields.items():
        yield f"fields.{name}.css", rule.css
    for index, call in enumerate(recipe.api):
        yield f"api.{index}.csrf.css", call.csrf.css if call.csrf else None
    for part in ("next", "follow", "login"):
        yield f"{part}.css", getattr(getattr(recipe, part), "css", None)


def check_targets(targets: Targets, needed: set[str], params: Params) -> None:
    """Check that there are targets, and that each has the fields that the recipe needs.

    Raises:
        TargetError: There are none, or one lacks a field.
    """
    field = "targets"
    if params.targets_file is not None:
        field = "targets_file"
    elif params.pattern is not None:
        field = "pattern"
    number = 0
    for number, (where, target) in enumerate(targets.placed(), 1):
        lacking = sorted(name for name in needed if target.fields.get(name, "") == "")
        if lacking:
            there = ", ".join(sorted(target.fields))
            raise TargetError(
                field,
                f"{where}: the recipe needs the field {lacking[0]!r}; there are: {there}",
            )
        if number == MAX_CHECKED:
            return
    if not number:
        raise TargetError(field, f"{params.targets_file or 'the list'}: there is no target in it")
