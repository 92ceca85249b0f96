"""The Jupyter server extension of Labpool."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

__version__ = version("labpool")


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from .app import Labpool

    return [{"module": "labpool_server", "app": Labpool}]
