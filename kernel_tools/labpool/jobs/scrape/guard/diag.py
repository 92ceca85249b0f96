"""Asks the kernel for one connection by its two ends (Linux: sock_diag(7)).

The table in /proc holds every connection of the machine: reading it takes milliseconds, this takes
microseconds.
"""

from __future__ import annotations

import socket
import struct

_NETLINK_SOCK_DIAG = 4
_BY_FAMILY = 20
_REQUEST = 1
_ERROR = 2
_ALL_STATES = 0xFFFFFFFF
_NO_COOKIE = 0xFFFFFFFF
_HEADER = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
_ASKED = struct.Struct("=BBBxI")  # inet_diag_req_v2 up to its id
_ID = struct.Struct("!HH4s12x4s12x")  # inet_diag_sockid up to its interface, in network order
_REST_OF_ID = struct.Struct("=III")  # interface and cookie
_OWNER = struct.Struct("=II")  # of inet_diag_msg: user and inode
_OWNER_AT = _HEADER.size + 4 + 48 + 12


class Unsupported(Exception):
    """The kernel does not answer such questions here, or knows of no such connection."""


def owner(ours: tuple[str, int], theirs: tuple[str, int]) -> tuple[int, int]:
    """Return user and inode of the first end of a TCP connection over IPv4.

    Raises:
        Unsupported: The kernel does not say.
    """
    (host, port), (other, other_port) = ours, theirs
    wanted = _ID.pack(port, other_port, socket.inet_aton(host), socket.inet_aton(other))
    body = _ASKED.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, _ALL_STATES) + wanted
    body += _REST_OF_ID.pack(0, _NO_COOKIE, _NO_COOKIE)
    head = _HEADER.pack(_HEADER.size + len(body), _BY_FAMILY, _REQUEST, 1, 0)
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as asked:
            asked.settimeout(1)
            asked.send(head + body)
            answer = asked.recv(4096)
    except (AttributeError, OSError) as error:
        raise Unsupported from error
    if len(answer) < _OWNER_AT + _OWNER.size or _HEADER.unpack_from(answer)[1] == _ERROR:
        raise Unsupported
    user, inode = _OWNER.unpack_from(answer, _OWNER_AT)
    return user, inode
