"""Finds job kinds through entry points; knows whether their bodies can run here."""

from __future__ import annotations

import importlib
import importlib.util
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from labpool.wire.kinds import JobKind, Kind

GROUP = "labpool.job_kinds"


def resolve(name: str) -> Any:
    """Return what ``"module:attribute"`` names.

    Raises:
        ImportError: The module cannot be imported, or has no such attribute.
    """
    module, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except AttributeError as error:
        raise ImportError(f"{module} has no {attribute!r}") from error


def load_kind(name: str) -> JobKind:
    """Return the kind of that name without loading the others.

    Raises:
        LookupError: No installed distribution registers it.
        ImportError: It is registered, but does not load.
    """
    for point in entry_points(group=GROUP, name=name):
        kind = point.load()
        if isinstance(kind, JobKind):
            return kind
    raise LookupError(f"No installed package registers the job kind {name!r}.")


def missing(kind: JobKind) -> list[str]:
    """Return the import names that the kind's body needs and that are not installed."""
    return [name for name in kind.requires if importlib.util.find_spec(name) is None]


class Registry:
    """All kinds that are installed, by name. A kind that does not load is listed with why.

    Args:
        points: Entry points to read; those of the group ``labpool.job_kinds`` when absent.
    """

    def __init__(self, points: list[EntryPoint] | None = None) -> None:
        self._kinds: dict[str, JobKind] = {}
        self._broken: dict[str, str] = {}
        for point in entry_points(group=GROUP) if points is None else points:
            try:
                kind = point.load()
            except Exception as error:  # noqa: BLE001 - a stranger's package may raise anything
                self._broken[point.name] = f"{type(error).__name__}: {error}"
                continue
            if isinstance(kind, JobKind):
                self._kinds[kind.name] = kind
            else:
                self._broken[point.name] = f"{point.value} is not a JobKind"

    def get(self, name: str) -> JobKind | None:
        """Return the kind of that name, or None."""
        return self._kinds.get(name)

    def reason(self, name: str) -> str:
        """Return why no run of this kind can start here, or "" when it can."""
        if name in self._broken:
            return f"The kind {name!r} cannot be loaded: {self._broken[name]}"
        kind = self._kinds[name]
        lacking = missing(kind)
        if not lacking:
            return ""
        install = f"labpool[{kind.extra}]" if kind.extra else " ".join(lacking)
        return (
            f"The kind {name!r} needs {', '.join(lacking)}. "
            f'Install it with: pip install "{install}"'
        )

    def names(self) -> list[str]:
        """Return the names of all kinds, the broken ones too, in order."""
        return sorted({*self._kinds, *self._broken})

    def titles(self, name: str) -> dict[str, str]:
        """Return what people call a kind, by language; a broken one has its name only."""
        kind = self._kinds.get(name)
        if kind is None:
            return {"en": name}
        translated = {code: words.get(kind.title) for code, words in kind.words.items()}
        return {"en": kind.title} | {code: title for code, title in translated.items() if title}

    def describe(self, name: str) -> Kind:
        """Return the kind as it goes on the wire."""
        kind = self._kinds.get(name)
        reason = self.reason(name)
        if kind is None:
            return Kind(name=name, title=name, available=False, reason=reason)
        return Kind(
            name=kind.name,
            title=kind.title,
            description=kind.description,
            params_schema=kind.params.model_json_schema(),
            available=not reason,
            reason=reason,
            words={code: dict(words) for code, words in kind.words.items()},
        )
