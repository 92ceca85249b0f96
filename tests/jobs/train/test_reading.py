"""Files as people have them: packed, in other encodings, with other separators, in shards."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labpool.jobs.train import Params
from labpool.jobs.train.check import MAX_BYTES, check
from labpool.jobs.train.errors import DataError
from labpool.jobs.train.locate import locate
from labpool.jobs.train.run import run
from labpool.jobs.train.splits import Data, load
from labpool.runtime.context import JobError
from labpool.runtime.recording import RecordingContext
from labpool.wire.errors import InvalidParams

from .conftest import make_rows, write_jsonl


def loaded(path: Path, **values: Any) -> Data:
    params = Params(dataset=str(path), **values)
    check(params, {}, {})
    return load(params, locate(params, {}, {}))


def table(separator: str = ",", rows: int = 4) -> str:
    lines = [f"{row['text']}{separator}{row['label']}" for row in make_rows(rows)]
    return "\n".join([f"text{separator}label", *lines, ""])


@pytest.mark.parametrize(
    ("name", "separator", "word"),
    [
        ("a.csv", ";", "semicolon"),
        ("a.csv", "\t", "tab"),
        ("a.csv", "|", "bar"),
        ("a.csv", ",", ""),
        ("a.tsv", "\t", ""),
    ],
)
def test_the_separator_is_found_and_told(
    tmp_path: Path, name: str, separator: str, word: str
) -> None:
    (tmp_path / name).write_text(table(separator), encoding="utf-8")
    data = loaded(tmp_path / name)
    assert len(data.train) + len(data.validation) == 12
    told = [note for note in data.notes if "separated by" in note]
    assert told == ([f"a.csv: its columns are separated by {word}"] if word else [])


def test_an_error_names_the_separator(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(table(";") + "x;y;z\n", encoding="utf-8")
    with pytest.raises(InvalidParams) as caught:
        loaded(tmp_path / "a.csv")
    assert "quote texts that contain a semicolon" in str(caught.value.details["fields"])


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("cp1256", "windows-1256"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("utf-8-sig", ""),
        ("utf-8", ""),
    ],
)
def test_the_encoding_is_guessed_and_told(tmp_path: Path, encoding: str, told: str) -> None:
    text = table().replace("ی", "ي")  # windows-1256 has no Persian ye
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    data = loaded(tmp_path / "a.csv")
    texts = {example.text for example in [*data.train, *data.validation]}
    assert texts == {line.split(",")[0] for line in text.split("\n")[1:-1]}
    assert [note for note in data.notes if "read as" in note] == (
        [f"a.csv: read as {told}, as it is no UTF-8"] if told else []
    )


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        ("Free entry – win £100 at “café”", "cp1252", "cp1252"),
        ("Müller läßt grüßen über die Straße", "latin-1", "cp1252"),
        ("Договор купли-продажи недвижимости", "cp1251", "cp1251"),
        ("合同纠纷案件的审理", "gbk", "gb18030"),
        ("plain words", "utf-16-le", "utf-16-le"),
        ("plain words", "utf-16-be", "utf-16-be"),
    ],
)
def test_other_languages_are_guessed_by_the_library(
    tmp_path: Path, text: str, encoding: str, told: str
) -> None:
    rows = [f"{text} {n},{label}" for n in range(20) for label in "ab"]
    (tmp_path / "a.csv").write_bytes("\r\n".join(["text,label", *rows]).encode(encoding))
    data = loaded(tmp_path / "a.csv")
    assert {e.text for e in data.train} <= {row.split(",")[0] for row in rows}
    assert f"a.csv: read as {told}, as it is no UTF-8" in data.notes


def test_what_unpacks_to_far_more_than_text_does_is_refused(tmp_path: Path) -> None:
    rows = ("x" * 100_000 + ",a\n") * 700
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", "text,label\n" + rows)
    with pytest.raises(InvalidParams, match="unpack to more than 67,108,864"):
        loaded(tmp_path / "a.zip")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(("text,label\n" + rows).encode()))
    params = Params(dataset=str(tmp_path / "a.csv.gz"))
    with pytest.raises(DataError, match="unpack to more than 67,108,864"):
        load(params, locate(params, {}, {}))


@given(
    st.sampled_from([zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, None]),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(1, 255)), min_size=1, max_size=4),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_wrong_with_a_packed_file_is_told_as_bad_data(
    tmp_path: Path, how: int | None, flips: list[tuple[float, int]]
) -> None:
    buffer = io.BytesIO()
    if how is None:
        buffer.write(gzip.compress(table(rows=40).encode()))
    else:
        with zipfile.ZipFile(buffer, "w", how) as packed:
            packed.writestr("a.csv", table(rows=40))
    raw = bytearray(buffer.getvalue())
    for place, flip in flips:
        raw[int(place * len(raw))] ^= flip
    path = tmp_path / ("a.csv.gz" if how is None else "a.zip")
    path.write_bytes(raw)
    params = Params(dataset=str(path))
    with contextlib.suppress(DataError):
        load(params, locate(params, {}, {}))


def test_what_is_no_safe_encoding_is_an_error_with_line_and_byte(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(table().encode() + "naïve,family\n".encode("latin-1"))
    with pytest.raises(InvalidParams) as caught:
        loaded(tmp_path / "a.csv")
    assert "line 14: not UTF-8 (byte 3 of the line is 0xef)" in str(caught.value.details)


def test_packed_files(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(table().encode()))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        packed.writestr("notes.txt", "no table")
        packed.writestr("inner/spam.tsv", table("\t"))
    assert loaded(tmp_path / "a.csv.gz").train == [
        example._replace(file="a.csv.gz") for example in loaded(tmp_path / "b.zip").train
    ]


@pytest.mark.parametrize("names", [[], ["a.csv", "b.csv"]])
def test_a_zip_holds_one_table(tmp_path: Path, names: list[str]) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        for name in names:
            packed.writestr(name, table())
    with pytest.raises(InvalidParams) as caught:
        loaded(tmp_path / "b.zip")
    assert "must hold one table" in str(caught.value.details)


@pytest.mark.parametrize(
    ("at", "bits", "word"),
    [((6, 8), b"\x01\x00", "password"), ((8, 10), b"\x09\x00", "compression")],
)
def test_a_zip_that_cannot_be_unpacked_is_named(
    tmp_path: Path, at: tuple[int, int], bits: bytes, word: str
) -> None:
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.csv", table())
    raw = path.read_bytes()
    for start in (0, raw.index(b"PK\x01\x02") + 2):  # the file's own header and the list's
        raw = raw[: start + at[0]] + bits + raw[start + at[1] :]
    path.write_bytes(raw)
    with pytest.raises(InvalidParams) as caught:
        loaded(path)
    assert word in str(caught.value.details)


@pytest.mark.parametrize("name", ["a.csv.gz", "b.zip"])
def test_damaged_packed_files(tmp_path: Path, name: str) -> None:
    raw = gzip.compress(table().encode())
    (tmp_path / name).write_bytes(raw[: len(raw) // 2])
    with pytest.raises(InvalidParams) as caught:
        loaded(tmp_path / name)
    assert name in str(caught.value.details)


def test_only_the_two_needed_columns_must_be_unique(tmp_path: Path) -> None:
    rows = "".join(f"{row['label']},{row['text']},,,\n" for row in make_rows(4))
    (tmp_path / "spam.csv").write_text("v1,v2,,,\n" + rows, encoding="utf-8")
    data = loaded(tmp_path / "spam.csv", text_column="v2", label_column="v1")
    assert len(data.train) + len(data.validation) == 12


def test_a_column_by_its_position(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(table().replace("text,label", "body,class"), encoding="utf-8")
    data = loaded(tmp_path / "a.csv", text_column=0, label_column=1)
    assert len(data.labels) == 3
    assert "a.csv: column 'body' is taken for '0'" in data.notes
    with pytest.raises(InvalidParams):
        loaded(tmp_path / "a.csv", text_column=0, label_column=2)


def test_a_field_longer_than_the_csv_module_takes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(table() + "x" * 200_000 + ",family\n", encoding="utf-8")
    data = loaded(tmp_path / "a.csv")
    assert max(len(e.text) for e in [*data.train, *data.validation]) == 200_000


def test_class_labels_of_parquet_keep_their_names(tmp_path: Path) -> None:
    names = ["family", "labour", "criminal"]
    rows = [{**row, "label": names.index(row["label"])} for row in make_rows(4)]
    feature = {"label": {"names": names, "_type": "ClassLabel"}}
    info = json.dumps({"info": {"features": feature}})
    made = pa.Table.from_pylist(rows).replace_schema_metadata({"huggingface": info})
    pq.write_table(made, tmp_path / "a.parquet")
    assert sorted(loaded(tmp_path / "a.parquet").labels) == sorted(names)


@pytest.mark.parametrize("split", ["valid", "val", "dev", "validation", "eval"])
def test_every_usual_name_of_a_split_is_taken(tmp_path: Path, split: str) -> None:
    write_jsonl(tmp_path / "training.jsonl", make_rows(4))
    (tmp_path / f"{split}.tsv").write_text(table("\t", 2), encoding="utf-8")
    data = loaded(tmp_path)
    assert (len(data.train), len(data.validation)) == (12, 6)


def test_shards_and_folders_are_one_split(tmp_path: Path) -> None:
    for number in range(11):
        write_jsonl(tmp_path / f"train_{number}.jsonl", make_rows(1, number))
    (tmp_path / "test").mkdir()
    write_jsonl(tmp_path / "test" / "any.jsonl", make_rows(2))
    data = loaded(tmp_path)
    assert [
        table.title for table in locate(Params(dataset=str(tmp_path)), {}, {}).tables("train")
    ] == [f"train_{number}.jsonl" for number in range(11)]
    assert (len(data.train) + len(data.validation), len(data.test)) == (33, 6)
    pq.write_table(pa.Table.from_pylist(make_rows(4)), tmp_path / "dev-00000-of-00001.parquet")
    assert len(loaded(tmp_path).validation) == 12


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("train.jsonl", "train.csv"), "train.csv and train.jsonl are two candidates"),
        (("train.jsonl", "val.jsonl", "dev.jsonl"), "dev.jsonl and val.jsonl are two candidates"),
        (("train.jsonl", "train_1.jsonl"), "are two candidates for the train split"),
        (("train-00000-of-00002.jsonl",), "1 of the 2 files"),
    ],
)
def test_no_split_is_chosen_in_silence(tmp_path: Path, names: tuple[str, ...], words: str) -> None:
    for name in names:
        write_jsonl(tmp_path / name, make_rows(4))
    with pytest.raises(DataError, match=words):
        locate(Params(dataset=str(tmp_path)), {}, {})


def test_what_lies_there_and_is_not_taken_is_told(tmp_path: Path) -> None:
    for name in ("train.jsonl", "extra.jsonl", "README.md"):
        write_jsonl(tmp_path / name, make_rows(4))
    assert f"{tmp_path.name}: not read: extra.jsonl" in loaded(tmp_path).notes


def test_a_relative_path_names_the_folder_that_was_looked_in() -> None:
    with pytest.raises(DataError) as caught:
        locate(Params(dataset="nothing.csv"), {}, {})
    assert f"in {Path.cwd()}, the folder of the server" in caught.value.message


def test_a_large_file_is_looked_at_first_and_read_whole_by_the_run(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = table(rows=MAX_BYTES // 200)
    path.write_text(rows + "x,y,z\n", encoding="utf-8")
    assert path.stat().st_size > MAX_BYTES
    params = Params(dataset=str(path))
    check(params, {}, {})
    ctx = RecordingContext("run-1", tmp_path / "run")
    with pytest.raises(JobError) as caught:
        run(params, ctx)
    assert caught.value.code == "invalid_data"
    assert not caught.value.retry
    assert caught.value.details["field"] == "params.dataset"
    assert f"a.csv, line {rows.count(chr(10)) + 1}: 3 columns" in caught.value.message
