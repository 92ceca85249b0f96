"""One run, seen from a notebook, a script or the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from typing import TYPE_CHECKING, Any, Self

from pydantic import ValidationError

from labpool.wire.assets import Asset
from labpool.wire.errors import (
    InvalidParams,
    LabpoolError,
    NotFound,
    RunCancelledError,
    RunFailedError,
    RunInterruptedError,
)
from labpool.wire.events import (
    ArtifactDeleted,
    ArtifactSaved,
    Event,
    LogLevel,
    RunDeleted,
    RunInterrupted,
)
from labpool.wire.metrics import LogLine
from labpool.wire.runs import Notice, RunChange, RunError, RunRemoved, RunState
from labpool.wire.runs import Run as Record

from .asynchronous import in_thread, iterate, twin
from .items import WithItems
from .listings import artifacts, logs, notices
from .metrics import Metrics
from .show import Listing, run_html, standing
from .stopping import Stop
from .stream import EventStream

if TYPE_CHECKING:
    from .widgets.widget import RunWidget


class Run(WithItems):
    """A run on the server. It goes on whatever happens to this object, its kernel or its tab.

    ``await run`` waits for its result; methods that ask the server have an awaitable twin with
    an ``a`` before the name.

    Args:
        connection: The server.
        record: The run as the server knows it.
    """

    # Waiting

    def wait(self, timeout: float | None = None) -> Self:
        """Wait until the run has ended, through restarts of the server and interruptions.

        Args:
            timeout: Seconds, or None for as long as it takes.

        Raises:
            RunInterruptedError: It was interrupted and waits for a person to resume it.
            TimeoutError: It has not ended by then; it goes on.
        """
        self._wait(timeout, Stop())
        return self

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the run and return what its job returned.

        Args:
            timeout: Seconds, or None for as long as it takes.

        Raises:
            RunFailedError: It failed; ``details["error"]`` says why, with the job's traceback.
            RunCancelledError: It was cancelled.
            RunInterruptedError: It was interrupted and waits for a person to resume it.
            TimeoutError: It has not ended by then; it goes on.
        """
        return self._result(timeout, Stop())

    def follow(self, after: int = 0) -> EventStream:
        """Iterate over the run's events, those of the past first, until it has ended.

        Args:
            after: Number of the last event that is known.

        Returns:
            An iterator that survives a broken connection and a restarted server, with each
            event once and in order; its ``stop()`` ends it from any thread.
        """
        return self._follow(after, Stop())

    # Acting

    def cancel(self) -> Self:
        """Ask the run to stop: it saves and ends. ``wait()`` tells when it has.

        Raises:
            Conflict: It has ended.
        """
        self._keep(self.connection.call("cancel_run", self._path))
        return self

    def resume(self) -> Self:
        """Let a stopped run go on from where it last saved.

        Raises:
            Conflict: It has not stopped, or has succeeded.
        """
        self._keep(self.connection.call("resume_run", self._path))
        return self

    def rename(self, name: str) -> Self:
        """Give the run another name.

        Raises:
            InvalidParams: It is empty, or longer than 200 characters.
        """
        try:
            change = RunChange(name=name)
        except ValidationError as error:
            raise InvalidParams.of(error, model=RunChange) from None
        self._keep(self.connection.call("change_run", self._path, body=change))
        return self

    def delete(self) -> RunRemoved:
        """Delete the ended run with its events and files.

        Returns:
            What is gone: ``freed_bytes`` of files that the disk has again.

        Raises:
            Conflict: It has not ended.
        """
        removed: RunRemoved = self.connection.call("delete_run", self._path)
        return removed

    # What it left behind

    def events(self, after: int = 0) -> list[Event]:
        """Return the events so far, oldest first."""
        query = {"after": after}
        return list(self.connection.pages("run_events", self._path, query=query))

    def metrics(self, *names: str, max_points: int | None = None) -> Metrics:
        """Return the measured series by name.

        Args:
            *names: Which; all when absent.
            max_points: How many points of each at the most; minima and maxima are kept.
        """
        query = {"names": ",".join(names) or None, "max_points": max_points}
        answer = self.connection.call("run_metrics", self._path, query=query)
        return Metrics({series.name: series for series in answer.items})

    def logs(self, level: LogLevel = "debug", limit: int | None = None) -> Listing[LogLine]:
        """Return log lines, oldest first.

        Args:
            level: From this level up.
            limit: How many at the most.
        """
        query = {"level": level}
        lines = self.connection.pages("run_logs", self._path, query=query, limit=limit)
        return logs(lines)

    @property
    def notices(self) -> Listing[Notice]:
        """What was cut, skipped or assumed, as it stood when the run was last asked about."""
        return notices(self.record.notices)

    def artifacts(self) -> Listing[ArtifactSaved]:
        """Return the files that it saved and that are still there."""
        found: dict[str, ArtifactSaved] = {}
        for event in self.events():
            if isinstance(event, ArtifactSaved):
                found[event.name] = event
            elif isinstance(event, ArtifactDeleted):
                found.pop(event.name, None)
        return artifacts(found.values())

    @property
    def checkpoint(self) -> Asset:
        """Its newest checkpoint; ``NotFound`` while there is none."""
        return self._asset("checkpoint", final=False)

    @property
    def model(self) -> Asset:
        """The finished model, for ``labpool.load``; ``NotFound`` while there is none."""
        return self._asset("model", final=True)

    # Awaiting

    def __await__(self) -> Generator[Any, None, Any]:
        stop = Stop()
        return in_thread(lambda: self._result(None, stop), stop).__await__()

    async def await_ended(self) -> Self:
        """Awaitable twin of ``wait``; ``asyncio.timeout`` ends the waiting."""
        stop = Stop()
        await in_thread(lambda: self._wait(None, stop), stop)
        return self

    def afollow(self, after: int = 0) -> AsyncIterator[Event]:
        """Asynchronous twin of ``follow``."""
        stop = Stop()
        return iterate(self._follow(after, stop), stop)

    acancel = twin(cancel)
    aresume = twin(resume)
    arename = twin(rename)
    adelete = twin(delete)
    aevents = twin(events)
    ametrics = twin(metrics)
    alogs = twin(logs)
    aartifacts = twin(artifacts)

    # Showing

    def widget(self) -> RunWidget:
        """Return the run as a widget: for layouts of your own, Voilà, VS Code and Colab.

        In JupyterLab a run needs none: as the last line of a cell it is live without a kernel.

        Returns:
            An ipywidget, live as long as this kernel is.

        Raises:
            LabpoolError: There is no such run, or the server does not answer.
            RuntimeError: This process is no kernel.
            ImportError: The widget is not installed here.
        """
        from .widgets import as_widget

        return as_widget(self)

    def __repr__(self) -> str:
        record = self.record
        facts = " ".join(filter(None, [record.state.value, standing(record)]))
        return f"<Run {record.id} {record.kind} {record.name!r}: {facts}>"

    def _ipython_display_(self) -> None:
        """Show the run in the running cell, live in JupyterLab.

        Raises:
            NotImplementedError: This is no kernel; IPython then takes the bundle.
        """
        try:
            from .widgets import show
        except ImportError as error:
            raise NotImplementedError from error
        show(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Return the run for front ends that know Labpool, and a still picture for the others."""
        note = ""
        try:
            self._now()
        except LabpoolError as error:
            note = error.message
        still = {"text/plain": repr(self), "text/html": run_html(self.record, note)}
        try:
            from .widgets import bundle
        except ImportError:
            return still
        return {**still, **bundle(self)}

    # Inside

    def _follow(self, after: int, stop: Stop) -> EventStream:
        return EventStream(
            self.connection,
            "run_events",
            path=self._path,
            after=after,
            over=self._over,
            stop=stop,
        )

    def _over(self, event: Event | None, last: int) -> bool:
        """Return whether a terminal event is the last one: a resumed run has several.

        A stream that ends without one may have been cut on the way.
        """
        if isinstance(event, RunDeleted):
            return True
        now = self._ask()
        return now.state.ended and now.seq <= last

    def _wait(self, timeout: float | None, stop: Stop) -> Record:
        now = self._ask()
        if now.state.ended:
            return now
        if now.needs_resume:
            raise _interrupted(now)
        with stop.after(timeout), self._follow(now.seq, stop) as events:
            for event in events:
                waits = isinstance(event, RunInterrupted) and event.retry_at is None
                if waits and self._ask().needs_resume:
                    raise _interrupted(self.record)
            stopped = stop.is_set()
        if stopped:
            raise TimeoutError(f"{self!r} has not ended within {timeout} s; it goes on.")
        return self._ask()

    def _result(self, timeout: float | None, stop: Stop) -> Any:
        record = self._wait(timeout, stop)
        if record.state is RunState.SUCCEEDED:
            return record.result
        if record.state is RunState.CANCELLED:
            raise RunCancelledError(f"{record.name} ({record.id}) was cancelled.", run_id=record.id)
        raise _failure(record)

    def _asset(self, what: str, *, final: bool) -> Asset:
        """Return the newest saved state of the model, the finished one or one on the way."""
        found: Asset
        query = {"kind": "checkpoint", "source": self.id}
        for found in self.connection.pages("list_assets", query=query):
            if bool(found.meta.get("final")) is final:
                return found
        raise NotFound(f"{self!r} has no {what} yet.")


def _interrupted(record: Record) -> RunInterruptedError:
    why = f" ({record.error.code}: {record.error.message})" if record.error else ""
    return RunInterruptedError(
        f"{record.name} ({record.id}) was interrupted{why} and does not go on by itself. Call "
        "run.resume(), then wait again.",
        run_id=record.id,
        error=record.error.model_dump() if record.error else None,
    )


def _failure(record: Record) -> RunFailedError:
    why = record.error or RunError(code="unknown", message="The server does not say why.")
    error = RunFailedError(
        f"{record.name} ({record.id}) failed: {why.code}: {why.message}",
        run_id=record.id,
        error=why.model_dump(),
    )
    trace = why.details.get("traceback")
    if trace:
        error.add_note(f"On the worker:\n{trace}")
    return error
