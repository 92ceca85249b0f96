"""Labpool: long work from JupyterLab, on a pool of workers.

    import labpool

    pool = labpool.connect()
    run = pool.train(dataset="persian-legal")

Names are imported when they are first used, so that ``import labpool`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .auto_classes import install as _install

if TYPE_CHECKING:
    from .client.connect import connect
    from .client.errors import NoExtension, NoServer
    from .client.labpool import Labpool
    from .client.run import Run
    from .loading import load
    from .runtime.here import run_here
    from .wire.errors import (
        Conflict,
        DownloadNeeded,
        EventsReset,
        Forbidden,
        InvalidParams,
        InvalidRequest,
        KindUnavailable,
        LabpoolError,
        ModelNotAllowed,
        NotFound,
        NotOurs,
        RunCancelledError,
        RunFailedError,
        RunInterruptedError,
        ServerUnavailable,
        StoreIncompatible,
        StoreInUse,
        TokenNeeded,
        TooManyRequests,
    )
    from .wire.kinds import JobKind

    __version__: str

__all__ = [
    "Conflict",
    "DownloadNeeded",
    "EventsReset",
    "Forbidden",
    "InvalidParams",
    "InvalidRequest",
    "JobKind",
    "KindUnavailable",
    "Labpool",
    "LabpoolError",
    "ModelNotAllowed",
    "NoExtension",
    "NoServer",
    "NotFound",
    "NotOurs",
    "Run",
    "RunCancelledError",
    "RunFailedError",
    "RunInterruptedError",
    "ServerUnavailable",
    "StoreInUse",
    "StoreIncompatible",
    "TokenNeeded",
    "TooManyRequests",
    "connect",
    "load",
    "run_here",
]

_HOMES = {
    "JobKind": "labpool.wire.kinds",
    "Labpool": "labpool.client.labpool",
    "NoExtension": "labpool.client.errors",
    "NoServer": "labpool.client.errors",
    "Run": "labpool.client.run",
    "connect": "labpool.client.connect",
    "load": "labpool.loading",
    "run_here": "labpool.runtime.here",
}
"""Where each name lives; the rest are errors of the wire."""

_install()


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("labpool")
    if name not in __all__:
        raise AttributeError(f"module 'labpool' has no attribute {name!r}")
    value = getattr(import_module(_HOMES.get(name, "labpool.wire.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
