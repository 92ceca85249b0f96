"""How long a download waits for what."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Times in seconds, amounts in bytes.

    Attributes:
        connect_s: For a connection to be made.
        read_s: For the next byte of an answer.
        tries: Failures in a row, without one byte in between, before the run fails. With the
            pauses this is about two minutes.
        first_pause_s: Pause after the first failure; each further one is twice as long.
        longest_pause_s: Where the doubling ends.
        longest_retry_after_s: What a server may ask for at most.
        slow_rate: Bytes a second; a connection that is slower over ``slow_window_s`` is
            replaced by a new one.
        slow_windows: Slow windows in a row before the run fails.
        deadline_s: For the whole attempt; another attempt goes on where it ended.
        hash_tries: Times that a file is fetched anew when its bytes are wrong.
        at_once: Files that are fetched at the same time.
        pulse_s: Between two looks at progress and at whether to end.
        metric_s: Between two points of the curve of the rate, at first.
        reserve_bytes: Disk that has to stay free, or ``reserve_share`` of the file system where
            that is less (a small one).
        hold_space: Whether to take the disk space of a file before its bytes come.
    """

    connect_s: float = 10
    read_s: float = 15
    tries: int = 9
    first_pause_s: float = 0.25
    longest_pause_s: float = 30
    longest_retry_after_s: float = 60
    slow_rate: float = 1000
    slow_window_s: float = 60
    slow_windows: int = 3
    deadline_s: float = 24 * 3600
    hash_tries: int = 3
    at_once: int = 4
    pulse_s: float = 0.1
    metric_s: float = 1
    reserve_bytes: int = 64 * MIB
    reserve_share: float = 0.05
    hold_space: bool = True
