"""Bytes from one side to the other: not faster than they are taken, and not for ever."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from .heads import BadMessage, Headers

PIECE = 65_536
"""Bytes that are read at once."""


class Reader(asyncio.StreamReader):
    """A reader that tells when the other side has ended, before anybody reads that far.

    Args:
        limit: Longest head, bytes.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(limit, asyncio.get_running_loop())
        self._ended = False
        self._tell: Callable[[], None] | None = None

    def on_end(self, tell: Callable[[], None] | None) -> None:
        """Have something called when nothing more will come; now, if that is so already."""
        self._tell = tell
        if self._ended and tell:
            tell()

    def feed_eof(self) -> None:
        """Take the end."""
        super().feed_eof()
        self._end()

    def set_exception(self, exc: Exception) -> None:
        """Take a connection that broke."""
        super().set_exception(exc)
        self._end()

    def _end(self) -> None:
        self._ended = True
        if self._tell:
            self._tell()


class Patience:
    """Ends an exchange in which nothing moves, by TimeoutError where it is entered.

    Args:
        idle_s: Longest time in which nothing moves, seconds.
        linger_s: The same once a side has ended: it may have gone, or only have said all.
    """

    def __init__(self, idle_s: float, linger_s: float) -> None:
        self._wait_s = idle_s
        self._linger_s = linger_s
        self._loop = asyncio.get_running_loop()
        self._timeout = asyncio.timeout(idle_s)
        self._over = False

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over = True
        await self._timeout.__aexit__(kind, error, trace)

    def moved(self) -> None:
        """Begin to wait anew."""
        if not (self._over or self._timeout.expired() or self._timeout.when() is None):
            self._timeout.reschedule(self._loop.time() + self._wait_s)

    def ending(self) -> None:
        """Be less patient from now on."""
        self._wait_s = min(self._wait_s, self._linger_s)
        self.moved()


class TooLarge(Exception):
    """More bytes came than are allowed."""


@dataclass
class Meter:
    """Counts bytes and what they may be.

    Attributes:
        limit: None for no end.
        count: Is told of each piece.
    """

    limit: int | None
    count: Callable[[int], None]
    seen: int = 0

    def add(self, size: int) -> None:
        """Count a piece.

        Raises:
            TooLarge: That is more than the limit.
        """
        self.seen += size
        self.count(size)
        if self.limit is not None and self.seen > self.limit:
            raise TooLarge


class Unpacked:
    """Counts what a packed body holds: a few bytes may stand for many.

    Args:
        packing: What ``Content-Encoding`` says. What is neither gzip nor deflate counts as it is,
            and nobody is asked for anything else.
        limit: None for no end.
    """

    def __init__(self, packing: Sequence[bytes], limit: int | None) -> None:
        known = len(packing) == 1 and packing[0] in {b"gzip", b"x-gzip", b"deflate"}
        self._unpacker = zlib.decompressobj(wbits=47) if known and limit is not None else None
        self._meter = Meter(limit, lambda _size: None)

    def add(self, piece: bytes) -> None:
        """Count what a piece holds.

        Raises:
            TooLarge: That is more than the limit.
        """
        if self._unpacker is None:
            return
        try:
            while piece and not self._unpacker.eof:
                self._meter.add(len(self._unpacker.decompress(piece, PIECE)))
                piece = self._unpacker.unconsumed_tail
        except zlib.error:
            self._unpacker = None  # whoever reads it will say so


async def pump(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, meter: Meter, patience: Patience
) -> None:
    """Carry bytes until the source ends, and tell the sink."""
    while data := await source.read(PIECE):
        meter.add(len(data))
        sink.write(data)
        await sink.drain()
        patience.moved()
    if sink.can_write_eof():
        sink.write_eof()
    patience.ending()


async def body(
    source: asyncio.StreamReader, headers: Headers, *, until_end: bool
) -> AsyncIterator[bytes]:
    """Return the pieces of a body, without the marks of chunks.

    Args:
        until_end: Whether a body without a length ends with the connection; else there is none.

    Raises:
        BadMessage: It ends too early, or its chunks cannot be read.
    """
    length = headers.length()
    if headers.chunked():
        pieces = _chunked(source)
    elif length is not None:
        pieces = _sized(source, length)
    elif until_end:
        pieces = _rest(source)
    else:
        return
    async for piece in pieces:
        yield piece


async def _rest(source: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while data := await source.read(PIECE):
        yield data


async def _sized(source: asyncio.StreamReader, left: int) -> AsyncIterator[bytes]:
    while left:
        data = await source.read(min(PIECE, left))
        if not data:
            raise BadMessage("the body ends too early")
        left -= len(data)
        yield data


async def _chunked(source: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := _chunk_size(await _line(source)):
        async for piece in _sized(source, size):
            yield piece
        if await _line(source):
            raise BadMessage("a chunk is longer than it says")
    while await _line(source):
        pass  # trailers are for the next hop


async def _line(source: asyncio.StreamReader) -> bytes:
    try:
        return (await source.readuntil(b"\r\n"))[:-2]
    except asyncio.IncompleteReadError as error:
        raise BadMessage("the body ends too early") from error
    except asyncio.LimitOverrunError as error:
        raise BadMessage("a line of the body is too long") from error


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].rstrip(b" \t")
    if not 0 < len(digits) <= 15 or digits.strip(b"0123456789abcdefABCDEF"):
        raise BadMessage("the size of a chunk cannot be read")
    return int(digits, 16)
