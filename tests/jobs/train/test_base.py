"""Models to go on from: what is refused from the files alone, and what is kept of the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertForTokenClassification,
    BertModel,
    GPT2Config,
    PreTrainedConfig,
    ViTConfig,
    Wav2Vec2Config,
    WhisperConfig,
)

from labpool.jobs.train import Params, base, models, tokenizer
from labpool.jobs.train.base import check_model
from labpool.jobs.train.check import check
from labpool.jobs.train.run import run
from labpool.runtime.recording import RecordingContext
from labpool.wire.errors import InvalidParams

from .conftest import WORDS, make_rows

CLASSES = sorted(WORDS)
SIZE: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 32,
}

Save = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Save a tiny BERT with a tokenizer of the texts, as transformers does."""

    def make(
        kind: Any = BertModel,
        dtype: torch.dtype = torch.float32,
        labels: list[str] | None = None,
        **config: Any,
    ) -> Path:
        path = tmp_path / "base"
        words = tokenizer.train(
            (row["text"] for row in make_rows(3)), vocab_size=200, max_length=16
        )
        names = {"id2label": dict(enumerate(labels))} if labels else {}
        options = {"vocab_size": len(words), **SIZE, **names, **config}
        kind(BertConfig(**options)).to(dtype).save_pretrained(path)
        words.save_pretrained(path)
        return path

    return make


def edit(path: Path, **values: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values))


def refused(dataset: Path, model: Path) -> str:
    with pytest.raises(InvalidParams) as caught:
        check(Params(dataset=str(dataset), model=str(model)), {}, {})
    (field,) = caught.value.details["fields"]
    assert field["field"] == "params.model"
    message: str = field["message"]
    assert str(model) in message
    return message


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("multi_label_classification", "several classes for one text"),
        ("regression", "a number for each text"),
    ],
)
def test_another_problem_is_refused(dataset: Path, save: Save, problem: str, words: str) -> None:
    path = save(BertForSequenceClassification, labels=CLASSES, problem_type=problem)
    assert words in refused(dataset, path)


@pytest.mark.parametrize(
    "config", [ViTConfig(), WhisperConfig(), Wav2Vec2Config()], ids=lambda one: one.model_type
)
def test_what_is_no_text_encoder_is_refused(
    dataset: Path, save: Save, config: PreTrainedConfig
) -> None:
    path = save()
    config.save_pretrained(path)
    assert f"'{config.model_type}' is no text encoder" in refused(dataset, path)


def test_a_tokenizer_without_a_pad_token_is_refused(dataset: Path, save: Save) -> None:
    path = save()
    settings = path / "tokenizer_config.json"
    (path / "special_tokens_map.json").unlink(missing_ok=True)
    edit(settings, pad_token=None)
    assert "no pad token" in refused(dataset, path)
    told = json.loads(settings.read_text(encoding="utf-8"))
    del told["pad_token"]
    settings.write_text(json.dumps(told | {"tokenizer_class": "GPT2TokenizerFast"}))
    assert "no pad token" in refused(dataset, path)
    settings.unlink()
    GPT2Config().save_pretrained(path)
    assert "no pad token" in refused(dataset, path)


def test_a_pad_token_that_is_null_in_one_file_and_named_in_the_other(
    dataset: Path, save: Save
) -> None:
    path = save()
    edit(path / "tokenizer_config.json", pad_token=None)
    (path / "special_tokens_map.json").write_text('{"pad_token": "[PAD]"}')
    check(Params(dataset=str(dataset), model=str(path)), {}, {})
    assert models.load_tokenizer(path).pad_token == "[PAD]"


def varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)


def pieces(count: int) -> bytes:
    """A model of sentencepiece with so many pieces, and a setting behind them."""

    def field(number: int, value: bytes) -> bytes:
        return varint(number << 3 | 2) + varint(len(value)) + value

    piece = [field(1, f"p{n}".encode()) + b"\x15\0\0\0\0" for n in range(count)]
    return b"".join(field(1, each) for each in piece) + field(2, b"\x18\x01")


