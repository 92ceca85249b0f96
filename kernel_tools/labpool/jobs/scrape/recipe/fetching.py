"""The parts of a recipe that say what is fetched: the page, the calls, paging, links, login."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from labpool.jobs.scrape.template import names

from ._base import Css, Flag, Number, Part, Slug, Whole, Words
from .paths import Path
from .patterns import Regex


def _address(template: str) -> str:
    names(template)
    if not re.match(r"https?://|\{", template):
        raise ValueError(
            "an address begins with http://, https:// or a place such as {site} or {url}"
        )
    return template


def _text(template: str) -> str:
    names(template)
    return template


def _header(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", name):
        raise ValueError("not the name of a header: letters, digits and dashes make one")
    return name


def _header_value(template: str) -> str:
    if not template.isprintable():
        raise ValueError("the value of a header is one line")
    return _text(template)


def _json(value: Any) -> Any:
    match value:
        case str():
            names(value)
        case dict():
            for inner in value.values():
                _json(inner)
        case list():
            for inner in value:
                _json(inner)
    return value


Address = Annotated[Words, AfterValidator(_address)]
Header = Annotated[str, AfterValidator(_header)]
HeaderValue = Annotated[Words, AfterValidator(_header_value)]
Body = Annotated[Any, AfterValidator(_json)]


class Page(Part):
    """The page that the browser opens for each target.

    Attributes:
        url: Template over the target's fields and the variables.
        wait_for: CSS selectors that must all be attached before the page counts as ready. The
            browser reads them, and knows more of CSS than the parser here.
        wait_until: How much of the page must have come before it looks for them: its document,
            with the scripts that belong to it, or pictures and all.
        quiet_s: Seconds in which nothing of the page changes, and no script or answer of its own is
            on its way, before it is read; 0 does not wait for that.
    """

    url: Address
    wait_for: Css | Annotated[list[Css], Field(max_length=20)] = Field(default_factory=list)
    wait_until: Literal["domcontentloaded", "load"] = "domcontentloaded"
    quiet_s: Number = Field(default=0.2, ge=0.0, le=60.0)

    @property
    def ready(self) -> tuple[str, ...]:
        """The selectors of ``wait_for``."""
        return (self.wait_for,) if isinstance(self.wait_for, str) else tuple(self.wait_for)


class Csrf(Part):
    """Where a call's CSRF token comes from, and the header that takes it.

    Attributes:
        header: Name of the header.
        cookie: The cookie that holds the token.
        css: Or the element of the page that does.
        attr: The element's attribute.
    """

    header: Header
    cookie: Words | None = None
    css: Css | None = None
    attr: Words = "content"

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.cookie is None) == (self.css is None):
            raise ValueError("say where the token is: either cookie, or css and attr")
        return self


class Call(Part):
    """A call of a JSON interface, made in the session of the page.

    Attributes:
        name: What ``fragments.in`` calls it.
        url: Template over the target's fields, the variables and ``{cursor}``.
        body: In YAML ``json``; what is sent, with templates in its texts.
        headers: Name to template.
        next: JMESPath to the next cursor or, where no template has ``{cursor}``, the next address.
        max_pages: Pages that are fetched, at most.
    """

    name: Slug
    url: Address
    method: Literal["GET", "POST"] = "GET"
    body: Body = Field(default=None, alias="json")
    headers: dict[Header, HeaderValue] = Field(default_factory=dict)
    csrf: Csrf | None = None
    next: Path | None = None
    max_pages: Whole = Field(default=50, ge=1, le=10_000)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.name == "page":
            raise ValueError('"page" is the page itself; give the call another name')
        if self.body is not None and self.method == "GET":
            raise ValueError("json needs method: POST")
        if "cursor" in self.names() and self.next is None:
            raise ValueError("{cursor} needs next, which says where the next cursor is")
        return self

    @property
    def by_cursor(self) -> bool:
        """Whether ``next`` leads to a cursor; otherwise it leads to an address."""
        return "cursor" in self.names()

    def names(self) -> set[str]:
        """Return the names in all templates of the call."""
        return {*names(self.url), *_names_in(self.body), *_names_in(self.headers)}


def _names_in(value: Any) -> set[str]:
    match value:
        case str():
            return set(names(value))
        case dict():
            return set().union(*map(_names_in, value.values()))
        case list():
            return set().union(*map(_names_in, value))
    return set()


class NextPage(Part):
    """Paging of the page itself.

    Attributes:
        css: The link to the next page.
        attr: The attribute that holds the address.
        max_pages: Pages that are opened for one target, at most.
    """

    css: Css
    attr: Words = "href"
    max_pages: Whole = Field(default=50, ge=1, le=10_000)


class Follow(Part):
    """Links that become new targets.

    Attributes:
        pattern: Searched for in the absolute address; None takes all.
        same_host: Whether links to other hosts (or ports) are left alone.
        depth: How far a followed link may be from a target that was given.
        limit: New targets of the whole run, at most.
    """

    css: Css = "a[href]"
    attr: Words = "href"
    pattern: Regex | None = None
    same_host: Flag = True
    depth: Whole = Field(default=1, ge=1, le=20)
    limit: Whole = Field(default=1000, ge=1, le=1_000_000)


class Login(Part):
    """How an expired session shows itself; any one of these is enough.

    Attributes:
        url: Searched for in the final address.
        css: An element that only the login page has.
        status: HTTP statuses.
        json_path: In YAML ``json``; JMESPath that is true of such an answer.
    """

    url: Regex | None = None
    css: Css | None = None
    status: list[Annotated[Whole, Field(ge=100, le=599)]] = Field(default_factory=list)
    json_path: Path | None = Field(default=None, alias="json")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.url or self.css or self.status or self.json_path):
            raise ValueError("say how an expired session shows: url, css, status or json")
        return self
