"""Whose a connection on this machine is.

With a password Playwright answers the proxy's question itself, page by page, and for that turns
the browser's cache off: four times the requests. So the guard looks at who has the other end.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path

from . import diag

Owner = Callable[[tuple[str, int], tuple[str, int]], int | None]
"""Returns the user of the first end of a connection that leads to the second; None: not known."""


def owner_of(ours: tuple[str, int], theirs: tuple[str, int]) -> int | None:
    """Return the number of the user who has this end of a connection over IPv4.

    Linux tells of one connection, or has a table of all (proc_net_tcp in the kernel's
    documentation); elsewhere nobody is known. One that nobody holds any more has no inode, and
    seems to be the superuser's.

    Args:
        ours: Address and port of the end that is asked about.
        theirs: Address and port of the other end.
    """
    try:
        user, inode = diag.owner(ours, theirs)
    except diag.Unsupported:
        return _in_table(ours, theirs)
    return user if inode else None


def _in_table(ours: tuple[str, int], theirs: tuple[str, int]) -> int | None:
    ends = f" {_spelled(*ours)} {_spelled(*theirs)} "
    try:
        table = Path("/proc/net/tcp").read_text(encoding="ascii")
    except OSError:
        return None
    at = table.find(ends)  # the table is long, and this is faster than line by line
    if at < 0:
        return None
    cells = table[at : table.find("\n", at)].split()
    return None if cells[8] == "0" else int(cells[6])


def _spelled(host: str, port: int) -> str:
    number = int.from_bytes(socket.inet_aton(host), sys.byteorder)
    return f"{number:08X}:{port:04X}"
