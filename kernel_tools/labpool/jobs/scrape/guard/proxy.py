"""The proxy between a worker's browser and the world; it runs on the loop of the browser."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from contextlib import suppress
from typing import NotRequired, TypedDict

from .client import Client
from .limits import Limits
from .owners import Owner, owner_of
from .refusals import Refusal, Refusals
from .relay import PIECE, Reader
from .rules import Refused, Rules

OTHERS_S = 3.0
"""Longest wait for an address that is not the last one: a broken IPv6 costs no more."""

BROWSER_ARGS = (
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--proxy-bypass-list=<-loopback>",
)
"""What Chromium needs besides ``settings``: nothing past the proxy, and no datagrams at all.

The first two are one wish. Tried with Chromium 156's headless shell: the first is enough, and the
second alone lets datagrams through; it is kept for browsers that know that name only.
"""


class ProxySettings(TypedDict):
    """The part of Playwright's type of this name that is used."""

    server: str
    username: NotRequired[str]
    password: NotRequired[str]


class GuardProxy:
    """An HTTP/1.1 forward proxy that reaches only what the rules allow.

    All is used from the event loop that ``start`` was called on. Values of headers are never
    logged or kept.

    Args:
        rules: Which targets may be reached.
        limits: How long and how large things may be.
        owner: Finds out whose a connection is.

    Attributes:
        username: Random, like ``password``. Other users of this machine must not use the proxy:
            it asks all but the user that it runs as.
        refusals: What was refused of late, oldest first.
        bytes_up: Bytes of bodies and tunnels towards the world, so far.
        bytes_down: The same from the world.
        requests: Plain requests so far.
        tunnels: CONNECT requests so far.
    """

    def __init__(
        self, rules: Rules, limits: Limits | None = None, *, owner: Owner = owner_of
    ) -> None:
        self._owner = owner
        self._owners_known = False
        self.rules = rules
        self.limits = limits or Limits()
        self.username = secrets.token_urlsafe(12)
        self.password = secrets.token_urlsafe(24)
        self.refusals = Refusals(self.limits.refusals)
        self.bytes_up = self.bytes_down = self.requests = self.tunnels = 0
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: asyncio.StreamReaderProtocol(Reader(self.limits.head_bytes), self._accept),
            "127.0.0.1",
            0,
            backlog=256,
        )
        self._owners_known = self._knows_owners()

    async def close(self) -> None:
        """Cut all connections; the proxy cannot be started again."""
        if self._server is None:
            return
        self._server.close()
        tasks = list(self._open)
        for task, writer in self._open.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    @property
    def url(self) -> str:
        """Where it listens, without the password."""
        if self._server is None:
            raise RuntimeError("the proxy does not run: await start() first")
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def settings(self) -> ProxySettings:
        """What Playwright takes as ``proxy``.

        It has the password only where the system does not tell whose a connection is; see
        ``owners`` for what a password costs.
        """
        if self._owners_known:
            return {"server": self.url}
        return {"server": self.url, "username": self.username, "password": self.password}

    @property
    def open_connections(self) -> int:
        """How many connections of the browser there are."""
        return len(self._open)

    def refusal_for(self, url: str) -> Refusal | None:
        """Return the latest refusal of the host and port of a URL, or None."""
        return self.refusals.latest(url)

    async def connect(self, host: str, port: int) -> tuple[Reader, asyncio.StreamWriter]:
        """Connect to a target, at the addresses that were checked.

        Raises:
            Refused: It must not or cannot be reached.
        """
        try:
            async with asyncio.timeout(self.limits.connect_s):
                return await self._first(await self.rules.addresses_of(host, port))
        except TimeoutError as error:
            text = (
                f"{host}:{port} did not take a connection in {self.limits.connect_s:g} seconds. "
                "Try again later."
            )
            raise Refused("timeout", text, host, port) from error
        except OSError as error:
            text = f"{host}:{port} cannot be reached ({error.strerror or error}). Try again later."
            raise Refused("unreachable", text, host, port) from error

    def count_up(self, size: int) -> None:
        """Count bytes towards the world."""
        self.bytes_up += size

    def count_down(self, size: int) -> None:
        """Count bytes from the world."""
        self.bytes_down += size

    def count_request(self) -> None:
        """Count a plain request."""
        self.requests += 1

    def count_tunnel(self) -> None:
        """Count a CONNECT request."""
        self.tunnels += 1

    async def _first(self, addresses: list[tuple[str, int]]) -> tuple[Reader, asyncio.StreamWriter]:
        """Connect to the first address that answers."""
        *others, last = addresses
        for address, port in others:
            with suppress(OSError):
                async with asyncio.timeout(OTHERS_S):
                    return await self._dial(address, port)
        return await self._dial(*last)

    async def _dial(self, address: str, port: int) -> tuple[Reader, asyncio.StreamWriter]:
        loop = asyncio.get_running_loop()
        reader = Reader(self.limits.head_bytes)
        transport, protocol = await loop.create_connection(
            lambda: asyncio.StreamReaderProtocol(reader), address, port
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    def _knows_owners(self) -> bool:
        """Return whether this machine tells whose a connection is, tried with one of ours."""
        host, _, port = self.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as probe:
            return self._is_own(probe.getsockname(), probe.getpeername())

    def _is_own(self, client: tuple[str, int], guard: tuple[str, int]) -> bool:
        return self._owner(client, guard) == os.getuid()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not isinstance(reader, Reader):
            raise TypeError(reader)
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._open[task] = writer
        task.add_done_callback(self._open.pop)

    async def _serve(self, reader: Reader, writer: asyncio.StreamWriter) -> None:
        try:
            ends = writer.get_extra_info("peername"), writer.get_extra_info("sockname")
            own = self._owners_known and None not in ends and self._is_own(*ends)
            await Client(self, reader, writer, trusted=own).serve()
            writer.write_eof()
            async with asyncio.timeout(self.limits.linger_s):
                # Closing with something unread would take the last answer back.
                while await reader.read(PIECE):
                    pass
        except OSError:
            return  # the browser has gone, or nothing moves any more
        finally:
            writer.transport.abort()
