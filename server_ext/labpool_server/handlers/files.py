"""Sends a file block by block; making it never holds up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import cast

from tornado.http1connection import HTTP1Connection
from tornado.iostream import StreamClosedError
from tornado.web import RequestHandler

from labpool_server.outgoing import Outgoing


async def send(handler: RequestHandler, file: Outgoing) -> None:
    """Answer with a file.

    Args:
        handler: Answers; nothing has been written yet.
        file: What to send. What it raises before its first block becomes an answer; after it
            the connection breaks, so that nobody takes a part for the whole.
    """
    blocks = await asyncio.to_thread(file.blocks)
    try:
        block = await asyncio.to_thread(next, blocks, b"")
        _set_headers(handler, file)
        await _send_all(handler, blocks, block)
    finally:
        await asyncio.to_thread(_close, blocks)


def _set_headers(handler: RequestHandler, file: Outgoing) -> None:
    how = "inline" if file.inline else "attachment"
    handler.set_header("Content-Type", file.content_type)
    handler.set_header("Content-Disposition", f'{how}; filename="{file.name}"')
    for name, value in file.headers.items():
        handler.set_header(name, value)


async def _send_all(handler: RequestHandler, blocks: Iterator[bytes], block: bytes) -> None:
    whole = False
    try:
        while block:
            handler.write(block)
            try:
                await handler.flush()
            except StreamClosedError:
                break  # whoever asked has gone
            block = await asyncio.to_thread(next, blocks, b"")
        whole = True
    finally:
        if not whole:
            cast("HTTP1Connection", handler.request.connection).stream.close()


def _close(blocks: Iterator[bytes]) -> None:
    close = getattr(blocks, "close", None)
    if close is not None:
        close()
