"""How many tokens of a text a model reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

LEAST, MOST = 64, 256
"""Bounds of the length that follows from the texts. Batches are padded to their own longest text,
so a high one costs nothing where texts are short; attention grows with the square of it."""
SHARE = 0.99  # of the training texts that are read whole
MULTIPLE = 8
COUNTED = 10_000  # texts at the most whose tokens are counted, evenly spread
BATCH = 500


def suited(
    tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], check: Callable[[], None]
) -> int:
    """Return the length that suits some texts: enough for most of them, within bounds.

    Args:
        tokenizer: Counts the tokens.
        texts: The training texts, one or more.
        check: Called between batches; may raise to end it.
    """
    some = texts[:: ceil(len(texts) / COUNTED)]
    counts: list[int] = []
    for start in range(0, len(some), BATCH):
        check()
        batch = list(some[start : start + BATCH])
        counts += map(len, tokenizer(batch, truncation=False, verbose=False)["input_ids"])
    counts.sort()
    enough = counts[ceil(SHARE * len(counts)) - 1]
    return min(max(ceil(enough / MULTIPLE) * MULTIPLE, LEAST), MOST)


def positions(model: PreTrainedModel) -> int | None:
    """Return how many tokens the model has positions for; None where its kind knows no limit.

    RoBERTa and its kind number the first token after the id of the padding: of 514 positions,
    512 can be used.
    """
    count: int = getattr(model.config, "max_position_embeddings", None) or 0
    for name, module in model.named_modules():
        padding = getattr(module, "padding_idx", None)
        if name.rpartition(".")[2] == "position_embeddings" and padding is not None:
            count -= padding + 1
            break
    return count if count > 0 else None
