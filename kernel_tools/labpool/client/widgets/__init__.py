"""A run as a notebook shows it: live where a kernel and a page are, still everywhere else."""

from __future__ import annotations

from .display import bundle, show

__all__ = ["bundle", "show"]
