"""Persian: what JupyterLab is given, and the words of the kinds that come with Labpool."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from labpool.runtime.registry import Registry
from labpool.wire import Kind

CATALOG = files("labpool_server") / "locale" / "fa_IR" / "LC_MESSAGES" / "labpool.json"


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


def own_kinds() -> list[Kind]:
    registry = Registry()
    points = entry_points(group="labpool.job_kinds")
    return [registry.describe(e.name) for e in points if e.dist and e.dist.name == "labpool"]


def texts_of(kind: Kind) -> set[str]:
    schema = {k: v for k, v in kind.params_schema.items() if k not in ("title", "description")}
    return {kind.title, kind.description, *words(schema)}


@pytest.mark.parametrize("kind", own_kinds(), ids=lambda kind: kind.name)
def test_a_kind_brings_its_words_in_english_and_persian(kind: Kind) -> None:
    english, persian = kind.words["en"], kind.words["fa"]
    needed = texts_of(kind) | english.keys()
    assert {text for text in needed if not persian.get(text)} == set()
    assert persian.keys() - needed == set()
    assert all(english.values())


def test_a_strangers_kind_brings_its_own_words(
    example_site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(example_site))
    value = "labpool_example_kinds:PRIMES"
    registry = Registry([EntryPoint(name="primes", value=value, group="labpool.job_kinds")])
    assert registry.titles("primes") == {"en": "Count primes", "fa": "شمارش اعداد اول"}
    assert registry.describe("primes").words["en"] == {"primes": "primes found"}
    assert registry.titles("gone") == {"en": "gone"}


def test_the_panels_own_texts_have_none_of_a_kind() -> None:
    texts = json.loads(CATALOG.read_text(encoding="utf-8"))
    assert [key for key in texts if "\x04" in key] == []


def test_jupyterlab_finds_the_language_and_our_texts() -> None:
    packs = {e.name: e.value for e in entry_points(group="jupyterlab.languagepack")}
    assert packs["fa_IR"] == "labpool_server.locale.fa_IR"
    (ours,) = [e for e in entry_points(group="jupyterlab.locale") if e.name == "labpool"]
    assert ours.value == "labpool_server"
