"""Looks at data set and model before a run is accepted. Never imports torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from labpool.wire.catalog import CatalogEntry
from labpool.wire.errors import InvalidParams

from .curate import Curated, curate
from .errors import DataError
from .params import Params
from .splits import Source, locate, settle
from .visible import listed

MAX_BYTES = 2_000_000
"""Looked at before a run is accepted; the run itself reads the whole, on its worker."""
FRESH = ("bert-lstm", "bert")
TOKENIZERS = ("tokenizer.json", "vocab.txt", "spiece.model", "sentencepiece.bpe.model")


def check(params: Params, assets: Mapping[str, Path], catalog: Mapping[str, CatalogEntry]) -> None:
    """Refuse what cannot train, with the field, the file, the line and the reason.

    Reads at most ``MAX_BYTES``; what lies beyond is found on the worker.

    Args:
        params: The run's params.
        assets: Asset id to path.
        catalog: Catalog id to entry, for what the params name of it.

    Raises:
        InvalidParams: The data set or the model cannot be used.
    """
    try:
        source = locate(params, assets, catalog)
        curated, whole = _read_bounded(params, source)
        if whole:
            settle(params, source, curated)
            check_model(params, assets, {e.label for e in curated.examples["train"]})
        else:
            check_model(params, assets, None)
    except DataError as error:
        raise InvalidParams.at(f"params.{error.field}", error.message) from error


def _read_bounded(params: Params, source: Source) -> tuple[Curated, bool]:
    """Look at all splits, texts forgotten; False with it when the limit cut something off."""
    left = MAX_BYTES
    rows = {}
    for split, files in source.files.items():
        rows[split] = source.rows(split, max(left, 1), lambda _: None, lambda _: None)
        left -= sum(_unpacked_size(path) for path in files)
    return curate(params, rows, texts=False), left > 0


def _unpacked_size(path: Path) -> int:
    """Return the bytes of a file; nobody knows what is packed before it is read."""
    if path.suffix.lower() in (".gz", ".zip"):
        return MAX_BYTES
    return path.stat().st_size if path.is_file() else 0


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


def check_model(params: Params, assets: Mapping[str, Path], labels: set[str] | None) -> None:
    """Check that the model is there and knows the same classes.

    Args:
        params: The run's params.
        assets: Asset id to path.
        labels: Classes of the training text; None when they are not known yet.

    Raises:
        DataError: It is not there, not whole, or its classes are others.
    """
    path = model_path(params.model, assets)
    if path is None:
        return
    try:
        config = json.loads((path / "config.json").read_text(encoding="utf-8"))
        names = set(config.get("id2label", {}).values())
        classifier = any("Classification" in a for a in config.get("architectures") or ())
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise DataError("model", f"{path / 'config.json'}: not readable ({error})") from error
    if not any(path.glob("*.safetensors")) and not any(path.glob("pytorch_model*.bin")):
        raise DataError("model", f"{path}: there are no weights (*.safetensors) in it")
    if not any((path / name).is_file() for name in TOKENIZERS):
        raise DataError("model", f"{path}: there is no tokenizer ({', '.join(TOKENIZERS)}) in it")
    if classifier and labels is not None and names != labels:
        raise DataError(
            "model",
            f"{params.model}: its classes are not those of the data set (the data has "
            f"{listed(labels - names, names)} that the model lacks, the model has "
            f"{listed(names - labels, labels)} that "
            "the data lacks); train a fresh model, or use the data set's own",
        )
