"""``labpool submit``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labpool.wire.errors import InvalidParams

from .files import Files
from .following import follow_all
from .terminal import Terminal, command
from .values import parse


@command
def submit(  # noqa: PLR0913  the options of a run
    terminal: Terminal,
    kind: Annotated[str, typer.Argument(help="Name of the kind; `labpool kinds` lists them.")],
    pairs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY=VALUE]...", help="Parameters: JSON where it is JSON."),
    ] = None,
    *,
    params: Annotated[
        str | None, typer.Option(help="JSON file with parameters, or - for standard input.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What to call the run.")] = None,
    priority: Annotated[int, typer.Option(help="Higher starts first.")] = 0,
    max_attempts: Annotated[int, typer.Option(help="Attempts in all.")] = 3,
    timeout: Annotated[float | None, typer.Option(help="Seconds that one attempt may run.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A word to find it by; repeatable.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Follow it to its end.")] = False,
) -> None:
    """Launch a run: labpool submit train dataset=persian-legal epochs=3.

    A key that comes more than once is a list: dataset=persian-legal dataset=my.csv. Relative paths
    begin in the folder where you are.
    """
    files = Files(Path.cwd())
    schema = next((k.params_schema for k in terminal.pool.kinds() if k.name == kind), {})
    values = files.absolute(parse(pairs or [], params), schema)
    try:
        run = terminal.pool.submit(
            kind,
            name=name,
            priority=priority,
            max_attempts=max_attempts,
            timeout_s=timeout,
            tags=tag or [],
            params=values,
        )
    except InvalidParams as error:
        raise files.explained(error) from None
    terminal.records([run.record])
    if follow:
        follow_all(terminal, [run], from_start=True)
    elif not terminal.as_json:
        typer.echo(run.id)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(submit)
