"""What a training makes of its files: formats, notes about rows, and bad data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labpool.jobs.train import Params
from labpool.jobs.train.run import run
from labpool.runtime.context import JobError
from labpool.runtime.recording import RecordingContext

from .conftest import make_rows, write_jsonl
from .telling import digest, of_type

Make = Callable[..., Params]


def test_what_was_done_to_the_rows_stands_in_log_and_result(
    tiny: Make, context: RecordingContext, tmp_path: Path
) -> None:
    rows = [*make_rows(), {"text": " ", "label": "family"}]
    rows[0]["label"] += "\u200f"
    write_jsonl(tmp_path / "validation.jsonl", [make_rows()[4]])
    write_jsonl(tmp_path / "train.jsonl", rows)
    result = run(tiny(dataset=str(tmp_path), epochs=1), context)
    assert result["labels"] == ["criminal", "family", "labour"]
    assert result["evaluated_texts_seen_in_training"] == 1
    _, dropped, merged, repeated = result["notes"]
    assert dropped.startswith("1 of 37 rows are left out: 1 where the text is empty (train.jsonl,")
    assert merged.endswith(r"are one, named as the first: 'family' (11) = 'family\u200f' (1)")
    assert repeated.startswith("1 of the validation texts are in the training texts, too, 1 in")
    warnings = [e.text for e in of_type(context, "log_written") if e.level == "warning"]
    assert sorted(warnings) == sorted(result["notes"])


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_same_rows_in_another_format_give_the_same_model(
    finished: tuple[RecordingContext, dict[str, Any]],
    tiny: Make,
    context: RecordingContext,
    tmp_path: Path,
    suffix: str,
) -> None:
    path = tmp_path / f"texts{suffix}"
    if suffix == ".csv":
        lines = [f'"{row["text"]}",{row["label"]}\n' for row in make_rows()]
        path.write_text("".join(["\ufefftext,label\n", *lines]), encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(make_rows()), path)
    run(tiny(dataset=str(path)), context)
    assert digest(context.run_dir) == digest(finished[0].run_dir)


def test_bad_data_on_the_worker_is_a_plain_error(
    tiny: Make, context: RecordingContext, tmp_path: Path
) -> None:
    path = write_jsonl(tmp_path / "texts.jsonl", make_rows())
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(JobError, match="line 36: not JSON") as caught:
        run(tiny(dataset=str(path)), context)
    assert caught.value.code == "invalid_data"
