"""HTTP to one server: the routes table spoken from the client's side."""

from __future__ import annotations

import contextlib
import ssl
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from labpool.wire.errors import Forbidden, InvalidRequest, LabpoolError, ServerUnavailable
from labpool.wire.route import API_PREFIX, Route
from labpool.wire.routes import ROUTES

from .address import Address
from .errors import NoServer, error_of
from .timing import Timing

Renew = Callable[[Address], Address | None]
"""Returns the address as it is now, or None."""

_BY_ID = {route.id: route for route in ROUTES}
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
PAGE = 1000
"""Entries asked for at once; every list allows as many."""

_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=8)
_XSRF = "6c6162706f6f6c"
"""Cookie and header alike, for a server without a token: its check against other web pages."""


class Connection:
    """Sends requests, raises the server's errors again, tries reads again.

    Threads may share it. A read (GET) is tried again for a few seconds while the server is
    away. Anything else is tried again only while it surely was not received.

    Args:
        address: The server.
        timing: How patient to be.
        renew: Asked when a login is refused, because a server that was restarted may have a
            new token.

    Attributes:
        close: Closes all connections; done by itself when nobody holds this any more.
    """

    def __init__(
        self,
        address: Address,
        timing: Timing | None = None,
        renew: Renew | None = None,
    ) -> None:
        self.address = address
        self.timing = timing or Timing()
        self._renew = renew
        self._met = False
        self._http = httpx.Client(
            base_url=address.url + API_PREFIX,
            headers=_login(address),
            trust_env=not address.local,
            transport=httpx.HTTPTransport(uds=address.sock, limits=_LIMITS)
            if address.sock
            else None,
            verify=_trust(address),
            limits=_LIMITS,
        )
        # Nobody closes what a notebook has forgotten about.
        self.close = weakref.finalize(self, self._http.close)

    def call(
        self,
        route_id: str,
        path: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
        body: BaseModel | None = None,
    ) -> Any:
        """Call a route and return its answer as a record.

        Args:
            route_id: ``id`` in ``labpool.wire.ROUTES``.
            path: Values for the path's parameters.
            query: Query values; those that are None are left out.
            body: JSON body.

        Raises:
            LabpoolError: What the server answered, or ``ServerUnavailable``.
        """
        route = _BY_ID[route_id]
        request = self._request(route, path or {}, query or {}, body)
        try:
            response = self._send(request, again=route.verb == "GET")
        except LabpoolError as error:
            raise error.with_traceback(None) from None  # how it was sent helps nobody
        if route.answer is None or response.status_code == 204:
            return None
        return self._read(route.answer, response)

    def pages(
        self,
        route_id: str,
        path: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, Any],
        limit: int | None = None,
    ) -> Iterator[Any]:
        """Yield the entries of a list, page after page, ``limit`` at the most."""
        asked, left = {**query}, limit
        while left is None or left > 0:
            size = PAGE if left is None else min(left, PAGE)
            page = self.call(route_id, path, query=asked | {"limit": size})
            yield from page.items
            left = None if left is None else left - len(page.items)
            if page.next is None:
                return
            asked["after"] = page.next

    @contextlib.contextmanager
    def stream(
        self,
        route_id: str,
        path: Mapping[str, str],
        *,
        query: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> Iterator[httpx.Response]:
        """Open a stream of server-sent events; the caller reads it.

        Raises:
            LabpoolError: The server refused, or does not answer.
        """
        request = self._request(_BY_ID[route_id], path, query, None)
        request.headers.update({**headers, "Accept": "text/event-stream"})
        request.extensions["timeout"] = self._waits(self.timing.silence_s).as_dict()
        with contextlib.closing(self._once(request, stream=True)) as response:
            yield response

    @contextlib.contextmanager
    def download(
        self,
        route_id: str,
        path: Mapping[str, str],
        query: Mapping[str, Any] | None = None,
    ) -> Iterator[httpx.Response]:
        """Open an answer that is a file; the caller reads it.

        Raises:
            LabpoolError: The server refused, or does not answer.
        """
        request = self._request(_BY_ID[route_id], path, query or {}, None)
        with contextlib.closing(self._once(request, stream=True)) as response:
            yield response

    def _request(
        self,
        route: Route,
        path: Mapping[str, str],
        query: Mapping[str, Any],
        body: BaseModel | None,
    ) -> httpx.Request:
        quoted = {name: quote(value, safe="") for name, value in path.items()}
        return self._http.build_request(
            route.verb,
            route.path.format(**quoted),
            params={name: value for name, value in query.items() if value is not None},
            content=body.model_dump_json() if body else None,
            headers={"Content-Type": "application/json"} if body else None,
            timeout=self._waits(
                self.timing.answer_s if route.verb == "GET" else self.timing.accept_s
            ),
        )

    def _waits(self, read_s: float) -> httpx.Timeout:
        return httpx.Timeout(self.timing.answer_s, read=read_s)

    def _send(self, request: httpx.Request, *, again: bool) -> httpx.Response:
        """Send, and while the server is away send again where that does no harm."""
        began = time.monotonic()
        for pause in self.timing.pauses():
            try:
                return self._once(request)
            except ServerUnavailable as error:
                may = again or isinstance(error.__context__, _NOT_SENT)
                late = time.monotonic() + pause > began + self._patience(error)
                if not may or _hopeless(error) or late:
                    raise
            time.sleep(pause)
        raise AssertionError  # the pauses never end

    def _patience(self, error: ServerUnavailable) -> float:
        """Return for how long to try again, seconds: less where there may never be a server."""
        if not self._met and isinstance(error.__context__, httpx.ConnectError):
            return min(self.timing.refused_s, self.timing.retry_s)
        return self.timing.retry_s

    def _once(self, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        """Send once; after a refused login once more, if the server has a new token."""
        try:
            response = self._http.send(request, stream=stream)
        except httpx.TransportError as error:
            # Programs find the error of the line in __context__; people read one error, not four.
            raise self._away(request, error) from None
        self._met = True
        if response.is_success:
            return response
        response.read()
        response.close()
        refused = error_of(response, str(self.address))
        if isinstance(refused, Forbidden) and self._renewed():
            request.headers["Authorization"] = self._http.headers["Authorization"]
            return self._once(request, stream=stream)
        raise refused

    def _renewed(self) -> bool:
        now = self._renew(self.address) if self._renew else None
        if now is None or now.token == self.address.token:
            return False
        self.address = now
        self._http.headers.update(_login(now))
        return True

    def _away(self, request: httpx.Request, error: httpx.TransportError) -> ServerUnavailable:
        text = str(error) or type(error).__name__
        if "CERTIFICATE_VERIFY_FAILED" in text:
            return NoServer(
                f"The certificate of {self.address} is not trusted ({text}). For a certificate "
                "of your own give its file: connect(url, verify='server.pem') or LABPOOL_VERIFY."
            )
        if "refused" in text:
            return ServerUnavailable(
                f"{self.address} does not answer: nothing listens there ({text}). Start Jupyter "
                "there (`jupyter lab`), or check the address: `jupyter server list` shows the "
                "servers of this machine."
            )
        if request.method == "GET" or isinstance(error, _NOT_SENT):
            return ServerUnavailable(
                f"{self.address} does not answer ({text}). Is the Jupyter server running? "
                "`jupyter server list` shows those on this machine."
            )
        return ServerUnavailable(
            f"The connection to {self.address} broke ({text}) after the request was sent. It may "
            "have been carried out: look at pool.runs() before you send it again.",
            maybe_done=True,
        )

    def _read(self, model: type[BaseModel], response: httpx.Response) -> BaseModel:
        try:
            return model.model_validate_json(response.content)
        except ValidationError:
            raise LabpoolError(
                f"{self.address} answered something that this labpool cannot read. "
                "Install the same version of labpool here and in the server.",
                url=str(response.request.url),
            ) from None


def _hopeless(error: ServerUnavailable) -> bool:
    """Return whether another try cannot help: a certificate, no extension."""
    return error.code != ServerUnavailable.code


def _login(address: Address) -> dict[str, str]:
    if address.token:
        return {"Authorization": f"token {address.token}"}
    return {"Cookie": f"_xsrf={_XSRF}", "X-XSRFToken": _XSRF}


def _trust(address: Address) -> ssl.SSLContext | bool:
    if isinstance(address.verify, bool):
        return address.verify
    try:
        return ssl.create_default_context(cafile=address.verify)
    except OSError as error:
        raise InvalidRequest(
            f"The certificates in {address.verify} cannot be read: {error}"
        ) from None
