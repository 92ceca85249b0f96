"""What a scrape takes. Light: pydantic and YAML only, so that a server can list the kind."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from .addresses import parts
from .recipe import Recipe
from .recipe.yaml import is_reference, shipped

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4096)]
Given = str | int | dict[str, Any]


class Params(BaseModel):
    """A scrape: what to do (the recipe) and what to do it with (the targets)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recipe: str = Field(
        title="Recipe",
        description="What is fetched for each target and how it becomes records, as YAML; or the "
        "name of a recipe that comes with Labpool, or the path of a .yaml file.",
        examples=["ticket-revisions"],
        json_schema_extra={"format": "textarea"},
    )
    vars: dict[str, str] = Field(
        default_factory=dict,
        title="Variables",
        description="Other values for variables of the recipe, such as the address of the site.",
    )
    targets: list[Given] | None = Field(
        default=None,
        title="Targets",
        description="Addresses, ids, or objects with the fields that the recipe's addresses need.",
        json_schema_extra={"x-labpool-lines": True},
    )
    targets_file: Text | None = Field(
        default=None,
        title="File of targets",
        description="A .jsonl or .csv file that the server can read, one target a line.",
        examples=["/data/tickets.csv"],
    )
    pattern: Text | None = Field(
        default=None,
        title="Pattern of addresses",
        description="Addresses that differ in a number or a word: {1..500} counts, {a,b} chooses.",
        examples=["https://example.org/tickets/{1..500}"],
    )
    session: Text | None = Field(
        default=None,
        title="Session",
        description="Name of a stored session, for pages that need a login.",
        json_schema_extra={"x-labpool-session": "session"},
    )
    workers: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        title="Workers",
        description="Most workers to use; as many as are free when empty.",
    )
    pages: int | None = Field(
        default=None,
        ge=1,
        le=64,
        title="Pages at once",
        description="Pages open at once on each worker; chosen by its processors when empty.",
    )
    limit: int = Field(
        default=10_000,
        ge=1,
        le=10_000_000,
        title="Most items",
        description="Targets and followed links beyond this number are left out.",
    )

    def made(self) -> Recipe:
        """Return the recipe, with this run's variables."""
        return Recipe.from_yaml(self.recipe).with_vars(self.vars)

    @field_validator("recipe", mode="before")
    @classmethod
    def _as_text(cls, given: Any) -> Any:
        """Return YAML for whatever stands for a recipe; text stays as it was written."""
        if isinstance(given, Recipe):
            return given.to_yaml()
        if isinstance(given, Mapping):
            return Recipe.model_validate(given).to_yaml()
        if isinstance(given, os.PathLike) or (isinstance(given, str) and is_reference(given)):
            try:
                given = shipped(given.strip() if isinstance(given, str) else given)
            except OSError as error:
                raise ValueError(str(error)) from error
        if isinstance(given, str):
            _check_text(given)
        return given

    @model_validator(mode="after")
    def _fits(self) -> Self:
        given = [
            name
            for name in ("targets", "targets_file", "pattern")
            if getattr(self, name) is not None
        ]
        recipe = Recipe.from_yaml(self.recipe)
        try:
            recipe = recipe.with_vars(self.vars)
        except ValidationError as error:
            raise _moved(error, "vars") from error
        if len(given) > 1:
            _refuse(given[1], f"give one of targets, targets_file and pattern, not {len(given)}")
        if not given and recipe.needs():
            needed = ", ".join(sorted(recipe.needs()))
            _refuse(
                "targets",
                f"the recipe needs targets, each with {needed}; give targets, "
                "targets_file or pattern",
            )
        if self.targets is not None and not self.targets:
            _refuse("targets", "the list is empty")
        if self.pattern is not None:
            try:
                parts(self.pattern, recipe.variables)
            except ValueError as error:
                _refuse("pattern", str(error))
        return self


def series(params: Params) -> str:
    """Return what runs of the same recipe have in common: its name, and whose values it was given.

    Their record sets are compared with one another.
    """
    return " ".join([Recipe.from_yaml(params.recipe).name, *map(str, params.vars.values())])


def _check_text(text: str) -> None:
    """Raise ValueError that tells all that is wrong with a recipe, for the one field of a form."""
    try:
        Recipe.from_yaml(text)
    except ValidationError as error:
        told = [
            f"{'.'.join(map(str, e['loc']))}: {e['msg']}" if e["loc"] else e["msg"]
            for e in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise ValueError("; ".join(told)) from error


def _moved(error: ValidationError, field: str) -> ValidationError:
    """Return the error with its paths below a field."""
    problems = [
        InitErrorDetails(
            type=PydanticCustomError("vars", "{text}", {"text": e["msg"]}),
            loc=(field, *e["loc"]),
            input=None,
        )
        for e in error.errors(include_url=False)
    ]
    return ValidationError.from_exception_data("Params", problems)


def _refuse(field: str, message: str) -> None:
    """Raise the error for one field."""
    error = PydanticCustomError("targets", "{text}", {"text": message})
    raise ValidationError.from_exception_data(
        "Params", [InitErrorDetails(type=error, loc=(field,), input=None)]
    )
