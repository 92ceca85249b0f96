"""The entries that come with Labpool: sound, pinned, and in two languages."""

import re
from collections import Counter

import pytest
from pydantic import ValidationError

from labpool_catalog import Entry, read

CATALOG = read()
ENTRIES = [*CATALOG.models, *CATALOG.datasets]
ZWNJ = "\u200c"
LICENSES = {"Apache-2.0", "CC-BY-4.0", "CC0-1.0", "MIT", "other", "unknown"}
every_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)


def test_they_load_without_problems() -> None:
    assert CATALOG.problems == ()
    assert len(CATALOG.models) >= 8
    assert len(CATALOG.datasets) >= 6
    assert all(entry.kind == "model" for entry in CATALOG.models)
    assert all(entry.kind == "dataset" for entry in CATALOG.datasets)


def test_ids_and_sources_are_unique() -> None:
    assert len({entry.id for entry in ENTRIES}) == len(ENTRIES)
    repos = Counter((entry.kind, entry.repo_id) for entry in ENTRIES if entry.repo_id)
    assert max(repos.values()) == 1


def test_persian_comes_first() -> None:
    for entries in (CATALOG.models, CATALOG.datasets):
        speaks = ["fa" in entry.languages for entry in entries]
        assert speaks == sorted(speaks, reverse=True)
        assert sum(speaks) > len(speaks) / 2


def test_get_finds_models_and_data_sets() -> None:
    assert CATALOG.get("fabert") in CATALOG.models
    assert CATALOG.get("persian-legal") in CATALOG.datasets
    assert CATALOG.get("no-such") is None


@every_entry
def test_what_is_downloaded_is_pinned_and_named_file_by_file(entry: Entry) -> None:
    if entry.builtin:
        assert not entry.unverified
        return
    assert re.fullmatch(r"[0-9a-f]{40}", entry.revision or "")
    assert entry.allow_patterns
    # A lone star would also fetch the same weights in every other format.
    assert not any(pattern.startswith("*") for pattern in entry.allow_patterns)


@every_entry
def test_models_have_a_tokenizer_and_one_file_of_weights(entry: Entry) -> None:
    if entry.kind == "dataset":
        assert entry.text_column
        assert entry.label_column
        assert "train" in entry.splits
        return
    names = set(entry.allow_patterns)
    assert "config.json" in names
    assert names & {"tokenizer.json", "vocab.txt"}
    assert names & {"model.safetensors", "pytorch_model.bin"} == {
        "pytorch_model.bin" if entry.pickle else "model.safetensors"
    }


@every_entry
def test_the_licence_is_said_in_one_way(entry: Entry) -> None:
    assert entry.license in LICENSES


@every_entry
def test_unverified_fields_are_listed_in_order(entry: Entry) -> None:
    assert list(entry.unverified) == sorted(set(entry.unverified))


@every_entry
def test_persian_is_written_as_persian(entry: Entry) -> None:
    for text in (entry.title["fa"], entry.description["fa"]):
        assert re.search("[\u0622-\u06cc]", text)
        assert not re.search("[يكىة٠-٩\u0640]", text), "Arabic letters or digits"
        assert not re.search(r"(?<![A-Za-z-])[0-9]", text), "Latin digits"
        assert not re.search(r"(?<!\w)ن?می \w|\w ها(ی|یی)?(?!\w)", text), "a half-space is missing"
        assert not re.search(rf"(?<!\w){ZWNJ}|{ZWNJ}(?!\w)", text), "a half-space stands alone"
        assert text == " ".join(text.split())


@every_entry
def test_both_languages_say_something_to_choose_by(entry: Entry) -> None:
    assert set(entry.title) == set(entry.description) == {"en", "fa"}
    for language in ("en", "fa"):
        assert len(entry.title[language]) <= 50
        assert 40 <= len(entry.description[language]) <= 250
        assert entry.description[language].endswith(".")
        assert not entry.title[language].endswith(".")
    assert entry.title["en"].isascii()


@every_entry
def test_an_entry_cannot_be_changed(entry: Entry) -> None:
    with pytest.raises(ValidationError):
        entry.license = "MIT"  # type: ignore[misc]
    with pytest.raises(TypeError):
        entry.title["en"] = "other"  # type: ignore[index]
    with pytest.raises(TypeError):
        entry.splits["train"] = "other"  # type: ignore[index]


@every_entry
def test_an_entry_survives_json(entry: Entry) -> None:
    assert Entry.model_validate_json(entry.model_dump_json()) == entry


def test_files_lie_in_the_wheel_or_where_one_says() -> None:
    legal, imdb = CATALOG.get("persian-legal"), CATALOG.get("imdb")
    assert legal
    assert imdb
    assert all(path.is_file() for path in legal.files().values())
    with pytest.raises(ValueError, match="imdb is downloaded"):
        imdb.files()
