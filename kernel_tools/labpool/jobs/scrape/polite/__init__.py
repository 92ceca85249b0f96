"""Politeness towards each host, of all worker processes and runs together.

The limits lie in a folder that all workers share: locks that the kernel frees when their process
dies, and a small file a host. What the registry has for this (aiolimiter, purgatory, stamina)
counts within one process, so that as many workers would take as many times the rate, and open as
many breakers one by one; hence this code of our own.
"""

from __future__ import annotations

from .backoff import FailureKind, parse_retry_after, pause_before, worth_a_retry
from .hosts import HostResting, Hosts, Turn
from .limits import HostLimits
from .names import file_name, host_of
from .robots import Allowed, Robots, Unreachable

__all__ = [
    "Allowed",
    "FailureKind",
    "HostLimits",
    "HostResting",
    "Hosts",
    "Robots",
    "Turn",
    "Unreachable",
    "file_name",
    "host_of",
    "parse_retry_after",
    "pause_before",
    "worth_a_retry",
]
