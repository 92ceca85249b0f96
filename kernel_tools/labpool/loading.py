"""Gives a trained model back: load it, send text, get classes."""

# transformers leaves some of its functions without types:
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from labpool.wire.assets import Asset
from labpool.wire.errors import NotFound

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

BATCH = 32
LONGEST = 512  # tokens read where neither the model nor its tokenizer knows a limit


class Prediction(NamedTuple):
    """The answer for one text.

    Attributes:
        label: The most likely class.
        score: Its probability, 0 to 1.
        scores: Probability of each class.
    """

    label: str
    score: float
    scores: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Classifier:
    """A trained model with its tokenizer.

    Attributes:
        model: A transformers model, in evaluation mode.
        labels: Class names in the order of the model's ids.
    """

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    labels: list[str]

    def predict(self, texts: str | Sequence[str], batch_size: int = BATCH) -> list[Prediction]:
        """Classify texts.

        Args:
            texts: One text or several; longer ones than the model reads are cut.
            batch_size: Texts that go through the model at once.

        Returns:
            One prediction for each text, in order.
        """
        import torch  # takes seconds; importing labpool does not

        from labpool.jobs.train import lengths

        texts = [texts] if isinstance(texts, str) else list(texts)
        known = lengths.positions(self.model)
        limit = min(self.tokenizer.model_max_length, known or LONGEST)
        answers: list[Prediction] = []
        for start in range(0, len(texts), batch_size):
            batch = self.tokenizer(
                texts[start : start + batch_size],
                padding=True,
                truncation=True,
                max_length=limit,
                return_tensors="pt",
            ).to(self.model.device)
            with torch.inference_mode():
                logits = self.model(
                    input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]
                ).logits
            for row in logits.softmax(-1).tolist():
                scores = dict(zip(self.labels, row, strict=True))
                label = max(scores, key=scores.__getitem__)
                answers.append(Prediction(label, scores[label], scores))
        return answers


def load(asset: Asset | str | Path) -> Classifier:
    """Load a trained model.

    Args:
        asset: An asset whose files this machine can read, or a folder: a run's ``model`` or
            one of its checkpoints.

    Raises:
        NotFound: There is no model, or not all of it.
    """
    path = _folder(asset)
    from labpool.jobs.train import checkpoints, models  # imports torch
    from labpool.jobs.train.errors import DataError

    if (path / checkpoints.MANIFEST).exists() and (reason := checkpoints.flaw(path)):
        raise NotFound(f"{path}: the model is not whole: {reason}")
    try:
        model = models.load_model(path).eval()
        tokenizer = models.load_tokenizer(path)
    except DataError as error:
        raise NotFound(error.message) from error
    return Classifier(model=model, tokenizer=tokenizer, labels=models.class_names(model))


def _folder(asset: Asset | str | Path) -> Path:
    """Return the folder that an asset or a path names."""
    if isinstance(asset, Asset):
        if asset.path is None:
            raise NotFound(f"asset {asset.id}: the server did not say where its files are")
        path = Path(asset.path)
    else:
        path = Path(asset).expanduser()
    if not (path / "config.json").is_file():
        raise NotFound(f"{path}: no model here that this machine can read (no config.json)")
    return path
