"""The Persian legal sentences: what their card and their catalog entry say is true of the files."""

import json
import re
import unicodedata
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from labpool_catalog import Entry, read

SPLITS = ("train", "validation", "test")
SHARE = {"train": 0.60, "validation": 0.15, "test": 0.25}
ARABIC_TO_PERSIAN = str.maketrans("يىكةأإٱآؤئ", "ییکهاااا" + "وی")
ZWNJ = "\u200c"
TANWIN = "\u064b"
LETTERS = "آأؤئءابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
TEXT = re.compile(f"[{LETTERS}{TANWIN}{ZWNJ}۰-۹ ،؛؟.:«»()]+")
NEAR_DUPLICATE = 0.8


@pytest.fixture(scope="module")
def entry() -> Entry:
    found = read().get("persian-legal")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def rows(entry: Entry) -> dict[str, list[dict[str, str]]]:
    """Return the parsed lines of each split."""
    files = entry.files()
    return {split: [json.loads(line) for line in _lines(files[split])] for split in SPLITS}


@pytest.fixture(scope="module")
def everything(rows: dict[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    return [row for split in SPLITS for row in rows[split]]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def _bare(text: str) -> str:
    """Leave only the letters and digits, in one form each."""
    letters = text.translate(ARABIC_TO_PERSIAN)
    return "".join(c for c in letters if unicodedata.category(c)[0] in "LN")


def _words(text: str) -> frozenset[str]:
    plain = text.replace(TANWIN, "").replace(ZWNJ, " ")
    return frozenset(re.findall(r"\w+", plain))


def test_the_splits_are_real_files(entry: Entry) -> None:
    assert tuple(entry.splits) == SPLITS
    assert all(path.is_file() for path in entry.files().values())


def test_every_line_is_an_object_of_three_strings(everything: list[dict[str, str]]) -> None:
    for row in everything:
        assert list(row) == ["id", "text", "label"]
        assert all(isinstance(value, str) for value in row.values())


def test_lines_are_written_as_themselves_not_escaped(entry: Entry) -> None:
    for path in entry.files().values():
        raw = path.read_bytes()
        assert b"\\u" not in raw
        assert b"\r" not in raw
        assert raw.endswith(b"}\n")


def test_ids_are_unique_and_start_with_the_label(everything: list[dict[str, str]]) -> None:
    assert len({row["id"] for row in everything}) == len(everything)
    for row in everything:
        assert re.fullmatch(rf"{row['label']}-\d{{3}}", row["id"])


def test_texts_are_unique_after_normalisation(everything: list[dict[str, str]]) -> None:
    seen = Counter(_bare(row["text"]) for row in everything)
    assert [text for text, times in seen.items() if times > 1] == []


def test_there_is_enough_of_it(entry: Entry, everything: list[dict[str, str]]) -> None:
    assert len(everything) >= 600
    assert len(entry.labels) >= 6


def test_the_labels_are_those_of_the_entry(entry: Entry, everything: list[dict[str, str]]) -> None:
    assert {row["label"] for row in everything} == set(entry.labels)
    assert len(set(entry.labels)) == len(entry.labels)


def test_each_class_has_its_share_of_each_split(
    entry: Entry, rows: dict[str, list[dict[str, str]]]
) -> None:
    counts = {split: Counter(row["label"] for row in rows[split]) for split in SPLITS}
    for label in entry.labels:
        total = sum(counts[split][label] for split in SPLITS)
        for split in SPLITS:
            assert counts[split][label] == pytest.approx(SHARE[split] * total, abs=1)


def test_no_two_texts_nearly_say_the_same(everything: list[dict[str, str]]) -> None:
    """Hold for all pairs, so also for every pair across two splits."""
    words = [(row["id"], _words(row["text"])) for row in everything]
    near = [
        (one, other)
        for (one, a), (other, b) in combinations(words, 2)
        if len(a & b) >= NEAR_DUPLICATE * len(a | b)
    ]
    assert near == []


def test_only_persian_letters_and_marks(everything: list[dict[str, str]]) -> None:
    """Refuse Arabic yeh and kaf, tatweel, direction marks, Latin letters and the rest."""
    assert [row["id"] for row in everything if not TEXT.fullmatch(row["text"])] == []


def test_half_spaces_stand_between_letters(everything: list[dict[str, str]]) -> None:
    loose = re.compile(f"(?<![{LETTERS}]){ZWNJ}|{ZWNJ}(?![{LETTERS}])")
    apart = re.compile(r"(?<!\w)ن?می \w|\w ها(ی|یی|یم|یش)?(?!\w)")
    for row in everything:
        assert not loose.search(row["text"]), row["id"]
        assert not apart.search(row["text"]), row["id"]


def test_texts_are_sentences_of_8_to_40_words(everything: list[dict[str, str]]) -> None:
    for row in everything:
        assert 8 <= len(row["text"].split()) <= 40, row["id"]
        assert row["text"] == " ".join(row["text"].split())
        assert row["text"][-1] in ".؟", row["id"]


@pytest.mark.parametrize("digits", ["0123456789", "۰۱۲۳۴۵۶۷۸۹"], ids=["english", "persian"])
def test_the_card_counts_what_is_there(
    digits: str, entry: Entry, rows: dict[str, list[dict[str, str]]]
) -> None:
    card = _card(entry)
    for label in entry.labels:
        counts = [sum(row["label"] == label for row in rows[split]) for split in SPLITS]
        cells = " | ".join(str(n).translate(str.maketrans("0123456789", digits)) for n in counts)
        assert re.search(rf"^\| `{label}` \| [^|]+ \| {re.escape(cells)} \|$", card, re.MULTILINE)
    totals = [
        str(len(rows[split])).translate(str.maketrans("0123456789", digits)) for split in SPLITS
    ]
    assert f"| | {' | '.join(totals)} |" in card


def test_the_card_gives_the_measured_lengths(
    entry: Entry, rows: dict[str, list[dict[str, str]]], everything: list[dict[str, str]]
) -> None:
    groups = [[row["text"] for row in rows[split]] for split in SPLITS]
    groups.append([row["text"] for row in everything])
    words = [[len(text.split()) for text in group] for group in groups]
    characters = [[len(text) for text in group] for group in groups]
    card = _card(entry)
    for name, cells in {
        "shortest, words": [str(min(n)) for n in words],
        "mean, words": [f"{sum(n) / len(n):.1f}" for n in words],
        "longest, words": [str(max(n)) for n in words],
        "mean, characters": [f"{sum(n) / len(n):.1f}" for n in characters],
        "longest, characters": [str(max(n)) for n in characters],
    }.items():
        assert f"| {name} | {' | '.join(cells)} |" in card
    different = frozenset().union(*(_words(row["text"]) for row in everything))
    assert f"{len(different):,} different words" in card
    assert f"{len(everything):,} sentences and questions" in card


def _card(entry: Entry) -> str:
    return (entry.files()["train"].parent / "CARD.md").read_text(encoding="utf-8")


def test_the_size_is_that_of_the_files(entry: Entry) -> None:
    assert entry.size_bytes == sum(path.stat().st_size for path in entry.files().values())


def test_the_descriptions_give_the_number_of_texts(
    entry: Entry, everything: list[dict[str, str]]
) -> None:
    persian = str(len(everything)).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert f"{len(everything):,}" in entry.description["en"]
    assert persian in entry.description["fa"]
