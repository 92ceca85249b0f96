"""How many workers there should be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Size:
    """Least and greatest number of workers; equal numbers mean a fixed size."""

    minimum: int
    maximum: int
