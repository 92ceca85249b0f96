"""What is in a cache, whoever brought it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from . import manifest
from .layout import Repo, RepoType, repos
from .links import leaves, revisions
from .manifest import Manifest


@dataclass(frozen=True, kw_only=True)
class CachedSnapshot:
    """One revision of one repository.

    Attributes:
        revision: The commit.
        path: Its folder.
        size_bytes: Bytes of the blobs that it refers to, each counted once.
        modified: When the newest of them came.
        ours: Whether Labpool completed it.
        whole: Ours: nothing of what was asked for is missing. Not ours: every link leads
            somewhere, and nothing of the repository is half fetched; whether all that somebody
            wanted is here, nobody can tell.
        catalog_id: The entry that it was fetched for.
    """

    repo_type: RepoType
    repo_id: str
    revision: str
    path: Path
    size_bytes: int
    modified: datetime
    ours: bool
    whole: bool
    catalog_id: str | None


def scan(root: Path) -> list[CachedSnapshot]:
    """Return all revisions of models and data sets in a cache, by name.

    Args:
        root: Folder of the cache. What else lies there is passed over, and so is what is
            removed while this looks.
    """
    return [found for repo in repos(root) for found in _revisions(repo)]


def _revisions(repo: Repo) -> Iterator[CachedSnapshot]:
    complete: dict[str, list[Manifest]] = {}
    for one in manifest.manifests(repo):
        complete.setdefault(one.commit, []).append(one)
    fetching = _half_fetched(repo)
    for folder in revisions(repo):
        with suppress(OSError):
            yield _look(repo, folder, complete.get(folder.name, []), fetching=fetching)


def _look(repo: Repo, folder: Path, own: list[Manifest], *, fetching: bool) -> CachedSnapshot:
    sizes: dict[Path, int] = {}
    newest, broken = folder.stat().st_mtime, False
    for leaf in leaves(folder, repo):
        try:
            state = leaf.path.stat()
        except OSError:
            broken = True
            continue
        sizes[leaf.target] = state.st_size
    with suppress(OSError):
        newest = max((target.stat().st_mtime for target in sizes), default=newest)
    good = [one for one in own if manifest.is_whole(repo.root, one)]
    return CachedSnapshot(
        repo_type=repo.repo_type,
        repo_id=repo.repo_id,
        revision=folder.name,
        path=folder,
        size_bytes=sum(sizes.values()),
        modified=datetime.fromtimestamp(newest, UTC),
        ours=bool(own),
        whole=bool(good) if own else bool(sizes) and not broken and not fetching,
        catalog_id=next((one.catalog_id for one in [*good, *own]), None),
    )


def _half_fetched(repo: Repo) -> bool:
    """Whether another program has begun to fetch a file, and has not ended.

    What was killed and done again leaves its first half behind; the blob is there then.
    """
    try:
        halves = [path for path in repo.blobs.iterdir() if path.suffix == ".incomplete"]
        return any(not (repo.blobs / path.name.split(".")[0]).exists() for path in halves)
    except OSError:
        return False
