"""Looks at data set and model before a run is accepted. Never imports torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from labpool.wire.catalog import CatalogEntry
from labpool.wire.errors import InvalidParams

from .base import check_model
from .curate import Curated, curate
from .errors import DataError
from .locate import locate
from .params import Params
from .sources import Seen, Sources
from .splits import settle

MAX_BYTES = 2_000_000
"""Looked at before a run is accepted; the run itself reads the whole, on its worker."""


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


def _read_bounded(params: Params, source: Sources) -> tuple[Curated, bool]:
    """Look into all splits of all sources, texts forgotten; False with it when not all was read."""
    whole = sum(map(_unpacked_size, source.files())) < MAX_BYTES
    share = None if whole else MAX_BYTES // len(source.splits)
    rows = {
        split: source.rows(split, Seen(), share, lambda _: None, lambda _: None)
        for split in source.splits
    }
    return curate(params, rows, texts=False), whole


def _unpacked_size(path: Path) -> int:
    """Return the bytes of a file; nobody knows what is packed before it is read."""
    if path.suffix.lower() in (".gz", ".zip"):
        return MAX_BYTES
    return path.stat().st_size if path.is_file() else 0
