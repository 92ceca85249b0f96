"""The Jupyter server extension of Labpool."""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from .app import Labpool

    return [{"module": "labpool_server", "app": Labpool}]
