"""Sends a file as it was ordered: whole, in part, slowly, wrong, or not to its end."""

from __future__ import annotations

import re
import socket
import struct
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from .faults import Fault
from .repos import HubFile

if TYPE_CHECKING:
    from .server import _Handler

AT_ONCE = 1 << 18


def wake(connection: socket.socket) -> None:
    """End a connection that a thread may be waiting on."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def send_file(
    handler: _Handler, file: HubFile, fault: Fault, about: Mapping[str, str] | None = None
) -> None:
    """Send a file, or the part of it that was asked for."""
    size, etag = len(file.content), fault.foreign_etag or file.etag
    start, status = _start(handler, etag, fault), 200
    headers = {"Accept-Ranges": "bytes", **(about or {}), "ETag": f'"{etag}"'}
    if start is not None and start >= size:
        handler.say(416, b"", {"Content-Range": f"bytes */{size}"})
        return
    if start is not None:
        start += fault.shift_range
        status = 206
        headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
    start = start or 0
    headers["Content-Length"] = str(size - start + fault.extra)
    handler.begin(status, {**headers, **fault.headers})
    if handler.command != "HEAD":
        _send(handler, file.content, start, fault)


def _start(handler: _Handler, etag: str, fault: Fault) -> int | None:
    """Return the byte that was asked for, or None for the whole file."""
    asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
    if asked is None or fault.no_range:
        return None
    condition = handler.headers.get("If-Range")
    return None if condition not in {None, f'"{etag}"'} else int(asked[1])


def _send(handler: _Handler, content: memoryview, start: int, fault: Fault) -> None:
    end, sent = len(content) + min(fault.extra, 0), 0
    stops = [at for at in (fault.cut_after, fault.stall_after) if at is not None]
    last = min([end, *(start + at for at in stops)])
    pause = last if fault.pause_at is None else start + fault.pause_at
    step = fault.piece if fault.rate else AT_ONCE
    while start + sent < last:
        until = pause if start + sent < pause else last
        piece = _piece(content, start + sent, min(start + sent + step, until, last), fault)
        handler.wfile.write(piece)
        sent += len(piece)
        handler.hub.log.sent(handler.entry, len(piece))
        if start + sent == pause < last:
            fault.gate.wait()
        if fault.rate and handler.hub.closing.wait(len(piece) / fault.rate):
            break
    if fault.extra > 0 and last == end:
        handler.wfile.write(b"?" * fault.extra)
    _finish(handler, fault)


def _piece(content: memoryview, start: int, end: int, fault: Fault) -> bytes:
    """Return some bytes, with the wrong one if it is among them."""
    piece = bytearray(content[start:end])
    if fault.corrupt_at is not None and start <= fault.corrupt_at < end:
        piece[fault.corrupt_at - start] ^= 1
    return bytes(piece)


def _finish(handler: _Handler, fault: Fault) -> None:
    if fault.stall_after is not None:
        handler.hub.closing.wait()
    if fault.cut_after is not None:
        handler.close_connection = True
        if fault.cut == "rst":
            _reset(handler.connection)
    if fault.extra < 0:
        handler.close_connection = True


def _reset(connection: socket.socket) -> None:
    """End a connection the hard way, once what was sent has gone out."""
    time.sleep(0.05)  # a reset throws away what the client has not read yet; nothing tells when
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
