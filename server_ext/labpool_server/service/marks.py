"""Marks in a kind's schema that say what a field's values name, and the values that carry one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from labpool.wire import JobKind

ASSET_MARK = "x-labpool-asset"
"""Key in a field's JSON schema that says: a value may be the id of an asset, or of an entry of
the catalog that is here. A field may hold one value, a list or a table of them."""
CATALOG_MARK = "x-labpool-catalog"
"""Key in a field's JSON schema that says: the value is the id of an entry of the catalog."""
PATH_MARK = "x-labpool-path"
"""Key in a field's JSON schema that says: the value is the path of a file or folder of the server.
A field with ``ASSET_MARK`` may hold one, too."""
SESSION_MARK = "x-labpool-session"
"""Key in a field's JSON schema that says: the value names a session of the owner. What stands
there is the name under which the job asks for it as a secret."""


def mark_of(kind: JobKind, field: str, mark: str) -> str:
    """Return what stands at a field's mark."""
    extra = kind.params.model_fields[field].json_schema_extra
    return str(extra[mark]) if isinstance(extra, dict) else ""


def marked(kind: JobKind, params: BaseModel, mark: str) -> Iterator[tuple[str, str]]:
    """Yield path and value of the texts in fields that carry a mark ("dataset.1")."""
    for field, info in kind.params.model_fields.items():
        extra = info.json_schema_extra
        if isinstance(extra, dict) and mark in extra:
            yield from _texts(field, getattr(params, field))


def proposals(kind: JobKind, field: str) -> list[str]:
    """Return the texts that a field's schema gives as examples."""
    examples = kind.params.model_fields[field.partition(".")[0]].examples or []
    return [each for each in examples if isinstance(each, str)]


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case str() | Path():
            yield path, str(value)
        case list() | tuple():
            for at, inner in enumerate(value):
                yield from _texts(f"{path}.{at}", inner)
        case Mapping():
            for name, inner in value.items():
                yield from _texts(f"{path}.{name}", inner)
        case BaseModel():
            for name in type(value).model_fields:
                yield from _texts(f"{path}.{name}", getattr(value, name))
