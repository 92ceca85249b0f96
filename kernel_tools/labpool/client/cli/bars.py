"""A progress bar for each run, with the time left, on a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from labpool.client.run import Run
from labpool.client.show import progress_text, standing
from labpool.runtime.state import fold
from labpool.wire.events import Event, LogWritten, ProgressReported, RunInterrupted
from labpool.wire.runs import RunState

from .lines import event_text


class Bars:
    """Bars below, log lines of warnings and errors above.

    Args:
        runs: What is followed.
        console: The terminal.
    """

    def __init__(self, runs: list[Run], console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[does]}"),
            TimeRemainingColumn(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}
        self._records = {run.id: run.record for run in runs}
        for run in runs:
            progress = run.record.progress
            self._tasks[run.id] = self._progress.add_task(
                self._title(run),
                total=progress.total if progress else None,
                completed=int(progress.done) if progress else 0,
                does=self._does(run),
            )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the bars as they last were."""
        self._progress.stop()

    def event(self, run: Run, event: Event) -> None:
        """Move the bar."""
        run.record = fold(run.record, event) or run.record
        if isinstance(event, RunInterrupted) or (
            isinstance(event, LogWritten) and event.level in ("warning", "error")
        ):
            self._progress.console.print(Text(f"{run.name}: {event_text(event)}"))
        if isinstance(event, ProgressReported):
            done, task = event.progress.done, self._tasks[run.id]
            if done < self._progress.tasks[task].completed:  # a new attempt, further back
                self._progress.reset(task)
            self._progress.update(task, completed=done, total=event.progress.total)
        self._show(run)

    def ended(self, run: Run) -> None:
        """Show how it ended, and stop the clock."""
        self._show(run)
        if run.record.state is RunState.SUCCEEDED:
            task = self._progress.tasks[self._tasks[run.id]]
            self._progress.update(task.id, completed=task.total or 1, total=task.total or 1)
        self._progress.stop_task(self._tasks[run.id])

    def _show(self, run: Run) -> None:
        self._progress.update(
            self._tasks[run.id], description=self._title(run), does=self._does(run)
        )

    def _title(self, run: Run) -> str:
        return escape(f"{run.name} {run.record.state}")

    def _does(self, run: Run) -> str:
        record = run.record
        return escape(standing(record) or progress_text(record.progress))
