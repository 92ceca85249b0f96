"""Labpool: long work from JupyterLab, on a pool of workers."""

from __future__ import annotations
