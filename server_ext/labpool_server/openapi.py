"""The contract as OpenAPI."""

from __future__ import annotations


def served(base_url: str) -> str:
    """Return the contract as JSON, with the address it is served at."""
    return "{}"
