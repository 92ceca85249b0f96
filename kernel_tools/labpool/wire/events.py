"""Everything that can happen to a run, in the past tense.

Three things happen on the worker and carry ``n``, the message's number within its
attempt (1, 2, 3 ...): what the job reports. The rest the server decides; there ``n`` is 0.
The server gives every event its ``seq`` when it is stored.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from ._base import Record, Timestamp, utc_now
from .runs import Notice, Progress, RunError

LARGEST = 2**53 - 1
"""Largest number that Python, SQL and JavaScript all keep exactly."""

PART_SPAN = 2**40
"""Messages of one part of an attempt, at the most: each part numbers from where the one before
it would end, so that no two workers of an attempt give the same number."""

LogLevel = Literal["debug", "info", "warning", "error"]

ArtifactKind = Literal["file", "checkpoint", "records"]


class _Event(Record):
    """What all events carry.

    Attributes:
        run_id: The run, and the correlation id of every message about it.
        attempt: The attempt it belongs to; 0 when it belongs to none.
        n: Number of the worker's message within the attempt: from 1 on the first worker of it,
            from ``PART_SPAN`` + 1 on the next; 0 for the server's own.
        at: When it happened, by the clock of the machine it happened on.
        seq: Number in the event log, over all runs, rising; 0 until stored.
    """

    run_id: str
    attempt: int = Field(default=0, ge=0, le=LARGEST)
    n: int = Field(default=0, ge=0, le=LARGEST)
    at: Timestamp = Field(default_factory=utc_now)
    seq: int = Field(default=0, ge=0, le=LARGEST)


class RunQueued(_Event):
    """A run was accepted and waits for a worker."""

    type: Literal["run_queued"] = "run_queued"
    kind: str
    name: str
    params: dict[str, Any]
    priority: int = 0
    tags: list[str] = Field(default_factory=list)
    max_attempts: int = 3
    timeout_s: float | None = None
    owner: str = ""


class RunRequeued(_Event):
    """A run that had stopped waits for a worker again.

    Attributes:
        reason: Why: the pause after an interruption is over, a person resumed it, or a person
            wants some of its items tried again.
        max_attempts: The limit from now on (a resume by hand raises it), or None for no change.
    """

    type: Literal["run_requeued"] = "run_requeued"
    reason: Literal["retry", "resumed", "items"]
    max_attempts: int | None = None


class AttemptAssigned(_Event):
    """The server gave an attempt to workers; the job has not spoken yet."""

    type: Literal["attempt_assigned"] = "attempt_assigned"
    workers: list[str]


class AttemptStarted(_Event):
    """The job's first word from a worker: it runs there."""

    type: Literal["attempt_started"] = "attempt_started"
    worker: str
    host: str = ""
    pid: int = 0


class WorkerLeft(_Event):
    """A worker left an attempt that goes on on others.

    Attributes:
        reason: It has nothing more to do, was needed elsewhere, or went away.
        error: Why it went away.
    """

    type: Literal["worker_left"] = "worker_left"
    worker: str
    reason: Literal["done", "needed", "lost"]
    error: RunError | None = None


class ProgressReported(_Event):
    """A worker said how far it has come."""

    type: Literal["progress_reported"] = "progress_reported"
    worker: str = ""
    progress: Progress


class MetricsReported(_Event):
    """Values measured at one step.

    Attributes:
        step: The step they belong to, 0 or more.
        values: Metric name to finite value.
    """

    type: Literal["metrics_reported"] = "metrics_reported"
    worker: str = ""
    step: int = Field(ge=0, le=LARGEST)
    values: dict[str, float]


class LogWritten(_Event):
    """A log line from the job or, with no worker, from the server."""

    type: Literal["log_written"] = "log_written"
    worker: str = ""
    level: LogLevel = "info"
    text: str


class NoticeGiven(_Event):
    """Something was cut, skipped or assumed, or did not arrive, and the run goes on."""

    type: Literal["notice_given"] = "notice_given"
    worker: str = ""
    notice: Notice


