"""Fetches one file: from the last byte on, checked, whatever the line does.

A file ends as ``<hash>.whole`` in the repository's parts, or it stays a part. Only bytes whose
hash is right get that name.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from labpool.hub import durable, manifest, partfiles
from labpool.hub.layout import Repo
from labpool.hub.locks import Held
from labpool.hub.manifest import ManifestFile
from labpool.wire.events import LogLevel

from . import errors
from .brake import Brake
from .copies import has_size
from .errors import Trouble
from .hashes import feed, hasher_of
from .hub import Hub
from .limits import Limits
from .response import Body, Found
from .retries import Retries
from .sink import Sink
from .space import free_and_reserve
from .tally import Tally
from .web import Answer

LOCK_PAUSE_S = 0.1
"""Pause between two looks at a part that another run fetches; files give no event."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the transfers of one download share.

    Attributes:
        commit: The revision that the files belong to.
        log: Takes a level and a line.
        flush: Waits until what was said is stored.
        wrong: Names of blobs whose bytes were found to be wrong: nothing trusts them.
        trusted: Names of blobs that Labpool checked when it fetched them, and the files of
            snapshots that have their bytes.
    """

    hub: Hub
    repo: Repo
    commit: str
    limits: Limits
    brake: Brake
    tally: Tally
    log: Callable[[LogLevel, str], None]
    flush: Callable[[], bool]
    wrong: frozenset[str] = frozenset()
    trusted: dict[str, set[Path]] = field(default_factory=dict)


def trust_manifests(desk: Desk) -> None:
    """Learn which blobs of the repository Labpool has checked, from its manifests."""
    for one in manifest.manifests(desk.repo):
        for file in (each for each in one.files if each.blob not in desk.wrong):
            paths = desk.trusted.setdefault(file.blob, set())
            paths.add(desk.repo.snapshots / one.commit / file.path)


def here_already(desk: Desk, file: ManifestFile) -> bool:
    """Whether Labpool has a file's bytes and has checked them."""
    repo = desk.repo
    checked = [partfiles.whole_path(repo, file.blob), repo.copies / desk.commit / file.path]
    if file.blob in desk.trusted:
        checked += [repo.blobs / file.blob, *desk.trusted[file.blob]]
    return any(has_size(path, file.size) for path in checked)


def in_cache(desk: Desk, file: ManifestFile) -> Path | None:
    """Return where a file's bytes may be, by name and size, whoever brought them."""
    repo = desk.repo
    for path in (repo.blobs / file.blob, repo.snapshots / desk.commit / file.path):
        if has_size(path, file.size):
            return path
    return None


def fetch(desk: Desk, file: ManifestFile) -> None:
    """See to it that a file's bytes are here and right.

    Raises:
        JobError: They cannot be had; what came is kept as a part.
        Stopped: The brake was pulled; what came is kept as a part.
    """
    desk.tally.doing[file.blob] = file.path
    try:
        with _turn(desk, file) as held:
            if held is None or _adopted(desk, file):
                desk.tally.here[file.blob] = file.size
            else:
                _Transfer(desk, file, held).run()
    except OSError as error:
        if error.errno not in errors.NO_SPACE:
            raise
        need = (desk.tally.total or 0) - desk.tally.done()
        free, reserve = free_and_reserve(desk.repo.root, desk.limits)
        raise errors.disk_full(desk.repo.root, need, free, reserve) from error
    finally:
        desk.tally.doing.pop(file.blob, None)


@contextmanager
def _turn(desk: Desk, file: ManifestFile) -> Iterator[Held | None]:
    """Hold the file's part; yields it open, or None when nothing is to be fetched any more."""
    path, waited = partfiles.part_path(desk.repo, file.blob), False
    held: Held | None = None
    while not here_already(desk, file):
        held = partfiles.try_lock(path, create=True)
        if held is not None:
            break
        if not waited:
            desk.log("info", f"{file.path}: another run fetches it; waiting for that")
            desk.tally.doing[file.blob] = f"{file.path} (waiting for another run)"
            waited = True
        desk.brake.wait(LOCK_PAUSE_S)
    if waited:
        trust_manifests(desk)
    try:
        desk.tally.doing[file.blob] = file.path
        if held is not None and here_already(desk, file):
            path.unlink()  # its bytes came between the look and the lock
            yield None
        else:
            yield held
    finally:
        if held is not None:
            held.close()


def _adopted(desk: Desk, file: ManifestFile) -> bool:
    """Check what another program brought, and take it when it is right."""
    found = in_cache(desk, file)
    if found is None:
        return False
    desk.tally.doing[file.blob] = f"{file.path} (checking)"
    hasher = hasher_of(file)
    with found.open("rb") as source:
        feed(source.fileno(), hasher, desk.brake.check)
    if hasher.hexdigest() == file.blob:
        durable.sync(found)
        desk.log("info", f"{file.path}: was in the cache already, and is right")
        desk.flush()
        partfiles.part_path(desk.repo, file.blob).unlink()
        return True
    desk.log("warning", f"{file.path}: what is in the cache has wrong bytes; it is replaced")
    desk.tally.doing[file.blob] = file.path
    return False


