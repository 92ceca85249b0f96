"""Shows a run while it works: one line for each worker, or plain lines without a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from labpool.wire.events import Event, MetricsReported, ProgressReported

PLAIN_STEP = 10.0  # percent between two plain lines of one worker
SHOWN = ("loss", "val_loss", "accuracy", "f1", "throughput")


class RunView:
    """Draws the events of one run.

    On a terminal each worker has a bar of its own. Elsewhere (a log, a pipe) a worker gets
    a plain line for every tenth of its work.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[worker]}"),
            BarColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._told: dict[str, float] = {}

    def __enter__(self) -> Self:
        """Start drawing."""
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last picture on the screen."""
        self._bars.stop()

    def show(self, event: Event) -> None:
        """Draw what one event says."""
        match event.type:
            case "attempt_assigned":
                self._say(f"attempt {event.attempt} on {', '.join(event.workers)}")
            case "progress_reported":
                self._progress(event)
            case "metrics_reported":
                self._metrics(event)
            case "log_written":
                self._say(f"{event.level}: {event.text}")
            case "run_interrupted" | "run_failed":
                self._say(f"{event.type}: {event.error.message}")
            case "run_requeued" | "run_succeeded" | "run_cancelled":
                self._say(event.type.replace("_", " "))

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _metrics(self, event: MetricsReported) -> None:
        values = [f"{name} {event.values[name]:.4g}" for name in SHOWN if name in event.values]
        if values:
            self._say(f"step {event.step}: {'  '.join(values)}")

    def _progress(self, event: ProgressReported) -> None:
        progress = event.progress
        words = f"{progress.done:g}"
        if progress.total:
            words += f"/{progress.total:g}"
        words = f"{words} {progress.unit} {progress.message}".rstrip()
        if self._console.is_terminal:
            task = self._task(event.worker)
            self._bars.update(
                task, completed=progress.done, total=progress.total, description=words
            )
        elif self._is_news(event):
            self._say(f"{event.worker}: {words}")

    def _task(self, worker: str) -> TaskID:
        if worker not in self._tasks:
            self._tasks[worker] = self._bars.add_task("", worker=worker)
        return self._tasks[worker]

    def _is_news(self, event: ProgressReported) -> bool:
        total = event.progress.total
        percent = 100.0 * event.progress.done / total if total else 0.0
        last = self._told.get(event.worker)
        if last is not None and last <= percent < last + PLAIN_STEP:
            return False
        self._told[event.worker] = percent
        return True