def test_a_vocabulary_of_sentencepiece_is_held_against_the_embeddings(
    dataset: Path, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save()
    known = json.loads((path / "config.json").read_text(encoding="utf-8"))["vocab_size"]
    (path / "tokenizer.json").unlink()
    (path / "spm.model").write_bytes(pieces(known))
    assert "pip install sentencepiece" in refused(dataset, path)
    monkeypatch.setattr(base, "find_spec", lambda _: True)
    check(Params(dataset=str(dataset), model=str(path)), {}, {})
    (path / "spm.model").write_bytes(pieces(known + 300))
    assert f"knows {known + 300} tokens, but its embeddings only {known}" in refused(dataset, path)
    (path / "spm.model").write_bytes(pieces(known))
    edit(path / "tokenizer_config.json", added_tokens_decoder={str(known + 1): {}})
    assert f"knows {known + 2} tokens" in refused(dataset, path)
    for broken in (pieces(known)[:-1], b"", b"\xff" * 40, b"<html>"):
        (path / "spm.model").write_bytes(broken)
        assert "not readable" in refused(dataset, path)


def test_a_tokenizer_of_an_old_bert_has_its_pad_token_by_its_class(
    dataset: Path, save: Save
) -> None:
    path = save()
    (path / "special_tokens_map.json").unlink(missing_ok=True)
    (path / "tokenizer_config.json").write_text('{"do_lower_case": true}')
    check(Params(dataset=str(dataset), model=str(path)), {}, {})


def test_more_tokens_than_embeddings_are_refused(dataset: Path, save: Save) -> None:
    path = save()
    known = json.loads((path / "config.json").read_text(encoding="utf-8"))["vocab_size"]
    check(Params(dataset=str(dataset), model=str(path)), {}, {})
    edit(path / "config.json", vocab_size=known - 1)
    assert f"knows {known} tokens, but its embeddings only {known - 1}" in refused(dataset, path)
    edit(path / "tokenizer.json", added_tokens=[{"id": known + 5, "content": "[NEW]"}])
    edit(path / "config.json", vocab_size=known)
    assert f"knows {known + 6} tokens" in refused(dataset, path)
    (path / "tokenizer.json").write_text("{}")
    (path / "vocab.txt").write_text("\n".join(map(str, range(known + 1))))
    assert f"knows {known + 1} tokens" in refused(dataset, path)


@pytest.mark.parametrize("text", ["", "[]", '{"model": {"vocab": 3}}'])
def test_a_tokenizer_that_is_no_tokenizer_is_refused(dataset: Path, save: Save, text: str) -> None:
    path = save()
    (path / "tokenizer.json").write_text(text)
    assert "not readable" in refused(dataset, path)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_trained_as_float32(save: Save, dtype: torch.dtype) -> None:
    loaded = models.load_base(save(dtype=dtype), CLASSES)
    assert {parameter.dtype for parameter in loaded.parameters()} == {torch.float32}


def test_the_same_classes_keep_head_and_order(save: Save) -> None:
    order = [*reversed(CLASSES)]
    path = save(BertForSequenceClassification, labels=order)
    assert check_model(Params(dataset="x", model=str(path)), {}, set(CLASSES)) == []
    assert models.class_names(models.load_base(path, CLASSES)) == order
    assert same_head(path, CLASSES)


@pytest.mark.parametrize("kind", [BertForSequenceClassification, BertForTokenClassification])
@pytest.mark.parametrize("labels", [["a", "b", "c"], ["a", "b"], [*CLASSES, "more"]], ids=len)
def test_other_classes_get_a_new_head(save: Save, kind: Any, labels: list[str]) -> None:
    path = save(kind, labels=labels)
    (told,) = check_model(Params(dataset="x", model=str(path)), {}, set(CLASSES))
    assert "its head is new" in told
    loaded = models.load_base(path, CLASSES)
    assert models.class_names(loaded) == CLASSES
    assert loaded.config.num_labels == len(CLASSES)
    assert not same_head(path, CLASSES)
    word = "bert.embeddings.word_embeddings.weight"
    assert torch.equal(loaded.state_dict()[word], kind.from_pretrained(path).state_dict()[word])


def same_head(path: Path, labels: list[str]) -> bool:
    ours = models.load_base(path, labels).state_dict()["classifier.weight"]
    theirs = models.load_model(path).state_dict()["classifier.weight"]
    return torch.equal(ours, theirs)


def test_a_run_goes_on_from_half_precision_and_other_classes(
    save: Save, tiny: Callable[..., Params], context: RecordingContext
) -> None:
    path = save(BertForSequenceClassification, dtype=torch.bfloat16, labels=["a", "b", "c"])
    result = run(tiny(model=str(path), epochs=1), context)
    assert result["labels"] == CLASSES
    (told,) = [note for note in result["notes"] if "its head is new" in note]
    logs = [event for event in context.events if event.type == "log_written"]
    assert ("warning", told) in [(event.level, event.text) for event in logs]
