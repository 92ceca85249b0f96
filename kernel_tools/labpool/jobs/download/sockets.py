"""Connections that the brake can cut at any moment: while they are made, too.

httpcore lets its user bring the sockets. These ones are known to the brake before they connect;
``shutdown`` wakes a thread that waits for a connection, a TLS handshake or a byte.
"""

from __future__ import annotations

import queue
import select
import socket
import ssl
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpcore

from .brake import Brake, Stopped

OTHERS_S = 3.0
"""Longest wait for an address that is not the last one: a broken IPv6 costs no more."""


def _cut(sock: socket.socket) -> None:
    """Wake whoever waits on a socket; the owner closes it."""
    with suppress(OSError):
        # The method of the base class: an SSLSocket's own would also drop its TLS state, which
        # the woken thread still uses.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


class Line(httpcore.NetworkStream):
    """One connection."""

    def __init__(self, sock: socket.socket, brake: Brake) -> None:
        self._sock = sock
        self._brake = brake

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the next bytes, or none at the end."""
        try:
            self._sock.settimeout(timeout)
            return self._sock.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all bytes."""
        try:
            self._sock.settimeout(timeout)
            self._sock.sendall(buffer)
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        """Close the connection."""
        self._brake.remove(self._sock)
        self._sock.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> Line:
        """Return the same connection, encrypted."""
        if isinstance(self._sock, ssl.SSLSocket):
            self.close()
            raise httpcore.ConnectError("a proxy that is itself reached by https is not supported")
        self._sock.settimeout(timeout)
        self._brake.remove(self._sock)
        try:
            wrapped = ssl_context.wrap_socket(
                self._sock, server_hostname=server_hostname, do_handshake_on_connect=False
            )
        except OSError as error:
            self._sock.close()
            raise httpcore.ConnectError(str(error)) from error
        line = Line(wrapped, self._brake)
        try:
            self._brake.add(wrapped, lambda: _cut(wrapped))
            wrapped.do_handshake()
        except TimeoutError as error:
            line.close()
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            line.close()
            raise httpcore.ConnectError(str(error)) from error
        except Stopped:
            line.close()
            raise
        return line

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks about a connection."""
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        if info == "socket":
            return self._sock
        if info == "is_readable":
            return _readable(self._sock)
        return None


class Sockets(httpcore.NetworkBackend):
    """Makes the connections of a download."""

    def __init__(self, brake: Brake) -> None:
        self._brake = brake

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Line:
        """Connect to the first address of a host that answers."""
        try:
            addresses = resolve(host, port, timeout, self._brake)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} has no address: {error}") from error
        for index, (family, address) in enumerate(addresses):
            last = index == len(addresses) - 1
            wait = timeout if last or timeout is None else min(timeout, OTHERS_S)
            try:
                return self._connect(family, address, wait)
            except OSError as error:
                self._brake.check()
                if last and isinstance(error, TimeoutError):
                    raise httpcore.ConnectTimeout(f"{host} does not answer") from error
                if last:
                    raise httpcore.ConnectError(f"{host}: {error}") from error
        raise httpcore.ConnectError(f"{host} has no address")

    def _connect(
        self, family: socket.AddressFamily, address: tuple[Any, ...], timeout: float | None
    ) -> Line:
        sock = socket.socket(family, socket.SOCK_STREAM)
        line = Line(sock, self._brake)
        try:
            self._brake.add(sock, lambda: _cut(sock))
            sock.settimeout(timeout)
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            line.close()
            raise
        return line


def resolve(
    host: str, port: int, timeout: float | None, brake: Brake
) -> list[tuple[socket.AddressFamily, tuple[Any, ...]]]:
    """Return the addresses of a host, each with its family.

    Nothing can wake a thread that asks for a name: it gets one of its own, which is left to
    itself when the brake is pulled or the time is over, and ends when the system's resolver
    gives up.

    Raises:
        OSError: There is none, or none in time.
        Stopped: The brake was pulled.
    """
    answers: queue.SimpleQueue[list[Any] | OSError | Stopped] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            answers.put(error)

    thread = threading.Thread(target=ask, name="labpool-resolve", daemon=True)
    with brake.waking(lambda: answers.put(Stopped())):
        thread.start()
        try:
            answer = answers.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError("no answer from the name servers") from None
    if isinstance(answer, Stopped):
        raise answer
    thread.join()
    if isinstance(answer, OSError):
        raise answer
    return [(family, address) for family, _, _, _, address in answer]


def _readable(sock: socket.socket) -> bool:
    """Whether an idle connection has something to read, so that its server has closed it."""
    if sock.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))
