"""Requests to the Hub: one at a time or several at once, and cut by the brake."""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from labpool.runtime.context import JobError

from .brake import Brake
from .errors import Trouble, bad_endpoint, bad_redirect, wrong_answer
from .limits import Limits
from .sockets import Sockets

REDIRECTS = 6
LARGEST_JSON = 64 << 20
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
"""Names as they are after IDNA, or an IPv6 address."""

_MOVED = {301, 302, 303, 307, 308}


@dataclass
class Answer:
    """The answer to a request; its body has not come yet.

    Attributes:
        headers: By name in lower case.
        host: Who answered, for people.
        origin: The same as scheme, host and port: a URL without a path.
        home: Whether that is the endpoint, and no host that it sends to.
    """

    status: int
    headers: Mapping[str, str]
    host: str
    origin: str
    home: bool
    body: Iterator[bytes] = field(repr=False)

    def chunks(self) -> Iterator[bytes]:
        """Yield the body as it comes, in pieces of up to 64 KiB.

        Raises:
            Trouble: The connection broke, or nothing came in time.
        """
        with _as_trouble(self.host):
            yield from self.body

    def decoded(self) -> Iterator[bytes]:
        """Yield the body without the compression that nobody asked for.

        Raises:
            Trouble: As ``chunks``, or it is not what its header says.
        """
        encoding = self.packed()
        if not encoding:
            yield from self.chunks()
            return
        response = httpx.Response(
            200, headers={"Content-Encoding": encoding}, content=self.chunks()
        )
        try:
            yield from response.iter_bytes()
        except httpx.DecodingError as error:
            text = f"{self.host} answers with something else than {encoding}, which it says"
            raise Trouble("hub_error", text) from error

    def packed(self) -> str:
        """Return how the body is compressed though nobody asked for it; empty if it is not."""
        encoding = self.headers.get("content-encoding", "").strip().lower()
        return "" if encoding == "identity" else encoding

    def is_page(self) -> bool:
        """Whether the body is a page for people."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind in {"text/html", "application/xhtml+xml"}

    def json(self) -> Any:
        """Return the body, read as JSON.

        Raises:
            Trouble: It is none, or too large.
        """
        if self.is_page():
            raise wrong_answer(self.host, "a page in the place of a list of files")
        body = bytearray()
        for chunk in self.decoded():
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
        self.endpoint = _address(endpoint, "", bad_endpoint(endpoint)).rstrip("/")
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
        stop_at: str = "",
    ) -> Iterator[Answer]:
        """Send a request and give its answer, whatever the status is.

        Args:
            stop_at: Header with which an answer is not followed to where it points.

        Raises:
            Trouble: There is no answer.
            JobError: An answer points to nowhere.
            Stopped: The brake was pulled.
        """
        for _ in range(REDIRECTS):
            with self._once(url, method, headers or {}) as answer:
                moved = answer.status in _MOVED and "location" in answer.headers
                if not moved or (stop_at and stop_at in answer.headers):
                    yield answer
                    return
                url = _address(url, answer.headers["location"], bad_redirect(answer.host))
        raise Trouble("hub_error", f"{self.host} sends us round in circles")

    @contextmanager
    def _once(self, url: str, method: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        parts = urlsplit(url)
        host, home = parts.hostname or self.host, _origin(url) == _origin(self.endpoint)
        sent = {"User-Agent": "labpool", "Accept-Encoding": "identity", **headers}
        if self._token and home:
            sent["Authorization"] = f"Bearer {self._token}"
        sending = self._pool(url, host).stream(
            method, url, headers=list(sent.items()), extensions={"timeout": self._timeout}
        )
        with ExitStack() as stack:
            with self._brake_first(), _as_trouble(host):
                response = stack.enter_context(sending)
            yield Answer(
                status=response.status,
                headers={_text(name).lower(): _text(value) for name, value in response.headers},
                host=host,
                origin=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
                home=home,
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


def _text(raw: bytes) -> str:
    """Return what a header says: some servers put names of files into it as they are."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _address(base: str, location: str, refusal: JobError) -> str:
    """Return where a location leads, written as browsers write it.

    Args:
        refusal: Raised where that is nowhere.
    """
    try:
        url = httpx.URL(base).join(location) if location else httpx.URL(base)
        name = url.raw_host.decode("ascii") if url.host else ""
    except (httpx.InvalidURL, ValueError):
        raise refusal from None
    odd = url.scheme not in {"http", "https"} or not _HOST.fullmatch(name)
    if odd or not 0 < (url.port or 443) < 65536:
        raise refusal
    return str(url.copy_with(fragment=None))


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", port


def _tls() -> ssl.SSLContext:
    """Return what decides whom to trust: SSL_CERT_FILE and SSL_CERT_DIR count."""
    return httpx.create_ssl_context()
