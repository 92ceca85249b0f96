"""``labpool.connect``: from nothing at all to a pool that answers."""

from __future__ import annotations

import logging

from labpool.wire.errors import Forbidden, ServerUnavailable

from .address import Address
from .connection import Connection, Renew
from .discover import from_environment, from_hub, own_server, renewed, running_servers
from .errors import INSTALL, NoExtension, NoServer
from .labpool import Labpool
from .timing import Timing

log = logging.getLogger(__name__)

PROBE = Timing(answer_s=3.0, retry_s=0.0)
"""Patience with a server that is only one among several."""


def connect(
    url: str | None = None,
    token: str | None = None,
    *,
    timeout: float = 10.0,
    verify: bool | str | None = None,
) -> Labpool:
    """Connect to the pool of a Jupyter server.

    Without a url it looks, in this order, at: ``LABPOOL_URL`` and ``JUPYTER_SERVER_URL``; the
    server that this kernel or terminal belongs to; JupyterHub's variables; all servers that
    run on this machine, of which it takes the newest one with Labpool.

    Args:
        url: The server, as in the browser's address line.
        token: Its token; taken from the url, the environment or the server's own file if absent.
        timeout: Seconds to wait for an answer.
        verify: False, or the file of a certificate to trust; ``LABPOOL_VERIFY`` does the same.

    Returns:
        The pool, after it has answered once.

    Raises:
        NoServer: There is no server.
        NoExtension: The server has no Labpool.
        Forbidden: The server refused the token.
        ServerUnavailable: The server does not answer.
    """
    try:
        return _found(url, token, Timing(answer_s=timeout), verify=verify)
    except (ServerUnavailable, Forbidden) as error:
        raise error.with_traceback(None) from None  # where it was looked for, the words say


def _found(
    url: str | None, token: str | None, timing: Timing, *, verify: bool | str | None
) -> Labpool:
    """Return the pool of the server that is named, or of the first one that is found."""
    if url is not None:
        return _opened(Address.of(url, token, verify=verify), timing)
    named = from_environment(token, verify=verify)
    if named:
        return _opened(named, timing)
    own = own_server()
    if own:
        try:
            return _opened(own.address(token, verify=verify), timing, renewed)
        except ServerUnavailable as error:
            # Its process number may be somebody else's by now; a server without Labpool is ours.
            if isinstance(error, NoExtension | NoServer):
                raise
    hub = from_hub(token, verify=verify)
    return _opened(hub, timing) if hub else _any_running(token, verify=verify, timing=timing)


def _opened(address: Address, timing: Timing, renew: Renew | None = None) -> Labpool:
    connection = Connection(address, timing, renew)
    try:
        connection.call("get_pool")
    except BaseException:
        connection.close()
        raise
    return Labpool(connection)


def _any_running(token: str | None, *, verify: bool | str | None, timing: Timing) -> Labpool:
    """Take the newest running server with Labpool, or say why there is none."""
    answering: list[Address] = []
    refused: list[ServerUnavailable | Forbidden] = []
    for server in running_servers():
        address = server.address(token, verify=verify)
        try:
            _opened(address, PROBE).close()
        except (ServerUnavailable, Forbidden) as error:
            refused.append(error)
        else:
            answering.append(address)
    if not answering:
        raise _none(refused)
    if len(answering) > 1:
        others = ", ".join(map(str, answering[1:]))
        log.warning(
            "Connected to %s, the newest of several servers with Labpool (others: %s). "
            "Choose with connect(url) or LABPOOL_URL.",
            answering[0],
            others,
        )
    return _opened(answering[0], timing, renewed)


def _none(refused: list[ServerUnavailable | Forbidden]) -> ServerUnavailable | Forbidden:
    """Return the error that helps most: a login or an installation before nothing at all."""
    for kind in (Forbidden, NoExtension):
        for error in refused:
            if isinstance(error, kind):
                return error
    why = "".join(f" {error.message}" for error in refused)
    return NoServer(
        "No Jupyter server with Labpool runs on this machine. Start one with `jupyter lab` (if "
        f"Labpool is not in it yet: {INSTALL}), or name one: labpool.connect(url, token=...) or "
        f"LABPOOL_URL and LABPOOL_TOKEN.{why}"
    )
