"""A scrape on one worker, from its targets to its records."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from playwright.async_api import Error

from labpool.items import Ledger, LedgerError, NewItem, hold
from labpool.runtime.context import Cancelled, JobContext, JobError

from .alone import alone
from .browser import BrowserHost, HostSettings, NoBrowser, Underway, Visitor
from .crew import Crew, HostAway
from .fetch import Fetcher, ItemFailed, SessionExpired
from .fetch.answers import REFUSED
from .fetch.evidence import Evidence
from .fetch.failures import of_browser, of_refusal, refusal_of
from .fetch.turns import Turns
from .finish import ITEMS, finish, reopen
from .params import Params
from .polite import Hosts, Robots, Unreachable
from .progress import EVERY_S, Pulse, Steps
from .recipe import Recipe
from .sessions import state_of
from .targeting import Target
from .targets import Targets

FILLED = "targets.done"
"""File in the run's folder that is there once all targets are items; it holds their number."""
PAGE_BYTES = 150 << 20
"""Memory that a page takes, about."""
CALLS_FOR_A_PAGE = 8
"""Calls that cost what one page costs: without pages so many more items go on at once."""
ROBOTS_REDIRECTS = 5
"""Redirects of robots.txt that are followed (RFC 9309, 2.3.1.2)."""


def scrape(params: Params, ctx: JobContext) -> dict[str, Any]:
    """Take a part in a scrape; others may work on it at the same time.

    Returns:
        See ``finish``.

    Raises:
        Cancelled: The run was asked to end; what has not ended waits for a resume.
        JobError: The session has expired, a host does not answer, no browser, no disk space, or
            no item came to anything.
    """
    recipe = params.made()
    state = state_of(ctx, params.session)
    try:
        with (
            Ledger.open(ctx.run_dir / ITEMS) as ledger,
            hold(ctx.run_dir, ctx.worker) as owner,
        ):
            given = _fill(ctx, ledger, params, recipe)
            _work(params, ctx, ledger, owner, (recipe, state, given))
            return finish(ctx, ledger, recipe)
    except SessionExpired as expired:
        raise _expired(params, expired) from None
    except HostAway as away:
        raise JobError(
            "host_away", str(away), retry=True, retry_after_s=math.ceil(away.seconds)
        ) from away
    except NoBrowser as error:
        raise JobError("no_browser", str(error)) from None
    except LedgerError as error:
        raise JobError(error.code, error.message, retry=True) from error


def _fill(ctx: JobContext, ledger: Ledger, params: Params, recipe: Recipe) -> int:
    """Make the targets items, once for all workers; return how many there were."""
    filled = ctx.run_dir / FILLED
    with alone(ctx, "fill"):
        if filled.exists():
            return int(filled.read_text(encoding="ascii"))
        targets = Targets(params, recipe, ctx.assets)
        ledger.add(_new_items(ctx, targets))
        given = ledger.counts().total
        left_out = targets.left_out()
        ledger.note_given(repeated=targets.duplicates, left_out=left_out)
        if targets.duplicates:
            count = targets.duplicates
            ctx.notice("same_targets", f"{count} targets came twice and are read once", count=count)
        if left_out:
            most = params.limit
            words = f"{left_out} targets are left out: the limit is {most}"
            ctx.notice("more_targets", words, limit=most, count=left_out)
        part = filled.with_suffix(".part")
        part.write_text(str(given), encoding="ascii")
        ctx.flush()  # once they are filled, none of it is said again
        part.replace(filled)
    ctx.log("info", f"{given} items")
    return given


def _new_items(ctx: JobContext, targets: Iterable[Target]) -> Iterator[NewItem]:
    for target in targets:
        ctx.check_cancelled()
        yield NewItem(target.id, dict(target.fields))


