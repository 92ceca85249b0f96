"""A job kind: a value that says what a run of it takes and where its body is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, Field

from ._base import Record

Words = Mapping[str, Mapping[str, str]]
"""By the code of a language: what people call a param, metric, unit or figure of a result, and, in
other languages than English, each title and description. ``name=value`` is a value in words."""


def read_words(package: str) -> dict[str, dict[str, str]]:
    """Return the words that lie beside a kind, in ``words.json`` of its package."""
    text = files(package).joinpath("words.json").read_text(encoding="utf-8")
    words: dict[str, dict[str, str]] = json.loads(text)
    return words


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """A kind of run, found through the entry-point group ``labpool.job_kinds``.

    Attributes:
        name: Unique snake_case name.
        title: What people read.
        params: Pydantic model of the parameters; light to import.
        entry: "module:function" of the body, ``run(params, ctx)``; resolved on the worker only.
        check: "module:function", or None. Called as ``check(params, assets, catalog)`` off the
            event loop before a run is accepted; raises ``InvalidParams`` for what only looking
            at the data can tell. ``assets`` maps asset ids to paths, ``catalog`` catalog ids to
            entries, for what the params name.
        description: One sentence of help.
        resources: Dask resources that one attempt takes on its worker.
        requires: Import names that the body needs.
        extra: The labpool extra (or distribution) that brings them, for the pip command.
        secrets: Names of the owner's secrets that the body may ask for (``ctx.secret``).
        workers: Name of the param that says how many workers a run may have at once (None in it:
            as many as are free), or "" where a run has one. The body is called on each; they
            share the run's folder, and whoever comes last or leaves first loses nothing.
        series: "module:function", or "". Called with the params; runs that give the same text do
            the same work again, and are called by it where nobody gave a name. The body finds
            those before in ``ctx.earlier``.
        words: What people call its params, metrics, units and results, by language; a kind keeps
            them in ``words.json`` beside it (``read_words(__package__)``).
    """

    name: str
    title: str
    params: type[BaseModel]
    entry: str
    check: str | None = None
    description: str = ""
    resources: dict[str, float] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    extra: str = ""
    secrets: tuple[str, ...] = ()
    workers: str = ""
    series: str = ""
    words: Words = field(default_factory=dict)


class Kind(Record):
    """A kind on the wire.

    Attributes:
        params_schema: JSON schema (draft 2020-12) of the parameters; forms are drawn from it.
        available: Whether a run of it can start here.
        reason: Why not, with the command that helps; "" when available.
        words: By the code of a language ("en", "fa"): what people call a param, metric, unit or
            figure of a result, by its name, or a title or description, by its English text;
            ``name=value`` is a value in words.
    """

    name: str
    title: str
    description: str = ""
    params_schema: dict[str, Any] = Field(default_factory=dict)
    available: bool = True
    reason: str = ""
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
