"""``Path`` objects among parameters: they are files of the caller."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def absolute(value: Any) -> Any:
    """Return a value with each ``Path`` in it as an absolute path; a text stays as it is.

    Args:
        value: Parameters, or one of their values.
    """
    match value:
        case Path():
            return str(value.expanduser().absolute())
        case Mapping():
            return {name: absolute(each) for name, each in value.items()}
        case list() | tuple():
            return [absolute(each) for each in value]
    return value
