"""What goes over the WebSocket of a page: everything that it shows, over one connection."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from ._base import Record
from .events import Event
from .pages import Names
from .runs import Run
from .workers import Alert, Pool


class SocketQuery(Record):
    """What a page wants to hear.

    Attributes:
        after: ``seq`` of the last event that the page has; None for those from now on.
        brief: Leave out log lines and metrics, and all but the latest progress of each batch,
            of the runs that are not watched. A page that comes back after more than 10,000
            events starts anew instead of hearing them all.
        watch: Ids of the runs to hear everything of.
        pool: Send the pool as well, whenever it has changed.
    """

    after: int | None = Field(default=None, ge=0, le=2**63 - 1)
    brief: bool = False
    watch: Names = Field(default_factory=list, max_length=100)
    pool: bool = False


class StreamOpened(Record):
    """The first message.

    Attributes:
        seq: The events that follow have a greater one.
        replayed: Whether what follows ``after`` is told; if not, ask for everything again.
        pool: Whether the pool will be sent: it was asked for, and the login may see it.
        active: The runs that have not ended, oldest first, 500 at the most. A run's own
            ``seq`` tells which events it has in it already.
        kinds: What each job kind is called, by its name and the code of the language.
    """

    type: Literal["opened"] = "opened"
    seq: int
    replayed: bool
    pool: bool
    active: list[Run]
    kinds: dict[str, dict[str, str]]


class EventsTold(Record):
    """Events, oldest first."""

    type: Literal["events"] = "events"
    items: list[Event]


class PoolSeen(Record):
    """The pool as it is now, and the thresholds that are crossed."""

    type: Literal["pool"] = "pool"
    pool: Pool
    alerts: list[Alert]


class WatchChanged(Record):
    """Everything about these runs is told from now on; what was before can be asked for now."""

    type: Literal["watching"] = "watching"
    run_ids: list[str]


class WatchRequest(Record):
    """What a page says: from now on it watches these runs, and no others."""

    watch: list[str] = Field(max_length=100)


Message = Annotated[
    StreamOpened | EventsTold | PoolSeen | WatchChanged, Field(discriminator="type")
]
"""Any message of the server; ``type`` tells which."""

message_adapter: TypeAdapter[Message] = TypeAdapter(Message)
"""Describes and parses one message."""
