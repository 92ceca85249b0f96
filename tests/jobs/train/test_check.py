"""What is refused before a run is accepted, with the field and the reason."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from labpool.jobs.train import KIND, Params
from labpool.jobs.train.check import check
from labpool.wire.errors import InvalidParams

from .conftest import make_rows, write_jsonl


def refusal(path: Path, **values: Any) -> tuple[str, str]:
    """Return field and message of what the check raises."""
    with pytest.raises(InvalidParams) as caught:
        check(Params(dataset=str(path), **values), {}, {})
    (field,) = caught.value.details["fields"]
    return field["field"], field["message"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("dataset", ""),
        ("dataset", 3),
        ("text_column", " "),
        ("epochs", 0),
        ("epochs", 1.5),
        ("batch_size", 0),
        ("learning_rate", 0),
        ("learning_rate", "nan"),
        ("learning_rate", "inf"),
        ("max_length", 2),
        ("validation_split", 0.0),
        ("validation_split", 0.9),
        ("seed", -1),
        ("save_steps", -1),
        ("keep_checkpoints", 1),
        ("no_such_thing", 1),
    ],
)
def test_bad_values_name_their_field(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        Params(**{"dataset": "persian-legal", field: value})
    assert {error["loc"][0] for error in caught.value.errors()} == {field}


def test_bad_size_names_its_path() -> None:
    with pytest.raises(ValidationError) as caught:
        Params.model_validate({"dataset": "x", "model_config": {"layers": 0}})
    assert caught.value.errors()[0]["loc"] == ("model_config", "layers")
    with pytest.raises(ValidationError, match="not a multiple of heads"):
        Params.model_validate({"dataset": "x", "model_config": {"hidden_size": 10, "heads": 4}})


def test_model_config_keeps_its_name() -> None:
    params = Params.model_validate({"dataset": "x", "model_config": {"layers": 2}})
    assert params.model_dump()["model_config"]["layers"] == 2
    assert Params(**params.model_dump()) == params
    assert "model_config" in json.loads(params.model_dump_json())
    assert "model_config" in Params.model_json_schema()["properties"]


def test_every_field_can_be_drawn() -> None:
    schema = Params.model_json_schema()
    for properties in (schema["properties"], schema["$defs"]["ModelConfig"]["properties"]):
        for name, field in properties.items():
            assert field["title"], name
            assert field["description"], name
            assert name == "dataset" or "default" in field or "$ref" in field, name
            for one in field.get("anyOf", [field]):
                if one.get("type") in ("integer", "number"):
                    assert "minimum" in one or "exclusiveMinimum" in one, name
                    assert "maximum" in one, name
    assert schema["properties"]["dataset"]["x-labpool-asset"] == "dataset"
    assert schema["properties"]["model"]["x-labpool-asset"] == "model"


def test_no_such_file(tmp_path: Path) -> None:
    field, message = refusal(tmp_path / "nothing.jsonl")
    assert field == "params.dataset"
    assert "no such file, asset or catalog data set" in message


def test_a_data_set_that_is_listed_but_not_here() -> None:
    field, message = refusal(Path("imdb"))
    assert field == "params.dataset"
    assert "download it" in message


def test_unknown_suffix(tmp_path: Path) -> None:
    path = tmp_path / "texts.xlsx"
    path.write_bytes(b"PK")
    field, message = refusal(path)
    assert field == "params.dataset"
    assert ".xlsx" in message
    assert ".jsonl" in message


def test_folder_without_training_text(tmp_path: Path) -> None:
    assert "no train.jsonl" in refusal(tmp_path)[1]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"text_column": "body"}, "text_column"), ({"label_column": "class"}, "label_column")],
)
@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_missing_column(tmp_path: Path, values: dict[str, str], field: str, suffix: str) -> None:
    path = tmp_path / f"texts{suffix}"
    if suffix == ".jsonl":
        write_jsonl(path, make_rows())
    elif suffix == ".csv":
        path.write_text("text,label\nالف,a\nب,b\n", encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(make_rows()), path)
    where, message = refusal(path, **values)
    assert where == f"params.{field}"
    assert "there are: label, text" in message


def test_cut_jsonl_names_its_last_line(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "texts.jsonl", make_rows(2))
    path.write_bytes(path.read_bytes()[:-9])
    field, message = refusal(path)
    assert field == "params.dataset"
    assert "line 6" in message
    assert "cut off" in message


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "a", "label": }\n', "not JSON"),
        (b'["a", "b"]\n', "not an object"),
        (b'{"text": "\xff\xfe", "label": "a"}\n', "not UTF-8"),
        (b"[" * 100_000 + b"\n", "line 7"),
    ],
)
def test_bad_line_is_named(tmp_path: Path, line: bytes, reason: str) -> None:
    path = write_jsonl(tmp_path / "texts.jsonl", make_rows(2))
    path.write_bytes(path.read_bytes() + line)
    _, message = refusal(path)
    assert "line 7" in message
    assert reason in message


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "  ", "label": "a"}\n', "the text is empty"),
        (b'{"text": null, "label": "a"}\n', "the text is empty"),
        (b'{"text": 5, "label": "a"}\n', "no text but 5"),
        (b'{"text": "a", "label": null}\n', "must name a class"),
        (b'{"text": "a", "label": 0.5}\n', "must name a class, but is 0.5"),
        (b'{"text": "a", "label": ""}\n', "must name a class"),
        (b'{"text": "a"}\n', "must name a class"),
        (b'{"text": "a\\ud800", "label": "a"}\n', "surrogate"),
        ('{"text": "\u200f\u200c\u00a0", "label": "a"}\n'.encode(), r"'\u200f\u200c\xa0'"),
        ('{"text": "\u3164", "label": "a"}\n'.encode(), r"'\u3164'"),
        (b'{"text": "a", "label": NaN}\n', "must name a class"),
        (b'{"text": "a", "label": "\\ud800"}\n', "surrogate"),
        (b'{"text": "a", "label": [1]}\n', "must name a class"),
        ('{"text": "a", "label": "\u200f"}\n'.encode(), r"is '\u200f'"),
    ],
)
def test_a_row_that_cannot_be_used_is_left_out_and_strict_names_it(
    tmp_path: Path, line: bytes, reason: str
) -> None:
    path = write_jsonl(tmp_path / "texts.jsonl", make_rows(2))
    path.write_bytes(path.read_bytes() + line)
    check(Params(dataset=str(path)), {}, {})
    _, message = refusal(path, strict=True)
    assert "line 7" in message
    assert reason in message


def test_a_file_of_which_more_than_half_cannot_be_used_is_refused(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [*make_rows(1), {"text": " "}]
    rows[3:3] = [{"text": "a", "label": 0.5 + n} for n in range(3)]
    field, message = refusal(write_jsonl(tmp_path / "texts.jsonl", rows))
    assert field == "params.label_column"
    assert "4 of 7 rows cannot be used: 3 where the class is no word and no whole" in message
    assert "1 where the text is empty (texts.jsonl, line 7)" in message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("text,label\na,x\nb,y,z\n", "line 3: 3 columns, but the first line names 2"),
        ("text,label\na,x\nb\n", "line 3: 1 columns"),
        ('text,label\na,x\n"b,y\n', "unexpected end of data"),
        ("text,text\na,x\n", "column 'text' is there more than once"),
        ("", "no example"),
        ("text,label\n", "no example"),
    ],
)
def test_bad_csv(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "texts.csv"
    path.write_text(text, encoding="utf-8")
    field, message = refusal(path)
    assert field == "params.dataset"
    assert reason in message


def test_csv_line_numbers_count_lines_inside_quotes(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text('text,label\n"a\nb",x\n ,y\n', encoding="utf-8")
    assert "line 4: the text is empty" in refusal(path, strict=True)[1]


@pytest.mark.parametrize("keep", [0, 3, 40, -10])
def test_cut_parquet(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "texts.parquet"
    pq.write_table(pa.Table.from_pylist(make_rows()), path)
    path.write_bytes(path.read_bytes()[:keep])
    field, message = refusal(path)
    assert field == "params.dataset"
    assert "not a whole parquet file" in message


def test_damaged_parquet_page(tmp_path: Path) -> None:
    path = tmp_path / "texts.parquet"
    pq.write_table(pa.Table.from_pylist(make_rows()), path)
    raw = bytearray(path.read_bytes())
    raw[10:60] = b"\x00" * 50
    path.write_bytes(raw)
    assert refusal(path)[0] == "params.dataset"


def test_one_class_only(tmp_path: Path) -> None:
    rows = [row for row in make_rows() if row["label"] == "family"]
    field, message = refusal(write_jsonl(tmp_path / "texts.jsonl", rows))
    assert field == "params.label_column"
    assert "one class only ('family')" in message


def test_class_too_small_to_split(tmp_path: Path) -> None:
    rows = [*make_rows(), {"text": "تنها", "label": "alone"}]
    field, message = refusal(write_jsonl(tmp_path / "texts.jsonl", rows))
    assert field == "params.label_column"
    assert "class 'alone' has 1 example" in message


def test_class_that_only_validation_has(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "train.jsonl", make_rows())
    write_jsonl(tmp_path / "validation.jsonl", [{"text": "الف", "label": "tax"}])
    field, message = refusal(tmp_path)
    assert field == "params.label_column"
    assert "validation.jsonl, line 1: class 'tax' is not in train.jsonl" in message


def test_empty_validation(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "train.jsonl", make_rows())
    write_jsonl(tmp_path / "validation.jsonl", [])
    assert "validation.jsonl: there is no example" in refusal(tmp_path)[1]


def test_no_such_model(dataset: Path) -> None:
    field, message = refusal(dataset, model="bert-huge")
    assert field == "params.model"
    assert "no such model" in message


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"config.json": "{"}, "not readable"),
        ({"config.json": "[]"}, "not readable"),
        ({"config.json": "{}"}, "no weights"),
        ({"config.json": "{}", "model.safetensors": ""}, "no tokenizer"),
    ],
)
def test_bad_model_folder(
    dataset: Path, tmp_path: Path, files: dict[str, str], reason: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    field, message = refusal(dataset, model=str(tmp_path))
    assert field == "params.model"
    assert reason in message


def test_good_data_passes_and_never_imports_torch(dataset: Path) -> None:
    code = (
        "import sys; from labpool.jobs.train import KIND, Params\n"
        "from labpool.jobs.train.check import check\n"
        f"check(Params(dataset='ds'), {{'ds': {str(dataset)!r}}}, {{}})\n"
        "check(Params(dataset='persian-legal'), {}, {})\n"
        "heavy = {'torch', 'transformers', 'tokenizers', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_kind_names_what_exists() -> None:
    assert KIND.entry == "labpool.jobs.train.run:run"
    assert KIND.check == "labpool.jobs.train.check:check"
    assert KIND.params is Params
