"""What was fetched, turned into records: pure functions, no browser and no network."""

from __future__ import annotations

from .parser import parse
from .pieces import search
from .results import Broken, Got, Parsed, Record
from .session import csrf_from_page, expired

__all__ = ["Broken", "Got", "Parsed", "Record", "csrf_from_page", "expired", "parse", "search"]
