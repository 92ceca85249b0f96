"""The targets of a run, one after another, from a list, a file or a pattern."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from .addresses import PatternError, addresses, count, parts
from .params import Params
from .recipe import Recipe
from .rows import rows
from .targeting import NoTarget, Target, TargetError, target_of

__all__ = ["NoTarget", "Target", "TargetError", "Targets", "target_of"]

_DIGEST = 16  # bytes: with a million targets, two of the same by chance are out of the question


class Targets:
    """Iterates over the targets of a run; nothing but a digest of each stays in memory.

    Args:
        params: The run's params.
        recipe: Their recipe; read from them where it is absent.
        assets: Asset id to path, for a file that is one.

    Attributes:
        duplicates: Targets left out so far because their id came before.
    """

    def __init__(
        self,
        params: Params,
        recipe: Recipe | None = None,
        assets: Mapping[str, Path] | None = None,
    ) -> None:
        self._params = params
        self._recipe = recipe or params.made()
        self._assets = assets or {}
        self.duplicates = 0
        self._rest: Iterator[Any] | None = None

    def __iter__(self) -> Iterator[Target]:
        """Yield the targets, at most ``params.limit``.

        Raises:
            TargetError: One cannot be used; the message says which.
        """
        return (target for _, target in self.placed())

    def placed(self) -> Iterator[tuple[str, Target]]:
        """Yield where each target stands ("targets.csv, line 7"), and the target.

        Raises:
            TargetError: One cannot be used.
        """
        self.duplicates, self._rest = 0, None
        seen = set[bytes]()
        field = self._field()
        every = self._given()
        for where, given in every:
            try:
                target = target_of(given, self._recipe)
            except NoTarget as error:
                raise TargetError(field, f"{where}: {error}") from error
            digest = hashlib.blake2b(target.id.encode(), digest_size=_DIGEST).digest()
            if digest in seen:
                self.duplicates += 1
                continue
            if len(seen) == self._params.limit:
                self._rest = every
                return
            seen.add(digest)
            yield where, target

    def left_out(self) -> int:
        """Return how many targets ``params.limit`` left out, once the others were taken.

        Those that came before are counted among them; a file ends at a line that cannot be read.
        """
        if self._rest is None:
            return 0
        if self._params.pattern is not None:
            choices = parts(self._params.pattern, self._recipe.variables)
            return count(choices) - self._params.limit - self.duplicates
        left = 1
        with suppress(TargetError):
            for _ in self._rest:
                left += 1
        return left

    def _field(self) -> str:
        params = self._params
        if params.targets_file is not None:
            return "targets_file"
        return "targets" if params.pattern is None else "pattern"

    def _given(self) -> Iterator[tuple[str, Any]]:
        params = self._params
        if params.targets is not None:
            for number, given in enumerate(params.targets, 1):
                yield f"target {number}", given
        elif params.targets_file is not None:
            path = self._assets.get(params.targets_file, Path(params.targets_file).expanduser())
            for line, row in rows(path):
                yield f"{path.name}, line {line}", row
        elif params.pattern is not None:
            try:
                choices = parts(params.pattern, self._recipe.variables)
            except PatternError as error:
                raise TargetError("pattern", str(error)) from error
            for number, address in enumerate(addresses(choices), 1):
                yield f"address {number}", address
        else:  # a recipe that needs nothing of a target has one: itself
            yield "the recipe", {"id": self._recipe.name}
