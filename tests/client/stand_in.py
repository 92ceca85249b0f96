"""A small real HTTP server that speaks the contract and breaks on demand.

It keeps its events when it is stopped and started again, as the real one does.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import ssl
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel

from labpool.runtime.state import accepts, fold
from labpool.wire import (
    Asset,
    AssetPage,
    Conflict,
    EventPage,
    EventsReset,
    Forbidden,
    InvalidParams,
    Kind,
    KindPage,
    LabpoolError,
    LogLine,
    LogPage,
    MetricsAnswer,
    Monitoring,
    NotFound,
    Pool,
    Run,
    RunPage,
    RunRemoved,
    RunRequest,
    Series,
    Worker,
)
from labpool.wire.events import (
    CancelRequested,
    Event,
    LogWritten,
    MetricsReported,
    RunCancelled,
    RunDeleted,
    RunQueued,
    RunRequeued,
)


@dataclass
class Faults:
    """What goes wrong next; each is used up by what it befalls.

    Attributes:
        answers: Status and body in place of the next answers.
        drops: Requests that are carried out, or not, and get no answer.
        cut: After how many events of a stream its connection breaks, in the middle of the next.
        damage: Numbers of events that arrive damaged, and how often.
        delay_s: Wait before each answer.
    """

    answers: deque[tuple[int, bytes]] = field(default_factory=deque)
    drops: deque[bool] = field(default_factory=deque)
    cut: deque[int] = field(default_factory=deque)
    damage: dict[int, int] = field(default_factory=dict)
    delay_s: float = 0.0


class StandIn:
    """The server. ``port`` stays the same over restarts."""

    def __init__(
        self,
        token: str = "secret",
        prefix: str = "/",
        *,
        extension: bool = True,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.tls = tls
        self.token = token
        self.prefix = prefix
        self.extension = extension
        self.faults = Faults()
        self.events: list[Event] = []
        self.runs: dict[str, Run] = {}
        self.assets: list[Asset] = []
        self.workers = [Worker(id="w1", address="thread", state="idle")]
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.changed = threading.Condition()
        self.port = 0
        self.up = False
        self._open: set[socket.socket] = set()
        self.start()

    @property
    def url(self) -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self.port}{self.prefix}"

    def start(self) -> None:
        stand_in = self

        class Handler(_Handler):
            server_state = stand_in

        class Server(ThreadingHTTPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 128

        self._http = Server(("127.0.0.1", self.port), Handler)
        self.port = self._http.server_port
        if self.tls:
            self._http.socket = self.tls.wrap_socket(self._http.socket, server_side=True)
        self.up = True
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Go away as a killed process does: every connection breaks."""
        self.up = False
        self._http.shutdown()
        self._http.server_close()
        self.hang_up()

    def hang_up(self) -> None:
        """Break every connection."""
        for each in list(self._open):
            with_shutdown(each)
        with self.changed:
            self.changed.notify_all()

    def emit(self, event: Event) -> Event:
        """Store an event, as the real server does."""
        with self.changed:
            run = self.runs.get(event.run_id)
            assert accepts(run, event), f"{event.type} may not follow"
            stored = event.model_copy(update={"seq": len(self.events) + 1})
            self.events.append(stored)
            now = fold(run, stored)
            if now is None:
                self.runs.pop(event.run_id, None)
            else:
                self.runs[event.run_id] = now
            self.changed.notify_all()
            return stored

    def create(self, request: RunRequest, run_id: str = "") -> Run:
        run_id = run_id or f"run{len(self.runs) + 1}"
        queued = RunQueued(
            run_id=run_id,
            name=request.name or request.kind,
            **request.model_dump(exclude={"name"}),
        )
        self.emit(queued)
        return self.runs[run_id]

    def count(self, verb: str, end: str) -> int:
        """Return how many requests of a verb came for paths with that end."""
        return sum(v == verb and urlsplit(p).path.endswith(end) for v, p, _ in self.requests)


