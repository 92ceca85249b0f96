"""Where things lie in a Hugging Face cache, and where Labpool puts its own.

The standard cache, as huggingface_hub writes and reads it::

    ROOT/models--ORG--NAME/blobs/<etag>              the bytes, named by their hash
                           snapshots/<commit>/<path> symbolic links to ../../blobs/<etag>
                           refs/<name>               the commit that a name stands for

Labpool adds one folder to each repository that it fetches from::

    ROOT/models--ORG--NAME/labpool/<commit>-<key>.json       manifest: this is complete
                                   <commit>-<key>.plan.json  the same, while it is fetched
                                   parts/<etag>.part         bytes so far
                                   parts/<etag>.whole        all bytes, hash checked
                                   deleted/<commit>/         a deletion that is under way
                                   draft/                    a snapshot before it is shown
                                   copies/<commit>/          the same, where there are no links
                                   lock                      held while snapshots change

On a disk without symbolic links (exFAT, SMB) the files of a snapshot are the bytes themselves, as
huggingface_hub has it there, too.

Why there: it is the same file system as ``blobs/`` whatever is mounted where, so a part becomes
a blob by a rename. ``scan_cache_dir()`` reads only ``blobs``, ``refs`` and ``snapshots`` of a
repository and calls any other folder beside the repositories corrupt; ``hf cache verify`` and
``snapshot_download`` look into ``snapshots`` only; transformers offline reads ``refs`` and
``snapshots``. When ``hf cache rm`` removes the whole repository, the manifest goes with it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from labpool.wire.catalog import CatalogEntry

RepoType = Literal["model", "dataset"]

COMMIT = re.compile(r"[0-9a-f]{40}")
"""A pinned revision; any other is a name that the Hub resolves."""

BLOB = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""Name of a blob: a git hash or a SHA-256."""

_REPO_ID = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)
_TYPES: dict[str, RepoType] = {"models": "model", "datasets": "dataset"}


def cache_root(settings: Mapping[str, str]) -> Path:
    """Return the folder of the cache: what the settings say, else where Hugging Face has it."""
    if told := settings.get("hub_cache"):
        return Path(told).expanduser()
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if told := os.environ.get(name):
            return _expanded(told)
    if home := os.environ.get("HF_HOME"):
        return _expanded(home) / "hub"
    return _expanded(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface" / "hub"


def _expanded(path: str) -> Path:
    return Path(os.path.expandvars(path)).expanduser()


@dataclass(frozen=True)
class Repo:
    """One repository's folder in a cache.

    Attributes:
        root: Folder of the cache.
        repo_id: Name on the Hub, "org/name" or "name".
    """

    root: Path
    repo_type: RepoType
    repo_id: str

    def __post_init__(self) -> None:
        """Refuse a name that would lead out of the cache."""
        if not _REPO_ID.fullmatch(self.repo_id) or {".", ".."} & set(self.repo_id.split("/")):
            raise ValueError(f"{self.repo_id!r} is no name of a repository")

    @property
    def folder(self) -> Path:
        """Folder of the repository."""
        return self.root / "--".join([f"{self.repo_type}s", *self.repo_id.split("/")])

    @property
    def blobs(self) -> Path:
        """Folder of the bytes."""
        return self.folder / "blobs"

    @property
    def snapshots(self) -> Path:
        """Folder of the revisions."""
        return self.folder / "snapshots"

    @property
    def refs(self) -> Path:
        """Folder of the names of revisions."""
        return self.folder / "refs"

    @property
    def own(self) -> Path:
        """Folder of what Labpool notes."""
        return self.folder / "labpool"

    @property
    def parts(self) -> Path:
        """Folder of files that are not in a snapshot yet."""
        return self.own / "parts"

    @property
    def copies(self) -> Path:
        """Folder of snapshots that become whole on a disk without links, by commit."""
        return self.own / "copies"


def repo_of(root: Path, entry: CatalogEntry) -> Repo:
    """Return the repository that an entry names.

    Raises:
        ValueError: It names none, or one that cannot be.
    """
    if entry.repo_id is None:
        raise ValueError(f"{entry.id} comes with Labpool and is on no Hub")
    return Repo(root, entry.kind, entry.repo_id)


def repos(root: Path) -> list[Repo]:
    """Return all repositories of models and data sets in a cache, by name."""
    try:
        names = sorted(entry.name for entry in os.scandir(root) if entry.is_dir())
    except OSError:
        return []
    return [repo for name in names if (repo := _parse(root, name))]


def _parse(root: Path, name: str) -> Repo | None:
    """Return the repository that a folder of the cache is, or None."""
    prefix, _, rest = name.partition("--")
    if prefix not in _TYPES:
        return None
    try:
        repo = Repo(root, _TYPES[prefix], rest.replace("--", "/"))
    except ValueError:
        return None
    return repo if repo.folder.name == name else None


def stays_inside(path: str) -> bool:
    """Whether a file's path in a repository stays inside the snapshot's folder."""
    parts = path.split("/")
    odd = not path or path.startswith("/") or "\\" in path or "\0" in path
    return not odd and not {"", ".", ".."} & set(parts) and str(PurePosixPath(path)) == path
