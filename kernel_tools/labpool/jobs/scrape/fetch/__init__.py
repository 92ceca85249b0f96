"""From an item to its records: the page, the calls beside it, and what can go wrong."""

from .failures import ItemFailed, SessionExpired
from .fetcher import Fetcher

__all__ = ["Fetcher", "ItemFailed", "SessionExpired"]
