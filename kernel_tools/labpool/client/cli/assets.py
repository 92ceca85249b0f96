"""``labpool catalog``, ``download``, ``verify``, ``assets``, ``token``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labpool.client.run import Run
from labpool.client.show import size
from labpool.wire.assets import AssetsRemoved

from .following import follow_all
from .terminal import Terminal, command

EntryId = Annotated[
    str, typer.Argument(metavar="ID", help="Id in the catalog; `labpool catalog` lists them.")
]
Detach = Annotated[bool, typer.Option("--detach", "-d", help="Do not wait for it.")]
AssetId = Annotated[str, typer.Argument(metavar="ASSET", help="Id of the asset.")]


@command
def catalog(terminal: Terminal) -> None:
    """List the models and data sets that may be downloaded."""
    found = terminal.pool.catalog()
    terminal.records(found)
    terminal.listing(found)


@command
def download(terminal: Terminal, entry_id: EntryId, *, detach: Detach = False) -> None:
    """Download a model or a data set into the server's Hugging Face cache."""
    _followed(terminal, terminal.pool.download(entry_id), detach=detach)


@command
def verify(terminal: Terminal, entry_id: EntryId, *, detach: Detach = False) -> None:
    """Read every byte of what was downloaded, and fetch again what is wrong."""
    _followed(terminal, terminal.pool.verify(entry_id), detach=detach)


def _followed(terminal: Terminal, run: Run, *, detach: bool) -> None:
    terminal.records([run.record])
    if not detach:
        follow_all(terminal, [run], from_start=True)
    elif not terminal.as_json:
        typer.echo(run.id)


@command
def assets(terminal: Terminal) -> None:
    """List models, data sets and checkpoints."""
    found = terminal.pool.assets(limit=None)
    terminal.records(found)
    terminal.listing(found)
    totals = terminal.pool.asset_totals()
    halves = f"; {totals.parts} half done, {size(totals.parts_bytes)}" if totals.parts else ""
    terminal.say(f"{totals.ready} of {totals.count} ready, {size(totals.size_bytes)}{halves}")


@command
def delete(
    terminal: Terminal,
    asset_id: AssetId,
    *,
    name: Annotated[
        str | None, typer.Option(help="Its name, for what Labpool did not bring.")
    ] = None,
) -> None:
    """Delete an asset from the disk."""
    _removed(terminal, terminal.pool.delete_asset(asset_id, name=name))


@command
def save(
    terminal: Terminal,
    asset_id: AssetId,
    path: Annotated[Path | None, typer.Argument(help="File or folder to save to.")] = None,
) -> None:
    """Save an asset's files as a zip archive."""
    typer.echo(terminal.pool.save_asset(asset_id, path))


@command
def prune(
    terminal: Terminal,
    keep: Annotated[int, typer.Argument(min=1, help="Checkpoints to keep of each run.")],
    *,
    run: Annotated[str | None, typer.Option(help="Only of this run.")] = None,
) -> None:
    """Delete all but the newest checkpoints of runs that have ended; the best one stays."""
    _removed(terminal, terminal.pool.prune_checkpoints(keep, run_id=run))


@command
def token(
    terminal: Terminal,
    *,
    delete: Annotated[bool, typer.Option("--delete", help="Let the server forget it.")] = False,
) -> None:
    """Leave your token at the Hugging Face Hub with the server, which keeps it encrypted."""
    if delete:
        terminal.pool.delete_token()
    else:
        terminal.pool.save_token()


def _removed(terminal: Terminal, removed: AssetsRemoved) -> None:
    terminal.records([removed])
    terminal.say(f"{len(removed.ids)} deleted, {size(removed.freed_bytes)} freed")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for each in (catalog, download, verify, token):
        app.command()(each)
    group = typer.Typer(rich_markup_mode=None)
    group.callback(invoke_without_command=True)(assets)
    for each in (delete, save, prune):
        group.command()(each)
    app.add_typer(group, name="assets")
