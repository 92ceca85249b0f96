"""The job kinds that are installed, and whether params fit them. Runs off the event loop."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from labpool.runtime.registry import Registry, resolve
from labpool.wire import Asset, InvalidParams, JobKind, Kind, KindUnavailable, NotFound

PARAMS_LIMIT = 1 << 20
"""Largest params, bytes of JSON."""
ASSET_MARK = "x-labpool-asset"
"""Key in a field's JSON schema that says: the value may be the id of an asset."""


class Kinds:
    """Lists kinds and validates params.

    Args:
        find_asset: Returns the asset of an id, or None.
    """

    def __init__(self, find_asset: Callable[[str], Asset | None]) -> None:
        self._find_asset = find_asset
        self._registry: Registry | None = None

    @property
    def registry(self) -> Registry:
        """All kinds; entry points are read at the first use."""
        if self._registry is None:
            self._registry = Registry()
        return self._registry

    def all(self) -> list[Kind]:
        """Return every kind, the unavailable ones with why."""
        return [self.registry.describe(name) for name in self.registry.names()]

    def titles(self) -> dict[str, str]:
        """Return what each kind is called, by name."""
        return {name: self.registry.title(name) for name in self.registry.names()}

    def accept(self, name: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return the params with defaults filled in, as they are stored and sent.

        Raises:
            NotFound: No such kind.
            KindUnavailable: What its jobs need is not installed.
            InvalidParams: Values that cannot work, with their fields' paths.
        """
        if name not in self.registry.names():
            known = ", ".join(self.registry.names())
            raise NotFound(f"There is no job kind {name!r}. Installed are: {known}.", kind=name)
        kind = self.registry.get(name)
        reason = self.registry.reason(name)
        if kind is None or reason:
            raise KindUnavailable(reason, kind=name)
        model = _validated(kind, params)
        if kind.check is not None:
            resolve(kind.check)(model, self.assets_of(kind, model))
        return model.model_dump(mode="json", by_alias=True)

    def assets_for(self, name: str, params: dict[str, Any]) -> dict[str, str]:
        """Return asset id to path for all assets that stored params name."""
        kind = self.registry.get(name)
        if kind is None:
            return {}
        model = kind.params.model_validate(params)
        return {key: str(path) for key, path in self.assets_of(kind, model).items()}

    def assets_of(self, kind: JobKind, params: BaseModel) -> Mapping[str, Path]:
        """Return asset id to path for the fields that may name an asset and do."""
        found: dict[str, Path] = {}
        for field, info in kind.params.model_fields.items():
            extra = info.json_schema_extra
            value = getattr(params, field)
            if isinstance(extra, dict) and ASSET_MARK in extra and isinstance(value, str):
                asset = self._find_asset(value)
                if asset is not None and asset.path is not None:
                    found[value] = Path(asset.path)
        return found


def _validated(kind: JobKind, params: dict[str, Any]) -> BaseModel:
    if len(json.dumps(params)) > PARAMS_LIMIT:
        raise InvalidParams.at("params", f"more than {PARAMS_LIMIT} bytes; give a file's path")
    try:
        return kind.params.model_validate(params)
    except ValidationError as error:
        raise InvalidParams.of(error, prefix="params") from error
