"""How long a client waits, for answers and between tries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from labpool.runtime.backoff import growing_pauses


@dataclass(frozen=True, kw_only=True)
class Timing:
    """All the client's patience, in seconds.

    Attributes:
        answer_s: Longest wait for the answer to a read, and for a connection.
        accept_s: Longest wait until a change is carried out (a run's data may be looked at).
        retry_s: For how long a read is tried again while the server is away.
        refused_s: For how long a server that has never answered is tried where nothing listens.
        silence_s: Longest silence of a stream (the server sends a comment more often than that).
        reconnect_s: For how long a broken stream looks for its server.
        first_pause_s: First pause between two tries; each further one is twice as long.
        longest_pause_s: Longest pause between two tries.
    """

    answer_s: float = 10.0
    accept_s: float = 60.0
    retry_s: float = 5.0
    refused_s: float = 1.0
    silence_s: float = 45.0
    reconnect_s: float = 600.0
    first_pause_s: float = 0.1
    longest_pause_s: float = 5.0

    def pauses(self) -> Iterator[float]:
        """Yield growing pauses, each between half and all of its length by chance."""
        return growing_pauses(self.first_pause_s, self.longest_pause_s)
