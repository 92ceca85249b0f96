"""A context that only writes down what a job says: any body can be tested without Dask."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from operator import index
from pathlib import Path
from typing import Any, SupportsFloat, SupportsIndex, TypeVar

from labpool.wire.catalog import CatalogEntry
from labpool.wire.events import (
    ArtifactDeleted,
    ArtifactKind,
    ArtifactSaved,
    Event,
    LogLevel,
    LogWritten,
    MetricsReported,
    NoticeGiven,
    ParamsResolved,
    ProgressReported,
)

from .context import Cancelled
from .digests import sha256_of, size_of
from .plain import NAME_LIMIT, NOTICE_LIMIT, TEXT_LIMIT, Hide, plain
from .warm import Closes, Warm

C = TypeVar("C", bound=Closes)

HIDDEN = "********"
"""Stands where a secret stood."""

_NAMES = frozenset({"name", "path"})


@dataclass
class RecordingContext:
    """A ``JobContext`` that numbers the job's words and hands them to ``send``.

    The same class serves tests (``send`` appends to ``events``) and the worker, where the
    reporter's ``put`` takes its place.

    Attributes:
        send: Takes each event; by default it is kept in ``events``.
        stored: Waits, so many seconds at the most, until all that was sent is stored, and says
            whether it is.
        stop: Set to ask the job to end.
        worker: Id that goes into the events.
        secrets: Name to value; a value never gets into an event.
        shelf: What is warm in this process; whoever made it closes it.
    """

    run_id: str
    run_dir: Path
    attempt: int = 1
    threads: int = 1
    assets: Mapping[str, Path] = field(default_factory=dict)
    catalog: Mapping[str, CatalogEntry] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    earlier: Sequence[Path] = ()
    part: int = 0
    shelf: Warm = field(default_factory=Warm)
    worker: str = ""
    stop: threading.Event = field(default_factory=threading.Event)
    send: Callable[[Event], None] | None = None
    stored: Callable[[float], bool] | None = None
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the folders."""
        self.checkpoint_dir = self.run_dir / "checkpoints"
        self.checkpoint_dir.mkdir(parents=True, exist_ok=True)
        self._concealed: set[str] = set()
        self.conceal(*self.secrets.values())

    def emit(self, kind: type[Any], /, **values: Any) -> None:
        """Make an event of this attempt and send it.

        All that a job says comes by here: it is made plain, bounded, and cleared of secrets.

        Raises:
            TypeError: A value that JSON cannot carry.
        """
        said = {
            name: plain(value, self.hide, name, NAME_LIMIT if name in _NAMES else TEXT_LIMIT)
            for name, value in values.items()
        }
        event = kind(run_id=self.run_id, attempt=self.attempt, worker=self.worker, **said)
        (self.send or self.events.append)(event)

    def progress(
        self,
        done: SupportsFloat,
        total: SupportsFloat | None = None,
        unit: str = "",
        message: str = "",
    ) -> None:
        """See ``JobContext.progress``; numbers that nobody can draw are left out."""
        known = float(total) if total is not None and isfinite(total) else None
        counted = float(done) if isfinite(done) else 0.0
        progress = {"done": counted, "total": known, "unit": unit, "message": message}
        self.emit(ProgressReported, progress=progress)

    def metric(self, step: SupportsIndex, **values: SupportsFloat) -> None:
        """See ``JobContext.metric``."""
        numbers = {name: float(value) for name, value in values.items()}
        finite = {name: value for name, value in numbers.items() if isfinite(value)}
        for name in numbers.keys() - finite.keys():
            self.log("warning", f"{name} is {numbers[name]} at step {step}")
        if finite:
            self.emit(MetricsReported, step=index(step), values=finite)

    def log(self, level: LogLevel, text: str) -> None:
        """See ``JobContext.log``."""
        self.emit(LogWritten, level=level, text=text)

    def resolved(self, **values: Any) -> None:
        """See ``JobContext.resolved``."""
        self.emit(ParamsResolved, values=values)

    def notice(self, code: str, message: str, /, **args: Any) -> None:
        """See ``JobContext.notice``."""
        facts = plain(args, self.hide, "args", NOTICE_LIMIT)
        notice = {
            "code": plain(str(code), self.hide, "code", NAME_LIMIT),
            "message": plain(str(message), self.hide, "message", NOTICE_LIMIT),
            "args": facts if len(json.dumps(facts)) <= 2 * NOTICE_LIMIT else {},
        }
        self.log("warning", str(message))
        self.emit(NoticeGiven, notice=notice)

    def artifact(
        self,
        path: Path,
        *,
        name: str | None = None,
        kind: ArtifactKind = "file",
        sha256: str | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> None:
        """See ``JobContext.artifact``."""
        relative = path.resolve().relative_to(self.run_dir.resolve()).as_posix()
        if (told := plain(relative, self.hide, "path", NAME_LIMIT)) != relative:
            raise ValueError(f"{told}: {_refusal(relative, self.hide)}")
        self.emit(
            ArtifactSaved,
            name=name or relative,
            kind=kind,
            path=relative,
            size_bytes=size_of(path),
            sha256=sha256 or sha256_of(path),
            meta=meta or {},
        )

    def artifact_deleted(self, name: str) -> None:
        """See ``JobContext.artifact_deleted``."""
        self.emit(ArtifactDeleted, name=name)

    def flush(self, timeout_s: float = 30.0) -> bool:
        """See ``JobContext.flush``; where nothing is sent, nothing has to be waited for."""
        return self.stored is None or self.stored(timeout_s)

    def secret(self, name: str) -> str | None:
        """See ``JobContext.secret``."""
        return self.secrets.get(name)

    def hide(self, text: str) -> str:
        """Return a text with every secret blacked out, the longest first."""
        for value in sorted(self._concealed, key=len, reverse=True):
            text = text.replace(value, HIDDEN)
        return text

    def conceal(self, *values: str) -> None:
        """See ``JobContext.conceal``.

        Also as ``repr`` writes them: a ``KeyError``'s words are the ``repr`` of its key.
        """
        shown = {repr(value)[1:-1] for value in values if value}
        self._concealed = self._concealed | {value for value in values if value} | shown

    def warm(self, name: str, make: Callable[[], C]) -> C:
        """See ``JobContext.warm``."""
        return self.shelf.get(name, make)

    def cancelled(self) -> bool:
        """See ``JobContext.cancelled``."""
        return self.stop.is_set()

    def check_cancelled(self) -> None:
        """See ``JobContext.check_cancelled``."""
        if self.stop.is_set():
            raise Cancelled


def _refusal(path: str, hide: Hide) -> str:
    """Return why a file of that name is no artifact, and what to do."""
    if hide(path) != path:
        return "the name holds a secret, which all would see; rename the file"
    if len(path) > NAME_LIMIT:
        return f"the name has {len(path):,} characters, more than {NAME_LIMIT:,}; rename the file"
    return (
        "the name is not UTF-8 (what is not is shown as \\udc..), so that no page could ask for "
        "the file; rename it before it is announced, for example with "
        "path.rename(path.with_name(os.fsencode(path.name).decode('cp1252', 'replace')))"
    )
