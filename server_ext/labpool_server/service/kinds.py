"""The job kinds that are installed, and whether params fit them. Runs off the event loop."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from labpool.runtime.registry import Registry, resolve
from labpool.wire import (
    Asset,
    CatalogEntry,
    DownloadNeeded,
    InvalidParams,
    JobKind,
    Kind,
    KindUnavailable,
    ModelNotAllowed,
    NotFound,
    TokenNeeded,
)
from labpool.wire.suggest import sentence

from .marks import (
    ASSET_MARK,
    CATALOG_MARK,
    PATH_MARK,
    SESSION_MARK,
    mark_of,
    marked,
    proposals,
)
from .readable import Readable
from .secrets import SecretService
from .sessions import SessionService
from .shelf import Shelf

MOST_WORKERS = 64
"""Workers that a run has at once where nobody says a number: as many as are free, and no more."""
PARAMS_LIMIT = 1 << 20
"""Largest params, bytes of JSON."""
NAME_PART = 60
"""Characters of a file's name that go into the name of a run."""
HUB_TOKEN = "hub_token"  # noqa: S105 - its name, not its value
"""The secret that a gated repository asks for."""


class Kinds:
    """Lists kinds and validates params.

    Args:
        find_asset: Returns the checkpoint of an id, or None.
        shelf: The catalog and what is here of it.
        secrets: Secrets of the runs' owners.
        sessions: Their sessions.
        readable: Which folders runs may read.
    """

    def __init__(
        self,
        find_asset: Callable[[str], Asset | None],
        shelf: Shelf,
        secrets: SecretService,
        sessions: SessionService,
        readable: Readable,
    ) -> None:
        self._readable = readable
        self._find_asset = find_asset
        self._shelf = shelf
        self._secrets = secrets
        self._sessions = sessions
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

    def titles(self) -> dict[str, dict[str, str]]:
        """Return what each kind is called in each language, by name."""
        return {name: self.registry.titles(name) for name in self.registry.names()}

    def name_of(self, name: str, params: Mapping[str, Any], run_id: str) -> str:
        """Return what to call a run that nobody gave a name: by what it is about.

        That is the entry of the catalog, the work that it does again, or the file or asset that it
        is given; the end of its id tells runs of one name apart.
        """
        kind = self.registry.get(name)
        fields = kind.params.model_fields.items() if kind else ()
        for field, info in fields:
            if isinstance(info.json_schema_extra, dict) and CATALOG_MARK in info.json_schema_extra:
                return str(params[field])
        if series := self.series_of(name, params):
            return series
        about = _about(kind, params) if kind else ""
        return " ".join(filter(None, (name, about, run_id[:4])))

    def series_of(self, name: str, params: Mapping[str, Any]) -> str:
        """Return what runs that do the same work have in common; "" where a kind has no such."""
        kind = self.registry.get(name)
        if kind is None or not kind.series:
            return ""
        try:
            return str(resolve(kind.series)(kind.params.model_validate(params)))
        except ValidationError:  # of an older version, which took what this one does not
            return ""

    def most_workers(self, name: str, params: Mapping[str, Any]) -> int:
        """Return how many workers a run may have at once."""
        kind = self.registry.get(name)
        if kind is None or not kind.workers:
            return 1
        return int(params.get(kind.workers) or MOST_WORKERS)

    def accept(self, name: str, params: dict[str, Any], owner: str) -> dict[str, Any]:
        """Return the params with defaults filled in, as they are stored and sent.

        Raises:
            NotFound: No such kind.
            KindUnavailable: What its jobs need is not installed.
            InvalidParams: Values that cannot work, with their fields' paths.
            ModelNotAllowed: The catalog does not list what they name.
            DownloadNeeded: It does, but that is not here yet.
            TokenNeeded: The Hub asks who wants it, and the owner has left no token.
        """
        if name not in self.registry.names():
            known = ", ".join(self.registry.names())
            meant = sentence(name, self.registry.names())
            raise NotFound(
                f"There is no job kind {name!r}.{meant} Installed are: {known}.", kind=name
            )
        kind = self.registry.get(name)
        reason = self.registry.reason(name)
        if kind is None or reason:
            raise KindUnavailable(reason, kind=name)
        model = _validated(kind, params)
        entries = self._entries(kind, model)
        self._check_paths(kind, model, {*entries, *self._assets(kind, model)})
        self._check_token(kind, entries, owner)
        self._check_sessions(kind, model, owner)
        if kind.check is not None:
            try:
                resolve(kind.check)(model, self._assets(kind, model), entries)
            except InvalidParams as error:
                raise self._meant(kind, model, error) from error
        return model.model_dump(mode="json", by_alias=True)

    def named(
        self, name: str, params: dict[str, Any]
    ) -> tuple[dict[str, str], dict[str, CatalogEntry]]:
        """Return what stored params name: asset id to path, catalog id to entry.

        Raises:
            LabpoolError: It has gone since, or this version takes such params no longer.
        """
        kind = self.registry.get(name)
        if kind is None:
            return {}, {}
        model = _validated(kind, params)
        paths = {key: str(path) for key, path in self._assets(kind, model).items()}
        entries = self._entries(kind, model)
        self._check_paths(kind, model, {*entries, *paths})
        return paths, entries

    def secrets_for(self, name: str, params: dict[str, Any], owner: str) -> Mapping[str, str]:
        """Return the owner's secrets that a kind asks for, and the sessions that params name."""
        kind = self.registry.get(name)
        if kind is None:
            return {}
        found = self._secrets.find(owner, kind.secrets)
        model = _validated(kind, params)
        for field, session in marked(kind, model, SESSION_MARK):
            state = self._sessions.find(owner, session)
            if state is not None:
                found[mark_of(kind, field, SESSION_MARK)] = state
        return found

    def _assets(self, kind: JobKind, params: BaseModel) -> Mapping[str, Path]:
        """Return asset id to path for the fields that may name an asset and do."""
        found: dict[str, Path] = {}
        absent: list[str] = []
        for _, value in marked(kind, params, ASSET_MARK):
            asset = self._find_asset(value) or self._shelf.asset(value)
            if asset is not None and asset.status == "ready":
                if asset.path is not None:
                    found[value] = Path(asset.path)
            elif (entry := self._shelf.entry(value)) and entry.repo_id is not None:
                absent.append(value)
        if absent:
            raise DownloadNeeded(
                f"{' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} in the catalog but "
                f"not here yet. Download {'it' if len(absent) == 1 else 'them'} first: "
                f'pool.download("{absent[0]}"), or give download=True.',
                ids=absent,
            )
        return found

    def _meant(self, kind: JobKind, params: BaseModel, error: InvalidParams) -> InvalidParams:
        """Add to what is wrong with a name that is no path which name may be meant."""
        names = {f"params.{field}": value for field, value in marked(kind, params, ASSET_MARK)}
        fields = error.details.get("fields", [])
        if len(fields) != 1 or fields[0]["field"] not in names:
            return error
        field, value = fields[0]["field"], names[fields[0]["field"]]
        if os.sep in value or value in self._shelf.ids():
            return error
        known = [*self._shelf.ids(), *proposals(kind, field.removeprefix("params."))]
        known += [asset.id for asset in self._shelf.assets()]
        meant = sentence(value, known)
        return type(error).at(field, f"{fields[0]['message']}.{meant}") if meant else error

    def _entries(self, kind: JobKind, params: BaseModel) -> dict[str, CatalogEntry]:
        """Return catalog id to entry for all fields that name an entry."""
        found: dict[str, CatalogEntry] = {}
        for _, value in marked(kind, params, ASSET_MARK):
            entry = self._shelf.entry(value)
            if entry is not None:
                found[value] = entry
        for field, value in marked(kind, params, CATALOG_MARK):
            entry = self._shelf.entry(value)
            if entry is None:
                meant = sentence(value, self._shelf.ids())
                message = f"the catalog has no entry {value!r}.{meant} pool.catalog() lists all"
                raise ModelNotAllowed.at(f"params.{field}", message, "entry_unknown", entry=value)
            found[value] = entry
        return found

    def _check_paths(self, kind: JobKind, params: BaseModel, ids: Collection[str]) -> None:
        """Refuse files that runs may not read, whichever field names them.

        Args:
            ids: Values that are no paths: of assets and of the catalog.
        """
        for mark in (ASSET_MARK, PATH_MARK):
            for field, value in marked(kind, params, mark):
                if value not in ids and (why := self._readable.refusal(value)):
                    raise InvalidParams.at(f"params.{field}", why, "path_refused", path=value)

    def _check_token(self, kind: JobKind, entries: Mapping[str, CatalogEntry], owner: str) -> None:
        gated = [entry.id for entry in entries.values() if entry.gated]
        if HUB_TOKEN not in kind.secrets or not gated:
            return
        if not self._secrets.find(owner, [HUB_TOKEN]):
            raise TokenNeeded(
                f"The Hub asks who downloads {gated[0]}. Accept its terms there, then leave your "
                "token with the server: pool.save_token(), or labpool token.",
                ids=gated,
            )

    def _check_sessions(self, kind: JobKind, params: BaseModel, owner: str) -> None:
        for field, session in marked(kind, params, SESSION_MARK):
            if self._sessions.find(owner, session) is None:
                raise InvalidParams.at(
                    f"params.{field}",
                    f"There is no session {session!r} of yours. Save one: "
                    f'pool.sessions.save("{session}", ...)',
                    "session_unknown",
                    session=session,
                )


