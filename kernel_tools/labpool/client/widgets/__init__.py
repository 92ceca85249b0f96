"""A run as a notebook shows it: live where a kernel and a page are, still everywhere else."""

from __future__ import annotations

from .display import RUN, as_widget, bundle, show

__all__ = ["RUN", "as_widget", "bundle", "show"]
