"""What has come of an item so far: a further try goes on from there, and an end keeps it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from labpool.jobs.scrape.parse import Broken, Got, Parsed
from labpool.jobs.scrape.recipe import NextPage
from labpool.jobs.scrape.template import Value
from labpool.wire.items import Gap

from .failures import ItemFailed
from .opened import Opened

LOOKS_AT = 3
"""Broken parts that are told of an item."""


@dataclass
class Answers:
    """The answers of one call, page after page.

    Attributes:
        pages: Their JSON.
        url: Address of the next one; "" before the first.
        cursor: Its cursor; "" of the first.
        seen: Cursors or addresses that were asked for.
        gaps: What is missing at its end.
        ended: Whether there is nothing more to ask for.
    """

    pages: list[Any] = field(default_factory=list)
    url: str = ""
    cursor: Value = ""
    seen: set[Value] = field(default_factory=set)
    gaps: list[Gap] = field(default_factory=list)
    ended: bool = False


@dataclass
class Haul:
    """What has come of one item.

    Attributes:
        opened: Its first page, whole.
        late: The page that is waited for now, as far as it came when its time was over.
        answers: Of each call.
        pages: What was read of the first page with its calls, and of each further page.
        next_url: Where the page leads on to.
        seen: Addresses of its pages.
        gaps: What is missing of what was read.
    """

    opened: Opened | None = None
    late: Opened | None = None
    answers: dict[str, Answers] = field(default_factory=dict)
    pages: list[Parsed] = field(default_factory=list)
    next_url: str | None = None
    seen: set[str] = field(default_factory=set)
    gaps: list[Gap] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Grows with whatever comes."""
        answers = sum(len(each.pages) for each in self.answers.values())
        return (self.opened is not None) + answers + len(self.pages)

    @property
    def has_something(self) -> bool:
        """Whether anything of it is worth keeping."""
        return any(page.records or page.links for page in self.pages)

    def got(self) -> Got:
        """Return what the first page and the calls have brought."""
        first = self.opened or self.late
        api = {name: each.pages for name, each in self.answers.items()}
        return Got(first.html if first else None, first.url if first else "", api)

    def add(self, parsed: Parsed, opened: Opened | None) -> None:
        """Take what was read of a page."""
        self.pages.append(parsed)
        self.late = None
        self.next_url = parsed.next_url
        if opened is not None:
            self.seen.add(opened.url)
            self.gaps += opened.gaps

    def leads_on(self, rule: NextPage | None) -> bool:
        """Whether there is a further page to read; where the recipe says no, that is a gap."""
        if rule is None or self.next_url is None or self.next_url in self.seen:
            return False
        if len(self.pages) < rule.max_pages:
            return True
        self.gaps.append(max_pages(self.next_url, rule.max_pages))
        return False

    def end(self, failed: ItemFailed) -> None:
        """Note what a failure means for what there is."""
        unread = self.next_url if self.next_url not in self.seen else None
        places = [where for where in (self._call(), unread) if where]
        for where in places:
            facts = {**failed.facts, "address": where}
            self.gaps.append(Gap(code=failed.reason, message=failed.message, args=facts))
        if not places and failed.opened is None:
            self.gaps.append(Gap(code=failed.reason, message=failed.message, args=failed.facts))

    def _call(self) -> str:
        """Return the address of the call that has not come to its end."""
        return next((a.url for a in self.answers.values() if a.pages and not a.ended), "")

    def all_gaps(self) -> list[Gap]:
        """Return all that is missing, and what could not be read."""
        broken = [each for page in self.pages for each in page.broken]
        gaps = [*self.gaps, *(gap for each in self.answers.values() for gap in each.gaps)]
        return [*gaps, broken_gap(broken)] if broken else gaps


def max_pages(url: str, limit: int, **more: str) -> Gap:
    """Return the gap of a limit that has cut something."""
    text = f"There are more pages than max_pages allows ({limit}); the next one is {url}."
    return Gap(code="max_pages", message=text, args={"address": url, "limit": limit, **more})


def broken_gap(broken: Sequence[Broken]) -> Gap:
    """Return the gap of parts that could not be read as records."""
    first = "; ".join(
        f"{each.where}{f', {each.field}' if each.field else ''}: {each.reason}"
        for each in broken[:LOOKS_AT]
    )
    more = f"; and {len(broken) - LOOKS_AT} more" if len(broken) > LOOKS_AT else ""
    parts = "1 part" if len(broken) == 1 else f"{len(broken)} parts"
    text = f"{parts} could not be read: {first}{more}."
    return Gap(code="broken", message=text, args={"count": len(broken)})


def hidden(gap: Gap, hide: Callable[[str], str]) -> Gap:
    """Return a gap with secrets blacked out."""
    args = {name: hide(v) if isinstance(v, str) else v for name, v in gap.args.items()}
    return gap.model_copy(update={"message": hide(gap.message), "args": args})