class ArtifactSaved(_Event):
    """A file or folder of the run is whole on disk.

    Attributes:
        name: Short name, unique within the run; saving it again replaces it.
        kind: What it is. Checkpoints and records become assets.
        path: Where it lies, relative to the run's folder, with forward slashes.
        size_bytes: Size of the file, or of all files in the folder.
        sha256: Hex digest of the file, or of the folder's manifest.
        meta: Facts that go with it (step, accuracy, ...).
    """

    type: Literal["artifact_saved"] = "artifact_saved"
    worker: str = ""
    name: str
    kind: ArtifactKind = "file"
    path: str
    size_bytes: int = Field(ge=0)
    sha256: str
    meta: dict[str, Any] = Field(default_factory=dict)


class ParamsResolved(_Event):
    """The job chose values for params that were left to it.

    Attributes:
        values: Param name to the value that the run has.
    """

    type: Literal["params_resolved"] = "params_resolved"
    worker: str = ""
    values: dict[str, Any]


class ArtifactDeleted(_Event):
    """An artifact was removed from disk (pruned by the job's own limit, or by a person)."""

    type: Literal["artifact_deleted"] = "artifact_deleted"
    worker: str = ""
    name: str


class MessagesDropped(_Event):
    """Progress messages that the worker had to drop because it could not send fast enough.

    Attributes:
        count: Dropped since the last such event, 1 or more.
    """

    type: Literal["messages_dropped"] = "messages_dropped"
    worker: str = ""
    count: int = Field(ge=1)


class CancelRequested(_Event):
    """Somebody asked the run to stop."""

    type: Literal["cancel_requested"] = "cancel_requested"
    by: str = ""


class RunRenamed(_Event):
    """Somebody gave the run another name."""

    type: Literal["run_renamed"] = "run_renamed"
    name: str
    by: str = ""


class RunInterrupted(_Event):
    """An attempt ended before its time, and the run goes on: by itself, or when a person says so.

    Attributes:
        error: Why it ended (worker_lost, out_of_memory, server_stopped, job_error, ...).
        retry_at: When the next attempt is due; None where a person has to resume it.
        counts: Whether the attempt counts against max_attempts.
    """

    type: Literal["run_interrupted"] = "run_interrupted"
    error: RunError
    retry_at: Timestamp | None = None
    counts: bool = True


class RunSucceeded(_Event):
    """The job returned."""

    type: Literal["run_succeeded"] = "run_succeeded"
    result: Any = None


class RunFailed(_Event):
    """The run ended without its result and does not go on by itself."""

    type: Literal["run_failed"] = "run_failed"
    error: RunError


class RunCancelled(_Event):
    """The run stopped because somebody asked for it."""

    type: Literal["run_cancelled"] = "run_cancelled"
    by: str = ""


class RunDeleted(_Event):
    """The run, its events and its files are gone."""

    type: Literal["run_deleted"] = "run_deleted"


Event = Annotated[
    RunQueued
    | RunRequeued
    | AttemptAssigned
    | AttemptStarted
    | WorkerLeft
    | ProgressReported
    | MetricsReported
    | LogWritten
    | NoticeGiven
    | ArtifactSaved
    | ArtifactDeleted
    | ParamsResolved
    | MessagesDropped
    | CancelRequested
    | RunRenamed
    | RunInterrupted
    | RunSucceeded
    | RunFailed
    | RunCancelled
    | RunDeleted,
    Field(discriminator="type"),
]
"""Any event; ``type`` tells which."""

TERMINAL_EVENTS = ("run_succeeded", "run_failed", "run_cancelled", "run_deleted")
"""Types after which the stream of one run ends."""

event_adapter: TypeAdapter[Event] = TypeAdapter(Event)
"""Parses one event from JSON or from a dict."""

events_adapter: TypeAdapter[list[Event]] = TypeAdapter(list[Event])
"""Parses a batch of events."""
