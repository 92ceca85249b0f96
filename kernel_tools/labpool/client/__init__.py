"""Labpool from a notebook, a script or the command line."""

from __future__ import annotations

from .connect import connect
from .errors import NoExtension, NoServer
from .labpool import Labpool
from .run import Run
from .stream import EventStream

__all__ = ["EventStream", "Labpool", "NoExtension", "NoServer", "Run", "connect"]
