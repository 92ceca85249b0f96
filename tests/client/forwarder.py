"""A port that stays while the server behind it comes and goes."""

from __future__ import annotations

import contextlib
import socket
import threading


class Forwarder:
    """Passes bytes on to ``target``; an absent target breaks the connection.

    Attributes:
        port: Where it listens.
        target: Port of the server now.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection."""
        while self._open:
            _end(self._open.pop())

    def close(self) -> None:
        """Stop listening."""
        _end(self._listener)
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                incoming, _ = self._listener.accept()
                try:
                    outgoing = socket.create_connection(("127.0.0.1", self.target), 5)
                except OSError:
                    incoming.close()
                    continue
                outgoing.settimeout(None)
                self._open += [incoming, outgoing]
                for pair in ((incoming, outgoing), (outgoing, incoming)):
                    threading.Thread(target=_pass_on, args=pair, daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    _end(source)
    _end(target)
    source.close()


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
