"""How one item can fail, and what each failure means for another try and for its host.

robots_denied, robots_unreachable   robots.txt says no, or does not answer
address_refused                     a private address that no setting allows, or no address at all
no_such_host                        there is no host of that name
bad_certificate                     a host does not prove who it is
http_error                          a status of 400 or more
timeout                             a page or a call took longer than the recipe allows
connection_failed                   nobody answered, or the answer broke off
redirect_loop                       redirects without an end
too_large                           an answer larger than the recipe allows
download                            the page is a file to be saved
page_crashed                        the page's process died
browser_died                        the browser died, again and again
bad_json                            a call answered with something else
no_csrf_token                       the token that a call needs is nowhere
bad_target                          an address cannot be made of the target
nothing_found                       there is no record, but parts that should have been some
browser_error                       whatever else the browser complains about
item_error                          whatever else goes wrong with this item
worker_died                         its worker died, again and again
"""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.async_api import Error
from playwright.async_api import TimeoutError as PageTimeout

from labpool.jobs.scrape.guard import GuardProxy, Refusal
from labpool.jobs.scrape.polite import FailureKind

from .opened import Opened

_REFUSALS = {
    "private_address": "address_refused",
    "bad_address": "address_refused",
    "no_such_host": "no_such_host",
    "too_large": "too_large",
}


@dataclass
class ItemFailed(Exception):
    """An item, or a try of it, came to nothing.

    Attributes:
        reason: See the module.
        message: What happened and what to do next.
        kind: What another try depends on; None for what no try can help.
        status: Of the answer, where there was one.
        blames_host: Whether it counts as a failure of the host.
        retry_after_s: How long the host asked to be left alone, seconds.
        pauses_host: Whether the host asked for patience at all.
        kept: The answer, for whoever wants to see why.
        suffix: Of the file that it goes into.
        opened: The page as far as it came.
        ours: Whether we did not want to hear, or there is nobody to ask: no failure of the host's.
        facts: For the gap that it is where other parts of the item came.
    """

    reason: str
    message: str
    kind: FailureKind | None = None
    status: int | None = None
    blames_host: bool = False
    retry_after_s: float | None = None
    pauses_host: bool = False
    kept: bytes | None = None
    suffix: str = ""
    opened: Opened | None = field(default=None, repr=False)
    ours: bool = False
    facts: dict[str, str | int | float] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message


class SessionExpired(Exception):
    """The site asks for a login: no item can go on before there is a new session.

    Args:
        where: The address that said so.
    """

    def __init__(self, where: str) -> None:
        super().__init__(f"{where} asks for a login")
        self.where = where


def of_browser(error: Error, url: str, guard: GuardProxy | None = None) -> ItemFailed:
    """Return what an error of the browser means.

    Args:
        error: The error; only its first line is told: the others can hold headers with cookies.
        url: What was asked for.
        guard: The proxy, which may know more of it.
    """
    line = first_line(error)
    if "crashed" in line:
        return ItemFailed("page_crashed", f"The page of {url} crashed.", kind="crash")
    refusal = refusal_of(guard, url) if guard is not None else None
    if refusal is not None:
        return of_refusal(refusal.code, refusal.message)
    if isinstance(error, PageTimeout):
        return ItemFailed("timeout", f"{url}: {line}", kind="timeout", blames_host=True)
    return of_line(line, url)


def broken_off(line: str, url: str, guard: GuardProxy) -> ItemFailed | None:
    """Return what it means that a page led to something that did not come.

    Args:
        line: What the browser says.

    Returns:
        None where the page stayed as it was, as after an answer without content.
    """
    refusal = refusal_of(guard, url)
    if refusal is not None:
        return of_refusal(refusal.code, refusal.message)
    return None if "ERR_ABORTED" in line else of_line(line, url)


def of_line(line: str, url: str) -> ItemFailed:
    """Return what a word of the browser's means."""
    if "ERR_TOO_MANY_REDIRECTS" in line or "Max redirect count" in line:
        return ItemFailed("redirect_loop", f"{url} leads from one address to another for ever.")
    if "Download is starting" in line or "ERR_ABORTED" in line:
        return ItemFailed("download", f"{url} is a file to be saved, and no page.")
    if "ERR_CERT" in line or "certificate" in line.lower():
        text = f"{url} does not prove who it is: {line}. See whether its certificate is in order."
        return ItemFailed("bad_certificate", text, ours=True)
    if "net::ERR" in line or "socket hang up" in line or "ECONN" in line or "aborted" in line:
        text = f"{url} cannot be read: {line}"
        return ItemFailed("connection_failed", text, kind="connection", blames_host=True)
    return ItemFailed("browser_error", f"{url}: {line}", kind="crash")


def refusal_of(guard: GuardProxy, url: str) -> Refusal | None:
    """Return why the proxy did not pass a request on, and forget it: it was about this one.

    Of an encrypted request the proxy knows the host only.
    """
    return guard.refusals.take(url)


def of_refusal(code: str, message: str) -> ItemFailed:
    """Return what it means that the proxy did not pass something on."""
    reason = _REFUSALS.get(code)
    if reason is not None:
        # A name may be found later; who answers with too much was asked.
        kind: FailureKind | None = "connection" if reason == "no_such_host" else None
        return ItemFailed(reason, message, kind=kind, ours=reason != "too_large")
    return ItemFailed("connection_failed", message, kind="connection", blames_host=True)


def first_line(error: Error) -> str:
    """Return what an error of Playwright's says, without the log of the call below it."""
    lines = error.message.splitlines() or [type(error).__name__]
    return lines[0].split(": ", 1)[-1] if lines[0].startswith(("Page.", "APIReq")) else lines[0]
