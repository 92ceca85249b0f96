"""``CUDA_VISIBLE_DEVICES``: which GPUs a process may use, and how CUDA numbers them."""

from __future__ import annotations

from collections.abc import Sequence

from .nvml import Card

MASK = "CUDA_VISIBLE_DEVICES"
"""Name of the environment variable. It is followed, and never changed."""


def visible(cards: Sequence[Card], mask: str | None) -> list[Card]:
    """Return the cards that a mask lets through, in its order.

    The rules are CUDA's (CUDA C++ programming guide, environment variables; MIG user guide): the
    first entry that names nothing ends the list, one that comes twice empties it, and of MIG
    instances a process sees one.

    Args:
        cards: All cards of the machine, in the order of the bus.
        mask: Value of the variable, None where it is not set.

    Returns:
        The cards, by CUDA's number. Numbers in a mask are taken in the order of the bus, as with
        ``CUDA_DEVICE_ORDER=PCI_BUS_ID``: where GPUs of several models are in one machine, CUDA may
        count otherwise, and its own word holds.
    """
    if mask is None:
        return _as_cuda_sees(cards)
    named: list[Card] = []
    for entry in mask.split(","):
        card = _named(cards, entry.strip())
        if card is None:
            break
        if card in named:
            return []
        named.append(card)
    if named and named[0].part_of:
        return named[:1]
    return [card for card in named if not card.part_of]


def _as_cuda_sees(cards: Sequence[Card]) -> list[Card]:
    whole = [card for card in cards if not card.part_of]
    return whole or list(cards[:1])


def _named(cards: Sequence[Card], entry: str) -> Card | None:
    """Return the one card that an entry names: by number, UUID, or an unambiguous start of it."""
    if entry.isascii() and entry.isdigit():
        return next((card for card in cards if card.index == int(entry)), None)
    if not entry.startswith(("GPU-", "MIG-")):
        return None
    exact = [card for card in cards if entry in (card.uuid, card.old_name)]
    found = exact or [card for card in cards if card.uuid.startswith(entry)]
    return found[0] if len(found) == 1 else None
