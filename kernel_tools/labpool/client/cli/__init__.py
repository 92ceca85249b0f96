"""The command ``labpool``: one file for each group of commands.

Exit codes: 0 done or succeeded, 1 a run failed, 2 wrong usage or a refused request,
3 a run was cancelled, 4 the server cannot be reached, 130 Ctrl-C.
"""

from __future__ import annotations

import logging
from typing import Annotated

import typer

import labpool

from . import assets, kinds, notebooks, pool, recipes, runs, scrapes, sessions, submit
from .terminal import AsJson, Terminal, Token, Url

app = typer.Typer(
    name="labpool",
    help="Long work on a pool of workers: launch runs, follow them, cancel and resume them.",
    epilog="The server is found by itself, or named by --url, --token, LABPOOL_URL, LABPOOL_TOKEN.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        typer.echo(f"labpool {labpool.__version__}")
        raise typer.Exit


@app.callback()
def _settings(
    context: typer.Context,
    *,
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
    version: Annotated[  # noqa: ARG001 - its callback has done it
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    context.obj = Terminal(url, token, as_json=as_json)


for group in (kinds, submit, notebooks, scrapes, recipes, sessions, runs, pool, assets):
    group.add_to(app)


def main() -> None:
    """Run the command line."""
    logging.basicConfig(format="labpool: %(message)s")
    logging.getLogger("labpool.client").setLevel(logging.INFO)
    app(prog_name="labpool")
