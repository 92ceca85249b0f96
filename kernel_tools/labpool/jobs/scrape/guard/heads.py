"""Heads of HTTP/1.1 messages: read strictly, so that no two readers see different messages.

After RFC 9112; what that lets a recipient repair is refused here.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

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

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_TARGET = re.compile(rb"[\x21-\x7e\x80-\xff]+")
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: ([\t\x20-\x7e\x80-\xff]*))?")


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
    first, *rest = head.lstrip(b"\r\n").split(b"\r\n")
    parts = first.split(b" ")
    if len(parts) != 3 or not _TOKEN.fullmatch(parts[0]) or not _TARGET.fullmatch(parts[1]):
        raise BadMessage("that is no HTTP request")
    if parts[2] not in {b"HTTP/1.0", b"HTTP/1.1"}:
        raise BadMessage("only HTTP/1.1 is spoken here", 505)
    return Request(parts[0], parts[1], int(parts[2][-1:]), _parse_fields(rest))


def parse_response(head: bytes) -> Response:
    """Read the head of an answer.

    Raises:
        BadMessage: It is none.
    """
    first, *rest = head.split(b"\r\n")
    match = _STATUS_LINE.fullmatch(first)
    if not match:
        raise BadMessage("that is no HTTP answer")
    return Response(int(match[1]), int(match[2]), match[3] or b"", _parse_fields(rest))


def _parse_fields(lines: list[bytes]) -> Headers:
    fields = []
    for line in lines:
        name, colon, value = line.partition(b":")
        value = value.strip(b" \t")
        if not colon or not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise BadMessage("a header cannot be read")
        fields.append((name.lower(), value))
    return Headers(fields)


def head_bytes(first: bytes, fields: list[tuple[bytes, bytes]]) -> bytes:
    """Return a head as it is sent."""
    lines = [first, *(name + b": " + value for name, value in fields)]
    return b"\r\n".join(lines) + b"\r\n\r\n"
