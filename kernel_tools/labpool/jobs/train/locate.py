"""From what the params name to the files of the data sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from labpool.wire.catalog import CatalogEntry
from labpool.wire.suggest import did_you_mean

from .data import SPLITS, SUFFIXES, Columns, table_suffix
from .datasets import Named, Splits, named
from .errors import DataError
from .folders import splits_in
from .params import Params
from .sources import Source, Sources


def locate(
    params: Params, assets: Mapping[str, Path], catalog: Mapping[str, CatalogEntry]
) -> Sources:
    """Find the files of the data sets: an asset, then the catalog, then a path.

    Args:
        params: What to train on.
        assets: Asset id to path; what was downloaded stands here by its id in the catalog, too.
        catalog: What the catalog says of the data sets, if it lists them.

    Raises:
        DataError: There is no such data set, or it is named twice.
    """
    sources = []
    for each in named(params.dataset):
        try:
            source = _find(params, each, assets, catalog)
        except DataError as error:
            found = each.field if error.field == "dataset" else error.field
            raise DataError(found, error.message) from error
        sources.append(replace(_for_split(source, each), field=each.field))
    _check_twice(sources)
    return _together(params, tuple(sources))


def _together(params: Params, sources: tuple[Source, ...]) -> Sources:
    """Say of which sources a share is held back, and what a person should know of that."""
    notes = [note for source in sources for note in source.notes]
    lacking = tuple(source for source in sources if "validation" not in source.files)
    if isinstance(params.dataset, Splits):
        held = sources if len(lacking) == len(sources) else ()
        return Sources(sources=sources, held=held, notes=notes)
    together = Sources(sources=sources, held=lacking, notes=notes)
    if lacking and len(lacking) < len(sources):
        notes += [
            f"{together.label(source)} has no validation split: a share of it is held back beside "
            "those that others bring"
            for source in lacking
        ]
    untested = [together.label(source) for source in sources if "test" not in source.files]
    if untested and len(untested) < len(sources):
        notes.append(
            f"the test texts are those of the data sets that bring some; {', '.join(untested)} "
            "brings none"
        )
    return together


def _for_split(source: Source, each: Named) -> Source:
    """Take one split of a data set that is named for it."""
    if each.split is None:
        return source
    own = source.files
    if each.split not in own:
        raise DataError(
            each.field, f"{each.name} has no {each.split} split; it has {', '.join(own)}"
        )
    notes = list(source.notes)
    if rest := [split for split in own if split != each.split]:
        notes.append(
            f"{each.name}: its {', '.join(rest)} texts are not read, as it is named for "
            f"{each.split}"
        )
    return replace(source, files={each.split: own[each.split]}, notes=notes)


def _check_twice(sources: list[Source]) -> None:
    seen: set[Path] = set()
    for source in sources:
        own = {path.resolve() for some in source.files.values() for path in some}
        if again := own & seen:
            raise DataError(
                source.field, f"{min(again)}: this file is in a data set that is named before"
            )
        seen |= own


def _find(
    params: Params, each: Named, assets: Mapping[str, Path], catalog: Mapping[str, CatalogEntry]
) -> Source:
    name = each.name
    if name in assets:
        folder = Path(assets[name])
        entry = catalog.get(name)
        if entry is None:
            return _there(each, folder, _columns(params))
        columns = _columns(params, entry.text_column, entry.label_column)
        files = {split: (folder / file,) for split, file in entry.splits.items() if split in SPLITS}
        if not files:
            return _there(each, folder, columns)
        return Source(name=name, files=files, columns=columns)
    if source := _shipped(params, name):
        return source
    return _there(each, Path(name).expanduser(), _columns(params))


def _columns(params: Params, text: str | None = None, label: str | None = None) -> Columns:
    """Return the columns; the data set's own stand in for what the params leave at default.

    Among several, its own come first: what the params say is meant for the others.
    """
    usual = {name: Params.model_fields[name].default for name in ("text_column", "label_column")}
    own = {"text_column": text, "label_column": label}
    several = not isinstance(params.dataset, str) and len(list(named(params.dataset))) > 1

    def column(name: str) -> str:
        given: str = getattr(params, name)
        return own[name] or given if several or given == usual[name] else given

    return Columns(text=column("text_column"), label=column("label_column"))


def _shipped(params: Params, name: str) -> Source | None:
    """Return the data set of that name which comes with Labpool, or None.

    Raises:
        DataError: The catalog lists it, but only for download, and no file has that name.
    """
    try:
        import labpool_catalog  # a worker may be installed without the catalog
    except ImportError:
        return None
    entry = labpool_catalog.read().get(name)
    if entry is None or entry.kind != "dataset":
        return None
    if entry.builtin is None:
        if Path(name).exists():
            return None
        raise DataError("dataset", f"{name}: the catalog lists it, but it is not here; download it")
    return Source(
        name=name,
        files={split: (path,) for split, path in entry.files().items() if split in SPLITS},
        columns=_columns(params, entry.text_column, entry.label_column),
    )


def _there(each: Named, path: Path, columns: Columns) -> Source:
    """Return the data set that a file or a folder is; a file is the split it is named for."""
    split = each.split or "train"
    if path.is_file():
        return Source(name=each.name, files={split: (path,)}, columns=columns)
    if not path.is_dir():
        looked = "" if path.is_absolute() else f" in {Path.cwd()}, the folder of the server"
        raise DataError(
            "dataset",
            f"{path}: no such file{looked}, asset or catalog data set; give an id from the catalog "
            f"or the whole path of a {', '.join(SUFFIXES)} file that the server can read"
            f"{_near(path)}",
        )
    files, notes = splits_in(path, split)
    return Source(name=each.name, files=files, columns=columns, notes=notes)


def _near(path: Path) -> str:
    """Return a question that names the file or folder beside it that may be meant, or nothing."""
    if path.name == str(path) or not path.parent.is_dir():
        return ""
    beside = [each.name for each in path.parent.iterdir() if each.is_dir() or table_suffix(each)]
    close = did_you_mean(path.name, beside).replace("`", f"`{path.parent}/", 1)
    return f"; {close}" if close else ""
