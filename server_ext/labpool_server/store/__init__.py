"""The store: the event log of all runs and what is read from it, in one database."""

from __future__ import annotations

from labpool_server.stored import Stored

from .store import Store

__all__ = ["Store", "Stored"]
