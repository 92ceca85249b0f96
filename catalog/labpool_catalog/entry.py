"""One model or data set of the catalog."""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
    model_validator,
)

from .patterns import check_path, selects_pickle

_PACKAGE = Path(str(files(__package__)))
_OF_DATASETS = ("text_column", "label_column", "splits", "labels")


def _frozen(mapping: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(mapping))


def _bilingual(texts: Mapping[str, str]) -> Mapping[str, str]:
    if set(texts) != {"en", "fa"}:
        raise ValueError("it takes a text in English (en) and one in Persian (fa), and no other")
    return texts


def _like(pattern: str, words: str) -> AfterValidator:
    """Return a validator that takes what matches, and else says in words what it must be."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(f"must be {words}, and is {value!r:.60}")
        return value

    return AfterValidator(check)


Id = Annotated[
    str,
    Field(max_length=100),
    _like(r"[a-z0-9]+([._-][a-z0-9]+)*", "lower-case letters and digits, with . _ - between them"),
]
Repository = Annotated[
    str, Field(max_length=200), _like(r"[A-Za-z0-9][\w.-]*/\w[\w.-]*", "a repository, owner/name")
]
Commit = Annotated[
    str, _like(r"[0-9a-f]{40}", "a full commit, 40 hexadecimal digits, and no branch or tag")
]
Language = Annotated[str, _like(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a language code")]
Word = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
RelativePath = Annotated[str, AfterValidator(check_path)]
Texts = Annotated[
    Mapping[str, Text], AfterValidator(_bilingual), AfterValidator(_frozen), PlainSerializer(dict)
]
Splits = Annotated[Mapping[Word, RelativePath], AfterValidator(_frozen), PlainSerializer(dict)]


class Entry(BaseModel):
    """A model or a data set that may be used: what there is to know before it is downloaded.

    Attributes:
        id: URL-safe; no other model or data set has it.
        repo_id: The repository on the Hub, "owner/name"; None for what ships inside the wheel.
        revision: The commit of the repository, 40 hexadecimal digits; never a branch.
        allow_patterns: Which files of the repository belong to it (`fnmatch`).
        builtin: The folder inside this package that holds it; None for what is downloaded.
        license: SPDX id, or the Hub's own word ("other", "unknown").
        gated: Whether the Hub asks for a login and an agreement first.
        size_bytes: Bytes of all the files that belong to it.
        languages: Language codes of its texts; "mul" stands for many more.
        title: A short name by language, "en" and "fa".
        description: A sentence or two by language, to choose by.
        pickle: Whether weights exist only as a pickle, which can run code when it is loaded.
        unverified: Fields whose value could not be compared with the Hub.
        text_column: Of a data set: the column that holds the text.
        label_column: Of a data set: the column that holds the class.
        splits: Of a data set: the file of each split ("train", "validation", "test"), within the
            repository or the builtin folder.
        labels: Of a data set: the names of the classes, in the order in which numbers in the
            files mean them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id
    kind: Literal["model", "dataset"]
    repo_id: Repository | None = None
    revision: Commit | None = None
    allow_patterns: tuple[RelativePath, ...] = ()
    builtin: RelativePath | None = None
    license: Word
    gated: StrictBool = False
    size_bytes: Annotated[StrictInt, Field(gt=0)]
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    title: Texts
    description: Texts
    pickle: StrictBool = False
    unverified: tuple[str, ...] = ()
    text_column: Word | None = None
    label_column: Word | None = None
    splits: Splits = Field(default_factory=lambda: MappingProxyType({}))
    labels: tuple[Word, ...] = ()

    @model_validator(mode="after")
    def _source(self) -> Self:
        """Take either a pinned repository or a folder of the wheel."""
        if (self.repo_id is None) == (self.builtin is None):
            raise ValueError("it takes either repo_id or builtin")
        if self.repo_id is None and (self.revision or self.allow_patterns):
            raise ValueError("revision and allow_patterns go with repo_id only")
        if self.repo_id is not None and self.revision is None:
            raise ValueError("repo_id takes a revision: the full commit, no branch")
        if self.repo_id is not None and not self.allow_patterns:
            raise ValueError("repo_id takes allow_patterns: the files to download")
        return self

    @model_validator(mode="after")
    def _no_secret_pickle(self) -> Self:
        for pattern in self.allow_patterns:
            if not self.pickle and selects_pickle(pattern):
                raise ValueError(
                    f"allow_patterns: {pattern!r} would fetch pickles, which can run code; "
                    "name the safetensors files, or say `pickle: true`"
                )
        return self

    @model_validator(mode="after")
    def _fields_fit(self) -> Self:
        fields = type(self).model_fields
        if unknown := [name for name in self.unverified if name not in fields]:
            raise ValueError(f"unverified: there is no field {unknown[0]!r}")
        if self.kind == "model":
            for name in _OF_DATASETS:
                if getattr(self, name):
                    raise ValueError(f"{name} is a field of data sets, not of models")
        return self

    @model_validator(mode="after")
    def _splits_are_selected(self) -> Self:
        for split, path in self.splits.items():
            if self.repo_id and not any(fnmatchcase(path, p) for p in self.allow_patterns):
                raise ValueError(f"splits: allow_patterns leave out {path!r} ({split})")
        return self

    def files(self, folder: Path | None = None) -> dict[str, Path]:
        """Return the file of each split.

        Args:
            folder: Where the files of the repository lie; None for what ships inside the wheel.

        Raises:
            ValueError: It has to be downloaded, and no folder was given.
        """
        if folder is None:
            if self.builtin is None:
                raise ValueError(f"{self.id} is downloaded: say into which folder")
            folder = _PACKAGE / self.builtin
        return {split: folder / path for split, path in self.splits.items()}
