"""What a connection needs of the proxy that took it, and an exchange of its connection."""

from __future__ import annotations

import asyncio
from typing import Protocol

from .limits import Limits
from .refusals import Refusals
from .relay import Reader


class Proxy(Protocol):
    """The proxy: the only one that opens a way to a target."""

    limits: Limits
    refusals: Refusals
    username: str
    password: str

    async def connect(self, host: str, port: int) -> tuple[Reader, asyncio.StreamWriter]:
        """Connect to a target that the rules let pass.

        Raises:
            Refused: They do not, or it cannot be reached.
        """
        ...

    def count_request(self) -> None:
        """Count a request."""
        ...

    def count_tunnel(self) -> None:
        """Count a tunnel."""
        ...

    def count_up(self, size: int) -> None:
        """Count bytes to a target."""
        ...

    def count_down(self, size: int) -> None:
        """Count bytes from a target."""
        ...


class Asker(Protocol):
    """Whoever asks: one connection to the proxy."""

    proxy: Proxy
    reader: Reader

    async def send(self, data: bytes) -> None:
        """Send bytes, as fast as they are taken."""
        ...