def with_shutdown(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server_state: StandIn
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.server_state._open.add(self.connection)

    def finish(self) -> None:
        self.server_state._open.discard(self.connection)
        super().finish()

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # the connection was broken on purpose
            super().handle()

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815  http.server names them

    def _answer(self) -> None:
        state = self.server_state
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        state.requests.append((self.command, self.path, dict(self.headers)))
        time.sleep(state.faults.delay_s)
        if state.faults.answers:
            self._send(*state.faults.answers.popleft())
            return
        drop = state.faults.drops.popleft() if state.faults.drops else None
        if drop is False:
            self._break()
            return
        try:
            status, answer = self._route(body)
        except LabpoolError as error:
            status, answer = error.status, error.answer()
        if drop:
            self._break()
        elif answer is not _STREAMED:
            self._send(status, answer.model_dump_json().encode() if answer else b"")

    def _break(self) -> None:
        self.close_connection = True
        with_shutdown(self.connection)

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _route(self, body: bytes) -> tuple[int, BaseModel | None]:
        state, parts = self.server_state, urlsplit(self.path)
        root = f"{state.prefix}labpool/api/"
        if not parts.path.startswith(root) or not state.extension:
            self._send(404, b'{"message": "Not Found"}')
            return 404, _STREAMED
        if state.token and self.headers.get("Authorization") != f"token {state.token}":
            raise Forbidden("no login")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = parts.path[len(root) :]
        for verb, pattern, method in _TABLE:
            found = re.fullmatch(pattern, path)
            if verb == self.command and found:
                answer: tuple[int, BaseModel | None] = method(self, query, body, *found.groups())
                return answer
        raise NotFound(path)

    def _run(self, run_id: str) -> Run:
        if run_id not in self.server_state.runs:
            raise NotFound(f"There is no run {run_id}.")
        return self.server_state.runs[run_id]

    def get_pool(self, *_: Any) -> tuple[int, BaseModel]:
        workers = self.server_state.workers
        return 200, Pool(state="ready", mode="local", minimum=1, maximum=4, workers=workers)

    def change_pool(self, _: Any, body: bytes) -> tuple[int, BaseModel]:
        change = json.loads(body)
        n = change["n_workers"] or change["minimum"]
        self.server_state.workers = [
            Worker(id=f"w{i + 1}", address="thread", state="idle") for i in range(n)
        ]
        return 202, self.get_pool()[1]

    def restart_worker(self, _: Any, __: bytes, worker_id: str) -> tuple[int, BaseModel]:
        if worker_id not in {worker.id for worker in self.server_state.workers}:
            raise NotFound(f"There is no worker {worker_id}.")
        return 202, self.get_pool()[1]

    def monitoring(self, *_: Any) -> tuple[int, BaseModel]:
        return 200, Monitoring(cpu=1, memory_bytes=1, response_ms=1, active_runs=0, queued_runs=0)

    def list_kinds(self, *_: Any) -> tuple[int, BaseModel]:
        gone = Kind(name="scrape", title="Scrape", available=False, reason="needs playwright")
        return 200, KindPage(items=[gone, Kind(name="train", title="Train <b>")])

    def create_run(self, _: Any, body: bytes) -> tuple[int, BaseModel]:
        request = RunRequest.model_validate_json(body)
        if request.kind not in ("train", "scrape"):
            raise NotFound(f"There is no kind {request.kind}.")
        if "epochs" in request.params and not isinstance(request.params["epochs"], int):
            raise InvalidParams(
                "params.epochs: wrong; params.lr: wrong",
                fields=[
                    {"field": "params.epochs", "message": "Input should be an integer"},
                    {"field": "params.lr", "message": "Field required"},
                ],
            )
        return 201, self.server_state.create(request)

    def list_runs(self, query: dict[str, str], _: bytes) -> tuple[int, BaseModel]:
        found = [
            run
            for run in reversed(self.server_state.runs.values())
            if query.get("kind", run.kind) == run.kind
            and query.get("state", run.state) == run.state
            and ("tag" not in query or query["tag"] in run.tags)
        ]
        begin, size = int(query.get("after", 0)), min(int(query["limit"]), 3)
        more = str(begin + size) if begin + size < len(found) else None
        return 200, RunPage(items=found[begin : begin + size], next=more)

    def get_run(self, _: Any, __: bytes, run_id: str) -> tuple[int, BaseModel]:
        return 200, self._run(run_id)

    def delete_run(self, _: Any, __: bytes, run_id: str) -> tuple[int, BaseModel]:
        if not self._run(run_id).state.ended:
            raise Conflict("The run has not ended.")
        self.server_state.emit(RunDeleted(run_id=run_id))
        return 200, RunRemoved(id=run_id, freed_bytes=3 << 20)

    def cancel_run(self, _: Any, __: bytes, run_id: str) -> tuple[int, BaseModel]:
        run = self._run(run_id)
        if run.state.ended:
            raise Conflict(f"The run has ended: {run.state}.")
        self.server_state.emit(CancelRequested(run_id=run_id))
        if run.attempt == 0:
            self.server_state.emit(RunCancelled(run_id=run_id))
        return 202, self._run(run_id)

    def resume_run(self, _: Any, __: bytes, run_id: str) -> tuple[int, BaseModel]:
        if self._run(run_id).state not in ("failed", "cancelled", "interrupted"):
            raise Conflict("The run has not stopped.")
        self.server_state.emit(RunRequeued(run_id=run_id, reason="resumed"))
        return 202, self._run(run_id)

    def run_metrics(self, query: dict[str, str], _: bytes, run_id: str) -> tuple[int, BaseModel]:
        series: dict[str, Series] = {}
        for event in self._of(run_id):
            if not isinstance(event, MetricsReported):
                continue
            for name, value in event.values.items():
                one = series.setdefault(
                    name, Series(name=name, steps=[], values=[], times=[], points=0)
                )
                one.steps.append(event.step)
                one.values.append(value)
                one.times.append(event.at.timestamp())
                series[name] = one.model_copy(update={"points": len(one.steps)})
        names = query["names"].split(",") if "names" in query else list(series)
        return 200, MetricsAnswer(items=[series[name] for name in names if name in series])

    def run_logs(self, query: dict[str, str], _: bytes, run_id: str) -> tuple[int, BaseModel]:
        lines = [
            LogLine(seq=e.seq, at=e.at, level=e.level, text=e.text)
            for e in self._of(run_id, int(query.get("after", 0)))
            if isinstance(e, LogWritten)
        ]
        return 200, LogPage(items=lines[:2], next=str(lines[1].seq) if len(lines) > 2 else None)

    def run_events(self, query: dict[str, str], _: bytes, run_id: str) -> tuple[int, BaseModel]:
        self._run(run_id)
        after = int(self.headers.get("Last-Event-ID") or query.get("after") or 0)
        if "text/event-stream" in self.headers.get("Accept", ""):
            return self._stream(after, run_id)
        events = self._of(run_id, after)
        more = str(events[1].seq) if len(events) > 2 else None
        return 200, EventPage(items=events[:2], next=more)

    def all_events(self, query: dict[str, str], _: bytes) -> tuple[int, BaseModel]:
        last = len(self.server_state.events)
        return self._stream(int(self.headers.get("Last-Event-ID") or query.get("after") or last))

    def list_assets(self, query: dict[str, str], _: bytes) -> tuple[int, BaseModel]:
        kind, source = query.get("kind"), query.get("source")
        found = [
            each
            for each in self.server_state.assets
            if kind in (None, each.kind) and source in (None, each.source)
        ]
        return 200, AssetPage(items=found)

    def _of(self, run_id: str, after: int = 0) -> list[Event]:
        return [e for e in self.server_state.events if e.run_id == run_id and e.seq > after]

    def _stream(self, after: int, run_id: str | None = None) -> tuple[int, BaseModel]:
        state = self.server_state
        if after > len(state.events):
            raise EventsReset.at(len(state.events), after)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        left = state.faults.cut.popleft() if state.faults.cut else None
        self.wfile.write(f": stand-in\nid: {after}\n\n".encode())
        while state.up:
            with state.changed:
                batch = [e for e in state.events if e.seq > after and run_id in (None, e.run_id)]
                over = run_id is not None and (
                    run_id not in state.runs or state.runs[run_id].state.ended
                )
                if not batch and not over and state.up:
                    state.changed.wait(0.5)
                    self.wfile.write(b": keep-alive\n\n")
                    continue
            for event in batch:
                after = event.seq
                text = f"id: {event.seq}\ndata: {self._data(event)}\n\n".encode()
                if left is not None and left <= 0:
                    self.wfile.write(text[: len(text) // 2])
                    self._break()
                    return 200, _STREAMED
                left = left - 1 if left is not None else None
                self.wfile.write(text)
            if over:
                break
        return 200, _STREAMED

    def _data(self, event: Event) -> str:
        damage, text = self.server_state.faults.damage, event.model_dump_json()
        if not damage.get(event.seq):
            return text
        damage[event.seq] -= 1
        return text[: len(text) // 2]


_STREAMED: Any = object()
_TABLE: list[tuple[str, str, Any]] = [
    ("GET", "kinds", _Handler.list_kinds),
    ("POST", "runs", _Handler.create_run),
    ("GET", "runs", _Handler.list_runs),
    ("GET", "runs/([^/]+)", _Handler.get_run),
    ("DELETE", "runs/([^/]+)", _Handler.delete_run),
    ("POST", "runs/([^/]+)/cancel", _Handler.cancel_run),
    ("POST", "runs/([^/]+)/resume", _Handler.resume_run),
    ("GET", "runs/([^/]+)/events", _Handler.run_events),
    ("GET", "runs/([^/]+)/metrics", _Handler.run_metrics),
    ("GET", "runs/([^/]+)/logs", _Handler.run_logs),
    ("GET", "events", _Handler.all_events),
    ("GET", "pool", _Handler.get_pool),
    ("PATCH", "pool", _Handler.change_pool),
    ("POST", "pool/workers/([^/]+)/restart", _Handler.restart_worker),
    ("GET", "monitoring", _Handler.monitoring),
    ("GET", "assets", _Handler.list_assets),
]
