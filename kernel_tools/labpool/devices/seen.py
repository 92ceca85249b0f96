"""The GPUs of one worker, in figures for people."""

from __future__ import annotations

import os
from collections.abc import Iterable

from labpool.wire.workers import Gpu

from .claims import holder
from .mask import MASK, visible
from .nvml import Card, look


def seen(worker: str = "") -> list[Gpu]:
    """Return the GPUs that this process may use, and which of them its run has.

    Args:
        worker: Id of the worker that is meant, where several share this process.
    """
    cards = look().cards
    held = {card.uuid for card in cards if _has(card, worker)}
    shown = visible(cards, os.environ.get(MASK))
    # Where CUDA counts otherwise than the bus, the claim knows better than the mask.
    shown += [card for card in cards if card.uuid in held and card not in shown]
    return list(_in_figures(shown, held))


def _has(card: Card, worker: str) -> bool:
    found = holder(card.uuid)
    return found.pid == os.getpid() and worker in ("", found.worker)


def _in_figures(cards: Iterable[Card], held: set[str]) -> Iterable[Gpu]:
    for card in cards:
        yield Gpu(
            uuid=card.uuid,
            name=card.name,
            memory_bytes=card.memory,
            memory_used_bytes=card.used,
            held=card.uuid in held,
        )
