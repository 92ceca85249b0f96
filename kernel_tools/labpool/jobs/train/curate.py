"""From rows as the files have them to examples, and what was done to them on the way.

Nothing is left out or renamed in silence: each kind of it becomes a note with a count and the
first places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .classes import name_classes
from .data import Example, Row
from .errors import DataError
from .params import Params
from .visible import PLACES, blank, first_of, shown

MOST_DROPPED = 0.5  # share of a file's rows; with more, it is the file that is wrong

Examples = dict[str, list[Example]]


class Flaw(NamedTuple):
    """Why a row cannot be used.

    Attributes:
        field: The parameter that it belongs to.
        kind: For rows of the same kind, to be counted ("the text is empty").
        detail: For this row alone.
    """

    field: str
    kind: str
    detail: str


@dataclass
class Curated:
    """What is left of the rows.

    Attributes:
        examples: Split name to examples, in the order of the files.
        notes: What was dropped, renamed or merged, one sentence each, for a person.
    """

    examples: Examples
    notes: list[str] = field(default_factory=list)


def curate(params: Params, rows: Mapping[str, Iterable[Row]], *, texts: bool = True) -> Curated:
    """Check the rows of all splits, drop what cannot be used, and name the classes.

    Args:
        params: ``strict`` and ``similar_labels`` count here.
        rows: Split name to its rows, read once.
        texts: False forgets the texts once they are checked; a look at the data needs none.

    Raises:
        DataError: A row cannot be used and ``strict`` is set; more than half of the rows cannot;
            or classes that look alike are refused.
    """
    curated = Curated({})
    labels: dict[str, list[Any]] = {}
    for split, some in rows.items():
        kept, labels[split] = _usable(some, params, curated.notes, texts=texts)
        curated.examples[split] = kept
    names = name_classes([label for some in labels.values() for label in some], params)
    curated.notes += names.notes
    for split, examples in curated.examples.items():
        curated.examples[split] = [
            example._replace(label=names.of(label))
            for example, label in zip(examples, labels[split], strict=True)
        ]
    return curated


def flaw(row: Row) -> Flaw | None:
    """Say why a row cannot be used; None when it can."""
    text, label = row.text, row.label
    if _missing(text):
        return Flaw("dataset", "the text is empty", "the text is empty")
    if not isinstance(text, str):
        return Flaw("text_column", "the text is no text", f"the text is no text but {shown(text)}")
    if not _whole(text):
        return Flaw("dataset", "half a surrogate pair in the text", "half a surrogate pair in it")
    if blank(text):
        why = "the text is empty" if not text.strip() else f"the text is {shown(text)}"
        return Flaw("dataset", "the text is empty", f"{why}; there is nothing to see in it")
    if isinstance(label, str) and not _whole(label):
        return Flaw("label_column", "half a surrogate pair in the class", "half a surrogate pair")
    if _missing(label) or (isinstance(label, str) and blank(label)):
        return Flaw("label_column", "no class", f"it must name a class, but is {shown(label)}")
    if not isinstance(label, (str, int)) and not (isinstance(label, float) and label.is_integer()):
        kind = "the class is no word and no whole number"
        return Flaw("label_column", kind, f"it must name a class, but is {shown(label)}")
    return None


def _whole(text: str) -> bool:
    """Return whether a text can be written as UTF-8; half a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _missing(value: Any) -> bool:
    """Return whether there is nothing: null, NaN (as pandas has it) or an empty text."""
    return value is None or value == "" or (isinstance(value, float) and value != value)  # noqa: PLR0124


def _usable(
    rows: Iterable[Row], params: Params, notes: list[str], *, texts: bool
) -> tuple[list[Example], list[Any]]:
    """Return the examples of one split, not yet named, and their labels as they are."""
    kept: list[Example] = []
    labels: list[Any] = []
    dropped: dict[Flaw, list[Row]] = {}
    rows_of = Counter[str]()
    for row in rows:
        rows_of[row.field] += 1
        if (why := flaw(row)) is None:
            kept.append(Example(row.text if texts else "", "", row.line, row.file))
            labels.append(row.label)
            continue
        if params.strict:
            raise DataError(_field(why, row), f"{place(row)}: {why.detail}")
        dropped.setdefault(why._replace(detail=""), []).append(row._replace(text=None, label=None))
    for source, count in rows_of.items():
        _check_dropped(source, count, dropped)
    if dropped:
        count = sum(map(len, dropped.values()))
        told = _counted(dropped)
        notes.append(f"{count} of {rows_of.total()} rows are left out: {told}")
    return kept, labels


def _check_dropped(source: str, rows: int, dropped: Mapping[Flaw, list[Row]]) -> None:
    """Refuse a data set of which too many rows cannot be used; others do not make up for it."""
    own = {why: [row for row in some if row.field == source] for why, some in dropped.items()}
    own = {why: some for why, some in own.items() if some}
    count = sum(map(len, own.values()))
    if count > MOST_DROPPED * rows:
        worst = max(own, key=lambda why: len(own[why]))
        raise DataError(
            _field(worst, own[worst][0]),
            f"{own[worst][0].file}: {count} of {rows} rows cannot be used: {_counted(own)}; look "
            "at text_column and label_column, or mend the file",
        )


def _counted(dropped: Mapping[Flaw, list[Row]]) -> str:
    return "; ".join(
        f"{len(some)} where {why.kind} ({places(some)})" for why, some in dropped.items()
    )


def _field(why: Flaw, row: Row) -> str:
    return row.field if why.field == "dataset" else why.field


def place(row: Row | Example) -> str:
    """Name a row: file and line."""
    return f"{row.file}, line {row.line}"


def places(rows: list[Row] | list[Example]) -> str:
    """Name the first rows of some."""
    return first_of([place(row) for row in rows[:PLACES]], "; ", len(rows))


def drop_rare(params: Params, curated: Curated, least: int) -> None:
    """Leave out classes with too few examples to train on, if the params say so.

    Args:
        params: ``rare_classes`` counts here.
        curated: Changed in place.
        least: Examples in the training text that a class needs.

    Raises:
        DataError: More than half of the training text is in such classes.
    """
    if params.rare_classes != "drop":
        return
    counts = Counter(example.label for example in curated.examples["train"])
    enough = {label for label, count in counts.items() if count >= least}
    few = sum(count for count in counts.values() if count < least)
    if few > MOST_DROPPED * counts.total():
        raise DataError(
            "label_column",
            f"{few} of {counts.total()} rows are in classes with fewer than {least} examples "
            f"({len(counts)} classes in all); is {shown(params.label_column)} the column of the "
            "class?",
        )
    gone: list[Example] = []
    for split, examples in curated.examples.items():
        gone += [example for example in examples if example.label not in enough]
        curated.examples[split] = [e for e in examples if e.label in enough]
    if gone:
        names = Counter(example.label for example in gone)
        named = first_of([shown(name) for name in names], ", ")
        curated.notes.append(
            f"{len(names)} classes with fewer than {least} examples to train on are left out "
            f"({named}), with {len(gone)} rows ({places(gone)})"
        )
