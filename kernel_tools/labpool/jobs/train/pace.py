"""How fast and how long to train: what is not given follows the model."""

from __future__ import annotations

from typing import NamedTuple

from .params import Params


class Pace(NamedTuple):
    """What suits a kind of model.

    Attributes:
        lowest: A learning rate below it hardly moves the weights.
        highest: A learning rate above it spoils them.
    """

    model: str
    learning_rate: float
    epochs: int
    lowest: float
    highest: float


FRESH = Pace("a fresh model", 2e-3, 20, lowest=1e-5, highest=5e-2)
TRAINED = Pace("a model that is trained already", 5e-5, 3, lowest=1e-7, highest=5e-4)


PACED = ("learning_rate", "epochs")
"""Params that follow the model where they are not given."""


class Settled(Params):
    """Params in which nothing is left open."""

    epochs: int
    learning_rate: float


def follow_model(params: Params, *, fresh: bool) -> tuple[Settled, str, list[str]]:
    """Fill in what follows the model.

    Args:
        params: The run's params.
        fresh: Whether the model begins with random weights.

    Returns:
        The params to train with, a sentence that says at what pace, and warnings.
    """
    pace = FRESH if fresh else TRAINED
    follows = [n for n in PACED if getattr(params, n) is None]
    chosen = {name: getattr(pace, name) for name in follows}
    settled = Settled.model_validate(params.model_dump() | chosen)
    rate = settled.learning_rate
    told = f"learning rate {rate:g}, at most {settled.epochs} epochs"
    if follows:
        told += f" ({' and '.join(follows)} as suits {pace.model})"
    return settled, told, _far_off(rate, pace)


def _far_off(rate: float, pace: Pace) -> list[str]:
    if pace.lowest <= rate <= pace.highest:
        return []
    what = "high" if rate > pace.highest else "low"
    told = (
        f"the learning rate {rate:g} is far too {what} for {pace.model}; "
        f"take about {pace.learning_rate:g}, or leave it empty"
    )
    return [told]
