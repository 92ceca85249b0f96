"""``labpool scrape``, ``items``, ``records``, ``retry``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from labpool.client.show import one_line
from labpool.wire.errors import InvalidRequest
from labpool.wire.items import ItemState, RecordChange

from .following import follow_all
from .given import targets_of, variables
from .runs import RunId
from .terminal import Terminal, command

RecipeName = Annotated[
    str, typer.Argument(metavar="RECIPE", help="A .yaml file here, or one of `labpool recipe`.")
]
Session = Annotated[str | None, typer.Option(help="A session of yours; `labpool session`.")]
Vars = Annotated[
    list[str] | None,
    typer.Option("--var", metavar="NAME=VALUE", help="A variable of the recipe; repeatable."),
]


@command
def scrape(  # noqa: PLR0913  the options of a scrape
    terminal: Terminal,
    recipe: RecipeName,
    *,
    targets: Annotated[
        list[str] | None,
        typer.Option(
            help="A .jsonl, .csv or .txt file here, - for standard input, or 1,2,3; repeatable."
        ),
    ] = None,
    target: Annotated[
        list[str] | None, typer.Option(help="One id or address, as it is; repeatable.")
    ] = None,
    targets_file: Annotated[
        str | None, typer.Option(help="A .jsonl or .csv file that the server can read.")
    ] = None,
    pattern: Annotated[
        str | None, typer.Option(help="Addresses that differ in a number: https://…/{1..500}.")
    ] = None,
    session: Session = None,
    var: Vars = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Most workers to use.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Most items.")] = None,
    name: Annotated[str | None, typer.Option(help="What to call the run.")] = None,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Do not wait for it.")] = False,
) -> None:
    """Read many pages with a browser on every worker, and keep the records."""
    given = targets_of(targets or [], target or [])
    more = {"workers": workers, "limit": limit, "name": name}
    run = terminal.pool.scrape(
        recipe,
        given or None,
        targets_file=targets_file,
        pattern=pattern,
        session=session,
        vars=variables(var or []),
        **{key: value for key, value in more.items() if value is not None},
    )
    terminal.records([run.record])
    if not detach:
        follow_all(terminal, [run], from_start=True)
    elif not terminal.as_json:
        typer.echo(run.id)


@command
def items(
    terminal: Terminal,
    run_id: RunId,
    *,
    state: Annotated[
        str | None, typer.Option(help=f"Only in this state: {', '.join(get_args(ItemState))}.")
    ] = None,
    gap: Annotated[
        str | None, typer.Option(help="Only partial ones that lack this, such as max_pages.")
    ] = None,
    search: Annotated[str | None, typer.Option(help="Only with this text.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most.")] = 100,
) -> None:
    """List what a run works through, each with how it stands and why."""
    run = terminal.pool.get(run_id)
    found = run.items(_one_of(ItemState, state, "state"), search, limit, gap=gap)
    terminal.records(found)
    terminal.listing(found)
    if terminal.as_json:
        return
    counts = run.item_counts()
    states = ", ".join(f"{getattr(counts, each)} {each}" for each in get_args(ItemState))
    terminal.say(f"{counts.total} items: {states}; {counts.records} records")
    if counts.gaps:
        told = ", ".join(f"{code} ({count})" for code, count in sorted(counts.gaps.items()))
        terminal.say(f"gaps of the partial ones: {told}")


@command
def records(
    terminal: Terminal,
    run_id: RunId,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write: .jsonl, .csv, .parquet.")
    ] = None,
    change: Annotated[
        str | None, typer.Option(help=f"Only those: {', '.join(get_args(RecordChange))}.")
    ] = None,
    changes: Annotated[
        bool, typer.Option("--changes", help="With -o: say what became of each, too.")
    ] = False,
) -> None:
    """Print the records of a run as JSON lines, or write them into a file."""
    found = terminal.pool.get(run_id).records(_one_of(RecordChange, change, "change"))
    if output is not None:
        typer.echo(found.save(output, changes=changes))
        return
    say(found)


@command
def retry(
    terminal: Terminal,
    run_id: RunId,
    *,
    partial: Annotated[bool, typer.Option("--partial", help="The partial ones, too.")] = False,
    item: Annotated[list[str] | None, typer.Option(help="Only this item; repeatable.")] = None,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Do not wait for it.")] = False,
) -> None:
    """Let a run that has ended try its failed items again."""
    run = terminal.pool.get(run_id).retry_items(
        ("failed", "partial") if partial else ("failed",), item
    )
    terminal.records([run.record])
    if not detach:
        follow_all(terminal, [run])
    elif not terminal.as_json:
        typer.echo(run.id)


def say(found: Iterable[dict[str, Any]]) -> None:
    """Print records as JSON lines."""
    for record in found:
        typer.echo(json.dumps(record, ensure_ascii=False))


def _one_of(words: Any, word: str | None, what: str) -> Any:
    if word is not None and word not in get_args(words):
        known = ", ".join(get_args(words))
        raise InvalidRequest(f"--{what} {one_line(word, 40)}: there is {known}")
    return word


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for each in (scrape, items, records, retry):
        app.command()(each)
