"""What people may do with their secrets: leave them, see that they are there, take them back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import ParamSpec, TypeVar, get_args

from labpool.wire import NotFound, SecretKept, SecretPage, SecretRequest, ServerUnavailable
from labpool.wire.secrets import SecretName
from labpool_server.vault import Vault, VaultUnreadable

P = ParamSpec("P")
T = TypeVar("T")

KNOWN: tuple[str, ...] = get_args(SecretName)


class SecretService:
    """Secrets of people, and those that the server's settings have for everybody.

    Args:
        vault: Where people's own are kept.
        shared: Name to value, from the settings; "" for none.
    """

    def __init__(self, vault: Vault, shared: Mapping[str, str]) -> None:
        self._vault = vault
        self._shared = {name: value for name, value in shared.items() if value}

    async def list_secrets(self, owner: str) -> SecretPage:
        """Return which secrets there are for somebody, never their values."""
        every = await aside(self._vault.names, owner)
        own = {name: at for name, at in every.items() if name in KNOWN}
        items = [SecretKept(name=name, source="own", saved_at=at) for name, at in own.items()]
        items += [SecretKept(name=n, source="server") for n in self._shared if n not in own]
        return SecretPage(items=sorted(items, key=lambda item: item.name))

    async def save_secret(self, name: str, request: SecretRequest, owner: str) -> None:
        """Keep a secret.

        Raises:
            NotFound: There is no secret of that name.
        """
        value = request.value.get_secret_value()
        await aside(self._vault.save, owner, _known(name), value)

    async def delete_secret(self, name: str, owner: str) -> None:
        """Forget a secret.

        Raises:
            NotFound: None of that name is kept.
        """
        if not await aside(self._vault.delete, owner, _known(name)):
            raise NotFound(f"No {name} of yours is kept here.", name=name)

    def find(self, owner: str, names: Iterable[str]) -> dict[str, str]:
        """Return somebody's secrets by name, those that there are. Reads a file."""
        found = {name: self._vault.get(owner, name) or self._shared.get(name) for name in names}
        return {name: value for name, value in found.items() if value}


def _known(name: str) -> str:
    if name not in KNOWN:
        raise NotFound(f"There is no secret {name!r}; there is {', '.join(KNOWN)}.", name=name)
    return name


async def aside(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Ask the vault off the event loop.

    Raises:
        ServerUnavailable: It cannot be read or written; the message says what to do.
    """
    try:
        return await asyncio.to_thread(call, *args, **kwargs)
    except (VaultUnreadable, OSError) as error:
        raise ServerUnavailable(str(error)) from error