def _about(kind: JobKind, params: Mapping[str, Any]) -> str:
    """Return the last part of the first file or asset that params name; "" where there is none."""
    for field, info in kind.params.model_fields.items():
        extra = info.json_schema_extra
        value = params.get(info.alias or field)
        marked = isinstance(extra, dict) and not extra.keys().isdisjoint((ASSET_MARK, PATH_MARK))
        if marked and isinstance(value, str) and value:
            return value.rstrip("/").rpartition("/")[2][:NAME_PART]
    return ""


def _validated(kind: JobKind, params: dict[str, Any]) -> BaseModel:
    if len(json.dumps(params)) > PARAMS_LIMIT:
        raise InvalidParams.at(
            "params", f"more than {PARAMS_LIMIT} bytes; give a file's path", "too_large"
        )
    if endless := next(_endless(params, "params"), None):
        raise InvalidParams.at(
            endless, "not a finite number, which is all that JSON can carry", "finite_number"
        )
    try:
        return kind.params.model_validate(params)
    except ValidationError as error:
        raise InvalidParams.of(error, prefix="params", model=kind.params) from error


def _endless(value: Any, path: str) -> Iterator[str]:
    """Yield the paths of numbers that are not finite: ``1e999`` is read as one."""
    match value:
        case float() if not isfinite(value):
            yield path
        case dict():
            for name, inner in value.items():
                yield from _endless(inner, f"{path}.{name}")
        case list():
            for at, inner in enumerate(value):
                yield from _endless(inner, f"{path}.{at}")
