"""Models that a training makes and goes on from, and how they load."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from labpool import loading
from labpool.jobs.train import Params
from labpool.jobs.train.run import run
from labpool.runtime.recording import RecordingContext
from labpool.wire.errors import NotFound

from .telling import of_type

Make = Callable[..., Params]


def test_load_gives_classes_back(finished: tuple[RecordingContext, dict[str, Any]]) -> None:
    ctx, result = finished
    classifier = loading.load(ctx.run_dir / "model")
    assert classifier.labels == result["labels"]
    one, other = classifier.predict(["طلاق مهریه نفقه", "سرقت " * 100])
    assert one.label in result["labels"]
    assert one.score == max(one.scores.values())
    assert sum(other.scores.values()) == pytest.approx(1.0, abs=1e-5)
    alone = classifier.predict("طلاق مهریه نفقه")[0]
    assert alone.scores == pytest.approx(one.scores, abs=1e-6)
    assert classifier.predict([]) == []


def test_load_refuses_what_is_not_whole(
    finished: tuple[RecordingContext, dict[str, Any]], tmp_path: Path
) -> None:
    with pytest.raises(NotFound, match="no model here"):
        loading.load(tmp_path)
    copy = shutil.copytree(finished[0].run_dir / "model", tmp_path / "copy")
    weights = copy / "model.safetensors"
    raw = bytearray(weights.read_bytes())
    raw[-1] ^= 1
    weights.write_bytes(raw)
    with pytest.raises(NotFound, match=r"model\.safetensors has changed"):
        loading.load(copy)


def test_plain_bert_trains_too(tiny: Make, context: RecordingContext) -> None:
    result = run(tiny(model="bert", epochs=1), context)
    assert result["steps"] == 4
    assert loading.load(context.run_dir / "model").predict("طلاق")[0].label in result["labels"]


def test_goes_on_from_an_own_model(
    finished: tuple[RecordingContext, dict[str, Any]], tiny: Make, context: RecordingContext
) -> None:
    path = finished[0].run_dir / "model"
    context.assets = {"my-model": path}
    result = run(tiny(model="my-model", epochs=1, learning_rate=1e-12), context)
    assert result["vocabulary"] == finished[1]["vocabulary"]
    ours = load_file(context.run_dir / "model" / "model.safetensors")
    theirs = load_file(path / "model.safetensors")
    assert all(torch.allclose(ours[name], theirs[name], atol=1e-6) for name in theirs)
    tokenizers = [p / "tokenizer.json" for p in (path, context.run_dir / "model")]
    assert tokenizers[0].read_bytes() == tokenizers[1].read_bytes()


def test_the_pace_that_is_not_given_follows_the_model(
    finished: tuple[RecordingContext, dict[str, Any]], tiny: Make, context: RecordingContext
) -> None:
    base = str(finished[0].run_dir / "model")
    result = run(tiny(model=base, epochs=None, learning_rate=None), context)
    assert (result["learning_rate"], result["epochs"], result["most_epochs"]) == (5e-5, 3, 3)
    logs = [event.text for event in of_type(context, "log_written")]
    pace = "learning rate 5e-05, at most 3 epochs (learning_rate and epochs as suits a model that"
    (told,) = [number for number, text in enumerate(logs) if text.startswith(pace)]
    (first,) = [number for number, text in enumerate(logs) if text.startswith("epoch 1:")]
    assert told < first
