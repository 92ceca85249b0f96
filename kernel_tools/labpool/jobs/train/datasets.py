"""What the param ``dataset`` may say: one data set, several, or a path for each split."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, NamedTuple

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    TypeAdapter,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_serializer,
)

MOST = 100

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4096)]
Names = Annotated[list[Name], Field(min_length=1, max_length=MOST)]


def _plainly(value: Any, _: ValidatorFunctionWrapHandler) -> Any:
    """Validate as what the value looks like, so that an error's path is that of the value."""
    several, splits = isinstance(value, list | tuple), isinstance(value, dict | Splits)
    return _adapter("several" if several else "splits" if splits else "one").validate_python(value)


@cache
def _adapter(shape: str) -> TypeAdapter[Any]:
    shapes: dict[str, Any] = {"one": Name, "several": Names, "splits": Splits}
    return TypeAdapter(shapes[shape])


OneOrMore = Annotated[Name | Names, WrapValidator(_plainly)]


class Splits(BaseModel):
    """A data set, or several, for each split."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    train: OneOrMore = Field(title="Training")
    validation: OneOrMore | None = Field(default=None, title="Validation")
    test: OneOrMore | None = Field(default=None, title="Test")

    @model_serializer(mode="wrap")
    def _given(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if value is not None}


DataSets = Annotated[Name | Names | Splits, WrapValidator(_plainly)]


class Named(NamedTuple):
    """One data set that the param names.

    Attributes:
        field: Path of its field ("dataset", "dataset.1", "dataset.test.0").
        split: The split that it is named for; None takes it with its own splits.
    """

    field: str
    name: str
    split: str | None


def named(dataset: str | list[str] | Splits) -> Iterator[Named]:
    """Yield the data sets that the param names, in order."""
    by_split: dict[str | None, Any] = {None: dataset}
    if isinstance(dataset, Splits):
        by_split = {name: getattr(dataset, name) for name in Splits.model_fields}
    for split, value in by_split.items():
        field = f"dataset.{split}" if split else "dataset"
        if isinstance(value, str):
            yield Named(field, value, split)
        elif value is not None:
            yield from (Named(f"{field}.{at}", one, split) for at, one in enumerate(value))
