"""The order in which examples are seen: a function of seed and epoch alone."""

# transformers leaves some of its functions without types:
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch.utils.data import Sampler
from transformers.trainer_pt_utils import get_length_grouped_indices

MIN_GROUPS = 4
MIN_WASTE = 1.2


class EpochSampler(Sampler[int]):
    """Shuffles anew in every epoch, by ``seed + epoch``, so that a resumed epoch is the same.

    Trainer's own ``group_by_length`` draws from torch's global generator; a run that resumes
    in the middle of an epoch then sees another order.

    Args:
        lengths: Tokens of each example.
        batch_size: Examples in each step.
        seed: The run's seed.
        grouped: Whether examples of like length share a batch.
    """

    def __init__(self, lengths: list[int], batch_size: int, seed: int, *, grouped: bool) -> None:
        self.lengths = lengths
        self.batch_size = batch_size
        self.seed = seed
        self.grouped = grouped
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose order comes next."""
        self.epoch = epoch

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        """Yield the indices of all examples, each once."""
        generator = torch.Generator().manual_seed(self.seed + self.epoch)
        if self.grouped:
            return iter(get_length_grouped_indices(self.lengths, self.batch_size, None, generator))
        return iter(torch.randperm(len(self.lengths), generator=generator).tolist())


def waste(lengths: list[int], batch_size: int, seed: int) -> float:
    """Return padded over real tokens, when batches are drawn without regard to length."""
    order = list(EpochSampler(lengths, batch_size, seed, grouped=False))
    padded = 0
    for start in range(0, len(order), batch_size):
        batch = [lengths[index] for index in order[start : start + batch_size]]
        padded += len(batch) * max(batch)
    return padded / max(1, sum(lengths))


def grouping_pays(lengths: list[int], batch_size: int, seed: int) -> tuple[bool, str]:
    """Decide whether to group by length, and say why.

    Groups are sorted within stretches of a quarter of the data, 50 batches at most: with fewer
    than ``MIN_GROUPS`` batches in a stretch they change nothing. Without padding to save they
    only make the batches less random.
    """
    stretch = min(len(lengths) // (4 * batch_size), 50)
    padded = waste(lengths, batch_size, seed)
    pays = stretch >= MIN_GROUPS and padded >= MIN_WASTE
    return pays, (
        f"random batches would hold {padded:.2f} tokens for each real one: "
        f"{'batches are grouped by length' if pays else 'batches are drawn at random'}"
    )
