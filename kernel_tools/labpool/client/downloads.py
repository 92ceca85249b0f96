"""Downloads of what the catalog lists, and what has to be asked before one can start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from pydantic import SecretStr, ValidationError

from labpool.wire.catalog import CatalogItem
from labpool.wire.errors import DownloadNeeded, InvalidParams, TokenNeeded, TooManyRequests
from labpool.wire.pages import CatalogPage
from labpool.wire.secrets import SecretRequest

from . import asking
from .connection import Connection
from .run import Run
from .show import size

T = TypeVar("T")

KIND = "download"
HUB_TOKEN = "hub_token"  # noqa: S105 - its name, not its value


class Pool(Protocol):
    """What a download needs of the pool."""

    connection: Connection

    def submit(self, kind: str, /, **options: Any) -> Run:
        """Launch a run."""
        ...

    def get(self, run_id: str) -> Run:
        """Return a run."""
        ...

    def save_token(self, token: str | None = None) -> None:
        """Leave a token with the server."""
        ...


def listed(connection: Connection) -> list[CatalogItem]:
    """Return every entry of the catalog: models, then data sets."""
    pages: list[CatalogPage] = [
        connection.call(route) for route in ("catalog_models", "catalog_datasets")
    ]
    return [item for page in pages for item in page.items]


def start(pool: Pool, entry_id: str, options: dict[str, Any], *, verify: bool = False) -> Run:
    """Launch a download, or find the one of the same entry that goes on.

    Args:
        pool: The pool.
        entry_id: Id in the catalog.
        options: As for ``Pool.submit``.
        verify: Whether to read every byte of what is here, and fetch again what is wrong.

    Raises:
        ModelNotAllowed: The catalog does not list it.
        TokenNeeded: The Hub asks who wants it, and nobody is here to say.
        TooManyRequests: Another download of yours goes on.
    """
    try:
        params = {"id": entry_id, **({"verify": True} if verify else {})}
        return with_token(pool, lambda: pool.submit(KIND, params=params, **options))
    except TooManyRequests as error:
        for run_id in error.details.get("run_ids", ()):
            run = pool.get(run_id)
            if run.params.get("id") == entry_id:
                return run
        raise


def with_token(pool: Pool, call: Callable[[], T]) -> T:
    """Call; where that needs a token and somebody is here, ask for it once and call again."""
    try:
        return call()
    except TokenNeeded as error:
        if not asking.can_ask():
            raise
        token = asking.secret(f"{error.message}\nToken: ")
        if not token:
            raise
    pool.save_token(token)
    return call()


def before(pool: Pool, call: Callable[[], T], *, download: bool | None) -> T:
    """Call; where that needs downloads, make them first.

    Args:
        pool: The pool.
        call: What needs them.
        download: Whether to download; None asks, where somebody is here to answer.

    Raises:
        DownloadNeeded: Nobody said yes.
    """
    for _ in range(2):  # a model and a data set
        try:
            return call()
        except DownloadNeeded as error:
            if not _wanted(pool, error.details["ids"], download=download):
                raise
            for entry_id in error.details["ids"]:
                start(pool, entry_id, {}).result()
    return call()


def _wanted(pool: Pool, ids: list[str], *, download: bool | None) -> bool:
    if download is not None:
        return download
    if not asking.can_ask():
        return False
    sizes = {item.id: item.size_bytes for item in listed(pool.connection)}
    what = ", ".join(f"{entry_id} ({size(sizes.get(entry_id, 0))})" for entry_id in ids)
    return asking.yes(f"{what} is not here yet. Download it first?")


def save_token(connection: Connection, token: str | None) -> None:
    """Leave a token with the server; ask for it where it is not given.

    Raises:
        InvalidParams: It is no token, or nobody is here to say it.
    """
    if token is None and asking.can_ask():
        token = asking.secret("Your token at the Hugging Face Hub: ")
    if not token:
        raise InvalidParams.at("token", "give your token at the Hugging Face Hub")
    try:
        request = SecretRequest(value=SecretStr(token))
    except ValidationError as error:
        raise InvalidParams.of(error, model=SecretRequest) from None
    connection.call("save_secret", {"name": HUB_TOKEN}, body=request)
