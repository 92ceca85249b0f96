"""What goes wrong on order."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(kw_only=True)
class Fault:
    """One fault, and the requests that it strikes.

    Attributes:
        match: Part of the request's path.
        method: "GET", "HEAD", or "" for both.
        times: Requests that it strikes; None for all.
        skip: Requests that it lets pass first.
        rate: Bytes a second.
        piece: Bytes that are sent at once, when there is a rate.
        cut_after: Bytes of the body after which the connection ends.
        cut: How it ends: an orderly end, or a reset.
        stall_after: Bytes of the body after which nothing comes any more.
        pause_at: Bytes of the body after which nothing comes until ``gate`` is set.
        silent: Whether no answer comes at all.
        status: Answer with this status and no file.
        headers: Added to the answer, or in the place of its own.
        body: What such an answer says.
        chunked: Whether such an answer keeps its length to itself.
        corrupt_at: Byte of the file that is wrong.
        no_range: Whether ``Range`` is ignored.
        shift_range: Bytes by which the part that is sent lies beside the one asked for.
        extra: Bytes too many, with a Content-Length that counts them; negative: too few.
        foreign_etag: Another ETag than the file's hash, as the CDN may have.
        redirect: Send to this URL, with ``status`` or 302; ``{path}`` in it is what was asked for.
    """

    match: str = ""
    method: str = ""
    times: int | None = None
    skip: int = 0
    rate: float | None = None
    piece: int = 16_384
    cut_after: int | None = None
    cut: Literal["fin", "rst"] = "fin"
    stall_after: int | None = None
    pause_at: int | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    silent: bool = False
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    chunked: bool = False
    corrupt_at: int | None = None
    no_range: bool = False
    shift_range: int = 0
    extra: int = 0
    foreign_etag: str | None = None
    redirect: str | None = None


class Faults:
    """The faults that are on order; the first that strikes a request is the one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, **options: Any) -> Fault:
        """Order a fault."""
        fault = Fault(**options)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Have everything go right again."""
        self.open_gates()
        with self._lock:
            self._faults.clear()

    def open_gates(self) -> None:
        """Let everything go on that waits for a gate."""
        with self._lock:
            for fault in self._faults:
                fault.gate.set()

    def strike(self, method: str, path: str) -> Fault:
        """Return the fault of a request; one without effect when all goes right."""
        with self._lock:
            for fault in self._faults:
                if fault.match not in path or fault.method not in {"", method}:
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                if fault.times is None:
                    return fault
                if fault.times > 0:
                    fault.times -= 1
                    return fault
        return Fault()