class _Transfer:
    """One file on its way."""

    def __init__(self, desk: Desk, file: ManifestFile, held: Held) -> None:
        self._desk = desk
        self._file = file
        self._alone = held.alone
        path = partfiles.part_path(desk.repo, file.blob)
        desk.tally.here[file.blob] = min(os.fstat(held.handle).st_size, file.size)
        if desk.tally.here[file.blob]:
            desk.tally.doing[file.blob] = f"{file.path} (checking)"
        self._sink = Sink(held.handle, path, file, desk.brake.check)
        desk.tally.doing[file.blob] = file.path
        self._retries = Retries(
            desk.limits, desk.brake, lambda text: desk.log("warning", f"{file.path}: {text}")
        )
        self._body = Body()
        self._slow = 0
        if self._sink.size:
            desk.log("info", f"{file.path}: resumed at byte {self._sink.size}")

    def run(self) -> None:
        """Fetch and check until the bytes are right."""
        file, sink = self._file, self._sink
        for _ in range(self._desk.limits.hash_tries):
            self._fill()
            if not self._alone:
                sink.cut(file.size)  # another machine may have written, too: what is on disk counts
            got = sink.digest()
            if got == file.blob:
                self._desk.flush()  # once it is kept, nothing about it is said again
                sink.keep(partfiles.whole_path(self._desk.repo, file.blob))
                return
            self._desk.log("warning", f"{file.path}: the bytes are wrong; fetching it anew")
            sink.cut(0)
            self._count()
        raise errors.hash_mismatch(file.path, file.blob, got, self._desk.limits.hash_tries)

    def _fill(self) -> None:
        while not self._sink.full():
            try:
                self._stream()
            except Trouble as trouble:
                self._count()
                then = f"resuming at byte {self._sink.size}" if self._sink.size else ""
                self._retries.failed(trouble, then)

    def _stream(self) -> None:
        """Send one request and write what it brings."""
        desk, file, sink = self._desk, self._file, self._sink
        url = desk.hub.file_url(desk.commit, file.path)
        asked = self._body.headers(file, sink.size)
        with desk.hub.web.ask(url, headers=asked) as answer:
            if answer.status != 416:
                desk.hub.refuse(answer)
            found = self._body.judge(answer, file, sink.size)
            if found is None:
                return
            if found.start == 0 < sink.size:
                desk.log("warning", f"{file.path}: the server sends it from the start again")
            self._take(answer, found)
        if not sink.full():
            raise Trouble("hub_offline", f"the connection to {answer.host} ended early")

    def _take(self, answer: Answer, found: Found) -> None:
        """Write the pieces of a body; what of it is here already is compared.

        A body that ends where the file ends is read to its end, so that the connection can be
        used again.
        """
        sink, size, limits = self._sink, self._file.size, self._desk.limits
        window_began, window_bytes, at = time.monotonic(), 0, found.start
        for chunk in answer.decoded():
            self._desk.brake.check()
            piece = chunk[: size - at]
            self._desk.tally.fetched[self._file.blob] += len(piece)
            self._put(piece, at, answer, found)
            at += len(piece)
            window_bytes += len(piece)
            if sink.full() and not found.exact:
                return
            now = time.monotonic()
            if now - window_began >= limits.slow_window_s:
                self._judge(window_bytes / (now - window_began))
                window_began, window_bytes = now, 0

    def _put(self, piece: bytes, at: int, answer: Answer, found: Found) -> None:
        """Add what is new of a piece that begins at a byte."""
        sink = self._sink
        known = piece[: max(sink.size - at, 0)]
        wrong = sink.differs(known, at) if known else None
        if wrong is not None and not found.sure:
            if found.start:
                self._body.doubt()
            raise errors.wrong_answer(answer.host, "something else than the file")
        if wrong is not None:
            self._desk.log("warning", f"{self._file.path}: what is here is wrong from {wrong} on")
            sink.cut(wrong)
        new = piece[sink.size - at :]
        if new:
            sink.write(new)
            self._retries.moved()
        self._count()

    def _judge(self, rate: float) -> None:
        """Take another connection when this one hardly moves, and give up when all do."""
        limits = self._desk.limits
        if rate >= limits.slow_rate or self._sink.full():
            self._slow = 0
            return
        self._slow += 1
        if self._slow >= limits.slow_windows:
            raise errors.too_slow(
                self._file.path, limits.slow_rate, limits.slow_window_s * self._slow
            )
        raise Trouble("timeout", f"only {rate:.0f} bytes a second come")

    def _count(self) -> None:
        self._desk.tally.here[self._file.blob] = self._sink.size
