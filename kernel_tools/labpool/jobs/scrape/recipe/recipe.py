"""A recipe: what is fetched for each target, and how it becomes records."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from labpool.jobs.scrape.template import Value, fill, match, names
from labpool.wire.errors import said

from ._base import Flag, Name, Part, Slug
from .fetching import Call, Follow, Login, NextPage, Page
from .limits import Limits
from .records import FieldRule, Fragments
from .yaml import dump, load, shipped

Loc = tuple[str | int, ...]
Ascii = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[\x21-\x7e][\x20-\x7e]{0,199}$")
]
IDENTIFIERS = ("id", "uuid")
"""A field of this name is the key where the recipe names none."""


def _key(names: list[str]) -> list[str]:
    if not names:
        raise ValueError(
            "nothing tells the records apart: name the fields that do, as in key: [ticket, part], "
            "or have a field id or uuid"
        )
    return names


Key = Annotated[list[Name], AfterValidator(_key)]


class Recipe(Part):
    """A recipe. README.md of this kind explains every field.

    Attributes:
        mode: What is fetched; by itself it follows from what there is.
        vars: Texts that templates may use; None must be given with the run.
        key: Fields that together tell a record from all others.
        contact: Mail or web address in the name that a site sees.
        user_agent: That name, whole.
    """

    name: Slug
    description: Annotated[str, StringConstraints(max_length=2000)] = ""
    vars: dict[Name, str | None] = Field(default_factory=dict)
    mode: Literal["page", "page+api", "api"]
    page: Page | None = None
    api: list[Call] = Field(default_factory=list, max_length=20)
    fragments: Fragments
    fields: dict[Name, FieldRule] = Field(min_length=1, max_length=500)
    key: Key
    next: NextPage | None = None
    follow: Follow | None = None
    login: Login | None = None
    limits: Limits = Field(default_factory=Limits)
    robots: Flag = True
    user_agent: Ascii | None = None
    contact: Ascii | None = None

    # ------------------------------------------------------------------ reading and writing

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Return the recipe that a text describes.

        Raises:
            ValidationError: It is no YAML, or no recipe; each message begins with its line.
        """
        data, lines = load(text)
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise _with_lines(error, lines) from error

    @classmethod
    def load(cls, name: str | os.PathLike[str]) -> Self:
        """Return a recipe that comes with Labpool, by name, or one from a ``.yaml`` file.

        Raises:
            FileNotFoundError: There is none.
            ValidationError: It is no recipe.
        """
        return cls.from_yaml(shipped(name))

    def to_yaml(self) -> str:
        """Return the recipe as YAML, without what is the default anyway."""
        data = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return dump(data)

    # ------------------------------------------------------------------------------- use

    @property
    def agent(self) -> str:
        """The name under which pages are asked for."""
        if self.user_agent:
            return self.user_agent
        name = f"Labpool/{version('labpool')}"
        return f"{name} (+{self.contact})" if self.contact else name

    @property
    def variables(self) -> dict[str, str]:
        """The variables that have a value."""
        return {name: value for name, value in self.vars.items() if value is not None}

    @property
    def uses_page(self) -> bool:
        """Whether records or calls need the page."""
        return self.mode != "api"

    def with_vars(self, values: Mapping[str, str]) -> Self:
        """Return the recipe with other values for some of its variables.

        Raises:
            ValidationError: It has no such variable, or one is left without a value.
        """
        unknown = sorted(values.keys() - self.vars.keys())
        there = ", ".join(sorted(self.vars)) or "none"
        problems = [
            _problem((name,), f"the recipe has no variable {name!r}; there are: {there}")
            for name in unknown
        ]
        merged = {**self.vars, **values}
        problems += [
            _problem((name,), f"the recipe leaves the variable {name!r} open; give its value")
            for name, value in merged.items()
            if value is None
        ]
        if problems:
            raise ValidationError.from_exception_data("vars", problems)
        return self.model_copy(update={"vars": merged})

    def page_url(self, fields: Mapping[str, Value]) -> str:
        """Return the address of a target's page.

        Raises:
            TemplateError: The target lacks a field.
            ValueError: The recipe has no page.
        """
        if self.page is None:
            raise ValueError(f"the recipe {self.name!r} has no page")
        return fill(self.page.url, fields, self.variables)

    def fields_of(self, url: str) -> dict[str, str] | None:
        """Return the target's fields that lead to this page, or None where none do."""
        return None if self.page is None else match(self.page.url, url, self.variables)

    def needs(self) -> set[str]:
        """Return the names of the fields that every target must have."""
        used = set(names(self.page.url)) if self.page else set()
        for call in self.api if self.mode != "page" else ():
            used |= call.names() - {"cursor"}
        used -= self.vars.keys()
        return used | {
            rule.target for rule in self.fields.values() if rule.target and rule.required
        }

    # -------------------------------------------------------------------------- validation

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, data: Any) -> Any:
        """Fill in what follows from the rest: mode, fragments and key, and which are required."""
        if not isinstance(data, Mapping):
            return data
        data = dict(data)
        if data.get("mode") is None:
            has_page, has_api = bool(data.get("page")), bool(data.get("api"))
            data["mode"] = "page+api" if has_page and has_api else "api" if has_api else "page"
        if data.get("fragments") is None and data["mode"] != "api":
            data["fragments"] = {"in": "page"}
        fields = data.get("fields")
        if isinstance(fields, Mapping):
            if data.get("key") is None:
                data["key"] = [name for name in IDENTIFIERS if name in fields][:1]
            data["fields"] = _require(fields, data["key"])
        return data

    @model_validator(mode="after")
    def _cross_checks(self) -> Self:
        problems = [_problem(loc, message) for loc, message in self._problems()]
        if problems:
            raise ValidationError.from_exception_data(type(self).__name__, problems)
        return self

    def _problems(self) -> Iterator[tuple[Loc, str]]:
        yield from self._fetching_problems()
        problem = self._source_problem()
        if problem:
            yield ("fragments", "in"), problem
        else:
            yield from self._field_problems()
        for index, name in enumerate(self.key):
            if name not in self.fields:
                yield ("key", index), f"there is no field {name!r}"
            elif not self.fields[name].required:
                yield ("key", index), f"{name!r} is part of the key, so it must be required"

    def _source_problem(self) -> str:
        """Return what is wrong with ``fragments.in``, or ""."""
        calls = {call.name for call in self.api}
        source = self.fragments.source
        if source == "page":
            return "" if self.uses_page else "mode api opens no page; name one of the calls"
        if source not in calls:
            there = ", ".join(sorted(calls)) or "none"
            return f'neither "page" nor a call; the calls are: {there}'
        return "mode page makes no calls; take page+api or api" if self.mode == "page" else ""

    def _field_problems(self) -> Iterator[tuple[Loc, str]]:
        source, html = self.fragments.source, self.fragments.has_html
        for name, rule in self.fields.items():
            if rule.css and not html:
                yield ("fields", name, "css"), "css needs HTML: say where it is in fragments.html"
            if rule.json_path and source == "page":
                yield ("fields", name, "json"), "a page has no JSON; take css, or fragments.in"

    def _fetching_problems(self) -> Iterator[tuple[Loc, str]]:
        if self.mode != "api" and self.page is None:
            yield ("page",), f"mode {self.mode} needs a page"
        if self.mode != "page" and not self.api:
            yield ("api",), f"mode {self.mode} needs a call"
        if self.page and "cursor" in names(self.page.url):
            yield ("page", "url"), "{cursor} belongs to calls; for a page there is next"
        if not self.uses_page:
            for part in ("next", "follow"):
                if getattr(self, part) is not None:
                    yield (part,), "mode api opens no page"
        seen = set[str]()
        for index, call in enumerate(self.api):
            if call.name in seen:
                yield ("api", index, "name"), f"there are two calls {call.name!r}"
            seen.add(call.name)
            if call.csrf and call.csrf.css and self.page is None:
                yield ("api", index, "csrf", "css"), "the token is in a page, so there must be one"


