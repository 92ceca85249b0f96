"""Persian: what JupyterLab is given, and the words of the kinds that come with Labpool."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.resources import files
from typing import Any

import pytest

from labpool.runtime.registry import Registry

CATALOG = files("labpool_server") / "locale" / "fa_IR" / "LC_MESSAGES" / "labpool.json"
CONTEXT = "kind\x04"


@pytest.fixture(scope="module")
def persian() -> dict[str, list[str]]:
    texts: dict[str, list[str]] = json.loads(CATALOG.read_text(encoding="utf-8"))
    return texts


def words(schema: Any) -> Iterator[str]:
    """Yield the titles and descriptions that a form shows."""
    if isinstance(schema, list):
        for item in schema:
            yield from words(item)
    elif isinstance(schema, dict):
        for name, value in schema.items():
            if name in ("title", "description") and isinstance(value, str):
                yield value
            elif name != "default":
                yield from words(value)


def own_words() -> set[str]:
    registry = Registry()
    own = [
        e.name
        for e in entry_points(group="labpool.job_kinds")
        if e.dist and e.dist.name == "labpool"
    ]
    found: set[str] = set()
    for name in own:
        kind = registry.describe(name)
        schema = {k: v for k, v in kind.params_schema.items() if k not in ("title", "description")}
        found |= {kind.title, kind.description, *words(schema)}
    return found


def test_every_word_of_our_kinds_has_persian(persian: dict[str, list[str]]) -> None:
    assert {text for text in own_words() if not persian.get(CONTEXT + text, [""])[0]} == set()


def test_no_word_of_a_kind_is_left_over(persian: dict[str, list[str]]) -> None:
    kept = {key.removeprefix(CONTEXT) for key in persian if key.startswith(CONTEXT)}
    assert kept - own_words() == set()


def test_jupyterlab_finds_the_language_and_our_texts() -> None:
    packs = {e.name: e.value for e in entry_points(group="jupyterlab.languagepack")}
    assert packs["fa_IR"] == "labpool_server.locale.fa_IR"
    (ours,) = [e for e in entry_points(group="jupyterlab.locale") if e.name == "labpool"]
    assert ours.value == "labpool_server"
