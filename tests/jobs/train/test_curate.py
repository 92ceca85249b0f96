"""What becomes of rows and classes before a training: dropped, merged, found twice, and told."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labpool.jobs.train import Params
from labpool.jobs.train.classes import as_text, in_order, name_classes
from labpool.jobs.train.errors import DataError
from labpool.jobs.train.locate import locate
from labpool.jobs.train.splits import Data, load
from labpool.jobs.train.visible import apart, class_key, clean, listed, shown

from .conftest import make_rows, write_jsonl


def loaded(path: Path, **values: Any) -> Data:
    params = Params(dataset=str(path), **values)
    return load(params, locate(params, {}, {}))


def labelled(tmp_path: Path, labels: list[Any], name: str = "texts.jsonl") -> Path:
    rows = [{"text": f"متن {n}", "label": label} for n, label in enumerate(labels)]
    return write_jsonl(tmp_path / name, rows)


def csv(tmp_path: Path, labels: list[str]) -> Path:
    path = tmp_path / "texts.csv"
    lines = [f"متن {n},{label}\n" for n, label in enumerate(labels)]
    path.write_text("text,label\n" + "".join(lines), encoding="utf-8")
    return path


def said(data: Data, words: str) -> str:
    """Return the one note that says so."""
    (note,) = [note for note in data.notes if words in note]
    return note


def test_good_data_has_no_notes(dataset: Path) -> None:
    assert loaded(dataset).notes == []
    assert loaded(Path("persian-legal")).notes == []


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([10, 2, 1], ["1", "2", "10"]),
        (["10", "2", "-1"], ["-1", "2", "10"]),
        (["۱۰", "۲"], ["۲", "۱۰"]),
        (["9" * 5000, "2"], ["2", "9" * 5000]),
        ([1e300, "2"], [str(int(1e300)), "2"]),
        (["10", "2", "b"], ["10", "2", "b"]),
        (["01", "1", "02"], ["01", "1", "02"]),
        ([1.0, 2.0, None], ["1", "2"]),
        ([1, 1.0, "1", 2], ["1", "2"]),
        (["1.0", "2.0", "10.0", ""], ["1", "2", "10"]),
        (["1.0", "2", 3], ["1", "2", "3"]),
        (["1.0", "1.5", "2.0"], ["1.0", "1.5", "2.0"]),
        ([True, False], ["False", "True"]),
        ([True, 0, 1, False], ["0", "1"]),
        (["true", "0", "1", "FALSE"], ["0", "1"]),
        ([True, "1.0", 0.0], ["0", "1"]),
        ([True, "true", False], ["False", "True"]),
        ([True, 0, 1, 2], ["0", "1", "2", "True"]),
        (["۱", "1", "٢"], ["1", "٢"]),
    ],
)
def test_labels_of_all_sorts_are_the_classes_one_expects(
    tmp_path: Path, labels: list[Any], classes: list[str]
) -> None:
    assert loaded(labelled(tmp_path, labels * 3)).labels == classes


def test_a_column_of_numbers_with_one_hole_as_pandas_writes_it(tmp_path: Path) -> None:
    data = loaded(csv(tmp_path, ["1.0", "2.0", "10.0"] * 4 + [""]))
    assert data.labels == ["1", "2", "10"]
    assert "1 of 13 rows are left out: 1 where no class (texts.csv, line 14)" in data.notes
    assert said(data, "whole numbers").endswith("1.0 is read as 1, and so on (12 rows)")


def test_a_column_of_booleans_and_numbers_is_two_classes_and_says_so(tmp_path: Path) -> None:
    data = loaded(labelled(tmp_path, [True, 0, 1, False, 1, 0]))
    assert said(data, "mixed").startswith("truth values and 0/1 are mixed: False, True are read")


def test_one_empty_text_does_not_refuse_a_file(tmp_path: Path) -> None:
    rows = make_rows(20)
    rows[7]["text"], rows[9]["label"] = "\u200f\u200c ", ""
    path = write_jsonl(tmp_path / "texts.jsonl", rows)
    data = loaded(path)
    assert len(data.train) + len(data.validation) == 58
    (note,) = data.notes
    assert note == (
        "2 of 60 rows are left out: 1 where the text is empty (texts.jsonl, line 8); "
        "1 where no class (texts.jsonl, line 10)"
    )
    with pytest.raises(DataError, match=r"line 8: the text is '\\u200f\\u200c '; there is nothing"):
        loaded(path, strict=True)


def test_only_the_first_places_are_told(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "t.jsonl", [*make_rows(3), *[{"text": "", "label": "x"}] * 5])
    assert "line 10; t.jsonl, line 11; t.jsonl, line 12; and 2 more" in loaded(path).notes[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("قرارداد كار", "قرارداد کار"),
        ("حقوقي", "حقوقی"),
        ("Spam", "spam"),
        ("spam\u200f", "spam"),
        ("\ufeffspam", "spam"),
        ("non fiction", "non  fiction"),
        ("non\u00a0fiction", "non fiction"),
        ("کتاب‌ها", "کتاب ها"),
        ("کتابها", "کتاب‌ها"),
        ("مسأله", "مسئله"),
        ("دستهٔ ۱", "دسته 1"),
        ("STRASSE", "straße"),
        ("❤", "❤\ufe0f"),
        ("a\u3164", "a"),
        ("a\x00", "a"),
    ],
)
def test_classes_that_look_alike_are_one_unless_kept_or_refused(
    tmp_path: Path, one: str, other: str
) -> None:
    path = labelled(tmp_path, [one] * 5 + [other] * 3 + ["third"] * 4)
    data = loaded(path)
    assert data.labels == sorted([clean(one), "third"])
    note = said(data, "are one, named as the first")
    assert "(5) = " in note
    assert "(3)" in note
    assert {e.label for e in data.train} == set(data.labels)
    assert len(loaded(path, similar_labels="keep").labels) == 3
    assert "are kept apart" in loaded(path, similar_labels="keep").notes[0]
    with pytest.raises(DataError, match="write each class in one way") as caught:
        loaded(path, similar_labels="refuse")
    assert caught.value.field == "label_column"


@pytest.mark.parametrize(
    ("one", "other"), [("a1", "a 1"), ("1 1", "11"), ("آن", "ان"), ("C", "C++"), ("कु", "क")]
)
def test_other_classes_stay_two(one: str, other: str) -> None:
    assert class_key(one) != class_key(other)


def test_names_in_an_error_look_different_where_they_are(tmp_path: Path) -> None:
    path = labelled(tmp_path, ["كتاب", "کتاب", "x", "x\u200f"] * 2)
    with pytest.raises(DataError) as caught:
        loaded(path, similar_labels="refuse")
    assert r"'\u0643تاب' (2) = '\u06a9تاب' (2)" in caught.value.message
    assert r"'x' (2) = 'x\u200f' (2)" in caught.value.message


def test_a_name_that_is_cleaned_is_told(tmp_path: Path) -> None:
    data = loaded(labelled(tmp_path, ["x\u200f", "y"] * 3))
    assert data.labels == ["x", "y"]
    assert data.notes == [r"what cannot be seen is cut from the names 'x\u200f'"]


def test_names_that_look_alike_are_told_apart_in_every_error(tmp_path: Path) -> None:
    path = labelled(tmp_path, ["حقوقی", "کیفری"] * 3, "train.jsonl")
    with pytest.raises(DataError) as caught:
        loaded(path, label_column="labe\u200dl", text_column="TEXT")
    assert "no column 'TEXT'; there are: label, text" in caught.value.message
    rows = [{"كد": row["text"], "label": row["label"]} for row in make_rows()]
    with pytest.raises(DataError) as caught:
        loaded(write_jsonl(tmp_path / "code.jsonl", rows), text_column="کد")
    assert r"no column '\u06a9د'; there are: label, '\u0643د'" in caught.value.message
    labelled(tmp_path, ["حقوقي"], "validation.jsonl")
    with pytest.raises(DataError, match=r"class 'حقوق\\u064a' is not in train.jsonl"):
        loaded(tmp_path, similar_labels="keep")


def test_a_long_list_of_names_is_cut_with_its_count() -> None:
    names = [f"n{n}" for n in range(30_000)]
    assert listed(names, names).endswith(" and 29950 more")


def test_validation_may_spell_a_class_in_another_way(tmp_path: Path) -> None:
    labelled(tmp_path, ["حقوقی", "کیفری"] * 3, "train.jsonl")
    labelled(tmp_path, ["حقوقي", "كیفری"], "validation.jsonl")
    assert {e.label for e in loaded(tmp_path).validation} == {"حقوقی", "کیفری"}


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_a_header_with_an_invisible_mark_is_found_and_told(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"texts{suffix}"
    header = " text\u200f"
    rows = [{header: row["text"], "label": row["label"]} for row in make_rows()]
    if suffix == ".jsonl":
        write_jsonl(path, rows)
    elif suffix == ".csv":
        lines = [f"{row[header]},{row['label']}\n" for row in rows]
        path.write_text(f"{header},label\n" + "".join(lines), encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    note = said(loaded(path), "is taken for")
    assert note == rf"texts{suffix}: column ' text\u200f' is taken for 'text'"
    with pytest.raises(DataError, match=r"there are: ' text\\u200f', label"):
        loaded(path, text_column="body")


def test_a_class_with_one_example_is_dropped_by_choice(tmp_path: Path) -> None:
    path = labelled(tmp_path, ["a", "b"] * 4 + ["alone"])
    with pytest.raises(DataError, match="or set rare_classes to 'drop'"):
        loaded(path)
    data = loaded(path, rare_classes="drop")
    assert data.labels == ["a", "b"]
    assert said(data, "left out").startswith("1 classes with fewer than 2 examples")
    with pytest.raises(DataError, match="one class only"):
        loaded(labelled(tmp_path, ["a", "a", "b"], "two.jsonl"), rare_classes="drop")


def test_a_column_of_rare_classes_only_is_the_wrong_column(tmp_path: Path) -> None:
    path = labelled(tmp_path, [f"id {n}" for n in range(20)] + ["a", "a", "b", "b"])
    with pytest.raises(DataError, match="20 of 24 rows are in classes with fewer than 2"):
        loaded(path, rare_classes="drop")


def test_a_class_that_training_lacks_goes_with_its_rows_by_choice(tmp_path: Path) -> None:
    labelled(tmp_path, ["a", "b"] * 3, "train.jsonl")
    labelled(tmp_path, ["a", "b", "new"], "validation.jsonl")
    data = loaded(tmp_path, rare_classes="drop")
    assert [e.label for e in data.validation] == ["a", "b"]
    assert "validation.jsonl, line 3" in said(data, "left out")


def test_copies_are_kept_told_and_never_on_both_sides_of_our_split(tmp_path: Path) -> None:
    rows = [{"text": f"متن {n % 10}", "label": "ab"[n % 2]} for n in range(40)]
    rows[11]["text"] = "متن ۱"  # the same text, other digits
    data = loaded(write_jsonl(tmp_path / "texts.jsonl", rows), validation_split=0.3)
    assert len(data.train) + len(data.validation) == 40
    texts = [{e.text.replace("۱", "1") for e in some} for some in (data.train, data.validation)]
    assert not texts[0] & texts[1]
    assert "there more than once, in the same class" in data.notes[0]
    assert data.repeated == {"validation": 0}


def test_the_same_text_in_two_splits_or_two_classes_is_told(tmp_path: Path) -> None:
    labelled(tmp_path, ["a", "b"] * 3, "train.jsonl")
    labelled(tmp_path, ["a", "a", "b"], "test.jsonl")
    write_jsonl(tmp_path / "validation.jsonl", [{"text": "تازه", "label": "a"}])
    with (tmp_path / "train.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"text": "متن ۱", "label": "a"}\n')
    data = loaded(tmp_path)
    assert data.repeated == {"validation": 0, "test": 3}
    assert said(data, "in another class, too").endswith("(train.jsonl, line 7)")
    note = said(data, "of the test texts")
    assert note.startswith("3 of the test texts are in the training texts, too, 2 in the same")
    assert "figures on them are too good" in note


@given(
    st.lists(
        st.sampled_from(
            ["a", "A ", "a\x00", "a\u3164", "a\u200f", "ب", "1", "1.0", 1, 1.0, True, "ك", "ک"]
        )
    )
)
def test_names_follow_from_counts_and_not_from_the_order_of_rows(labels: list[Any]) -> None:
    params = Params(dataset="x")
    shuffled = random.Random(1).sample(labels, len(labels))
    names = name_classes(labels, params)
    assert names == name_classes(shuffled, params)
    finals = {names.of(label) for label in labels}
    assert len({class_key(name) for name in finals}) == len(finals)
    assert all(name == clean(name) for name in finals)
    kept = name_classes(labels, Params(dataset="x", similar_labels="keep"))
    assert len({kept.of(label) for label in labels}) >= len(finals)


@given(st.lists(st.integers(), unique=True))
def test_whole_numbers_are_in_their_order(numbers: list[int]) -> None:
    assert in_order(map(as_text, numbers)) == [str(n) for n in sorted(numbers)]


@given(st.text(max_size=20), st.text(max_size=20))
def test_what_is_shown_can_be_seen_and_tells_apart(one: str, other: str) -> None:
    quoted = shown(one)
    assert quoted.isprintable()
    assert (quoted == shown(other)) is (one == other)
    assert listed([one])
    assert len(set(apart([one, other]))) == len({one, other})