def _require(fields: Mapping[str, Any], key: Any) -> dict[str, Any]:
    """Return the fields; those of the key are required unless they say otherwise."""
    required: dict[str, Any] = {}
    for name, rule in fields.items():
        if not isinstance(key, list) or name not in key:
            required[name] = rule
        elif isinstance(rule, str):
            short = FieldRule.model_validate(rule)
            required[name] = short.model_copy(update={"required": True})
        elif isinstance(rule, Mapping):
            required[name] = {"required": True, **rule}
        elif isinstance(rule, FieldRule) and "required" not in rule.model_fields_set:
            required[name] = rule.model_copy(update={"required": True})
        else:
            required[name] = rule
    return required


def _problem(loc: Loc, message: str) -> InitErrorDetails:
    error = PydanticCustomError("recipe", "{text}", {"text": message})
    return InitErrorDetails(type=error, loc=loc, input=None)


def _with_lines(error: ValidationError, lines: Mapping[Loc, int]) -> ValidationError:
    """Return the error with the line of each field before its message."""
    problems = []
    for detail in error.errors(include_url=False, include_input=False, include_context=False):
        loc = detail["loc"]
        known = next(loc[:end] for end in range(len(loc), -1, -1) if loc[:end] in lines)
        problems.append(_problem(loc, f"line {lines[known]}: {said(detail, Recipe)}"))
    return ValidationError.from_exception_data(error.title, problems)
