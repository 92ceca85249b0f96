"""What a widget asks of the server, over the client's connection."""

from __future__ import annotations

from labpool.client.connection import Connection
from labpool.wire import LogLine, Run, RunError, RunState, Series, Worker
from labpool.wire.events import RunInterrupted

from .model import MAX_LOGS, RunModel
from .series import MAX_POINTS

_FIRST_REACH = 2000
"""How many events back the log tail is looked for at first."""
_PAGE = 10_000


class Source:
    """Reads runs from one server and passes on what buttons ask for.

    Args:
        connection: The server.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def load(self, run_id: str) -> RunModel:
        """Return a run as it is now.

        Raises:
            LabpoolError: There is no such run, or the server does not answer.
        """
        run: Run = self._connection.call("get_run", {"run_id": run_id})
        return RunModel(
            run,
            series=self._series(run_id),
            logs=self._tail(run),
            workers=self._workers(run),
            went_on=self._went_on(run),
        )

    def ping(self) -> None:
        """Return if the server answers.

        Raises:
            LabpoolError: It does not.
        """
        self._connection.call("list_runs", query={"limit": 1})

    def cancel(self, run_id: str) -> None:
        """Ask a run to stop."""
        self._connection.call("cancel_run", {"run_id": run_id})

    def resume(self, run_id: str) -> None:
        """Let a stopped run go on."""
        self._connection.call("resume_run", {"run_id": run_id})

    def _series(self, run_id: str) -> list[Series]:
        query = {"max_points": MAX_POINTS}
        return list(self._connection.call("run_metrics", {"run_id": run_id}, query=query).items)

    def _workers(self, run: Run) -> list[Worker]:
        if run.state is not RunState.RUNNING:
            return []
        return list(self._connection.call("get_pool").workers)

    def _tail(self, run: Run) -> list[LogLine]:
        """Return the last lines. Lists go forward only, so reach back further and further."""
        reach = _FIRST_REACH
        while True:
            after = max(run.seq - reach, 0)
            query = {"after": after}
            lines = list(self._connection.pages("run_logs", {"run_id": run.id}, query=query))
            if len(lines) >= MAX_LOGS or after == 0:
                return lines[-MAX_LOGS:]
            reach *= 10

    def _went_on(self, run: Run) -> RunError | None:
        """Return why the attempt before the latest ended, if the first events tell."""
        if run.attempt < 2:
            return None
        page = self._connection.call("run_events", {"run_id": run.id}, query={"limit": _PAGE})
        ends = [event for event in page.items if isinstance(event, RunInterrupted)]
        return ends[-1].error if ends and page.next is None else None
