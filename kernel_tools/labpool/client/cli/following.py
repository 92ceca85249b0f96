"""Follows runs on a terminal, in a pipe or as JSON, until the last of them has ended."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

import typer

from labpool.client.run import Run
from labpool.client.stream import EventStream
from labpool.wire.errors import LabpoolError
from labpool.wire.events import Event
from labpool.wire.runs import RunState

from .bars import Bars
from .lines import JsonLines, Lines
from .terminal import EXIT_CODES, INTERRUPTED, Terminal


class View(AbstractContextManager["View"], Protocol):
    """Shows what happens."""

    def event(self, run: Run, event: Event) -> None:
        """Show an event; ``run.record`` has it folded in."""

    def ended(self, run: Run) -> None:
        """Show how a run ended."""


def follow_all(terminal: Terminal, runs: list[Run], *, from_start: bool = False) -> None:
    """Follow runs to their end, then leave with the exit code that fits the worst of them.

    Args:
        terminal: Where to show them.
        runs: What to follow.
        from_start: Whether to show what has happened before.
    """
    streams = [run.follow(0 if from_start else run.record.seq) for run in runs]
    try:
        with _view(terminal, runs) as view:
            for run, event in _merged(runs, streams):
                if event is None:
                    view.ended(run)
                else:
                    view.event(run, event)
    except KeyboardInterrupt:
        ids = " ".join(run.id for run in runs if not run.record.state.ended)
        typer.echo(
            f"\nNo longer following. The work goes on; see it again: labpool follow {ids}", err=True
        )
        raise typer.Exit(INTERRUPTED) from None
    finally:
        for stream in streams:
            stream.stop()
    states = {run.record.state for run in runs}
    worst = next((s for s in (RunState.FAILED, RunState.CANCELLED) if s in states), None)
    raise typer.Exit(EXIT_CODES[worst or RunState.SUCCEEDED])


def _view(terminal: Terminal, runs: list[Run]) -> View:
    if terminal.as_json:
        return JsonLines()
    if terminal.console.is_terminal:
        return Bars(runs, terminal.console)
    return Lines()


def _merged(runs: list[Run], streams: list[EventStream]) -> Iterator[tuple[Run, Event | None]]:
    """Yield every run's events as they come, and None at its end."""
    news: queue.Queue[tuple[Run, Event | LabpoolError | None]] = queue.Queue(maxsize=1000)

    def read(run: Run, stream: EventStream) -> None:
        try:
            for event in stream:
                news.put((run, event))
            news.put((run, None))
        except LabpoolError as error:
            news.put((run, error))

    for run, stream in zip(runs, streams, strict=True):
        threading.Thread(target=read, args=(run, stream), daemon=True).start()
    left = len(runs)
    while left:
        run, event = news.get()
        if isinstance(event, LabpoolError):
            raise event
        if event is None:
            left -= 1
        yield (run if event else run.refresh()), event
