"""``labpool notebook``."""

from __future__ import annotations

from typing import Annotated

import typer

from .following import follow_all
from .terminal import Terminal, command
from .values import parse


@command
def notebook(  # noqa: PLR0913  the options of a run
    terminal: Terminal,
    path: Annotated[str, typer.Argument(metavar="FILE", help="A .ipynb file.")],
    pairs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME=VALUE]...", help="Parameters: JSON where it is JSON."),
    ] = None,
    *,
    params: Annotated[
        str | None, typer.Option(help="JSON file with parameters, or - for standard input.")
    ] = None,
    kernel: Annotated[str, typer.Option(help="Name of a kernel; else the notebook's own.")] = "",
    allow_errors: Annotated[
        bool, typer.Option("--allow-errors", help="Run the cells after one that failed, too.")
    ] = False,
    cell_timeout: Annotated[
        float | None, typer.Option(help="Seconds that one cell may take.")
    ] = None,
    output: Annotated[str, typer.Option(help="Where the copy goes; else beside FILE.")] = "",
    name: Annotated[str | None, typer.Option(help="What to call the run.")] = None,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Do not wait for it.")] = False,
) -> None:
    """Run a notebook in the background: labpool notebook report.ipynb year=2026."""
    run = terminal.pool.notebook(
        path,
        parse(pairs or [], params),
        kernel=kernel,
        allow_errors=allow_errors,
        cell_timeout_s=cell_timeout,
        output=output,
        name=name,
    )
    terminal.records([run.record])
    if not detach:
        follow_all(terminal, [run], from_start=True)
    elif not terminal.as_json:
        typer.echo(run.id)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(notebook)
