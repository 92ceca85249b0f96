"""Files of the caller among the parameters: a relative path begins where the command is typed."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labpool.wire.errors import InvalidParams

MARKS = ("x-labpool-asset", "x-labpool-path")
"""Keys in a field's schema that say: a value may be the path of a file."""
_FILE = re.compile(r"\.[A-Za-z]+$")


@dataclass
class Files:
    """Makes paths absolute, and knows which it has made so.

    Attributes:
        folder: Where relative paths begin.
        made: Path of a field ("params.dataset.1") to the file.
    """

    folder: Path
    made: dict[str, Path] = field(default_factory=dict)

    def absolute(self, params: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters with every relative path in them made absolute.

        A word without a slash and without a suffix is an id, also where a file is called so;
        ``./word`` is the file.

        Args:
            params: The parameters of a kind.
            schema: Its schema, which says where a path may stand.
        """
        fields = schema.get("properties", {})
        return {
            name: self._within(f"params.{name}", value)
            if any(mark in fields.get(name, {}) for mark in MARKS)
            else value
            for name, value in params.items()
        }

    def explained(self, error: InvalidParams) -> InvalidParams:
        """Return a refusal of the server with what is known here of the files that it names."""
        told = [
            found | {"message": f"{found['message']}{self._standing(found['field'])}"}
            for found in error.details.get("fields", [])
        ]
        message = "; ".join(f"{found['field']}: {found['message']}" for found in told)
        return type(error)(message or error.message, **(error.details | {"fields": told}))

    def _within(self, path: str, value: Any) -> Any:
        match value:
            case str():
                return self._of(path, value)
            case list():
                return [self._within(f"{path}.{at}", each) for at, each in enumerate(value)]
            case dict():
                return {name: self._within(f"{path}.{name}", each) for name, each in value.items()}
        return value

    def _of(self, path: str, text: str) -> str:
        given = Path(text).expanduser()
        if not (text.startswith("~") or os.sep in text or _FILE.search(text)):
            return text
        self.made[path] = Path(os.path.normpath(self.folder / given))
        return str(self.made[path])

    def _standing(self, path: str) -> str:
        made = self.made.get(path)
        if made is None:
            return ""
        if made.exists():
            return f" ({made} is on this machine; does the server see the same disk?)"
        return f" (there is no {made} on this machine, either)"
