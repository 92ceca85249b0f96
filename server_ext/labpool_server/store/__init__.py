"""The store: the event log of all runs and what is read from it, in one database."""

from __future__ import annotations

from .asynchronous import AsyncStore
from .spoken import Spoken, read
from .store import Store
from .stored import Stored

__all__ = ["AsyncStore", "Spoken", "Store", "Stored", "read"]
