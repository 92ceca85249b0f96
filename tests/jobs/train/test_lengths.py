"""What a run reports is what its saved model does, also with texts longer than it reads."""

# transformers leaves some of its functions without types:
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transformers import (
    BertConfig,
    BertModel,
    PreTrainedModel,
    RobertaConfig,
    RobertaModel,
    XLNetConfig,
    XLNetModel,
    pipeline,
)

from labpool import loading
from labpool.jobs.train import Params, lengths, tokenizer
from labpool.jobs.train.run import run
from labpool.runtime.recording import RecordingContext

from .conftest import FILLER, WORDS, make_rows, write_jsonl

SIZE: dict[str, Any] = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
TAIL = 40  # words after the one that tells the class
KINDS: dict[str, tuple[Callable[..., PreTrainedModel], int, int]] = {
    # a base of the kind with a size of vocabulary; max_length; tokens that are read
    "bert": (lambda n: BertModel(BertConfig(vocab_size=n, intermediate_size=32, **SIZE)), 16, 16),
    "roberta": (
        lambda n: RobertaModel(
            RobertaConfig(
                vocab_size=n,
                intermediate_size=32,
                max_position_embeddings=22,
                pad_token_id=1,
                **SIZE,
            )
        ),
        64,
        20,
    ),
}


def rows(per_class: int, offset: int) -> list[dict[str, str]]:
    """Only the start tells the class; the rest is filler and words of any class."""
    filler = [*FILLER.split(), *(word for own in WORDS.values() for word in own.split())]
    return [
        {
            "text": " ".join(
                [own.split()[number % 6]] * 3
                + [filler[(number * 7 + k * (place + 3)) % len(filler)] for k in range(TAIL)]
            ),
            "label": label,
        }
        for number in range(offset, offset + per_class)
        for place, (label, own) in enumerate(WORDS.items())
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_saved_model_does_what_the_run_reports(
    kind: str, tmp_path: Path, context: RecordingContext, tiny: Callable[..., Params]
) -> None:
    build, max_length, read = KINDS[kind]
    words = tokenizer.train((row["text"] for row in make_rows()), vocab_size=200, max_length=512)
    base = tmp_path / "base"
    words.save_pretrained(base)
    build(len(words)).save_pretrained(base)
    data = tmp_path / "data"
    data.mkdir()
    write_jsonl(data / "train.jsonl", [*rows(12, 0), {"text": "طلاق", "label": "family"}])
    write_jsonl(data / "validation.jsonl", rows(4, 100))
    test = rows(8, 200)
    write_jsonl(data / "test.jsonl", test)

    result = run(tiny(dataset=str(data), model=str(base), max_length=max_length, epochs=2), context)

    model = context.run_dir / "model"
    texts, truth = [row["text"] for row in test], [row["label"] for row in test]

    def share(guess: list[Any]) -> float:
        return float(sum(a == b for a, b in zip(truth, guess, strict=True)) / len(truth))

    assert share([p.label for p in loading.load(model).predict(texts)]) == result["accuracy"]
    plain = pipeline("text-classification", model=str(model), truncation=True)
    assert share([answer["label"] for answer in plain(texts)]) == result["accuracy"]
    assert plain.tokenizer is not None
    assert plain.tokenizer.model_max_length == read
    told = [
        f"{cut} of the {count} {split} texts are longer than the {read} tokens that are read "
        "(max_length) and are cut"
        for split, cut, count in (("training", 36, 37), ("validation", 12, 12), ("test", 24, 24))
    ]
    assert [note for note in result["notes"] if "are cut" in note] == told
    first_step = next(at for at, e in enumerate(context.events) if e.type == "metrics_reported")
    said = [e.text for e in context.events[:first_step] if e.type == "log_written"]
    assert [text for text in said if text.endswith("are cut")] == told[:2]


def test_a_length_that_is_not_given_follows_texts_and_base(
    tmp_path: Path, context: RecordingContext, tiny: Callable[..., Params]
) -> None:
    words = tokenizer.train((row["text"] for row in make_rows()), vocab_size=200, max_length=512)
    base = tmp_path / "base"
    words.save_pretrained(base)
    BertModel(
        BertConfig(vocab_size=len(words), intermediate_size=32, max_position_embeddings=128, **SIZE)
    ).save_pretrained(base)
    long = [row | {"text": " ".join([row["text"]] * 20)} for row in make_rows(6)]
    for name, data, length in (("long", long, 128), ("short", make_rows(6), 64)):
        file = write_jsonl(tmp_path / f"{name}.jsonl", data)
        ctx = RecordingContext(name, tmp_path / name)
        params = tiny(dataset=str(file), model=str(base), max_length=None, epochs=None)
        result = run(params, ctx)
        chosen = [e.values for e in ctx.events if e.type == "params_resolved"]
        assert chosen == [{"epochs": 3}, {"max_length": length}]
        assert result["max_length"] == length
        again = RecordingContext(name, tmp_path / name, attempt=2)
        assert run(params, again) == result


def test_the_length_is_enough_for_nearly_all_texts_within_bounds() -> None:
    words = tokenizer.train((row["text"] for row in make_rows()), vocab_size=200, max_length=16)
    for tokens, outlier, length in ((10, 10, 64), (98, 98, 104), (98, 5000, 104), (900, 900, 256)):
        texts = [*["۱ " * (tokens - 2)] * 999, "۱ " * (outlier - 2)]
        assert lengths.suited(words, texts, lambda: None) == length


def test_a_kind_without_positions_has_no_limit() -> None:
    config = XLNetConfig(vocab_size=20, d_model=16, n_layer=1, n_head=2, d_inner=16)
    assert lengths.positions(XLNetModel(config)) is None
