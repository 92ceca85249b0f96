"""Looks at the model to go on from, from its files alone: the server never imports torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .errors import DataError
from .params import Params
from .pieces import count_pieces
from .visible import listed

FRESH = ("bert-lstm", "bert")
PIECES = ("spiece.model", "spm.model", "sentencepiece.bpe.model")
TOKENIZERS = ("tokenizer.json", "vocab.txt", *PIECES)
PROBLEMS = {
    "multi_label_classification": "several classes for one text",
    "regression": "a number for each text",
}
# What only models of pictures, sound or several inputs have in their config.json.
OTHER_INPUTS = (
    "audio_config",
    "conv_stride",
    "image_size",
    "num_channels",
    "num_mel_bins",
    "patch_size",
    "text_config",
    "vision_config",
)
# Tokenizers that have no pad token unless their files name one.
UNPADDED = ("PreTrainedTokenizer", "TokenizersBackend", "GPT2", "Llama", "CodeGen")
UNPADDED_MODELS = ("gpt2", "gpt_neo", "gpt_neox", "gptj", "llama", "mistral", "falcon", "phi")


def model_path(name: str, assets: Mapping[str, Path]) -> Path | None:
    """Return the folder of the model to go on from, or None for a fresh one.

    Raises:
        DataError: There is no such model.
    """
    if name in assets:
        path = Path(assets[name])
    elif name in FRESH:
        return None
    else:
        path = Path(name).expanduser()
    if not (path / "config.json").is_file():
        raise DataError(
            "model",
            f"{name}: no such model; use {' or '.join(map(repr, FRESH))}, a model that is "
            "downloaded, a checkpoint, or a folder with config.json, weights and tokenizer",
        )
    return path


def check_model(params: Params, assets: Mapping[str, Path], labels: set[str] | None) -> list[str]:
    """Check that the model is there and can learn to tell classes of texts apart.

    Args:
        params: The run's params.
        assets: Asset id to path.
        labels: Classes of the training text; None when they are not known yet.

    Returns:
        What is not kept of the model, a sentence each.

    Raises:
        DataError: It is not there, not whole, or no classifier can be made of it.
    """
    path = model_path(params.model, assets)
    if path is None:
        return []
    config = _read(path / "config.json")
    if not any(path.glob("*.safetensors")) and not any(path.glob("pytorch_model*.bin")):
        raise DataError("model", f"{path}: there are no weights (*.safetensors) in it")
    there = [name for name in TOKENIZERS if (path / name).is_file()]
    if not there:
        raise DataError("model", f"{path}: there is no tokenizer ({', '.join(TOKENIZERS)}) in it")
    if there[0] in PIECES and find_spec("sentencepiece") is None:
        raise DataError(
            "model",
            f"{path}: its tokenizer is there as {there[0]} only, which takes a library to read: "
            "pip install sentencepiece, or put its tokenizer.json beside it",
        )
    _check_kind(params.model, config)
    tokenizer = _read(path / "tokenizer.json") if (path / "tokenizer.json").is_file() else {}
    _check_padding(params.model, path, config)
    _check_vocabulary(params.model, path, config, tokenizer)
    return [] if labels is None else _other_classes(params.model, config, labels)


def keeps_head(path: Path, labels: set[str]) -> bool:
    """Return whether a model is a classifier of texts into just these classes."""
    config = _read(path / "config.json")
    return _classifies(config, "ForSequenceClassification") and _names(config) == labels


def same_size(path: Path, labels: set[str]) -> bool:
    """Return whether a model has a head for as many classes: its weights would fit."""
    config = _read(path / "config.json")
    return _classifies(config, "Classification") and len(_names(config)) == len(labels)


def _other_classes(name: str, config: dict[str, Any], labels: set[str]) -> list[str]:
    names = _names(config)
    if not _classifies(config, "Classification") or names == labels:
        return []
    told = (
        f"{name}: its classes are not those of the data set, so its head is new and only its "
        f"encoder is kept (the data has {listed(labels - names, names)} that the model lacks, "
        f"the model has {listed(names - labels, labels)} that the data lacks)"
    )
    return [told]


def _check_kind(name: str, config: dict[str, Any]) -> None:
    family = config.get("model_type") or "unknown"
    foreign = [key for key in OTHER_INPUTS if config.get(key) is not None]
    if config.get("is_encoder_decoder") or foreign or _vocabulary(config) is None:
        raise DataError(
            "model",
            f"{name}: a model of the family {family!r} is no text encoder; take one such as "
            "BERT, DistilBERT, RoBERTa or XLM-R",
        )
    problem = config.get("problem_type")
    if problem in PROBLEMS:
        raise DataError(
            "model",
            f"{name}: it was trained to give {PROBLEMS[problem]} ({problem}), but a training here "
            "gives one class to each text; take the encoder that it was made from",
        )


def _check_padding(name: str, path: Path, config: dict[str, Any]) -> None:
    told = _read(path / "tokenizer_config.json", there=False)
    # What stands here goes before, but for null.
    special = _read(path / "special_tokens_map.json", there=False)
    told |= {key: value for key, value in special.items() if value}
    family = str(told.get("tokenizer_class") or "")
    if family:
        unpadded = family.startswith(UNPADDED)
    else:
        unpadded = config.get("model_type") in UNPADDED_MODELS
    if told.get("pad_token") or not ("pad_token" in told or unpadded):
        return
    raise no_padding(name)


def no_padding(name: str) -> DataError:
    """Return what is wrong with a model whose tokenizer cannot fill up short texts."""
    return DataError(
        "model",
        f"{name}: its tokenizer has no pad token, so texts of different lengths make no batch; "
        'set "pad_token" in its tokenizer_config.json, or take another model',
    )


def _check_vocabulary(
    name: str, path: Path, config: dict[str, Any], tokenizer: dict[str, Any]
) -> None:
    size = _vocabulary(config) or 0
    try:
        highest = max(_ids(path, tokenizer), default=-1)
    except (AttributeError, KeyError, TypeError, ValueError, OSError) as error:
        raise DataError("model", f"{path}: its tokenizer is not readable ({error!r})") from error
    if highest >= size:
        raise DataError(
            "model",
            f"{name}: its tokenizer knows {highest + 1} tokens, but its embeddings only {size}; "
            "take the tokenizer that belongs to the weights",
        )


def _ids(path: Path, tokenizer: dict[str, Any]) -> list[int]:
    """Return token ids, the highest among them."""
    if not tokenizer:
        words = path / "vocab.txt"
        if not words.is_file():
            added = _read(path / "tokenizer_config.json", there=False).get("added_tokens_decoder")
            models = [path / name for name in PIECES if (path / name).is_file()]
            return [*(count_pieces(model) - 1 for model in models), *map(int, added or ())]
        return [len(words.read_text(encoding="utf-8").rstrip("\n").split("\n")) - 1]
    vocab = tokenizer["model"]["vocab"]
    ids = list(vocab.values()) if isinstance(vocab, dict) else [len(vocab) - 1]
    return ids + [int(token["id"]) for token in tokenizer.get("added_tokens") or ()]


def _vocabulary(config: dict[str, Any]) -> int | None:
    size = config.get("vocab_size", config.get("n_words"))
    return size if type(size) is int else None


def _classifies(config: dict[str, Any], how: str) -> bool:
    return any(str(name).endswith(how) for name in config.get("architectures") or ())


def _names(config: dict[str, Any]) -> set[str]:
    return {str(name) for name in (config.get("id2label") or {}).values()}


def _read(path: Path, *, there: bool = True) -> dict[str, Any]:
    """Read an object of JSON; an empty one where the file need not be there."""
    if not there and not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError("model", f"{path}: not readable ({error})") from error
    if not isinstance(value, dict):
        raise DataError("model", f"{path}: not readable (no object)")
    return value
