"""Events as plain lines, for pipes and files, and as JSON lines, for programs."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import typer

from labpool.client.run import Run
from labpool.client.show import fraction, measured, moment, one_line, progress_text, standing
from labpool.wire.events import (
    AttemptStarted,
    CancelRequested,
    Event,
    LogWritten,
    MessagesDropped,
    MetricsReported,
    ParamsResolved,
    ProgressReported,
    RunInterrupted,
    RunQueued,
    RunRequeued,
    WorkerLeft,
)

EVERY_S = 1.0
"""Least time between two progress or metric lines of one run, by the events' own clock."""


class _Plain:
    """A view that needs no set-up."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to tidy."""


class Lines(_Plain):
    """One line for each event that a person wants to know of."""

    def __init__(self) -> None:
        self._shown: dict[tuple[str, str], float] = {}

    def event(self, run: Run, event: Event) -> None:
        """Print the event, unless one like it was printed a moment ago."""
        text = event_text(event)
        if text and not self._too_soon(event):
            typer.echo(f"{moment(event.at)} {run.id} {text}")

    def ended(self, run: Run) -> None:
        """Print how it ended."""
        typer.echo(f"{run.id} {run.record.state} {standing(run.record)}".rstrip())

    def _too_soon(self, event: Event) -> bool:
        if not isinstance(event, ProgressReported | MetricsReported):
            return False
        if isinstance(event, ProgressReported) and fraction(event.progress) == 1:
            return False
        key, at = (event.run_id, event.type), event.at.timestamp()
        if at - self._shown.get(key, 0.0) < EVERY_S:
            return True
        self._shown[key] = at
        return False


class JsonLines(_Plain):
    """Every event as it came, then the run as it ended."""

    def event(self, run: Run, event: Event) -> None:
        """Print the event."""
        typer.echo(event.model_dump_json())

    def ended(self, run: Run) -> None:
        """Print the run."""
        typer.echo(run.record.model_dump_json())


def event_text(event: Event) -> str:
    """Return an event in words, or "" for what is not worth a line."""
    match event:
        case RunQueued():
            return "waits for a worker"
        case RunRequeued():
            return f"waits for a worker again ({event.reason})"
        case AttemptStarted():
            return f"attempt {event.attempt} runs on {event.worker}"
        case ProgressReported():
            return progress_text(event.progress)
        case MetricsReported():
            values = ", ".join(f"{n} {measured(n, value)}" for n, value in event.values.items())
            return f"step {event.step}: {values}"
        case LogWritten():
            return f"{event.level}: {one_line(event.text)}"
        case ParamsResolved():
            return f"chosen: {', '.join(f'{n} {v}' for n, v in event.values.items())}"
        case MessagesDropped():
            return f"{event.count} progress messages were dropped"
        case _:
            return _turn_text(event)


def _turn_text(event: Event) -> str:
    match event:
        case CancelRequested():
            return "is asked to stop"
        case RunInterrupted():
            wait = moment(event.retry_at) or "`labpool resume`"
            return f"interrupted, {event.error.code}: {event.error.message}; waits for {wait}"
        case WorkerLeft():
            why = f", {event.error.code}" if event.error else ""
            return f"{event.worker} left ({event.reason}{why}); others go on"
        case _:
            return ""
