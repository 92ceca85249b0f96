"""Server-sent events: how a batch is written, and a stream that ends when the client goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import aclosing, suppress
from typing import Any

from tornado.iostream import StreamClosedError
from tornado.web import RequestHandler

from labpool.wire.errors import InvalidRequest, NotFound
from labpool.wire.events import TERMINAL_EVENTS
from labpool_server.store.stored import Stored

from .ports import Service

KEEP_ALIVE_S = 15.0
"""Seconds of silence after which a comment tells proxies and clients that the stream lives.

The setting ``labpool_keep_alive_s`` of the web application overrides it."""
RETRY_MS = 2000
PARCEL_CHARS = 256 * 1024
"""Characters written before the client has to have taken them."""

HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
}


def last_event_id(handler: RequestHandler, after: int | None) -> int | None:
    """Return where to go on: the header that a reconnecting client sends wins over the query.

    Raises:
        InvalidRequest: The header is not a number that the server has given out.
    """
    header = handler.request.headers.get("Last-Event-ID", "").strip()
    if not header:
        return after
    if not (header.isascii() and header.isdigit() and len(header) < 20 and int(header) < 2**63):
        raise InvalidRequest("Last-Event-ID must be the id of an event of this stream.")
    return int(header)


def parcels(batch: Iterable[Stored]) -> Iterator[list[Stored]]:
    """Cut a batch into pieces small enough to wait for one after the other."""
    piece: list[Stored] = []
    size = 0
    for item in batch:
        if piece and size + len(item.json) > PARCEL_CHARS:
            yield piece
            piece, size = [], 0
        piece.append(item)
        size += len(item.json)
    if piece:
        yield piece


async def run_stream(service: Service, run_id: str, after: int) -> AsyncIterator[list[Stored]]:
    """Yield one run's events, until it has ended and all are told.

    A run that somebody resumes after it failed goes on, and so does its stream.
    """
    until = await _end(service, run_id)
    if until is not None and until <= after:
        return
    async with aclosing(closable(service.stream(after, run_id))) as batches:
        async for batch in batches:
            yield batch
            last = batch[-1].seq
            over = any(item.type in TERMINAL_EVENTS for item in batch)
            if over or (until is not None and until <= last):
                until = await _end(service, run_id)
                if until is not None and until <= last:
                    return


async def send(
    handler: RequestHandler,
    begin: int,
    batches: AsyncIterator[list[Stored]],
    *,
    keep_alive_s: float,
) -> None:
    """Write events until there are no more or the task is cancelled.

    Waits for the client to take each piece before the next one is fetched. The opening has an
    id and no data: clients keep the id, and come back with it should the stream break before
    its first event.

    Args:
        handler: Whom to answer.
        begin: Number of the event after which the stream begins.
        batches: The events that follow.
        keep_alive_s: Seconds of silence after which a comment is sent.
    """
    for name, value in HEADERS.items():
        handler.set_header(name, value)
    handler.write(f": labpool\nretry: {RETRY_MS}\nid: {begin}\n\n")
    await handler.flush()
    async for batch in heartbeat(batches, keep_alive_s):
        if not batch:
            handler.write(": alive\n\n")
            await handler.flush()
        for piece in parcels(batch):
            handler.write("".join(f"id: {item.seq}\ndata: {item.json}\n\n" for item in piece))
            await handler.flush()


async def heartbeat(
    batches: AsyncIterator[list[Stored]], seconds: float
) -> AsyncIterator[list[Stored]]:
    """Yield the batches, and an empty one after each so many seconds of silence."""
    async with aclosing(closable(batches)) as source:
        waiting: asyncio.Future[list[Stored]] | None = None
        try:
            while True:
                waiting = waiting or asyncio.ensure_future(anext(source))
                done, _ = await asyncio.wait({waiting}, timeout=seconds)
                if not done:
                    yield []
                    continue
                try:
                    batch = waiting.result()
                except StopAsyncIteration:
                    return
                waiting = None
                yield batch
        finally:
            if waiting is not None and waiting.cancel():
                with suppress(asyncio.CancelledError, StopAsyncIteration):
                    await waiting


async def until_gone(task: asyncio.Task[None]) -> None:
    """Wait for a stream's task; a client that has gone is no error."""
    try:
        await asyncio.wait({task})
    finally:
        task.cancel()
    with suppress(asyncio.CancelledError, StreamClosedError):
        task.result()


async def _end(service: Service, run_id: str) -> int | None:
    """Return the number of an ended run's last event; None when the run may go on."""
    try:
        run = await service.get_run(run_id)
    except NotFound:
        return 0
    return run.seq if run.state.ended else None


def closable(batches: AsyncIterator[Any]) -> Any:
    """Return the iterator as what it is, something that can be closed."""
    return batches
