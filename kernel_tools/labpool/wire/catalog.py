"""What the catalog lists, and how each entry stands here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ._base import Record
from .runs import Progress, RunError


class CatalogEntry(Record):
    """A model or a data set that may be downloaded, or that comes with Labpool.

    Attributes:
        id: URL-safe; no other model or data set has it.
        repo_id: The repository on the Hub; None for what comes with Labpool.
        revision: Its pinned commit, 40 hexadecimal digits.
        allow_patterns: Which of its files belong to it (``fnmatch``).
        license: SPDX id, or the Hub's own word.
        gated: Whether the Hub asks who wants it.
        size_bytes: Bytes of all its files.
        languages: Codes of the languages of its texts.
        title: By language ("en", "fa").
        description: By language.
        pickle: Whether its weights are a pickle, which can run code when it is loaded.
        unverified: Fields whose value nobody could check with the Hub.
        text_column: Of a data set: the column that holds the text.
        label_column: Of a data set: the column that holds the class.
        splits: Of a data set: name of the split to its file within the repository.
    """

    id: str
    kind: Literal["model", "dataset"]
    repo_id: str | None = None
    revision: str | None = None
    allow_patterns: list[str] = Field(default_factory=list)
    license: str
    gated: bool = False
    size_bytes: int = Field(ge=0)
    languages: list[str] = Field(default_factory=list)
    title: dict[str, str]
    description: dict[str, str] = Field(default_factory=dict)
    pickle: bool = False
    unverified: list[str] = Field(default_factory=list)
    text_column: str | None = None
    label_column: str | None = None
    splits: dict[str, str] = Field(default_factory=dict)


class CatalogItem(CatalogEntry):
    """An entry, and how it stands on this server.

    Attributes:
        status: Whether all its files are here.
        progress: How far the download that runs has come, bytes.
        run_id: The latest run that downloads it or did.
        asset_id: The asset that it is, once it is here.
        error: Why the latest download failed.
    """

    status: Literal["ready", "downloading", "absent", "error"]
    progress: Progress | None = None
    run_id: str | None = None
    asset_id: str | None = None
    error: RunError | None = None


class CatalogProblem(Record):
    """Something in a catalog file that is left out.

    Attributes:
        line: From 1; 0 where it is the whole file.
    """

    file: str
    line: int
    message: str
