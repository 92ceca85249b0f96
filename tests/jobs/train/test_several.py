"""Several data sets in one training, and a path for each split."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from labpool.jobs.train import Params
from labpool.jobs.train.check import check
from labpool.jobs.train.locate import locate
from labpool.jobs.train.run import run
from labpool.jobs.train.splits import Data, load
from labpool.runtime.digests import sha256_of
from labpool.runtime.recording import RecordingContext
from labpool.wire.errors import InvalidParams

from .conftest import make_rows, write_jsonl

Make = Callable[..., Params]


def loaded(dataset: Any, **values: Any) -> Data:
    params = Params(dataset=dataset, **values)
    check(params, {}, {})
    return load(params, locate(params, {}, {}))


def refused(dataset: Any, **values: Any) -> tuple[str, str]:
    with pytest.raises(InvalidParams) as caught:
        check(Params(dataset=dataset, **values), {}, {})
    (field,) = caught.value.details["fields"]
    return field["field"], field["message"]


def test_the_catalog_and_a_file_of_ones_own_are_one_training(tmp_path: Path) -> None:
    own = write_jsonl(tmp_path / "my.jsonl", make_rows(20))
    alone, data = loaded("persian-legal"), loaded(["persian-legal", str(own)])
    assert len(data.train) + len(data.validation) == len(alone.train) + len(alone.validation) + 60
    assert len(data.test) == len(alone.test)
    held = [example for example in data.validation if example.file == "my.jsonl"]
    assert len(held) == 9  # 15 % of each class of the file, which brings no validation of its own
    assert any("my.jsonl has no validation split" in note for note in data.notes)
    first, second = data.sources
    assert (first["name"], second["name"]) == ("persian-legal", str(own))
    assert first["splits"]["train"]["rows"] == 672
    assert second["splits"] == {"train": {"files": 1, "rows": 60, "sha256": sha256_of(own)}}


def test_one_in_a_list_is_as_one_alone(tmp_path: Path) -> None:
    own = str(write_jsonl(tmp_path / "my.jsonl", make_rows(9)))
    assert loaded([own]) == loaded(own)


def test_classes_are_merged_and_copies_told_over_sources(tmp_path: Path) -> None:
    rows = make_rows(10)
    fresh = [{"text": f"{row['text']} {n}", "label": row["label"]} for n, row in enumerate(rows)]
    a = write_jsonl(tmp_path / "a.jsonl", rows)
    write_jsonl(tmp_path / "b.jsonl", [*fresh, rows[0] | {"label": "Family "}])
    write_jsonl(tmp_path / "c.jsonl", [{"text": f"متن {n}", "label": "tax"} for n in range(5)])
    data = loaded([str(a), str(tmp_path / "b.jsonl"), str(tmp_path / "c.jsonl")])
    assert data.labels == ["criminal", "family", "labour", "tax"]
    assert any("'family' (20) = 'Family' (1)" in note for note in data.notes)
    (copies,) = [note for note in data.notes if "more than one of the data sets" in note]
    assert copies.startswith("1 texts")
    assert "b.jsonl, line 31" in copies
    (classes,) = [note for note in data.notes if "do not have the same classes" in note]
    assert "only c.jsonl has tax" in classes
    assert "c.jsonl lacks criminal, family, labour" in classes


def test_copies_in_another_source_are_not_held_back(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    write_jsonl(own / "train.jsonl", make_rows(12))
    write_jsonl(own / "validation.jsonl", make_rows(2, 50))
    more = write_jsonl(tmp_path / "more.jsonl", [*make_rows(12), *make_rows(8, 80)])
    data = loaded([str(own), str(more)], validation_split=0.5)
    held = {e.text for e in data.validation if e.file == "more.jsonl"}
    assert held
    assert not held & {row["text"] for row in make_rows(12)}


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for name, offset in (("a", 0), ("b", 40)):
        (tmp_path / name).mkdir()
        rows: list[dict[str, Any]] = [*make_rows(6, offset), {"text": "", "label": "family"}]
        write_jsonl(tmp_path / name / "texts.jsonl", rows)
    data = loaded([str(tmp_path / n / "texts.jsonl") for n in "ab"])
    assert any("a/texts.jsonl, line 19; b/texts.jsonl, line 19" in note for note in data.notes)


def test_a_path_for_each_split(tmp_path: Path) -> None:
    paths = {
        "train": [
            str(write_jsonl(tmp_path / "x.jsonl", make_rows(8))),
            str(write_jsonl(tmp_path / "y.jsonl", make_rows(3, 20))),
        ],
        "validation": str(write_jsonl(tmp_path / "z.jsonl", make_rows(2, 40))),
        "test": str(write_jsonl(tmp_path / "w.jsonl", make_rows(4, 60))),
    }
    data = loaded(paths)
    assert [len(data.train), len(data.validation), len(data.test)] == [33, 6, 12]
    del paths["validation"]
    data = loaded(paths)
    assert len(data.train) + len(data.validation) == 33
    assert {e.file for e in data.validation} <= {"x.jsonl", "y.jsonl"}


def test_of_a_data_set_named_for_a_split_that_split_is_taken(tmp_path: Path) -> None:
    own = str(write_jsonl(tmp_path / "my.jsonl", make_rows(5)))
    params = Params(dataset={"train": "persian-legal", "validation": own}, rare_classes="drop")
    source = locate(params, {}, {})
    assert {name: len(source.tables(name)) for name in source.splits} == {
        "train": 1,
        "validation": 1,
    }
    assert any("persian-legal: its validation, test" in note for note in source.notes)
    assert refused({"train": own, "test": str(tmp_path)})[0] == "params.dataset.test"


@pytest.mark.parametrize(
    ("dataset", "field"),
    [
        (["persian-legal", "{}/nothing.jsonl"], "params.dataset.1"),
        ({"train": "{}/nothing.jsonl"}, "params.dataset.train"),
        ({"train": ["persian-legal", "{}/cut.jsonl"]}, "params.dataset.train.1"),
        ({"train": "persian-legal", "validation": "{}/cut.jsonl"}, "params.dataset.validation"),
        (["persian-legal", "{}/cut.jsonl"], "params.dataset.1"),
        (["persian-legal", "{}/empty.jsonl"], "params.dataset.1"),
        (["{}/a.jsonl", "persian-legal", "{}/../{name}/a.jsonl"], "params.dataset.2"),
    ],
)
def test_bad_input_is_named_by_its_path(tmp_path: Path, dataset: Any, field: str) -> None:
    write_jsonl(tmp_path / "a.jsonl", make_rows(6))
    write_jsonl(tmp_path / "empty.jsonl", [{"text": "", "label": "a"}] * 3)
    (tmp_path / "cut.jsonl").write_text('{"text": "a", "lab')
    text = json.dumps(dataset).replace("{}", str(tmp_path)).replace("{name}", tmp_path.name)
    assert refused(json.loads(text))[0] == field


@pytest.mark.parametrize(
    ("dataset", "where"),
    [
        ([], ("dataset",)),
        (["a", ""], ("dataset", 1)),
        (["a", 3], ("dataset", 1)),
        ({"validation": "a"}, ("dataset", "train")),
        ({"train": "a", "tset": "b"}, ("dataset", "tset")),
        ({"train": ["a", " "]}, ("dataset", "train", 1)),
    ],
)
def test_bad_values_have_no_words_of_pydantic_in_their_path(
    dataset: Any, where: tuple[str | int, ...]
) -> None:
    with pytest.raises(ValidationError) as caught:
        Params(dataset=dataset)
    assert [error["loc"] for error in caught.value.errors()] == [where]


def test_a_file_that_is_spelt_wrongly_is_asked_about(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "tickets.jsonl", make_rows())
    message = refused(str(tmp_path / "tikets.jsonl"))[1]
    assert message.endswith(f"did you mean `{tmp_path}/tickets.jsonl`?")
    assert "did you mean" not in refused(str(tmp_path / "q"))[1]


def test_what_is_stored_is_what_was_given() -> None:
    for dataset in ("a", ["a", "b"], {"train": "a"}, {"train": ["a", "b"], "test": "c"}):
        params = Params(dataset=dataset)
        assert params.model_dump(mode="json")["dataset"] == dataset
        assert Params.model_validate(params.model_dump(mode="json")) == params


def test_result_and_environment_say_what_each_source_was(
    tiny: Make, context: RecordingContext, tmp_path: Path
) -> None:
    a = write_jsonl(tmp_path / "a.jsonl", make_rows(6))
    b = write_jsonl(tmp_path / "b.jsonl", make_rows(6, 20))
    result = run(tiny(dataset=[str(a), str(b)], epochs=1), context)
    told = [
        {"name": str(p), "splits": {"train": {"files": 1, "rows": 18, "sha256": sha256_of(p)}}}
        for p in (a, b)
    ]
    assert result["sources"] == told
    environment = json.loads((context.run_dir / "environment.json").read_text())
    assert environment["inputs"] == {"train 1": sha256_of(a), "train 2": sha256_of(b)}
    assert environment["sources"] == told
