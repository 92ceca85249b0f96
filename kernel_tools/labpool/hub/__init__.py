"""The Hugging Face cache as Labpool uses it; shared by the worker and the server.

Light to import. Nothing here talks to the Hub: that is the download job's work.
"""

from __future__ import annotations

from .inventory import CachedSnapshot, scan
from .layout import Repo, cache_root, repo_of
from .manifest import Manifest, ManifestFile, ready
from .partfiles import Part, parts, remove_old_parts
from .removal import delete

__all__ = [
    "CachedSnapshot",
    "Manifest",
    "ManifestFile",
    "Part",
    "Repo",
    "cache_root",
    "delete",
    "parts",
    "ready",
    "remove_old_parts",
    "repo_of",
    "scan",
]
