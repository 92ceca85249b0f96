"""What goes into the parser, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Got:
    """What was fetched for one target.

    Attributes:
        page_html: The page as it stood when it was ready; None where none was opened.
        page_url: Its final address; "" where none was opened.
        api: Name of a call to the JSON of each of its pages.
    """

    page_html: str | None
    page_url: str
    api: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """One record.

    Attributes:
        key: JSON list of the values of the key fields; a hash of it where that is long.
        data: The fields, in the order of the recipe; values are JSON.
    """

    key: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Broken:
    """Something that should have been a record or a value, and is not.

    Attributes:
        where: The page, or the call, its page and its object, and the record in it; from 1.
        field: The field, or "" for all of it.
        reason: What is wrong.
    """

    where: str
    field: str
    reason: str


@dataclass(frozen=True)
class Parsed:
    """What one item gave.

    Attributes:
        records: No two with the same key.
        broken: What makes the item partial, or failed where there is no record.
        skipped: Fragments that may be empty and are, and records that came twice word for word.
        links: Absolute addresses to follow, each once, in the order of the page.
        next_url: Address of the page's next page.
    """

    records: list[Record]
    broken: list[Broken]
    skipped: int
    links: list[str]
    next_url: str | None
