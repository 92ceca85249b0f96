"""What the local Hub has: repositories with one commit each."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

LARGE = 10_000
"""Bytes from which a file lies in the large file storage, as weights on the real Hub do."""


@dataclass
class HubFile:
    """One file; its bytes are in memory, or on disk and mapped.

    Attributes:
        lfs: Whether it lies in the large file storage: named by SHA-256, served by the CDN.
    """

    path: str
    source: bytes | Path
    lfs: bool

    @cached_property
    def content(self) -> memoryview:
        """Its bytes."""
        if isinstance(self.source, bytes):
            return memoryview(self.source)
        if self.source.stat().st_size == 0:
            return memoryview(b"")
        with self.source.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    @cached_property
    def git_hash(self) -> str:
        """Git's hash: of the bytes, or of the pointer to them."""
        data = self.pointer if self.lfs else self.content
        digest = hashlib.sha1(b"blob %d\0" % len(data))
        digest.update(data)
        return digest.hexdigest()

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def pointer(self) -> bytes:
        """What git has in the place of a large file."""
        return (
            "version https://git-lfs.github.com/spec/v1\n"
            f"oid sha256:{self.sha256}\nsize {len(self.content)}\n"
        ).encode()

    @property
    def etag(self) -> str:
        """The name of its blob in a cache."""
        return self.sha256 if self.lfs else self.git_hash


@dataclass
class HubRepo:
    """A repository.

    Attributes:
        gated: Whether its files are for those only whose token is in ``tokens``.
        private: Whether it is hidden from everybody else.
        branches: Name to commit.
    """

    repo_type: Literal["model", "dataset"]
    repo_id: str
    files: dict[str, HubFile]
    gated: bool = False
    private: bool = False
    tokens: set[str] = field(default_factory=set)
    card: dict[str, Any] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Name the commit after what is in it."""
        listing = "".join(f"{f.git_hash} {f.path}\n" for _, f in sorted(self.files.items()))
        self.commit = hashlib.sha1((self.repo_id + listing).encode()).hexdigest()
        self.branches.setdefault("main", self.commit)

    def resolve(self, revision: str) -> str | None:
        """Return the commit that a revision stands for."""
        return self.commit if revision == self.commit else self.branches.get(revision)

    def size(self) -> int:
        """Return the bytes of all files."""
        return sum(len(file.content) for file in self.files.values())

    def siblings(self, *, blobs: bool) -> list[dict[str, Any]]:
        """Return the files as the repository's page in the API lists them."""
        listed = []
        for file in self.files.values():
            one: dict[str, Any] = {"rfilename": file.path}
            if blobs:
                one |= {"blobId": file.git_hash, "size": len(file.content)}
                if file.lfs:
                    pointer, size = len(file.pointer), len(file.content)
                    one["lfs"] = {"sha256": file.sha256, "size": size, "pointerSize": pointer}
            listed.append(one)
        return listed

    def tree(self) -> list[dict[str, Any]]:
        """Return the files as the tree of a revision lists them."""
        listed = []
        for file in self.files.values():
            one = {"type": "file", "path": file.path, "oid": file.git_hash}
            size = len(file.content)
            lfs = {"lfs": {"oid": file.sha256, "size": size, "pointerSize": len(file.pointer)}}
            listed.append({**one, "size": size, **(lfs if file.lfs else {})})
        return listed


def make_repo(
    repo_id: str,
    files: Mapping[str, bytes | Path],
    *,
    large: int = LARGE,
    **options: Any,
) -> HubRepo:
    """Make a repository.

    Args:
        large: Bytes from which a file lies in the large file storage.
        options: Fields of ``HubRepo``.
    """
    made = {}
    for path, source in files.items():
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        made[path] = HubFile(path, source, lfs=size >= large)
    return HubRepo(options.pop("repo_type", "model"), repo_id, made, **options)


def folder_files(folder: Path) -> dict[str, bytes | Path]:
    """Return the files below a folder by their path in it; hidden ones are left out."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".") and "__pycache__" not in path.parts
    }
