"""What every command has: the server's options, a way to print, and exit codes."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Concatenate, ParamSpec

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from labpool.client.connect import connect
from labpool.client.labpool import Labpool
from labpool.client.show import Listing
from labpool.wire.errors import LabpoolError, ServerUnavailable
from labpool.wire.runs import RunState

P = ParamSpec("P")

Url = Annotated[str | None, typer.Option("--url", help="The server, as in the browser.")]
Token = Annotated[str | None, typer.Option("--token", help="The server's token.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one record a line.")]

EXIT_CODES = {RunState.SUCCEEDED: 0, RunState.FAILED: 1, RunState.CANCELLED: 3}
REFUSED, UNREACHABLE, INTERRUPTED = 2, 4, 130


class Terminal:
    """The server of one command, and where its output goes.

    Args:
        url: The server, or None to find it.
        token: Its token, or None to find it.
        as_json: Whether to print JSON lines.
    """

    def __init__(self, url: str | None, token: str | None, *, as_json: bool) -> None:
        self.url = url
        self.token = token
        self.as_json = as_json
        self.console = Console(highlight=False, soft_wrap=True)

    def with_options(self, url: str | None, token: str | None, *, as_json: bool) -> Terminal:
        """Return one where the options behind the command go before those in front of it."""
        return Terminal(url or self.url, token or self.token, as_json=as_json or self.as_json)

    @functools.cached_property
    def pool(self) -> Labpool:
        """The pool, connected when it is first needed."""
        return connect(self.url, self.token)

    def say(self, *lines: str) -> None:
        """Print lines for people; nothing with ``--json``."""
        if not self.as_json:
            for line in lines:
                self.console.print(Text(line))

    def records(self, records: Iterable[BaseModel]) -> None:
        """Print records as JSON lines; nothing without ``--json``."""
        if self.as_json:
            for record in records:
                typer.echo(record.model_dump_json())

    def listing(self, listing: Listing[Any]) -> None:
        """Print a table for people: fitted to a terminal, whole everywhere else."""
        if self.as_json:
            return
        if not listing or not self.console.is_terminal:
            typer.echo(listing)
            return
        table = Table(box=None, pad_edge=False)
        for number, name in enumerate(listing.headings()):
            table.add_column(name, no_wrap=number == 0)
        for row in listing.rows():
            table.add_row(*map(Text, row))
        Console(highlight=False).print(table)

    def complain(self, error: LabpoolError) -> None:
        """Print an error on stderr: one line, and one more for each field."""
        if self.as_json:
            typer.echo(error.answer().model_dump_json(), err=True)
            return
        fields = error.details.get("fields") or []
        text = "these values cannot work" if fields else " ".join(error.message.split())
        typer.echo(f"labpool: {error.details.get('code', error.code)}: {text}", err=True)
        for field in fields:
            typer.echo(f"  {field['field']}: {field['message']}", err=True)


def command(function: Callable[Concatenate[Terminal, P], None]) -> Callable[..., None]:
    """Make a command of a function whose first parameter is the terminal.

    The command takes ``--url``, ``--token`` and ``--json`` as well, and turns errors into a line
    on stderr and an exit code. In front of a subcommand it only keeps the options.
    """
    body: Callable[..., None] = function

    @functools.wraps(function)
    def call(context: typer.Context, **values: Any) -> None:
        terminal: Terminal = context.obj.with_options(
            values.pop("url"), values.pop("token"), as_json=values.pop("as_json")
        )
        context.obj = terminal
        if context.invoked_subcommand:
            return
        try:
            body(terminal, **values)
        except LabpoolError as error:
            terminal.complain(error)
            code = UNREACHABLE if isinstance(error, ServerUnavailable) else REFUSED
            raise typer.Exit(code) from None

    _, *own = inspect.signature(function, eval_str=True).parameters.values()
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=type_)
        for name, default, type_ in (
            ("url", None, Url),
            ("token", None, Token),
            ("as_json", False, AsJson),
        )
    ]
    context = inspect.Parameter(
        "context", inspect.Parameter.POSITIONAL_ONLY, annotation=typer.Context
    )
    everything = [context, *own, *added]
    call.__signature__ = inspect.Signature(everything)  # type: ignore[attr-defined]
    call.__annotations__ = {each.name: each.annotation for each in everything}
    return call
