"""Builds a fresh model or loads a finished one, with its tokenizer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from . import tokenizer as tokenizers
from .base import keeps_head, same_size
from .bert_lstm import BertLstmConfig, BertLstmForSequenceClassification
from .errors import DataError
from .lengths import MOST
from .params import Params
from .visible import listed

# Chosen on the validation split of persian-legal; see the README.
HEAD_DROPOUT = 0.5
LABEL_SMOOTHING = 0.1
TOKEN_DROPOUT = 0.25


def fresh_tokenizer(params: Params, texts: Iterable[str]) -> PreTrainedTokenizerBase:
    """Train a tokenizer on the training texts."""
    return tokenizers.train(texts, vocab_size=params.size.vocab_size, max_length=MOST)


def load_tokenizer(path: Path) -> PreTrainedTokenizerBase:
    """Load the tokenizer that lies beside a model."""
    try:
        loaded: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(path)
    except (OSError, ValueError) as error:
        raise DataError("model", f"{path}: its tokenizer does not load ({error})") from error
    return loaded


def fresh_model(
    params: Params, tokenizer: PreTrainedTokenizerBase, labels: list[str], length: int
) -> PreTrainedModel:
    """Build a model with random weights and so many positions; the seed must be set before."""
    size = params.size
    shared = {
        "vocab_size": len(tokenizer),
        "hidden_size": size.hidden_size,
        "num_hidden_layers": size.layers,
        "num_attention_heads": size.heads,
        "intermediate_size": 4 * size.hidden_size,
        "hidden_dropout_prob": size.dropout,
        "max_position_embeddings": length,
        "pad_token_id": tokenizer.pad_token_id,
        "id2label": dict(enumerate(labels)),
        "label2id": {label: index for index, label in enumerate(labels)},
    }
    if params.model == "bert":
        return BertForSequenceClassification(BertConfig(**shared, classifier_dropout=size.dropout))
    return BertLstmForSequenceClassification(
        BertLstmConfig(
            **shared,
            lstm_hidden_size=size.lstm_hidden,
            bag_size=size.hidden_size,
            head_dropout=HEAD_DROPOUT,
            label_smoothing=LABEL_SMOOTHING,
            token_dropout=TOKEN_DROPOUT,
            mask_token_id=tokenizer.mask_token_id,
        )
    )


def load_model(path: Path) -> PreTrainedModel:
    """Load a finished classifier.

    Raises:
        DataError: The folder holds no model that loads.
    """
    return _load(path)[0]


def load_base(path: Path, labels: list[str]) -> PreTrainedModel:
    """Load a model to go on from.

    A classifier of the same classes keeps its head and their order; any other model gets a
    new head.

    Raises:
        DataError: The folder holds no model that loads.
    """
    if keeps_head(path, set(labels)):
        return load_model(path)
    named = {
        "id2label": dict(enumerate(labels)),
        "label2id": {label: index for index, label in enumerate(labels)},
    }
    model, _ = _load(path, **named)
    if same_size(path, set(labels)):
        # Weights that fit were loaded, although they belong to other classes.
        one_more = dict(enumerate([*labels, ""]))
        for name in _load(path, id2label=one_more)[1]:
            layer: Any = model.get_submodule(name.rpartition(".")[0])
            layer.reset_parameters()
    return model


def _load(path: Path, **extra: Any) -> tuple[PreTrainedModel, set[str]]:
    """Load a model, and name its parameters whose shape was another; float32 to train and save."""
    try:
        model, told = AutoModelForSequenceClassification.from_pretrained(
            path,
            dtype=torch.float32,
            output_loading_info=True,
            ignore_mismatched_sizes=bool(extra),
            **extra,
        )
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise DataError("model", f"{path}: the model does not load ({error})") from error
    return model, {key[0] if isinstance(key, tuple) else key for key in told["mismatched_keys"]}


def class_names(model: PreTrainedModel) -> list[str]:
    """Return the class names in the order of their ids."""
    names = {int(index): str(name) for index, name in (model.config.id2label or {}).items()}
    return [names[index] for index in sorted(names)]


def class_order(checkpoint: Path | None, labels: list[str]) -> list[str]:
    """Return the classes in the order of the checkpoint to resume from: its weights know them so.

    Raises:
        DataError: The checkpoint has other classes than the data.
    """
    if checkpoint is None:
        return labels
    names = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))["id2label"]
    order = [str(names[index]) for index in sorted(names, key=int)]
    if set(order) != set(labels):
        raise DataError(
            "label_column",
            f"{checkpoint.name} knows other classes than the data has now "
            f"({listed(order, labels)}; the data: {listed(labels, order)}); start a new run",
        )
    return order
