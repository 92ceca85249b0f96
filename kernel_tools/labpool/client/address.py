"""Where a server is, and what opens it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

from labpool.wire.errors import InvalidRequest

PAGES = frozenset({"lab", "tree", "notebooks", "edit", "doc", "consoles", "terminals"})
"""First path segments of Jupyter's pages, which a copied address has and the base URL has not."""

WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  what servers write
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, kw_only=True)
class Address:
    """One Jupyter server.

    Attributes:
        url: Base URL, with the server's prefix and a slash at the end.
        token: Its token, or "" where it wants none.
        sock: Path of a Unix socket to speak over, or "".
        verify: Whether certificates are checked, or the file of the ones to trust.
        found: Where the address comes from, for messages.
    """

    url: str
    token: str = field(default="", repr=False)
    sock: str = ""
    verify: bool | str = True
    found: str = "the url that was given"

    @classmethod
    def of(
        cls,
        text: str,
        token: str | None = None,
        *,
        sock: str = "",
        verify: bool | str | None = None,
        found: str = "the url that was given",
    ) -> Address:
        """Read an address as people copy it: with a page, a query, or no scheme.

        Args:
            text: ``http://localhost:8888/user/me/lab?token=abc``, or
                ``http+unix://%2Frun%2Fjupyter.sock/``.
            token: Goes before the one in the text.
            sock: Unix socket, where the text does not name it.
            verify: None takes it from ``LABPOOL_VERIFY``.
            found: Where the text comes from.

        Raises:
            InvalidRequest: It is no http address.
        """
        parts = urlsplit(text.strip() if "://" in text else f"http://{text.strip()}")
        if parts.scheme == "http+unix":
            sock, parts = unquote(parts.netloc), parts._replace(scheme="http", netloc="localhost")
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise InvalidRequest(
                f"{text!r} is no address of a Jupyter server; write http://localhost:8888/"
            )
        given = parse_qs(parts.query).get("token", [""])[0]
        url = urlunsplit((parts.scheme, _reachable(parts.netloc), _base(parts.path), "", ""))
        return cls(
            url=url,
            token=given if token is None else token,
            sock=sock,
            verify=_verify() if verify is None else verify,
            found=found,
        )

    @property
    def local(self) -> bool:
        """Whether it is on this machine, where no proxy is wanted."""
        return bool(self.sock) or urlsplit(self.url).hostname in LOOPBACK

    def __str__(self) -> str:
        return f"{self.url} (unix socket {self.sock})" if self.sock else self.url


def _base(path: str) -> str:
    """Return the server's prefix: the path up to the page."""
    kept: list[str] = []
    for segment in filter(None, path.split("/")):
        if segment in PAGES:
            break
        kept.append(quote(unquote(segment), safe="@~:+,"))
    return "/" + "".join(f"{segment}/" for segment in kept)


def _reachable(netloc: str) -> str:
    host, colon, port = netloc.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = netloc, ""
    bare = WILDCARDS.get(host.strip("[]"), host.strip("[]"))
    shown = f"[{bare}]" if ":" in bare else bare
    return f"{shown}:{port}" if port else shown


def _verify() -> bool | str:
    value = os.environ.get("LABPOOL_VERIFY", "").strip()
    if value.lower() in ("0", "false", "no", "off"):
        return False
    return True if value.lower() in ("", "1", "true", "yes", "on") else value
