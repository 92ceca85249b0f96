"""What is known about a run: some of it for ever, some of it only now."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any, Self

from labpool.wire.runs import Progress, RunError, RunState
from labpool.wire.runs import Run as Record

from .asynchronous import twin
from .connection import Connection

FRESH_S = 0.2
"""For how long a record counts as the present, so that ``run.state, run.progress`` agree."""


class Facts:
    """A run's facts, asked from the server where they change.

    What changes (``state``, ``progress``, ``error``, ...) is asked each time it is read; what
    never changes (``id``, ``kind``, ``name``, ...) is not.

    Args:
        connection: The server.
        record: The run as the server knows it.

    Attributes:
        record: What was last heard; reading it asks nothing.
    """

    def __init__(self, connection: Connection, record: Record) -> None:
        self.connection = connection
        self._keep(record)

    # What never changes

    @property
    def id(self) -> str:
        """URL-safe id."""
        return self.record.id

    @property
    def kind(self) -> str:
        """Name of the job kind."""
        return self.record.kind

    @property
    def name(self) -> str:
        """What people call it."""
        return self.record.name

    @property
    def params(self) -> dict[str, Any]:
        """The kind's parameters."""
        return self.record.params

    @property
    def resolved(self) -> dict[str, Any]:
        """Values that the job chose for params that were left to it, by name."""
        return self._now().resolved

    @property
    def tags(self) -> list[str]:
        """Words to find it by."""
        return self.record.tags

    @property
    def owner(self) -> str:
        """Who launched it."""
        return self.record.owner

    @property
    def created_at(self) -> datetime:
        """When it was launched."""
        return self.record.created_at

    # What changes

    @property
    def state(self) -> RunState:
        """Where it stands now."""
        return self._now().state

    @property
    def progress(self) -> Progress | None:
        """How far it is now, or None where it has not said."""
        return self._now().progress

    @property
    def error(self) -> RunError | None:
        """Why it failed, or why its last attempt ended."""
        return self._now().error

    @property
    def attempt(self) -> int:
        """Number of the latest attempt, 0 before the first."""
        return self._now().attempt

    @property
    def workers(self) -> list[str]:
        """Ids of the workers that it is on now."""
        return self._now().workers

    @property
    def started_at(self) -> datetime | None:
        """When its job first spoke."""
        return self._now().started_at

    @property
    def ended_at(self) -> datetime | None:
        """When it ended."""
        return self._now().ended_at

    def refresh(self) -> Self:
        """Ask the server how the run is now."""
        self._ask()
        return self

    arefresh = twin(refresh)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Facts) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    # Inside

    def _key(self) -> tuple[str, str]:
        return (self.connection.address.url, self.id)

    @property
    def _path(self) -> dict[str, str]:
        return {"run_id": self.id}

    def _keep(self, record: Record) -> None:
        self.record, self._heard = record, time.monotonic()

    def _ask(self) -> Record:
        """Return the record as the server has it."""
        now: Record = self.connection.call("get_run", self._path)
        self._keep(now)
        return now

    def _now(self) -> Record:
        fresh = time.monotonic() - self._heard <= FRESH_S
        return self.record if fresh else self._ask()
