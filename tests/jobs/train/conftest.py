"""Small Persian data sets and parameters that train in seconds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labpool.jobs.train import Params
from labpool.runtime.recording import RecordingContext

WORDS = {
    "family": "مهریه نفقه طلاق ازدواج حضانت فرزند",
    "labour": "کارگر کارفرما مزد بیمه اخراج سنوات",
    "criminal": "سرقت حبس جزا قتل کیفر دیه",
}
FILLER = "دادگاه قانون ماده حکم رأی پرونده طرفین باید است می‌شود"


def make_rows(per_class: int = 12, offset: int = 0) -> list[dict[str, str]]:
    """Sentences of filler with three words of the class; the same ones each time."""
    rows = []
    filler = FILLER.split()
    for number in range(offset, offset + per_class):
        for label, own in WORDS.items():
            words = own.split()
            picked = [words[(number * (k + 1)) % len(words)] for k in range(3)]
            rest = [filler[(number + k * k) % len(filler)] for k in range(2 + number % 5)]
            rows.append({"text": " ".join([*rest, *picked]), "label": label})
    return rows


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )
    return path


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_jsonl(tmp_path_factory.mktemp("data") / "texts.jsonl", make_rows())


TINY: dict[str, Any] = {
    "model_config": {
        "hidden_size": 16,
        "layers": 1,
        "heads": 2,
        "vocab_size": 200,
        "lstm_hidden": 8,
    },
    "epochs": 3,
    "batch_size": 8,
    "learning_rate": 5e-3,
    "max_length": 16,
    "logging_steps": 2,
    "early_stopping_patience": 0,
}


@pytest.fixture
def tiny(dataset: Path) -> Callable[..., Params]:
    def make(**values: Any) -> Params:
        return Params(**{"dataset": str(dataset), **TINY, **values})

    return make


@pytest.fixture
def context(tmp_path: Path) -> RecordingContext:
    return RecordingContext("run-1", tmp_path / "run-1")


@pytest.fixture(scope="session")
def finished(
    dataset: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[RecordingContext, dict[str, Any]]:
    """One undisturbed run that many tests look at."""
    import torch  # the light tests of this folder do without

    from labpool.jobs.train.run import run

    ctx = RecordingContext("run-0", tmp_path_factory.mktemp("runs") / "run-0")
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    result = run(Params(dataset=str(dataset), **TINY), ctx)
    assert before == (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled())
    return ctx, result
