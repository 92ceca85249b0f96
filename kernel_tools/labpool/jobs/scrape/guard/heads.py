"""Heads of HTTP/1.1 messages: read strictly, so that no two readers see different messages.

h11 reads them, after RFC 9112; what that lets a recipient repair is refused here before.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

import h11

HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
"""Headers for the next hop only (RFC 9110, section 7.6.1)."""

# Line by line: no control character, and no line that goes on in the next one.
_CLEAN = re.compile(rb"(?:(?![ \t])[\t\x20-\x7e\x80-\xff]+(?:\r\n|$))+")
# What an answer needs before it, so that h11 takes it for one.
_ASKED = h11.Request(method=b"GET", target=b"/", headers=[(b"host", b"-")])


class BadMessage(Exception):
    """Something that is no HTTP/1.1.

    Attributes:
        status: What a client is answered: 400, 431, 501 or 505.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Headers:
    """The fields of a message, in their order; the names in lower case."""

    fields: list[tuple[bytes, bytes]]

    def all(self, name: bytes) -> list[bytes]:
        """Return the values of a header."""
        return [value for known, value in self.fields if known == name]

    def tokens(self, name: bytes) -> list[bytes]:
        """Return the words of a header that is a list, in lower case."""
        words = b",".join(self.all(name)).lower().split(b",")
        return [word.strip() for word in words if word.strip()]

    def end_to_end(self, *also: bytes) -> list[tuple[bytes, bytes]]:
        """Return the fields without those for the next hop, and without some more."""
        drop = HOP_BY_HOP | set(self.tokens(b"connection")) | set(also)
        return [(name, value) for name, value in self.fields if name not in drop]

    def chunked(self) -> bool:
        """Return whether the body is chunked.

        Raises:
            BadMessage: It is coded in another way, or has a length besides.
        """
        coding = self.tokens(b"transfer-encoding")
        if not coding:
            return False
        if coding != [b"chunked"]:
            raise BadMessage("only the transfer coding chunked is understood", 501)
        if self.all(b"content-length"):
            raise BadMessage("a chunked body has no Content-Length")
        return True

    def length(self) -> int | None:
        """Return Content-Length.

        Raises:
            BadMessage: It is no number, or there are several.
        """
        values = set(self.tokens(b"content-length"))
        if not values:
            return None
        value = values.pop()
        if values or not value.isdigit() or len(value) > 18:
            raise BadMessage("Content-Length is not one number")
        return int(value)


@dataclass
class Request:
    """The head of a request.

    Attributes:
        minor: 0 or 1, of HTTP/1.
    """

    method: bytes
    target: bytes
    minor: int
    headers: Headers

    def has_body(self) -> bool:
        """Return whether a body follows."""
        return self.headers.chunked() or bool(self.headers.length())

    def keeps_alive(self) -> bool:
        """Return whether the client may send another one."""
        words = self.headers.tokens(b"connection") + self.headers.tokens(b"proxy-connection")
        return b"close" not in words if self.minor else b"keep-alive" in words


@dataclass
class Response:
    """The head of an answer."""

    minor: int
    status: int
    reason: bytes
    headers: Headers

    def bodiless(self, method: bytes) -> bool:
        """Return whether no body follows, whatever the headers say."""
        return method == b"HEAD" or self.status < 200 or self.status in {204, 304}


async def read_head(reader: asyncio.StreamReader) -> bytes | None:
    """Return the next head without its last two line ends, or None at the end.

    Raises:
        BadMessage: It is longer than the reader's limit, or ends too early.
    """
    try:
        return (await reader.readuntil(b"\r\n\r\n"))[:-4]
    except asyncio.LimitOverrunError as error:
        raise BadMessage("the headers are too long", 431) from error
    except asyncio.IncompleteReadError as error:
        if error.partial.strip():
            raise BadMessage("the headers end too early") from error
        return None


def parse_request(head: bytes) -> Request:
    """Read the head of a request.

    Raises:
        BadMessage: It is none.
    """
    event = _parse(h11.Connection(h11.SERVER), head.lstrip(b"\r\n"))
    if not isinstance(event, h11.Request):
        raise BadMessage("that is no HTTP request")
    if event.http_version not in {b"1.0", b"1.1"}:
        raise BadMessage("only HTTP/1.1 is spoken here", 505)
    return Request(event.method, event.target, int(event.http_version[-1:]), _headers(event))


def parse_response(head: bytes) -> Response:
    """Read the head of an answer.

    Raises:
        BadMessage: It is none, or one that a plain request does not get.
    """
    connection = h11.Connection(h11.CLIENT)
    connection.send(_ASKED)
    connection.send(h11.EndOfMessage())
    event = _parse(connection, head)
    if not isinstance(event, h11.Response | h11.InformationalResponse):
        raise BadMessage("that is no HTTP answer")
    if event.http_version not in {b"1.0", b"1.1"}:
        raise BadMessage("only HTTP/1.1 is spoken here")
    minor = int(event.http_version[-1:])
    return Response(minor, event.status_code, event.reason, _headers(event))


def _parse(connection: h11.Connection, head: bytes) -> object:
    if not _CLEAN.fullmatch(head):
        raise BadMessage("a line of the headers cannot be read")
    try:
        connection.receive_data(head + b"\r\n\r\n")
        return connection.next_event()
    except h11.RemoteProtocolError as error:
        raise BadMessage(str(error), error.error_status_hint) from error


def _headers(event: h11.Request | h11.Response | h11.InformationalResponse) -> Headers:
    return Headers(list(event.headers))


def head_bytes(first: bytes, fields: list[tuple[bytes, bytes]]) -> bytes:
    """Return a head as it is sent."""
    lines = [first, *(name + b": " + value for name, value in fields)]
    return b"\r\n".join(lines) + b"\r\n\r\n"
