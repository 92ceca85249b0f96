"""One plain HTTP request: passed on, and its answer brought back."""

from __future__ import annotations

import asyncio
import re

from .addresses import split_port
from .heads import BadMessage, Request, Response, head_bytes, parse_response, read_head
from .ports import Asker
from .relay import Meter, Patience, Reader, Unpacked, body
from .rules import Refused

_ABSOLUTE = re.compile(rb"http://([^/?#]+)([^#]*)", re.IGNORECASE)


class Exchange:
    """A request and its answer.

    Args:
        client: Whoever asks.
        request: Its head.

    Raises:
        BadMessage: The request does not say whom it is for.
    """

    def __init__(self, client: Asker, request: Request) -> None:
        match = _ABSOLUTE.fullmatch(request.target)
        if not match:
            raise BadMessage("a request to this proxy begins with http:// and a host")
        self._client = client
        self._proxy = client.proxy
        self._request = request
        self._authority = match[1]
        self._path = match[2] if match[2].startswith(b"/") else b"/" + match[2]
        self.host, port = split_authority(match[1])
        self.port = 80 if port is None else port
        self.began = False
        """Whether the answer's head was sent, so that no other answer can be given."""

    async def run(self) -> bool:
        """Carry it out; returns whether the client may send another request.

        Raises:
            Refused: The target must not or cannot be reached, or its answer cannot be used.
            TooLarge: The body is longer than allowed; a part of it was sent.
            BadMessage: The answer's body cannot be read; a part of it was sent.
            OSError: One of the two has gone, or nothing moves any more.
        """
        reader, writer = await self._proxy.connect(self.host, self.port)
        limits = self._proxy.limits
        try:
            async with Patience(limits.idle_s, limits.linger_s) as patience:
                self._client.reader.on_end(patience.ending)
                return await self._run(reader, writer, patience)
        finally:
            self._client.reader.on_end(None)
            writer.transport.abort()

    async def _run(self, reader: Reader, writer: asyncio.StreamWriter, patience: Patience) -> bool:
        writer.write(self._request_head())
        sending = asyncio.create_task(self._send_body(writer, patience))
        try:
            response = await self._answer_head(reader, patience)
            framed = await self._answer_body(reader, response, patience)
            return framed and sending.done() and self._request.keeps_alive()
        finally:
            sending.cancel()
            await asyncio.wait({sending})
            error = None if sending.cancelled() else sending.exception()
            # That the server does not read to the end is its right once it has answered.
            if error and not isinstance(error, (BadMessage, OSError)):
                raise error

    def _request_head(self) -> bytes:
        request = self._request
        others = request.headers.end_to_end(b"host", b"accept-encoding")
        fields = [(b"host", self._authority), *others]
        if request.headers.all(b"accept-encoding"):
            fields.append((b"accept-encoding", b"gzip, deflate"))  # what can be counted here
        if request.headers.chunked():
            fields.append((b"transfer-encoding", b"chunked"))
        fields.append((b"connection", b"close"))
        return head_bytes(request.method + b" " + self._path + b" HTTP/1.1", fields)

    async def _send_body(self, writer: asyncio.StreamWriter, patience: Patience) -> None:
        headers, meter = self._request.headers, Meter(None, self._proxy.count_up)
        chunked = headers.chunked()
        try:
            async for piece in body(self._client.reader, headers, until_end=False):
                meter.add(len(piece))
                writer.write(chunk(piece) if chunked else piece)
                await writer.drain()
                patience.moved()
            if chunked:
                writer.write(b"0\r\n\r\n")
            await writer.drain()
        except BadMessage:
            writer.transport.abort()  # half a body must not pass for a whole one
            raise

    async def _answer_head(self, reader: Reader, patience: Patience) -> Response:
        """Return the head of the answer, and pass those before it on."""
        while True:
            try:
                response = await read_response(reader)
            except (BadMessage, ConnectionError) as error:
                raise self._refused("bad_answer", f"cannot be read: {error}") from error
            patience.moved()
            if response.status >= 200:
                return response
            if self._request.minor:
                await self._client.send(_head_of(response, []))

    async def _answer_body(self, reader: Reader, response: Response, patience: Patience) -> bool:
        """Pass the answer on; returns whether its end can be seen without the connection's."""
        length, chunked = response.headers.length(), response.headers.chunked()
        bodiless = response.bodiless(self._request.method)
        limit = self._proxy.limits.response_bytes
        if limit is not None and not bodiless and (length or 0) > limit:
            raise self._refused("too_large", f"has {length} bytes, and {limit} are allowed")
        chunks = not bodiless and length is None and self._request.minor == 1
        framed = bodiless or length is not None or chunks
        await self._send_head(response, length, chunks=chunks, framed=framed)
        if bodiless:
            return framed
        meter = Meter(limit, self._proxy.count_down)
        unpacked = Unpacked(response.headers.tokens(b"content-encoding"), limit)
        async for piece in body(reader, response.headers, until_end=not chunked):
            meter.add(len(piece))
            unpacked.add(piece)
            await self._client.send(chunk(piece) if chunks else piece)
            patience.moved()
        if chunks:
            await self._client.send(b"0\r\n\r\n")
        return framed

    async def _send_head(
        self, response: Response, length: int | None, *, chunks: bool, framed: bool
    ) -> None:
        fields = []
        if chunks:
            fields.append((b"transfer-encoding", b"chunked"))
        elif length is not None and response.status != 204:
            fields.append((b"content-length", str(length).encode()))
        stays = framed and self._request.keeps_alive()
        fields.append((b"connection", b"keep-alive" if stays else b"close"))
        self.began = True
        await self._client.send(_head_of(response, fields))

    def _refused(self, code: str, what: str) -> Refused:
        text = f"The answer of {self.host}:{self.port} {what}. Look at it in a browser of your own."
        return Refused(code, text, self.host, self.port)


async def read_response(reader: Reader) -> Response:
    """Return the next head of an answer.

    Raises:
        BadMessage: It cannot be read, or is none that a plain request may get.
        ConnectionError: The connection broke.
    """
    head = await read_head(reader)
    if head is None:
        raise BadMessage("the connection ended without an answer")
    response = parse_response(head)
    response.headers.chunked()  # both refuse what they cannot read
    response.headers.length()
    return response


def _head_of(response: Response, fields: list[tuple[bytes, bytes]]) -> bytes:
    first = b"HTTP/1.1 %d %s" % (response.status, response.reason)
    # The last of these is this proxy's own word, and no host's.
    left_out = (b"content-length", b"x-labpool-refused")
    return head_bytes(first, [*response.headers.end_to_end(*left_out), *fields])


def chunk(piece: bytes) -> bytes:
    """Return a piece of a body as a chunk."""
    return b"%x\r\n%s\r\n" % (len(piece), piece)


def split_authority(authority: bytes) -> tuple[str, int | None]:
    """Return the host and the port of a target.

    Raises:
        BadMessage: It has a name and password, or what is there cannot be read.
    """
    try:
        text = authority.decode("utf-8")
        if "@" in text:
            raise BadMessage("an address with a name and password is not taken")
        return split_port(text)
    except ValueError as error:
        raise BadMessage(f"the address cannot be read: {error}") from error
