"""Digests of what is read: taken in passing, and not taken again of what nobody touched."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labpool.jobs.train import Params, environment, hashing
from labpool.jobs.train.locate import locate
from labpool.jobs.train.run import run
from labpool.jobs.train.splits import load
from labpool.runtime.context import JobError
from labpool.runtime.digests import sha256_of
from labpool.runtime.recording import RecordingContext

from .conftest import make_rows

Make = Callable[..., Params]


def packed(folder: Path, name: str) -> Path:
    path = folder / name
    text = "text,label\n" + "".join(f"{row['text']},{row['label']}\n" for row in make_rows(300))
    if name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(make_rows(30)), path)
    elif name.endswith(".zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("notes.txt", "x" * 5000)
            file.writestr("a.csv", text)
            file.writestr("after.txt", "y" * 5000)
    else:
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.zip", "a.parquet"])
def test_what_was_parsed_is_what_was_hashed(tmp_path: Path, name: str) -> None:
    path = packed(tmp_path, name)
    params = Params(dataset=str(path))
    data = load(params, locate(params, {}, {}))
    assert data.digests == {path: sha256_of(path)}


@given(
    content=st.binary(max_size=3000),
    steps=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4000)), max_size=6),
)
def test_whatever_is_sought_the_digest_is_that_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, steps: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("h") / "file"
    path.write_bytes(content)
    digests: dict[Path, str] = {}
    with hashing.opened(path, digests) as file:
        for start, size in steps:
            file.seek(start)
            assert file.read(size) == content[start : start + size]
    assert digests == {path: sha256_of(path)}


def test_a_model_that_nobody_touched_is_not_hashed_again(
    finished: tuple[RecordingContext, dict[str, Any]],
    tiny: Make,
    context: RecordingContext,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = shutil.copytree(finished[0].run_dir / "model", tmp_path / "base")
    params = tiny(model=str(base), epochs=1)
    result = run(params, context)
    hashed: list[Path] = []

    def counting(path: Path) -> str:
        hashed.append(path)
        return sha256_of(path)

    monkeypatch.setattr(environment, "sha256_of", counting)
    assert run(params, RecordingContext("run-1", context.run_dir, attempt=2)) == result
    assert hashed == []
    os.utime(base / "config.json")
    assert run(params, RecordingContext("run-1", context.run_dir, attempt=3)) == result
    assert hashed == [base]
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps(config | {"more": 1}))
    with pytest.raises(JobError, match="not what it was"):
        run(params, RecordingContext("run-1", context.run_dir, attempt=4))
