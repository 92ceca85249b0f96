"""What robots.txt allows (RFC 9309), read once for all workers."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from protego import Protego

from labpool.hub.durable import write

from .locks import locked
from .names import file_name, host_of

LIMIT_BYTES = 500 * 1024
"""What is read of a file (RFC 9309, 2.5)."""

KEEP_S = 24 * 3600.0
"""How long an answer holds (RFC 9309, 2.4)."""

KEEP_FAILURE_S = 600.0
"""How long a host is left alone that did not answer."""

_KNOWN_HOSTS = 500

Fetch = Callable[[str], Awaitable[tuple[int, str]]]


class Unreachable(Exception):
    """For a fetcher to raise when a host cannot be reached; an ``OSError`` says the same.

    Args:
        message: Why, in a sentence.
        why: A stable word where that says nothing of the host, because it was not asked or is not
            there: then this is what an item is told, and nobody remembers it. "" otherwise.
    """

    def __init__(self, message: str, why: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.why = why


@dataclass(frozen=True)
class Allowed:
    """Whether an address may be asked for.

    Attributes:
        yes: It may.
        crawl_delay: Seconds between two requests that the host asks for, or None.
        why: "" when it may, else "robots_denied", "robots_unreachable", or the word of an
            ``Unreachable`` that has one.
        message: The same in a sentence that says what to do next.
    """

    yes: bool
    crawl_delay: float | None = None
    why: str = ""
    message: str = ""


@dataclass(frozen=True)
class _Answer:
    """What a host said, as it is kept.

    Attributes:
        until: When it has to be asked again; seconds since 1970.
        text: Its rules; "" allows all. None when it did not answer.
        said: What was heard instead.
    """

    at: float
    until: float
    text: str | None
    said: str = ""


class Robots:
    """The rules of all hosts, for one agent.

    Args:
        fetch: Gets an address and follows redirects; returns the status and the text. It raises
            ``Unreachable`` or ``OSError`` when there is no answer.
        folder: Where the answers are kept, shared by all workers.
        agent: The product's name, by which the rules call us.
        fetch_s: Seconds that a fetch may take.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        fetch: Fetch,
        folder: Path,
        agent: str,
        *,
        fetch_s: float = 30.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._fetch = fetch
        self._folder = folder
        self._agent = agent
        self._fetch_s = fetch_s
        self._clock = clock
        self._known: dict[str, tuple[_Answer, Protego]] = {}

    async def allowed(self, url: str) -> Allowed:
        """Return whether an address may be asked for; fetches the rules when nobody has.

        Raises:
            ValueError: The address has no host.
            OSError: The folder cannot be written.
        """
        origin = f"{urlsplit(url).scheme.lower()}://{host_of(url)}"
        try:
            answer, rules = await self._rules(origin)
        except Unreachable as error:
            return Allowed(yes=False, why=error.why, message=error.message)
        if answer.text is None:
            return Allowed(
                yes=False,
                why="robots_unreachable",
                message=f"{origin}/robots.txt cannot be read ({answer.said or 'no answer'}), so "
                "nothing of this host may be asked for (RFC 9309). See whether it is up, and retry "
                "the items later; it is asked again after ten minutes.",
            )
        delay = _delay(rules, self._agent)
        if urlsplit(url).path == "/robots.txt" or rules.can_fetch(url, self._agent):
            return Allowed(yes=True, crawl_delay=delay)
        return Allowed(
            yes=False,
            crawl_delay=delay,
            why="robots_denied",
            message=f"{origin}/robots.txt does not allow {self._agent} to ask for {url}. Leave "
            "the item out, or ask the host's owner.",
        )

    async def _rules(self, origin: str) -> tuple[_Answer, Protego]:
        known = self._known.get(origin)
        if known is not None and self._holds(known[0]):
            return known
        answer = await self._answer(origin)
        known = answer, Protego.parse(answer.text or "")
        if len(self._known) >= _KNOWN_HOSTS:
            self._known.pop(next(iter(self._known)))
        self._known[origin] = known
        return known

    async def _answer(self, origin: str) -> _Answer:
        """Take the answer that all workers share, or be the one who fetches it."""
        path = self._folder / f"{file_name(origin)}.json"
        answer = _read(path)
        if answer is not None and self._holds(answer):
            return answer
        self._folder.mkdir(parents=True, exist_ok=True)
        async with locked(path.with_suffix(".lock")):
            answer = _read(path)
            if answer is None or not self._holds(answer):
                answer = await self._ask(origin, answer)
                write(path, json.dumps(asdict(answer)), self._folder, lasting=False)
        return answer

    def _holds(self, answer: _Answer) -> bool:
        """Whether an answer is still good; one from the future came before the clock was set."""
        return answer.at <= self._clock() < answer.until

    async def _ask(self, origin: str, before: _Answer | None) -> _Answer:
        """Fetch the rules.

        Raises:
            Unreachable: The host was not asked, or is not there.
        """
        try:
            async with asyncio.timeout(self._fetch_s):
                status, text = await self._fetch(f"{origin}/robots.txt")
        except Unreachable as error:
            if error.why:
                raise  # the host has not failed, so nothing is kept of it
            status, text, said = 0, "", error.message
        except TimeoutError:
            status, text, said = 0, "", f"no answer within {self._fetch_s:g} s"
        except OSError as error:
            status, text, said = 0, "", error.strerror or str(error)
        else:
            said = f"it answers with status {status}"
        now = self._clock()
        if 200 <= status < 300:
            return _Answer(now, now + KEEP_S, _cut(text))
        if 300 <= status < 500:
            # Gone, forbidden, or redirected without an end: there are no rules.
            return _Answer(now, now + KEEP_S, "")
        # What it said before holds on while it does not answer (RFC 9309, 2.4).
        return _Answer(now, now + KEEP_FAILURE_S, before.text if before else None, said)


def _delay(rules: Protego, agent: str) -> float | None:
    delays = [delay for delay in [rules.crawl_delay(agent)] if delay is not None]
    rate = rules.request_rate(agent)
    if rate is not None and rate.requests > 0:
        delays.append(rate.seconds / rate.requests)
    return max(delays, default=None)


def _cut(text: str) -> str:
    """Return what is read of a file; a line that is cut in two would say something else."""
    raw = text.removeprefix("\ufeff").encode("utf-8", "replace")
    if len(raw) > LIMIT_BYTES:
        raw = raw[:LIMIT_BYTES].rpartition(b"\n")[0]
    return raw.decode("utf-8", "replace")


def _read(path: Path) -> _Answer | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        text = found["text"]
        return _Answer(
            float(found["at"]),
            float(found["until"]),
            None if text is None else str(text),
            str(found.get("said", "")),
        )
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None
