"""A run: what was asked for, where it stands, how it ended."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from ._base import Record, Timestamp


class RunState(StrEnum):
    """Where a run stands. ``running`` begins with the job's own first event."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to the run by itself."""
        return self in (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)


class Progress(Record):
    """How far a job has come.

    Attributes:
        done: Units done, 0 or more.
        total: Units in all, or None where the job cannot know.
        unit: What is counted ("step", "byte", "page", ...), singular.
        message: What the job does now, in its own words.
    """

    done: float = Field(ge=0)
    total: float | None = Field(default=None, ge=0)
    unit: str = ""
    message: str = ""


class RunError(Record):
    """Why a run, an attempt or a request failed.

    Attributes:
        code: A stable snake_case word for programs.
        message: A sentence for people that says what to do next.
        details: Facts that go with the code (field paths, limits, tracebacks).
    """

    code: str
    message: str
    details: dict[str, Any] = Field(default_factory=dict)


class Notice(Record):
    """What whoever reads a run must know beside its state: what was cut, skipped or assumed.

    Attributes:
        code: A stable snake_case word; pages have their own words for those that they know.
        message: The same as a sentence for people.
        args: Facts that go with the code (counts, names), plain JSON.
    """

    code: str
    message: str
    args: dict[str, Any] = Field(default_factory=dict)


class RunRequest(Record):
    """What a client sends to launch a run.

    Attributes:
        kind: Name of the job kind.
        params: The kind's own parameters.
        name: What people call the run; made from the kind when absent.
        priority: Higher starts first; equal priorities start oldest first.
        max_attempts: Attempts in all, the first included.
        timeout_s: Seconds that one attempt may run, or None for no limit.
        tags: Free words to find the run by, of 200 characters at most.
    """

    kind: str = Field(min_length=1, max_length=100)
    params: dict[str, Any] = Field(default_factory=dict)
    name: str | None = Field(default=None, min_length=1, max_length=200)
    priority: int = Field(default=0, ge=-1000, le=1000)
    max_attempts: int = Field(default=3, ge=1, le=100)
    timeout_s: float | None = Field(default=None, gt=0, le=31_536_000)
    tags: list[Annotated[str, StringConstraints(max_length=200)]] = Field(
        default_factory=list, max_length=50
    )


class RunChange(Record):
    """What can be changed of a run that is there.

    Attributes:
        name: What people call the run from now on.
    """

    name: str = Field(min_length=1, max_length=200)


class Run(Record):
    """A run as the server knows it: the fold of its events.

    Attributes:
        id: URL-safe id.
        attempt: Number of the latest attempt, 0 before the first.
        max_attempts: Attempts in all; an attempt that the server's own stop ended adds one.
        progress: Latest progress of the latest attempt.
        workers: Ids of the workers that the latest attempt is on.
        result: What the job returned, once it has succeeded.
        error: Why it failed or why the last attempt ended.
        retry_at: When an interrupted run goes on by itself, or None.
        cancel_requested: Whether somebody asked the run to stop.
        resolved: Values that the job chose for params that were left to it, by name.
        notices: What was cut, skipped or assumed in any attempt, each once, the first 50.
        notices_left_out: How often another one was given after these.
        seq: Sequence number of the latest event folded in.
    """

    id: str
    kind: str
    name: str
    state: RunState
    params: dict[str, Any]
    priority: int = 0
    tags: list[str] = Field(default_factory=list)
    attempt: int = 0
    max_attempts: int = 3
    timeout_s: float | None = None
    progress: Progress | None = None
    workers: list[str] = Field(default_factory=list)
    result: Any = None
    error: RunError | None = None
    retry_at: Timestamp | None = None
    cancel_requested: bool = False
    resolved: dict[str, Any] = Field(default_factory=dict)
    notices: list[Notice] = Field(default_factory=list)
    notices_left_out: int = Field(default=0, ge=0)
    created_at: Timestamp
    started_at: Timestamp | None = None
    ended_at: Timestamp | None = None
    owner: str = ""
    seq: int = 0

    @property
    def needs_resume(self) -> bool:
        """Whether it is interrupted and does not go on before a person resumes it."""
        return self.state is RunState.INTERRUPTED and self.retry_at is None


class RunRemoved(Record):
    """What the deletion of a run took away.

    Attributes:
        id: The run.
        freed_bytes: Bytes of its files that the disk has again.
    """

    id: str
    freed_bytes: int = Field(ge=0)
