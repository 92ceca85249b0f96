"""A private service that nobody may reach; it notes whoever does."""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from .background import Background

_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nAccess-Control-Allow-Origin: *\r\n"
    b"Content-Length: 10\r\nConnection: close\r\n\r\nthe secret"
)
_STUN = bytes.fromhex("2112a442")
"""What every message of STUN and TURN has in its fifth to eighth byte (RFC 8489)."""


@dataclass
class Hit:
    """A connection or a datagram that came.

    Attributes:
        protocol: "tcp" or "udp".
        line: The first line of a request for a page; else "turn", "tls", "stun", "quic", or ""
            where nothing of these came.
    """

    protocol: str
    line: str = ""

    def channel(self) -> str:
        """Return the last part of the path that was asked for, else the protocol."""
        parts = self.line.split(" ")
        path = parts[1] if len(parts) == 3 else ""
        return path.rsplit("/", 1)[-1].split("?")[0] or self.line.split(" ")[0] or self.protocol


class Secret:
    """The service, on one port of 127.0.0.1 for TCP and UDP.

    Attributes:
        url: Where it is, with a slash at the end.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._hits: list[Hit] = []
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._background = Background("secret")
        tcp, udp = _same_port()
        self.port: int = tcp.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self._background.call(self._start(tcp, udp))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def hits(self) -> list[Hit]:
        """Whatever came so far."""
        with self._changed:
            return list(self._hits)

    def channels(self) -> set[str]:
        """Return the ways in which somebody came; see ``Hit.channel``."""
        return {hit.channel() for hit in self.hits}

    def wait_for(self, channels: set[str], timeout_s: float = 20) -> None:
        """Wait until somebody has come in all these ways."""
        with self._changed:
            done = self._changed.wait_for(
                lambda: channels <= {hit.channel() for hit in self._hits}, timeout_s
            )
        if not done:
            raise TimeoutError(f"nobody came by {', '.join(sorted(channels - self.channels()))}")

    def clear(self) -> None:
        """Forget the hits."""
        with self._changed:
            self._hits.clear()

    def close(self) -> None:
        """End it."""
        self._background.call(self._stop())
        self._background.close()

    def note(self, hit: Hit) -> None:
        """Note a hit, or what became known of it."""
        with self._changed:
            if not any(known is hit for known in self._hits):
                self._hits.append(hit)
            self._changed.notify_all()

    async def _start(self, tcp: socket.socket, udp: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(self._serve, sock=tcp)
        self._datagrams, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self), sock=udp)

    async def _stop(self) -> None:
        """End all, also with browsers that have connected and say nothing."""
        self._server.close()
        self._datagrams.close()
        await asyncio.sleep(0)  # who has just come is served, and so among the open ones
        await asyncio.sleep(0)
        for task, writer in self._open.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        task.add_done_callback(self._open.pop)
        hit = Hit("tcp")
        self.note(hit)  # who connects and says nothing has come, too
        try:
            hit.line = _kind(await reader.read(4096))
            self.note(hit)
            writer.write(_ANSWER)
            await writer.drain()
        except OSError:
            pass  # it has gone, and is noted
        finally:
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Note it, and answer nothing."""
        self._secret.note(Hit("udp", _kind(data)))


def _kind(data: bytes) -> str:
    """Return what begins with these bytes; see ``Hit``."""
    if data[4:8] == _STUN:
        return "stun" if data[:2] == b"\x00\x01" else "turn"
    if data[:1] == b"\x16":
        return "tls"
    if data[:1] >= b"\xc0":
        return "quic"
    return data.split(b"\r\n")[0].decode("latin-1")


def _same_port() -> tuple[socket.socket, socket.socket]:
    """Return a socket each for TCP and UDP, on one port that is free for both."""
    while True:
        tcp = socket.create_server(("127.0.0.1", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname())
        except OSError:
            tcp.close()
            udp.close()
        else:
            return tcp, udp
