"""How many tokens of a text a model reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedModel


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
