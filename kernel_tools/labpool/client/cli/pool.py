"""``labpool pool``."""

from __future__ import annotations

from typing import Annotated

import typer

from labpool.client.listings import workers as as_listing
from labpool.wire.errors import InvalidRequest
from labpool.wire.workers import Pool

from .terminal import Terminal, command


@command
def pool(
    terminal: Terminal,
    *,
    workers: Annotated[int | None, typer.Option(help="Set the number of workers.")] = None,
    minimum: Annotated[int | None, typer.Option("--min", help="Least number.")] = None,
    maximum: Annotated[int | None, typer.Option("--max", help="Greatest number.")] = None,
) -> None:
    """Show the pool, or change its size: --workers 4, or --min 1 --max 8."""
    if workers is not None and (minimum, maximum) != (None, None):
        raise InvalidRequest("Give --workers, or --min and --max, not both.")
    if (minimum is None) != (maximum is None):
        raise InvalidRequest("--min and --max go together.")
    if workers is None and minimum is None:
        _show(terminal, terminal.pool.pool())
    else:
        _show(terminal, terminal.pool.scale(workers, maximum, minimum=minimum))


@command
def restart(
    terminal: Terminal,
    worker: Annotated[str, typer.Argument(help="Id of the worker.")],
) -> None:
    """Restart a worker; a run on it goes on elsewhere."""
    _show(terminal, terminal.pool.restart_worker(worker))


def _show(terminal: Terminal, now: Pool) -> None:
    terminal.records([now])
    limits = f"{now.minimum} to {now.maximum} workers"
    reason = f" ({now.reason})" if now.reason else ""
    terminal.say(
        f"{now.state}{reason}, {now.mode}, {limits}; {now.running} running, {now.queued} queued"
    )
    if not terminal.as_json:
        terminal.say(*(f"! {alert.message}" for alert in terminal.pool.monitoring().alerts))
    terminal.listing(as_listing(now.workers))


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(rich_markup_mode=None)
    group.callback(invoke_without_command=True)(pool)
    group.command()(restart)
    app.add_typer(group, name="pool")
