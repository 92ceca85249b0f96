"""Events as they happen, over a connection that may break."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from types import TracebackType
from typing import Self

import httpx
from httpx_sse import EventSource, ServerSentEvent, SSEError
from pydantic import ValidationError

from labpool.wire.errors import ServerUnavailable
from labpool.wire.events import TERMINAL_EVENTS, Event, event_adapter

from .connection import Connection
from .errors import NoExtension, NoServer
from .stopping import Stop

log = logging.getLogger(__name__)


class _Unreadable(Exception):
    """An event arrived damaged; it is asked for once more."""


class EventStream(Iterator[Event]):
    """An iterator of events: each once, in order, none left out.

    When the connection breaks, it asks again from the last event it gave, after growing pauses.
    ``stop`` may be called from any thread and ends it at once. Who leaves a loop over it and drops
    it closes its connection there and then.

    Args:
        connection: The server.
        route_id: ``run_events`` or ``all_events``.
        path: Values for the route's path parameters.
        after: Number of the last event that is already known; None leaves it to the server.
        over: Asked at a terminal event, and with None when the stream ended without a new one: does
            nothing more come after the event of this number?
        stop: Shared with whoever may end it.
    """

    def __init__(
        self,
        connection: Connection,
        route_id: str,
        *,
        path: Mapping[str, str] | None = None,
        after: int | None = None,
        over: Callable[[Event | None, int], bool] = lambda _event, _last: False,
        stop: Stop | None = None,
    ) -> None:
        self._stop = stop or Stop()
        self._reading = _Reading(connection, route_id, path or {}, after, over, self._stop)
        # It knows nothing of this object: in a circle it would be closed by the garbage collector,
        # at any moment, perhaps within the pool of connections, whose lock it would wait for.
        self._events = self._reading.follow()

    @property
    def last(self) -> int | None:
        """Number of the last event it gave, or ``after``."""
        return self._reading.last

    @property
    def skipped(self) -> int:
        """How many events could not be read even the second time."""
        return self._reading.skipped

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        event = next(self._events)
        if self._stop.is_set():
            raise StopIteration
        return event

    def stop(self) -> None:
        """End it, from any thread; a blocked ``next`` returns at once."""
        self._stop.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop and close the connection."""
        self.stop()
        self._events.close()


class _Reading:
    """What an ``EventStream`` reads, over one connection after the other."""

    def __init__(
        self,
        connection: Connection,
        route_id: str,
        path: Mapping[str, str],
        after: int | None,
        over: Callable[[Event | None, int], bool],
        stop: Stop,
    ) -> None:
        self.last = after
        self.skipped = 0
        self._connection = connection
        self._route_id = route_id
        self._path = path
        self._over = over
        self._stop = stop
        self._damaged: str | None = None

    def follow(self) -> Generator[Event]:
        """Yield the events."""
        timing, met = self._connection.timing, False
        lost_at: float | None = None
        pauses = timing.pauses()
        while not self._stop.is_set():
            known = self.last
            try:
                with closing(self._connected()) as events:
                    for event in events:
                        met, lost_at = True, None
                        if event is None:
                            continue
                        pauses = timing.pauses()
                        yield event
                        if event.type in TERMINAL_EVENTS and self._over(event, event.seq):
                            return
                if self.last == known and self._over(None, known or 0):
                    return
            except (httpx.TransportError, ServerUnavailable, SSEError, _Unreadable) as error:
                if isinstance(error, NoExtension | NoServer):
                    raise
                reason = str(error) or type(error).__name__
                patience = timing.reconnect_s if met else timing.retry_s
                lost_at = self._lost(lost_at, patience, reason)
            if self._stop.pause(next(pauses)):
                return

    def _lost(self, lost_at: float | None, patience: float, reason: str) -> float:
        """Note that the connection is lost; raise once that has lasted too long."""
        now = time.monotonic()
        if self._stop.is_set():
            return now
        if lost_at is None:
            log.info("The event stream broke (%s); trying again for %g s.", reason, patience)
            return now
        if now - lost_at > patience:
            raise ServerUnavailable(
                f"{self._connection.address} has not answered for {patience:g} s ({reason}). "
                "The runs go on without you; follow them again once the server is back."
            )
        return lost_at

    def _connected(self) -> Generator[Event | None]:
        """Yield the new events of one connection, and None once it stands."""
        known = {} if self.last is None else {"Last-Event-ID": str(self.last)}
        opened = self._connection.stream(
            self._route_id, self._path, query={"after": self.last}, headers=known
        )
        with opened as response, self._stop.ends(response):
            yield None
            for message in EventSource(response).iter_sse():
                event = self._parse(message)
                if event is not None:
                    yield event

    def _parse(self, message: ServerSentEvent) -> Event | None:
        """Return the event of a message, or None where it brings nothing new."""
        number = int(message.id) if message.id.isdecimal() else None
        if number is not None and self.last is not None and number <= self.last:
            return None
        event = self._read(message) if message.data else None
        if event is not None and event.seq:
            number = event.seq
            if self.last is not None and number <= self.last:
                return None
        if number is not None:
            self.last = number
        return event

    def _read(self, message: ServerSentEvent) -> Event | None:
        try:
            return event_adapter.validate_json(message.data)
        except ValidationError as error:
            if self._damaged != message.id:
                self._damaged = message.id
                raise _Unreadable(f"event {message.id} is damaged") from error
            self.skipped += 1
            log.warning("Event %s cannot be read and is left out: %s", message.id, error)
            return None
