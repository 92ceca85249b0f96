"""Requests to the Hub: one at a time or several at once, and cut by the brake."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from labpool.runtime.context import JobError

from .brake import Brake
from .errors import Trouble
from .limits import Limits
from .sockets import Sockets

REDIRECTS = 6
LARGEST_JSON = 64 << 20
_MOVED = {301, 302, 303, 307, 308}


@dataclass
class Answer:
    """The answer to a request; its body has not come yet.

    Attributes:
        headers: By name in lower case.
        host: Who answered, for people.
    """

    status: int
    headers: Mapping[str, str]
    host: str
    body: Iterator[bytes] = field(repr=False)

    def chunks(self) -> Iterator[bytes]:
        """Yield the body as it comes, in pieces of up to 64 KiB.

        Raises:
            Trouble: The connection broke, or nothing came in time.
        """
        with _as_trouble(self.host):
            yield from self.body

    def json(self) -> Any:
        """Return the body, read as JSON.

        Raises:
            Trouble: It is none, or too large.
        """
        body = bytearray()
        for chunk in self.chunks():
            body += chunk
            if len(body) > LARGEST_JSON:
                raise Trouble("hub_error", f"{self.host} answers with more than a list of files")
        try:
            return json.loads(body)
        except ValueError:
            raise Trouble(
                "hub_error", f"{self.host} answers with something else than JSON"
            ) from None


class Web:
    """The connections of one download.

    Args:
        endpoint: URL of the Hub. Only it gets the token: no other host that it redirects to.
        token: The owner's, or None.
    """

    def __init__(self, endpoint: str, token: str | None, limits: Limits, brake: Brake) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.host = urlsplit(self.endpoint).netloc
        self.has_token = token is not None
        self._token = token
        self._brake = brake
        self._timeout = {
            "connect": limits.connect_s,
            "read": limits.read_s,
            "write": limits.read_s,
            "pool": limits.read_s,
        }
        self._lock = threading.Lock()
        self._pools: dict[tuple[str, str | None], httpcore.ConnectionPool] = {}

    @contextmanager
    def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        follow: bool = True,
    ) -> Iterator[Answer]:
        """Send a request and give its answer, whatever the status is.

        Args:
            follow: Whether to go where the answer points to.

        Raises:
            Trouble: There is no answer.
            Stopped: The brake was pulled.
        """
        for _ in range(REDIRECTS):
            with self._once(url, method, headers or {}) as answer:
                if not follow or answer.status not in _MOVED or "location" not in answer.headers:
                    yield answer
                    return
                url = urljoin(url, answer.headers["location"])
        raise Trouble("hub_error", f"{self.host} sends us round in circles")

    @contextmanager
    def _once(self, url: str, method: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        host = urlsplit(url).hostname or self.host
        sent = {"User-Agent": "labpool", "Accept-Encoding": "identity", **headers}
        if self._token and _origin(url) == _origin(self.endpoint):
            sent["Authorization"] = f"Bearer {self._token}"
        sending = self._pool(url, host).stream(
            method, url, headers=list(sent.items()), extensions={"timeout": self._timeout}
        )
        with ExitStack() as stack:
            with self._brake_first(), _as_trouble(host):
                response = stack.enter_context(sending)
            yield Answer(
                status=response.status,
                headers={
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in response.headers
                },
                host=host,
                body=self._body(response),
            )

    def _body(self, response: httpcore.Response) -> Iterator[bytes]:
        with self._brake_first():
            yield from response.iter_stream()
        self._brake.check()  # a line that was cut by it ends like any other

    @contextmanager
    def _brake_first(self) -> Iterator[None]:
        """Let the brake speak before the error that it brought about."""
        try:
            yield
        except httpcore_errors():
            self._brake.check()
            raise

    def _pool(self, url: str, host: str) -> httpcore.ConnectionPool:
        parts = urlsplit(url)
        proxy = None if proxy_bypass(host) else _proxy(parts.scheme)
        key = parts.scheme, proxy
        with self._lock:
            if key not in self._pools:
                self._pools[key] = self._new_pool(*key)
            return self._pools[key]

    def _new_pool(self, scheme: str, proxy: str | None) -> httpcore.ConnectionPool:
        options: dict[str, Any] = {
            "ssl_context": _tls() if scheme == "https" else None,
            "network_backend": Sockets(self._brake),
            "max_connections": 16,
            "keepalive_expiry": 5,
        }
        if proxy is None:
            return httpcore.ConnectionPool(**options)
        parts = urlsplit(proxy)
        if parts.scheme != "http" or not parts.hostname:
            raise JobError(
                "hub_offline",
                f"The proxy setting names a {parts.scheme or 'nameless'} proxy, and downloads can "
                "use http proxies only. Set HTTPS_PROXY to one for the server and its workers.",
            )
        auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        address = f"http://{parts.hostname}:{parts.port or 80}"
        return httpcore.HTTPProxy(address, proxy_auth=auth, **options)

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()


def httpcore_errors() -> tuple[type[Exception], ...]:
    """Return what httpcore raises when a request goes wrong."""
    return (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.TimeoutException,
        httpcore.UnsupportedProtocol,
    )


@contextmanager
def _as_trouble(host: str) -> Iterator[None]:
    """Turn httpcore's errors into trouble, with words that name the host and no URL."""
    try:
        yield
    except (
        httpcore.ConnectError,
        httpcore.ConnectTimeout,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise Trouble("hub_offline", f"{host} cannot be reached: {error}") from error
    except httpcore.TimeoutException as error:
        raise Trouble("timeout", f"{host} sent nothing for too long") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise Trouble("hub_offline", f"the connection to {host} broke: {error}") from error


def _proxy(scheme: str) -> str | None:
    proxies = getproxies()
    return proxies.get(scheme) or proxies.get("all")


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", port


def _tls() -> ssl.SSLContext:
    """Return what decides whom to trust: SSL_CERT_FILE and SSL_CERT_DIR count."""
    return httpx.create_ssl_context()
