"""The ``train`` kind: a text classifier, trained on a worker, that survives being killed."""

from __future__ import annotations

from labpool.wire.kinds import JobKind, read_words

from .params import ModelConfig, Params

KIND = JobKind(
    name="train",
    title="Train a text classifier",
    description="Train a classifier on your own texts, from scratch or from an earlier model.",
    params=Params,
    entry="labpool.jobs.train.run:run",
    check="labpool.jobs.train.check:check",
    requires=(
        "torch",
        "transformers",
        "accelerate",
        "tokenizers",
        "safetensors",
        "charset_normalizer",
    ),
    extra="train",
    words=read_words(__name__),
)

__all__ = ["KIND", "ModelConfig", "Params"]
