"""The tickets and what happened to them: made from their numbers, the same each time."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from typing import Any, TypedDict

NAMESPACE = uuid.UUID("6b1f2f0e-9a53-4f0e-8b57-0d5a6d4d9c11")
TEHRAN = timezone(timedelta(hours=3, minutes=30))

BROKEN_AT = (4, 11, 24)
"""The activities of a ticket that the fault "malformed" breaks, counted from 0."""

_AUTHORS = ("Sara Ahmadi", "John Smith", "رضا کریمی", "مریم حسینی", "Ana Müller")
_TITLES = (
    "Printer on floor 2 does not answer",
    "ورود به سامانه ممکن نیست",
    "Invoice totals are wrong by 1 cent",
    "خطا در بارگذاری پیوست‌ها",
    "Search finds nothing after an update",
)
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")

_VALUES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "status": ("Status", "select", ("New", "در حال بررسی", "Waiting for R&D", "بسته‌شده", "Done")),
    "priority": ("اولویت", "select", ("Low", "Normal", "High", "فوری")),
    "assignee": ("Assignee", "user", _AUTHORS),
    "labels": ("Labels", "multiselect", ("bug", "رابط کاربری", "<beta>", "billing", "کارایی")),
    "due": ("موعد", "date", ("۱۴۰۵/۰۱/۱۵", "۱۴۰۵/۰۲/۳۰", "2026-06-01", "۱۴۰۵/۱۲/۲۹")),
}


class Record(TypedDict):
    """One change of one column, as a right scrape has it.

    Attributes:
        uuid: Of the activity; with the column it is unique.
        column: ``data-columnid`` of the revision.
        type: ``data-columntype`` within it.
        old: Texts of the ``.old`` elements.
        new: Texts of the ``.added`` elements.
        created: ISO 8601 with an offset, as the API says it.
    """

    uuid: str
    ticket_id: int
    column: str
    type: str
    old: list[str]
    new: list[str]
    created: str
    author: str


@dataclass(frozen=True)
class Activity:
    """What somebody did to a ticket at once: up to three changes, or a comment."""

    ticket_id: int
    number: int
    created: str
    author: str
    revisions: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]

    @property
    def uuid(self) -> str:
        """Its name."""
        return str(uuid.uuid5(NAMESPACE, f"{self.ticket_id}/{self.number}"))

    def records(self) -> list[Record]:
        """Return what a right scrape yields."""
        return [
            Record(
                uuid=self.uuid,
                ticket_id=self.ticket_id,
                column=column,
                type=_VALUES[column][1],
                old=list(old),
                new=list(new),
                created=self.created,
                author=self.author,
            )
            for column, old, new in self.revisions
        ]

    def to_json(self, html: str | None) -> dict[str, Any]:
        """Return what the API says of it."""
        return {
            "id": self.ticket_id * 1000 + self.number,
            "uuid": self.uuid,
            "created": self.created,
            "author": {"name": self.author},
            "html": html,
        }

    def html(self) -> str:
        """Return it as the page would show it."""
        parts = [_revision(*revision) for revision in self.revisions]
        return f'<div class="activity">{"".join(parts) or "<p>سلام, any news?</p>"}</div>'

    def broken_html(self) -> str | None:
        """Return it broken, in one of three ways: unclosed, without the column, nothing."""
        way = BROKEN_AT.index(self.number)
        if way == 0:  # the end tags of whatever follows are text to a textarea
            return '<div class="activity"><div class="revision" data-columnid="status"><textarea>'
        if way == 1:
            return self.html().replace(' data-columnid="', ' data-column="')
        return None


def _revision(column: str, old: tuple[str, ...], new: tuple[str, ...]) -> str:
    title, kind, _ = _VALUES[column]
    cells = [f'<span data-columntype="{kind}">{title}</span>']
    cells += [f'<span class="old strikethrough">{escape(text)}</span>' for text in old]
    cells += [f'<span class="new added">{escape(text)}</span>' for text in new]
    return f'<div class="revision" data-columnid="{column}">{"".join(cells)}</div>'


def activities(ticket: int) -> list[Activity]:
    """Return what happened to a ticket, oldest first: 28 to 32 activities."""
    dice = random.Random(ticket)
    when = datetime(2026, 1, 5, 8, tzinfo=UTC) + timedelta(hours=ticket)
    made = []
    for number in range(28 + ticket % 5):
        when += timedelta(minutes=dice.randrange(1, 600))
        # One that may be broken has a change, or nothing would be lost with it.
        count = 1 if number in BROKEN_AT else dice.choice((0, 1, 1, 2, 3))
        columns = dice.sample(sorted(_VALUES), count)
        revisions = tuple((column, *_change(dice, column)) for column in columns)
        zone = TEHRAN if number % 2 else UTC
        created = when.astimezone(zone).isoformat()
        made.append(Activity(ticket, number, created, dice.choice(_AUTHORS), revisions))
    return made


def _change(dice: random.Random, column: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    values = _VALUES[column][2]
    if column != "labels":
        old, new = dice.sample(values, 2)
        return (() if dice.random() < 0.2 else (old,)), (new,)
    mixed = dice.sample(values, dice.randrange(1, 5))
    cut = dice.randrange(0, len(mixed))
    return tuple(mixed[:cut]), tuple(mixed[cut:])


def summary(ticket: int) -> dict[str, str | int]:
    """Return what the page shows of a ticket."""
    opened = f"{1404 + ticket % 2}/{1 + ticket % 12:02}/{1 + ticket % 29:02}"
    return {
        "id": ticket,
        "title": f"{_TITLES[ticket % len(_TITLES)]} #{ticket}",
        "author": _AUTHORS[ticket % len(_AUTHORS)],
        "status": _VALUES["status"][2][ticket % 5],
        "opened": opened.translate(_PERSIAN_DIGITS),
    }
