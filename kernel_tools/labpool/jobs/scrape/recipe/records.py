"""The parts of a recipe that say how what was fetched becomes records."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StrictBool, StrictFloat, StrictInt, model_validator

from ._base import Css, Flag, Name, Part, Whole, Words
from .paths import Path
from .patterns import OneGroup

PERSIAN_DIRECTIVES = "YmdHMS"
UNIX = ("unix", "unix_ms")

_ATTRIBUTE = re.compile(r"@[A-Za-z_:][A-Za-z0-9_.:-]{0,99}")
_SHORT = re.compile(r"(?P<css>.+?)(?P<get>@[A-Za-z_:][A-Za-z0-9_.:-]{0,99})", re.DOTALL)


def _get(value: str) -> str:
    if value not in ("text", "raw", "html") and not _ATTRIBUTE.fullmatch(value):
        raise ValueError('get is "text", "raw", "html" or an attribute such as "@href"')
    return value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError) as error:  # folders and bad names, too
        raise ValueError(f"there is no time zone {name!r}; Asia/Tehran is one") from error
    return name


Get = Annotated[str, AfterValidator(_get)]
Zone = Annotated[str, AfterValidator(_zone)]
Scalar = StrictBool | StrictInt | StrictFloat | str


class FieldRule(Part):
    """How one field of a record is found. Exactly one of css, json, target and value says where.

    Attributes:
        css: The element, within the record's element, which counts itself.
        get: What of the element: its text as it is read, its raw text as it is written, its inner
            HTML or an attribute.
        all: Whether all that is found is taken, as a list.
        json_path: In YAML ``json``; JMESPath in the object that the fragment came from.
        target: A field of the target.
        value: Always this.
        type: None leaves JSON as it is; what comes from HTML is text.
        format: Of dates: strptime's, or "unix" or "unix_ms"; None reads ISO 8601, and Y/m/d with
            an optional time for the Persian calendar.
        timezone: Of dates that bring none.
        required: Whether there is no record without it.
        default: What it is where nothing is found.
        strip: Whether white space at both ends goes.
        pattern: Its one group is taken of the text.
    """

    css: Css | None = None
    get: Get = "text"
    all: Flag = False
    json_path: Path | None = Field(default=None, alias="json")
    target: Name | None = None
    value: Scalar | None = None
    type: Literal["text", "integer", "number", "boolean", "date"] | None = None
    format: Words | None = None
    timezone: Zone = "UTC"
    calendar: Literal["gregorian", "persian"] = "gregorian"
    required: Flag = False
    default: Scalar | None = None
    strip: Flag = True
    pattern: OneGroup | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        found = _SHORT.fullmatch(data.strip())
        return found.groupdict() if found else {"css": data}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        sources = {
            "css": self.css,
            "json": self.json_path,
            "target": self.target,
            "value": self.value,
        }
        given = [name for name, source in sources.items() if source is not None]
        if len(given) != 1:
            has = "it has " + " and ".join(given) if given else "it has none"
            raise ValueError(f"a field comes from one of css, json, target and value; {has}")
        if self.css is None and self.get != "text":
            raise ValueError("get belongs to css")
        if self.all and self.css is None and self.json_path is None:
            raise ValueError("all belongs to css or json")
        if self.required and self.default is not None:
            raise ValueError("a required field has no default: without it there is no record")
        if self.type != "date":
            if self.format is not None or self.calendar != "gregorian":
                raise ValueError("format and calendar belong to type: date")
        elif self.format is not None:
            _check_format(self.format, self.calendar)
        return self


def _check_format(pattern: str, calendar: str) -> None:
    """Raise ValueError for a format that no date can have."""
    if pattern in UNIX:
        if calendar != "gregorian":
            raise ValueError("seconds since 1970 have no calendar")
        return
    if calendar == "persian":
        if not set(re.findall(r"%(.)", pattern)) <= set(PERSIAN_DIRECTIVES + "%"):
            raise ValueError("the Persian calendar is read with %Y %m %d %H %M %S")
        found = re.findall(f"%([{PERSIAN_DIRECTIVES}])", pattern)
        if len(found) != len(set(found)) or not {"Y", "m", "d"} <= set(found):
            raise ValueError("a date needs %Y, %m and %d, each once")
        return
    try:
        datetime.strptime(datetime(2000, 1, 2).strftime(pattern), pattern)  # noqa: DTZ001, DTZ007
    except (ValueError, re.error) as error:
        raise ValueError(f"not a format of dates: {error}") from error


class Fragments(Part):
    """Where the pieces are that become records.

    Attributes:
        source: In YAML ``in``; "page", or the name of a call.
        each: JMESPath to the objects in an answer; None takes the answer as one object.
        html: JMESPath, within an object, to HTML; None takes all fields from the object.
        css: The element that is one record; None makes one record of each object, or of the page.
        at_least: Records that each fragment must give; 1 where css is absent, 0 otherwise.
        lenient: Whether HTML of an answer may end with tags that are not closed. Otherwise that is
            told as broken, because what was cut off may have held records.
    """

    source: Words = Field(default="page", alias="in")
    each: Path | None = None
    html: Path | None = None
    css: Css | None = None
    at_least: Whole = Field(default=0, ge=0, le=10_000)
    lenient: Flag = False

    @property
    def has_html(self) -> bool:
        """Whether there is HTML in which CSS could find something."""
        return self.source == "page" or self.html is not None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.source == "page" and (self.each or self.html):
            raise ValueError("a page has no each and no html: css alone cuts it")
        if self.css and not self.has_html:
            raise ValueError("css needs html, which says where the HTML of an object is")
        return self