def _work(
    params: Params,
    ctx: JobContext,
    ledger: Ledger,
    owner: str,
    facts: tuple[Recipe, str, int],
) -> None:
    recipe, state, given = facts
    steps = Steps()
    pulse = Pulse(ctx, ledger, steps)
    ledger.release_dead()
    counts = pulse.beat()
    if counts.waiting == counts.running == 0:
        return
    reopen(ctx)
    host = ctx.warm("scrape-browser", lambda: BrowserHost(_host_settings(ctx)))
    allowed = tuple(filter(None, ctx.settings.get("scrape_allowed_hosts", "").split(",")))
    limit = recipe.limits.response_bytes
    visitor = Visitor(state, "" if state else ctx.run_id, recipe.agent, allowed, limit)
    shared = Path(ctx.settings.get("shared_dir") or ctx.run_dir)
    stranger = Visitor("", "robots.txt", recipe.agent, allowed, limit)
    robots = Robots(_fetch_robots(host, stranger), shared / "robots", recipe.agent)
    turns = Turns(Hosts(shared / "hosts"), robots if recipe.robots else None, recipe, ctx.log)
    most = min(given + (recipe.follow.limit if recipe.follow else 0), params.limit)
    crew = Crew(
        ledger=ledger,
        owner=owner,
        worker=ctx.worker,
        fetcher=Fetcher(recipe, host, visitor, turns, Evidence(ctx), most),
        steps=steps,
        log=ctx.log,
        hide=ctx.hide,
        pages=params.pages or _pages(ctx, recipe),
    )
    _watch(host.submit(crew.work()), ctx, pulse)


def _watch(working: Underway[None], ctx: JobContext, pulse: Pulse) -> None:
    """Report until the work has ended; end it when the job is asked to, or cannot report."""
    try:
        _report(working, ctx, pulse)
    finally:
        if not working.ended():
            working.cancel()
            with suppress(CancelledError):
                working.result()


def _report(working: Underway[None], ctx: JobContext, pulse: Pulse) -> None:
    while True:
        try:
            if working.wait(EVERY_S):
                working.result()
                pulse.last()
                return
        except CancelledError:
            raise Cancelled from None
        pulse.beat()
        if ctx.cancelled():
            working.cancel()


def _host_settings(ctx: JobContext) -> HostSettings:
    return HostSettings(program=ctx.settings.get("scrape_browser", ""))


def _pages(ctx: JobContext, recipe: Recipe) -> int:
    """Return how many items go on at once on this worker."""
    pages = int(ctx.settings.get("scrape_pages") or 0)
    if not pages:
        cores = os.cpu_count() or 2
        workers = min(max(cores - 1, 2), 8)
        room = psutil.virtual_memory().available // (workers * PAGE_BYTES)
        pages = int(max(1, min(max(4 * cores // workers, 2), 8, room)))
    return pages if recipe.uses_page else pages * CALLS_FOR_A_PAGE


def _fetch_robots(host: BrowserHost, visitor: Visitor) -> Any:
    async def fetch(url: str) -> tuple[int, str]:
        async with host.visit(visitor) as visit:
            try:
                response = await visit.request.get(url, max_redirects=ROBOTS_REDIRECTS)
                final, refused = response.url, REFUSED in response.headers
                body = await response.body()
                await response.dispose()
            except Error as error:
                raise _unreachable(of_browser(error, url, visit.guard)) from error
            refusal = refusal_of(visit.guard, final) if refused else None
        if refusal is not None:
            raise _unreachable(of_refusal(refusal.code, refusal.message))
        return response.status, body.decode("utf-8", "replace")

    return fetch


def _unreachable(failed: ItemFailed) -> Unreachable:
    """Return what robots.txt that was not read means: what is no word of the host keeps its own."""
    return Unreachable(failed.message, failed.reason if failed.ours else "")


def _expired(params: Params, expired: SessionExpired) -> JobError:
    name = params.session or "NAME"
    return JobError(
        "session_expired",
        f"{expired}: the session has expired. Save a new one, "
        f'pool.sessions.save("{name}", ...), then resume the run; what is done stays done.',
        session=params.session,
    )
