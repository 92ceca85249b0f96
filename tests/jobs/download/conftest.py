"""A local Hub, a small repository on it, and runs of the kind against them."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from labpool.jobs.download import Params
from labpool.jobs.download.limits import Limits
from labpool.jobs.download.work import download
from labpool.runtime.recording import RecordingContext
from labpool.wire.catalog import CatalogEntry
from support.hub import HubRepo, LocalHub

FAST = Limits(
    connect_s=2,
    read_s=2,
    tries=4,
    first_pause_s=0.01,
    longest_pause_s=0.05,
    pulse_s=0.02,
    slow_window_s=0.2,
)
"""The usual limits, in a hurry."""

BIG = "model.safetensors"
SIZE = 3_000_000
REPO = "org/tiny"


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that are the same each time, and that nothing can compress."""
    return random.Random(seed).randbytes(size)


def small_files() -> dict[str, bytes | Path]:
    """A repository as models have it: one large file, some small ones, one in a folder."""
    return {
        "config.json": b'{"model_type": "bert"}',
        BIG: noise(SIZE),
        "1_Pooling/config.json": b'{"pooling": "mean"}',
        "README.md": b"# Tiny\n",
        "empty.txt": b"",
    }


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    with LocalHub() as hub:
        yield hub


@pytest.fixture
def repo(hub: LocalHub) -> HubRepo:
    return hub.add(REPO, small_files())


def entry_for(repo: HubRepo, **values: Any) -> CatalogEntry:
    """The catalog's entry for a repository."""
    facts: dict[str, Any] = {
        "id": "tiny",
        "kind": repo.repo_type,
        "repo_id": repo.repo_id,
        "revision": repo.commit,
        "license": "mit",
        "size_bytes": repo.size(),
        "title": {"en": "Tiny"},
    }
    return CatalogEntry(**facts | values)


def until(there: Callable[[], bool], timeout_s: float = 20) -> None:
    """Wait for a state that gives no event."""
    ends = time.monotonic() + timeout_s
    while not there():
        assert time.monotonic() < ends, "the state was not reached"
        time.sleep(0.01)


@dataclass
class Desk:
    """A place from which a repository of the local Hub is downloaded, again and again.

    Attributes:
        root: Folder of the cache.
        contexts: One for each attempt.
    """

    hub: LocalHub
    entry: CatalogEntry
    folder: Path
    limits: Limits = FAST
    secrets: dict[str, str] = field(default_factory=dict)
    contexts: list[RecordingContext] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.folder / "cache"

    @property
    def blobs(self) -> Path:
        return next(self.root.glob("*--*")) / "blobs"

    @property
    def parts(self) -> list[Path]:
        return sorted(self.root.glob("*/labpool/parts/*"))

    @property
    def last(self) -> RecordingContext:
        return self.contexts[-1]

    def context(self) -> RecordingContext:
        """Make the context of the next attempt."""
        number = len(self.contexts) + 1
        ctx = RecordingContext(
            "run-1",
            self.folder / "run-1",
            attempt=number,
            catalog={self.entry.id: self.entry},
            settings={"hub_endpoint": self.hub.url, "hub_cache": str(self.root)},
            secrets=self.secrets,
        )
        self.contexts.append(ctx)
        return ctx

    def run(self, **limits: Any) -> dict[str, Any]:
        """Run one attempt."""
        return download(Params(id=self.entry.id), self.context(), replace(self.limits, **limits))

    def start(self, **limits: Any) -> Attempt:
        """Run one attempt in a thread."""
        return Attempt(self.context(), Params(id=self.entry.id), replace(self.limits, **limits))

    def reached(self, size: int) -> None:
        """Wait until a part has so many bytes: what the Hub sent is not on disk at once."""
        until(lambda: size in self.sizes())

    def sizes(self) -> list[int]:
        """Return the bytes of each part that is not whole."""
        found = []
        for path in self.parts:
            with suppress(FileNotFoundError):  # whole by now, under another name
                if path.suffix == ".part":
                    found.append(path.stat().st_size)
        return found

    def logs(self) -> list[str]:
        """Return the lines of the last attempt's log."""
        return [event.text for event in self.last.events if event.type == "log_written"]


class Attempt:
    """A download in a thread."""

    def __init__(self, ctx: RecordingContext, params: Params, limits: Limits) -> None:
        self.ctx = ctx
        self.result: dict[str, Any] | None = None
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(params, limits), name="attempt")
        self._thread.start()

    def _run(self, params: Params, limits: Limits) -> None:
        try:
            self.result = download(params, self.ctx, limits)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    def end(self, timeout_s: float = 20) -> Attempt:
        """Wait for its end."""
        self._thread.join(timeout_s)
        assert not self._thread.is_alive(), "the download does not end"
        return self

    def cancel(self) -> Attempt:
        """Cancel it, and wait for its end."""
        self.ctx.stop.set()
        return self.end()


@pytest.fixture
def desk(hub: LocalHub, repo: HubRepo, tmp_path: Path) -> Desk:
    return Desk(hub, entry_for(repo), tmp_path)


@pytest.fixture
def desk_for(hub: LocalHub, tmp_path: Path) -> Callable[..., Desk]:
    def make(repo: HubRepo, **values: Any) -> Desk:
        return Desk(hub, entry_for(repo, **values), tmp_path)

    return make
