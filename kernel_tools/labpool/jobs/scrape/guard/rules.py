"""Which targets a browser may reach: the open Internet, and what is allowed by name."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Self

from .addresses import (
    Address,
    Network,
    address_in,
    is_public,
    normal_host,
    opens_by_name,
    split_port,
)

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a name; raises OSError when there are none."""


class Refused(Exception):
    """A target that is not reached.

    Attributes:
        code: "bad_address", "private_address", "no_such_host", "unreachable", "timeout",
            "bad_answer" or "too_large".
        message: What happened and what to do, for people.
    """

    def __init__(self, code: str, message: str, host: str, port: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.host = host
        self.port = port


async def system_resolve(host: str, port: int) -> list[str]:
    """Ask the system's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


@dataclass(frozen=True)
class Entry:
    """One thing that is allowed.

    Attributes:
        name: Of a host; "" where a network is allowed. One that begins with a dot stands for all
            names that end in it.
        network: A single address is a network of one.
        port: None for all.
    """

    name: str
    network: Network | None
    port: int | None

    @classmethod
    def read(cls, text: str) -> Self:
        """Read "host", "host:port", "*.example.org", an address or a network.

        An address of version 6 has brackets when a port follows.

        Raises:
            ValueError: It is none of these; the message says what to write.
        """
        try:
            host, port = split_port(text.strip())
            if "/" in host:
                return cls("", ip_network(host), port)
            if host.startswith("*."):
                return cls("." + normal_host(host[2:]), None, port)
            host = normal_host(host)
        except ValueError as error:
            raise ValueError(
                f"{text!r} cannot be allowed ({error}): write a host, host:port, *.example.org, "
                "an address or a network such as 10.0.0.0/8"
            ) from error
        address = address_in(host)
        return cls(host, None, port) if address is None else cls("", ip_network(address), port)

    def has_name(self, name: str, port: int) -> bool:
        """Return whether it allows what a name leads to."""
        if not self.name or self.port not in {None, port}:
            return False
        return name.endswith(self.name) if self.name.startswith(".") else name == self.name

    def has_address(self, address: Address, port: int) -> bool:
        """Return whether it allows an address."""
        return self.network is not None and self.port in {None, port} and address in self.network


class Rules:
    """Decides on targets.

    All public addresses are open. Others are open when they, or the name that leads to them, are
    in the list; a name opens private networks and this machine only, see ``opens_by_name``.

    Args:
        allowed: See ``Entry.read``.
        resolve: Finds the addresses of a name.

    Raises:
        ValueError: Something in the list cannot be read.
    """

    def __init__(self, allowed: Sequence[str] = (), resolve: Resolve = system_resolve) -> None:
        self._entries = tuple(Entry.read(text) for text in allowed)
        self._resolve = resolve

    async def address_of(self, host: str, port: int) -> tuple[str, int]:
        """Return the first of ``addresses_of``."""
        return (await self.addresses_of(host, port))[0]

    async def addresses_of(self, host: str, port: int) -> list[tuple[str, int]]:
        """Return the addresses to connect to, and ask for them once.

        Who connects to what this returns, and never asks for the name again, cannot be sent
        elsewhere by a name that changes its mind.

        Raises:
            Refused: The target is not public, or there is none.
        """
        try:
            name = normal_host(host)
        except ValueError as error:
            raise Refused(
                "bad_address", f"{host!r} is no host: correct the address.", host, port
            ) from error
        if not 0 < port < 65536:
            raise Refused("bad_address", f"{port} is no port: correct the address.", name, port)
        literal = address_in(name)
        found = [literal] if literal else await self._ask(name, port)
        for address in found:
            if not self._open(name, address, port):
                raise _private(name, address, port)
        return [(str(address), port) for address in found]

    async def _ask(self, name: str, port: int) -> list[Address]:
        try:
            # A zone says by which network a link-local address is reached; it is refused anyway.
            texts = [text.partition("%")[0] for text in await self._resolve(name, port)]
        except (OSError, UnicodeError) as error:
            raise _no_such_host(name, port) from error
        if not texts:
            raise _no_such_host(name, port)
        return [ip_address(text) for text in dict.fromkeys(texts)]

    def _open(self, name: str, address: Address, port: int) -> bool:
        if is_public(address) or any(one.has_address(address, port) for one in self._entries):
            return True
        return opens_by_name(address) and any(one.has_name(name, port) for one in self._entries)


def _private(name: str, address: Address, port: int) -> Refused:
    what = name if name == str(address) else f"{name} ({address})"
    return Refused(
        "private_address",
        f"{what} is not on the open Internet, and nobody has allowed it. If it is meant to be "
        f'scraped, have "{name}:{port}" added to the allowed hosts.',
        name,
        port,
    )


def _no_such_host(name: str, port: int) -> Refused:
    return Refused(
        "no_such_host",
        f"{name} has no address. Check its spelling, and the name servers of the machine that "
        "the workers run on.",
        name,
        port,
    )
