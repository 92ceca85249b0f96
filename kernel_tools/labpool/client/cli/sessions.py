"""``labpool session``: save, list, delete."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labpool.wire.errors import InvalidRequest

from .terminal import Terminal, command

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the session is called.")]


@command
def save(
    terminal: Terminal,
    name: Name,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A storage state, as JSON.")
    ] = None,
    *,
    login: Annotated[
        str | None, typer.Option(metavar="URL", help="Log in here, in a window that opens.")
    ] = None,
    done: Annotated[
        str | None, typer.Option(help="With --login: pattern of the address you come to then.")
    ] = None,
) -> None:
    """Leave a session at a web site with the server, which keeps it encrypted."""
    if (file is None) == (login is None):
        raise InvalidRequest("Give the file of a storage state, or --login with an address.")
    if login is not None:
        terminal.say("Log in in the window; then close it, or press Enter here.")
        kept = terminal.pool.sessions.login(name, login, done=done)
    else:
        kept = terminal.pool.sessions.save(name, file)
    terminal.records([kept])
    terminal.say(f"{kept.name} is kept, for {', '.join(kept.hosts)}")


@command
def listed(terminal: Terminal) -> None:
    """List your sessions, without what is in them."""
    found = terminal.pool.sessions.list()
    terminal.records(found)
    terminal.listing(found)


@command
def delete(terminal: Terminal, name: Name) -> None:
    """Let the server forget a session."""
    terminal.pool.sessions.delete(name)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help="Sessions at web sites, for scrapes.", rich_markup_mode=None, no_args_is_help=True
    )
    for name, each in (("save", save), ("list", listed), ("delete", delete)):
        group.command(name)(each)
    app.add_typer(group, name="session")
