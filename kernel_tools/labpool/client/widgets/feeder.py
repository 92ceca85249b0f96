"""What feeds the widgets of a kernel: one stream of events, ten updates a second at most."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
from collections.abc import Callable
from typing import Protocol

from labpool.client.connection import Connection
from labpool.client.stopping import Stop
from labpool.client.stream import EventStream
from labpool.wire import EventsReset, LabpoolError, NotFound
from labpool.wire.events import Event

from .model import Link, RunModel
from .source import Source

TICK_S = 0.1
_PATIENCE_S = 1.0
"""A stream that is broken for so many seconds counts as a server that is away."""


class View(Protocol):
    """Who shows a run as it changes: a widget."""

    def renew(self, model: RunModel) -> None:
        """Show this model from now on."""

    def draw(self, now: float) -> None:
        """Show what is new in the model."""


@dataclasses.dataclass
class Shown:
    """A run that is followed.

    Attributes:
        over: Whether it was over when it was drawn last.
        ended: Called each time it becomes over.
        view: Who shows it, besides its pictures.
    """

    model: RunModel
    over: bool
    ended: Callable[[RunModel], None]
    view: View | None = None

    def renew(self, model: RunModel) -> None:
        """Go on with the run as the server has it now."""
        self.model, self.over = model, model.over
        if self.view:
            self.view.renew(model)


class Feeder:
    """Follows the events of one server for all runs that this kernel shows.

    One daemon thread reads and one draws; both end when nothing is shown any more, and
    neither keeps the kernel from ending.

    Args:
        connection: The server.
    """

    def __init__(self, connection: Connection) -> None:
        self.lock = threading.RLock()
        self.source = Source(connection)
        self._connection = connection
        self._shown: dict[str, Shown] = {}
        self._early: dict[str, list[Event]] = {}
        self._news = threading.Event()
        self._stop: Stop | None = None
        self._last: int | None = None

    def follow(
        self,
        run_id: str,
        ended: Callable[[RunModel], None],
        view: Callable[[RunModel], View] | None = None,
    ) -> Shown:
        """Follow a run, as it is now and from now on.

        Args:
            run_id: The run.
            ended: Called from the drawing thread each time the run comes to its end.
            view: Makes what shows it; not called when there is one already.

        Raises:
            LabpoolError: There is no such run, or the server does not answer.
        """
        with self.lock:
            self._early[run_id] = []
        try:
            model = self.source.load(run_id)
        finally:
            with self.lock:
                early = self._early.pop(run_id, [])
        with self.lock:
            for event in early:
                model.apply(event)
            shown = self._shown.get(run_id)
            if shown is None:
                shown = self._shown[run_id] = Shown(model, model.over, ended)
            else:
                shown.renew(model)
            if view is not None and shown.view is None:
                shown.view = view(model)
            self._start(model.run.seq)
        return shown

    def drop(self, run_id: str) -> None:
        """Follow a run no more; with the last one the threads end."""
        with self.lock:
            self._shown.pop(run_id, None)
            if not self._shown and self._stop:
                self._stop.set()
                self._stop = None
                self._news.set()

    def waits(self, run_id: str) -> bool:
        """Whether a run is followed that has not come to its end."""
        with self.lock:
            shown = self._shown.get(run_id)
            return shown is not None and not shown.model.over

    def press(self, run_id: str, button: str) -> None:
        """Carry out a button, off the caller's thread; what goes wrong is shown."""
        threading.Thread(target=self._carry_out, args=(run_id, button), daemon=True).start()

    def _start(self, after: int) -> None:
        if self._stop is not None:
            return
        self._stop, self._last = Stop(), after
        for name, work in (("events", self._read), ("draw", self._draw)):
            threading.Thread(
                target=work, args=(self._stop,), name=f"labpool-{name}", daemon=True
            ).start()

    def _read(self, stop: Stop) -> None:
        """Take in events until told to stop; while the server is away, say so and try again."""
        pauses = self._connection.timing.pauses()
        while not stop.is_set():
            try:
                self._read_on(stop)
            except LabpoolError:
                self._say("away")
                if stop.pause(next(pauses)):
                    return
            else:
                pauses = self._connection.timing.pauses()

    def _read_on(self, stop: Stop) -> None:
        """Read one stream to its end, from where the one before it broke."""
        self.source.ping()
        self._say("live")
        timing = dataclasses.replace(
            self._connection.timing, retry_s=_PATIENCE_S, reconnect_s=_PATIENCE_S
        )
        link = Connection(self._connection.address, timing)
        try:
            # Not as a context: leaving it would set the stop that both threads share.
            events = EventStream(link, "all_events", after=self._last, stop=stop)
            for event in events:
                self._take(event)
                self._last = events.last
        except EventsReset as reset:
            self._renew()
            self._last = int(reset.details["last_seq"])
        finally:
            link.close()

    def _renew(self) -> None:
        """Show the runs as another database than before has them; those it lacks stay as drawn."""
        with self.lock:
            run_ids = list(self._shown)
        for run_id in run_ids:
            with contextlib.suppress(NotFound):
                model = self.source.load(run_id)
                with self.lock:
                    if shown := self._shown.get(run_id):
                        shown.renew(model)
        self._news.set()

    def _take(self, event: Event) -> None:
        with self.lock:
            if shown := self._shown.get(event.run_id):
                shown.model.apply(event)
                self._news.set()
            if event.run_id in self._early:
                self._early[event.run_id].append(event)

    def _say(self, link: Link) -> None:
        with self.lock:
            for shown in self._shown.values():
                shown.model.say(link)
        self._news.set()

    def _draw(self, stop: Stop) -> None:
        while self._news.wait() and not stop.is_set():
            self._news.clear()
            with self.lock:
                ended = [one for one in self._shown.values() if self._drawn(one)]
            for one in ended:
                one.ended(one.model)
            stop.pause(TICK_S)

    def _drawn(self, shown: Shown) -> bool:
        """Draw a run and return whether that was its end."""
        if shown.view:
            shown.view.draw(time.monotonic())
        before, shown.over = shown.over, shown.model.over
        return shown.over and not before

    def _carry_out(self, run_id: str, button: str) -> None:
        notice = ""
        try:
            self.source.cancel(run_id) if button == "cancel" else self.source.resume(run_id)
        except LabpoolError as error:
            notice = error.message
        with self.lock:
            if shown := self._shown.get(run_id):
                shown.model.answer(notice)
        self._news.set()
