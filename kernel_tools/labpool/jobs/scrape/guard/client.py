"""One connection of the browser to the guard."""

from __future__ import annotations

import asyncio
import hmac
from base64 import b64encode

from .heads import BadMessage, Request, head_bytes, parse_request, read_head
from .plain import Exchange, split_authority
from .ports import Proxy
from .relay import Meter, Patience, Reader, TooLarge, pump
from .rules import Refused

_STATUS = {
    "bad_address": 403,
    "private_address": 403,
    "no_such_host": 502,
    "unreachable": 502,
    "bad_answer": 502,
    "too_large": 502,
    "timeout": 504,
}
_REASONS = {
    400: b"Bad Request",
    403: b"Forbidden",
    407: b"Proxy Authentication Required",
    408: b"Request Timeout",
    431: b"Request Header Fields Too Large",
    501: b"Not Implemented",
    502: b"Bad Gateway",
    504: b"Gateway Timeout",
    505: b"HTTP Version Not Supported",
}


class Client:
    """Answers the requests of one connection, one after the other.

    Args:
        proxy: Whose connection it is.
        reader: What the client says.
        writer: What it is told.
        trusted: Whether it needs no password.
    """

    def __init__(
        self, proxy: Proxy, reader: Reader, writer: asyncio.StreamWriter, *, trusted: bool
    ) -> None:
        self.proxy = proxy
        self.reader = reader
        self._writer = writer
        self._trusted = trusted
        pair = f"{proxy.username}:{proxy.password}".encode()
        self._pass = b"Basic " + b64encode(pair)

    async def serve(self) -> None:
        """Answer until the connection ends, or has to.

        Raises:
            OSError: The client has gone, or nothing moves any more.
        """
        while await self._one():
            pass

    async def send(self, data: bytes) -> None:
        """Send bytes to the client, as fast as it takes them."""
        self._writer.write(data)
        await self._writer.drain()

    async def _one(self) -> bool:
        """Answer one request; returns whether another may follow."""
        try:
            request = await self._request()
            if request is None:
                return False
            if not self._known(request):
                return await self._ask_who(request)
            if request.method == b"CONNECT":
                await self._tunnel(request)
                return False
            return await self._plain(request)
        except BadMessage as error:
            await self._say(error.status, f"{error}.", stays=False)
            return False

    async def _request(self) -> Request | None:
        limits = self.proxy.limits
        async with asyncio.timeout(limits.idle_s):
            first = await self.reader.read(1)
        if not first:
            return None
        try:
            async with asyncio.timeout(limits.head_s):
                rest = await read_head(self.reader)
        except TimeoutError as error:
            raise BadMessage("the headers take too long", 408) from error
        if rest is None:
            raise BadMessage("the headers end too early")
        request = parse_request(first + rest)
        request.has_body()  # refuses what cannot be read before anything is done
        return request

    def _known(self, request: Request) -> bool:
        if self._trusted:
            return True
        given = request.headers.all(b"proxy-authorization")
        return len(given) == 1 and hmac.compare_digest(given[0], self._pass)

    async def _ask_who(self, request: Request) -> bool:
        stays = request.keeps_alive() and not request.has_body()
        ask = (b"proxy-authenticate", b'Basic realm="labpool", charset="UTF-8"')
        await self._say(407, "This proxy belongs to one browser.", stays, ask)
        return stays

    async def _plain(self, request: Request) -> bool:
        exchange = Exchange(self, request)
        self.proxy.count_request()
        try:
            return await exchange.run()
        except Refused as refused:
            return await self._refuse(request, refused)
        except TooLarge:
            limit = self.proxy.limits.response_bytes
            cut = _too_large("answer", exchange.host, exchange.port, limit)
            self.proxy.refusals.add(cut, _url(request))
        except TimeoutError as error:
            if not exchange.began:
                return await self._refuse(request, self._silent(exchange, error))
        except BadMessage:
            if not exchange.began:
                raise
        # Only a connection that breaks tells that a body which has begun is not whole.
        self._writer.transport.abort()
        return False

    def _silent(self, exchange: Exchange, error: TimeoutError) -> Refused:
        refused = Refused(
            "timeout",
            f"{exchange.host}:{exchange.port} did not answer in time. Try again later.",
            exchange.host,
            exchange.port,
        )
        refused.__cause__ = error
        return refused

    async def _tunnel(self, request: Request) -> None:
        host, port = split_authority(request.target)
        if port is None:
            raise BadMessage("a tunnel needs a host and a port")
        self.proxy.count_tunnel()
        try:
            reader, writer = await self.proxy.connect(host, port)
        except Refused as refused:
            await self._refuse(request, refused)
            return
        limit = self.proxy.limits.for_tunnels()
        try:
            await self.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await self._both_ways(reader, writer, limit)
        except* TooLarge:
            self.proxy.refusals.add(_too_large("tunnel", host, port, limit))
            self._writer.transport.abort()
        except* OSError:
            self._writer.transport.abort()  # one of the two has gone, or nothing moves any more
        finally:
            writer.transport.abort()

    async def _both_ways(
        self, reader: Reader, writer: asyncio.StreamWriter, limit: int | None
    ) -> None:
        limits, proxy = self.proxy.limits, self.proxy
        async with (
            Patience(limits.idle_s, limits.linger_s) as patience,
            asyncio.TaskGroup() as both,
        ):
            self.reader.on_end(patience.ending)
            reader.on_end(patience.ending)
            down = Meter(limit, proxy.count_down)

            def went_up(size: int) -> None:
                proxy.count_up(size)
                down.seen = 0  # another question

            up = Meter(None, went_up)
            both.create_task(pump(self.reader, writer, up, patience))
            both.create_task(pump(reader, self._writer, down, patience))

    async def _refuse(self, request: Request, refused: Refused) -> bool:
        self.proxy.refusals.add(refused, _url(request))
        stays = request.keeps_alive() and not request.has_body()
        why = (b"x-labpool-refused", refused.code.encode())
        await self._say(_STATUS[refused.code], refused.message, stays, why, request.method)
        return stays

    async def _say(
        self,
        status: int,
        text: str,
        stays: bool,  # noqa: FBT001 - is always named or plain
        extra: tuple[bytes, bytes] | None = None,
        method: bytes = b"GET",
    ) -> None:
        content = text.encode() + b"\n"
        fields = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(content)).encode()),
            (b"cache-control", b"no-store"),
            (b"connection", b"keep-alive" if stays else b"close"),
        ]
        if extra:
            fields.append(extra)
        head = head_bytes(b"HTTP/1.1 %d %s" % (status, _REASONS[status]), fields)
        await self.send(head if method == b"HEAD" else head + content)


def _url(request: Request) -> str:
    """Return what a plain request asks for; of a tunnel nobody knows."""
    return "" if request.method == b"CONNECT" else request.target.decode("ascii", "replace")


def _too_large(what: str, host: str, port: int, limit: int | None) -> Refused:
    return Refused(
        "too_large",
        f"The {what} of {host}:{port} was cut after {limit} bytes. Raise that limit if so much "
        "is needed.",
        host,
        port,
    )
