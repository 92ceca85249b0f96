"""Before the first byte: is there room, and then the room is taken."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from labpool.hub import manifest, partfiles
from labpool.hub.manifest import Manifest, ManifestFile

from . import errors, space
from .transfer import Desk, here_already, in_cache, trust_manifests


def distinct(files: Iterable[ManifestFile]) -> list[ManifestFile]:
    """Return one file for each blob, the largest first: they take longest."""
    by_blob = {file.blob: file for file in files}
    return sorted(by_blob.values(), key=lambda file: (-file.size, file.path))


def missing(desk: Desk, files: Iterable[ManifestFile]) -> list[ManifestFile]:
    """Return the files whose bytes have to come, all or in part; counts what is here."""
    trust_manifests(desk)
    wanting = []
    for file in files:
        if here_already(desk, file) or in_cache(desk, file):
            desk.tally.here[file.blob] = file.size
        else:
            with suppress(OSError):
                size = partfiles.part_path(desk.repo, file.blob).stat().st_size
                desk.tally.here[file.blob] = min(size, file.size)
            wanting.append(file)
    return wanting


def twins(files: Iterable[ManifestFile]) -> int:
    """Return the bytes of files that are there under another name, too: copies take them twice."""
    files = list(files)
    return sum(f.size for f in files) - sum(f.size for f in distinct(files))


def check_space(desk: Desk, wanting: list[ManifestFile], more: int = 0) -> None:
    """Refuse a download that does not fit, before anything is written.

    Args:
        more: Bytes that are needed besides.

    Raises:
        JobError: ``disk_full``.
    """
    need = more + sum(file.size - _taken(desk, file) for file in wanting)
    free, reserve = space.free_and_reserve(desk.repo.root, desk.limits)
    if need and need + reserve > free:
        raise errors.disk_full(desk.repo.root, need, free, reserve)


def _taken(desk: Desk, file: ManifestFile) -> int:
    """Return the bytes of disk that a file's part has already."""
    try:
        state = partfiles.part_path(desk.repo, file.blob).stat()
    except OSError:
        return 0
    return min(partfiles.disk_bytes(state), file.size)


@contextmanager
def held(desk: Desk, plan: Manifest, wanting: list[ManifestFile]) -> Iterator[None]:
    """Note the plan and hold the space of its files; what stays unused is given back.

    Raises:
        JobError: ``disk_full``: another was quicker.
    """
    try:
        desk.repo.snapshots.mkdir(parents=True, exist_ok=True)  # else the cache counts as corrupt
        manifest.write(desk.repo.root, plan)
        if desk.limits.hold_space:
            _each(desk, wanting, lambda handle, file: space.hold(handle, file.size))
        yield
    except OSError as error:
        if error.errno not in errors.NO_SPACE:
            raise
        need = sum(file.size - _taken(desk, file) for file in wanting)
        free, reserve = space.free_and_reserve(desk.repo.root, desk.limits)
        raise errors.disk_full(desk.repo.root, need, free, reserve) from error
    finally:
        with suppress(OSError):
            _each(desk, wanting, lambda handle, file: _give_back(desk, handle, file), create=False)


def _give_back(desk: Desk, handle: int, file: ManifestFile) -> None:
    """Free what a part takes beyond its bytes; without any use it goes."""
    if os.fstat(handle).st_size == 0 or here_already(desk, file):
        partfiles.part_path(desk.repo, file.blob).unlink()
    else:
        space.release(handle)


def _each(
    desk: Desk,
    files: Iterable[ManifestFile],
    do: Callable[[int, ManifestFile], object],
    *,
    create: bool = True,
) -> None:
    """Do something with each part that no other run has at the moment."""
    for file in files:
        try:
            held = partfiles.try_lock(partfiles.part_path(desk.repo, file.blob), create=create)
        except FileNotFoundError:
            continue
        if held is not None:
            try:
                do(held.handle, file)
            finally:
                held.close()
