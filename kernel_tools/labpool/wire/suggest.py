"""What somebody may have meant who wrote a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

Models = set[type[BaseModel]]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question that names the closest name there is; "" where none is close.

    Args:
        name: What was written.
        known: What there is.
    """
    by_folded = {each.casefold().replace("-", "_"): each for each in known}
    close = get_close_matches(name.casefold().replace("-", "_"), by_folded, n=1)
    return f"did you mean `{by_folded[close[0]]}`?" if close else ""


def sentence(name: str, known: Iterable[str]) -> str:
    """Return ``did_you_mean`` as a sentence that follows another, its space included."""
    asked = did_you_mean(name, known)
    return f" D{asked[1:]}" if asked else ""


def unknown_field(model: type[BaseModel], path: tuple[str | int, ...]) -> str:
    """Return what to say of a field that a model, or a model within it, does not have.

    Args:
        model: The outermost model.
        path: Where pydantic met the field, ``loc`` in its errors.
    """
    *way, name = path
    models: Models = {model}
    for step in way:
        models = _below(models, step)
    known = sorted({field for each in models for field in _names(each)})
    meant = did_you_mean(str(name), known)
    if meant:
        return f"there is no such field; {meant}"
    listed = ", ".join(known)
    return f"there is no such field; there are: {listed}" if listed else "there is no such field"


def _below(models: Models, step: str | int) -> Models:
    """Return the models one step down: a field, an index, a key, or the choice of a union."""
    inside = {
        inner
        for each in models
        for field, info in each.model_fields.items()
        if step in {field, info.alias, info.validation_alias}
        for inner in _models_in(info.annotation)
    }
    chosen = {each for each in models if each.__name__ == step}
    return inside or chosen or models


def _names(model: type[BaseModel]) -> Iterator[str]:
    for field, info in model.model_fields.items():
        yield info.alias or field


def _models_in(annotation: Any) -> Models:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {model for each in get_args(annotation) for model in _models_in(each)}
