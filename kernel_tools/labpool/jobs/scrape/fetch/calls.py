"""Calls of JSON interfaces, in the session of the page."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urljoin

from playwright.async_api import APIResponse, Error
from playwright.async_api import TimeoutError as PageTimeout

from labpool.jobs.scrape.browser import Visit
from labpool.jobs.scrape.parse import csrf_from_page, expired, search
from labpool.jobs.scrape.polite import host_of
from labpool.jobs.scrape.recipe import Call, Recipe
from labpool.jobs.scrape.template import TemplateError, Value, fill, fill_json, fill_text
from labpool.wire.items import Gap

from .answers import failure
from .errand import Errand
from .failures import ItemFailed, SessionExpired, of_browser
from .haul import Answers, max_pages
from .turns import Turns

MOST_REDIRECTS = 3
"""Redirects that a call follows."""

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._-]{1,40})", re.IGNORECASE)

Html = Callable[[], Awaitable[str]]


class Calls:
    """Makes the calls of a recipe for one target.

    Args:
        recipe: The recipe.
        visit: The session.
        turns: Lets requests through.
        fields: Of the target.
        errand: For whom.
    """

    def __init__(
        self,
        recipe: Recipe,
        visit: Visit,
        turns: Turns,
        fields: dict[str, Value],
        errand: Errand,
    ) -> None:
        self._recipe = recipe
        self._visit = visit
        self._turns = turns
        self._fields = fields
        self._errand = errand

    async def make(self, call: Call, html: Html | None, answers: Answers) -> None:
        """Make a call, page after page, from where an earlier try of it has come to.

        Args:
            html: Waits for the page, where there is one.
            answers: Takes the answers as they come, and what is missing at their end.

        Raises:
            ItemFailed: It came to nothing, or not to its end.
            SessionExpired: The site asks for a login.
        """
        while not answers.ended:
            answers.url = answers.url or self._address(call, answers.cursor)
            token = await self._token(call, answers.url, html)
            answer = await self._one(call, answers.url, answers.cursor, token)
            answers.pages.append(answer)
            answers.seen.add(answers.cursor if call.by_cursor else answers.url)
            self._go_on(call, answers, search(call.next, answer) if call.next else None)

    def _go_on(self, call: Call, answers: Answers, after: Any) -> None:
        """Take the next cursor or address, or end."""
        if not isinstance(after, str | int) or isinstance(after, bool) or after == "":
            answers.ended = True
            return
        url = self._address(call, after) if call.by_cursor else _same_host(answers.url, str(after))
        answers.ended = True
        if (after if call.by_cursor else url) in answers.seen:
            text = f"{answers.url} names as its next page one that was read already ({after})."
            args: dict[str, str | int | float] = {"address": url, "call": call.name}
            answers.gaps.append(Gap(code="next_repeats", message=text, args=args))
        elif len(answers.pages) >= call.max_pages:
            answers.gaps.append(max_pages(url, call.max_pages, call=call.name))
        else:
            answers.ended, answers.url = False, url
            if call.by_cursor:
                answers.cursor = after

    async def _one(self, call: Call, url: str, cursor: Value, token: dict[str, str]) -> Any:
        async with self._turns.request(url, self._errand):
            self._errand.say(f"calls {call.name}")
            try:
                response = await self._fetch(call, url, cursor, token)
            except PageTimeout as error:
                text = f"{url} was not answered within {self._recipe.limits.response_s:g} s."
                raise ItemFailed("timeout", text, kind="timeout", blames_host=True) from error
            except Error as error:
                raise of_browser(error, url, self._visit.guard) from error
            data = await self._read(url, response)
            await self._turns.check(url, response.url)
            return data

    async def _fetch(
        self, call: Call, url: str, cursor: Value, token: dict[str, str]
    ) -> APIResponse:
        headers, body = self._filled(call, cursor)
        if any(not value.isprintable() for value in headers.values()):
            raise ItemFailed("bad_target", f"A header of {call.name} would have several lines.")
        return await self._visit.request.fetch(
            url,
            method=call.method,
            headers={"Accept": "application/json", **headers, **token},
            data=body,
            timeout=self._recipe.limits.response_s * 1000,
            max_redirects=MOST_REDIRECTS,
        )

    def _filled(self, call: Call, cursor: Value) -> tuple[dict[str, str], Any]:
        """Return headers and body of a call."""
        fields, variables = {**self._fields, "cursor": cursor}, self._recipe.variables
        try:
            headers = {
                name: fill_text(text, fields, variables) for name, text in call.headers.items()
            }
            body = None if call.body is None else fill_json(call.body, fields, variables)
        except TemplateError as error:
            raise ItemFailed("bad_target", str(error)) from error
        return headers, body

    async def _read(self, url: str, response: APIResponse) -> Any:
        try:
            body = await response.body()
            status, final, headers = response.status, response.url, response.headers
        except Error as error:
            raise of_browser(error, url) from error
        finally:
            await response.dispose()
        if len(body) > self._recipe.limits.response_bytes:
            raise ItemFailed("too_large", f"{url} answered with {len(body)} bytes.")
        text, data = await asyncio.to_thread(_parsed, body, headers.get("content-type", ""))
        if expired(self._recipe, final, status, text, data):
            raise SessionExpired(url)
        failed = failure(url, status, headers)
        if failed is not None:
            failed.kept, failed.suffix = body, ".txt"
            raise failed
        if text is not None:
            raise ItemFailed(
                "bad_json", f"{url} answered with no JSON: {text[:80]!r}", kept=body, suffix=".txt"
            )
        return data

    async def _token(self, call: Call, url: str, html: Html | None) -> dict[str, str]:
        rule = call.csrf
        if rule is None:
            return {}
        token = await self._cookie(rule.cookie, url) if rule.cookie else None
        if token is None and html is not None:  # the page may bring it
            text = await html()
            found = await self._cookie(rule.cookie, url) if rule.cookie else None
            token = found or csrf_from_page(text, rule)
        if token is None:
            where = f"the cookie {rule.cookie!r}" if rule.cookie else f"the element {rule.css!r}"
            raise ItemFailed("no_csrf_token", f"{call.name} needs a token, but {where} is missing.")
        return {rule.header: token}

    async def _cookie(self, name: str, url: str) -> str | None:
        cookies = await self._visit.context.cookies(url)
        return next((cookie["value"] for cookie in cookies if cookie["name"] == name), None)

    def _address(self, call: Call, cursor: Value) -> str:
        try:
            return fill(call.url, {**self._fields, "cursor": cursor}, self._recipe.variables)
        except TemplateError as error:
            raise ItemFailed("bad_target", str(error)) from error


def _parsed(body: bytes, content_type: str) -> tuple[str | None, Any]:
    """Return text and JSON of a body: one of them is None.

    JSON is UTF-8, 16 or 32 (RFC 8259); what says that it is something else is read as such.
    """
    try:
        return None, json.loads(body)
    except (ValueError, RecursionError):
        pass
    found = _CHARSET.search(content_type)
    try:
        text = body.decode(found[1] if found else "utf-8")
    except (LookupError, UnicodeDecodeError):
        return body.decode("utf-8", "replace"), None
    try:
        return None, json.loads(text)
    except (ValueError, RecursionError):
        return text, None


def _same_host(before: str, given: str) -> str:
    """Return the next address; a token of one host is not sent to another."""
    try:
        after = urljoin(before, given)
        same = host_of(before) == host_of(after)
    except ValueError as error:
        raise ItemFailed("bad_json", f"{before} leads to no address: {given[:200]!r}") from error
    if not same:
        raise ItemFailed("bad_json", f"{before} leads to another host: {after}")
    return after
