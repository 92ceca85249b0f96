"""``labpool recipe``: list, show, check, try."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labpool.client import recipes
from labpool.client.records import table_text
from labpool.wire.errors import NotFound
from labpool.wire.suggest import sentence

from .given import variables
from .scrapes import RecipeName, Session, Vars, say
from .terminal import Terminal, command


@command
def listed(terminal: Terminal) -> None:
    """List the recipes that come with Labpool."""
    for name, text in recipes.shipped().items():
        recipe = recipes.check(text)
        terminal.records([recipe])
        terminal.say(f"{name}  {recipe.description}")


@command
def show(terminal: Terminal, name: RecipeName) -> None:
    """Show a recipe, to begin one of your own with."""
    del terminal
    typer.echo(_text(name), nl=False)


@command
def check(terminal: Terminal, name: RecipeName) -> None:
    """Check a recipe here, without any server."""
    recipe = recipes.check(_text(name))
    terminal.records([recipe])
    needs = ", ".join(sorted(recipe.needs())) or "none"
    terminal.say(f"{recipe.name} is well formed; fields that a target needs: {needs}")


@command
def try_(
    terminal: Terminal,
    recipe: RecipeName,
    target: Annotated[str, typer.Argument(metavar="URL", help="An address, or an id.")],
    *,
    session: Session = None,
    var: Vars = None,
) -> None:
    """Scrape one target, and show what comes of it; exit code 1 when nothing does."""
    tried = terminal.pool.try_recipe(recipe, target, session=session, vars=variables(var or []))
    if terminal.as_json:
        say(tried)
    elif tried:
        typer.echo(table_text(tried))
    for line in tried.log:
        typer.echo(line, err=True)
    typer.echo(tried.summary, err=True)
    if tried.failed:
        raise typer.Exit(1)


def _text(name: str) -> str:
    found = recipes.shipped()
    if name in found:
        return found[name]
    path = Path(name)
    if not path.suffix and not path.is_file():
        meant = sentence(name, found)
        raise NotFound(
            f"There is no recipe {name!r}.{meant} There is {', '.join(found)}, or your file."
        )
    return recipes.read(path)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help="List, show, check and try recipes.", rich_markup_mode=None, no_args_is_help=True
    )
    for name, each in (("list", listed), ("show", show), ("check", check), ("try", try_)):
        group.command(name)(each)
    app.add_typer(group, name="recipe")
