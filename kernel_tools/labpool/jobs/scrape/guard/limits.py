"""How long and how large things may be at the guard."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits; times in seconds, sizes in bytes.

    Attributes:
        connect_s: To find a target's addresses and to connect to one of them.
        head_s: For the whole head of a request, once its first byte is here.
        idle_s: Without a byte in either direction.
        linger_s: The same once a side has ended, or gone away.
        head_bytes: Of one head.
        response_bytes: Of the body of one plain answer; None for no end.
        tunnel_bytes: Of what comes through a tunnel without anything going up: that is one answer,
            or a part of one. None for what ``response_bytes`` says.
        refusals: How many are remembered.
    """

    connect_s: float = 10
    head_s: float = 15
    idle_s: float = 120
    linger_s: float = 10
    head_bytes: int = 65_536
    response_bytes: int | None = None
    tunnel_bytes: int | None = None
    refusals: int = 200

    def for_tunnels(self) -> int | None:
        """Return the limit of a tunnel."""
        return self.response_bytes if self.tunnel_bytes is None else self.tunnel_bytes
