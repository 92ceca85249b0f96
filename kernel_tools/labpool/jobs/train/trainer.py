"""The Trainer and what it works on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate.state import AcceleratorState, PartialState
from transformers import (
    BatchEncoding,
    DataCollatorWithPadding,
    EvalPrediction,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PrinterCallback,
    Trainer,
    TrainingArguments,
)

from labpool.runtime.context import JobContext

from . import evaluate
from .callbacks import Meter, Reporter, Saver
from .data import Example
from .device import CPU, Device
from .pace import Settled
from .sampling import EpochSampler, grouping_pays
from .splits import Data

EVAL_BATCH = 64
TOKENIZE_BATCH = 512
WARMUP = 0.1
WEIGHT_DECAY = 0.01

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a training works on.

    Attributes:
        labels: Class names in the order of the model's ids.
        checkpoint: Where to resume, or None.
        device: What it is computed on.
    """

    tokenizer: PreTrainedTokenizerBase
    model: PreTrainedModel
    labels: list[str]
    checkpoint: Path | None
    device: Device = CPU


def encode(ctx: JobContext, parts: Parts, examples: list[Example]) -> tuple[list[Row], int]:
    """Turn texts into token ids and class ids, without padding.

    Returns:
        The rows, and how many of the texts were cut.
    """
    ids = {label: index for index, label in enumerate(parts.labels)}
    rows: list[Row] = []
    cut = 0
    for start in range(0, len(examples), TOKENIZE_BATCH):
        ctx.check_cancelled()
        ctx.progress(start, len(examples), "text", "tokenizing")
        some = examples[start : start + TOKENIZE_BATCH]
        encoded = parts.tokenizer([e.text for e in some], truncation=True)
        rows += [
            {"input_ids": tokens, "attention_mask": [1] * len(tokens), "labels": ids[e.label]}
            for tokens, e in zip(encoded["input_ids"], some, strict=True)
        ]
        cut += count_cut(parts.tokenizer, encoded, [e.text for e in some])
    return rows, cut


def count_cut(tokenizer: PreTrainedTokenizerBase, encoded: BatchEncoding, texts: list[str]) -> int:
    """Return how many texts were cut."""
    if encoded.encodings is not None:
        return sum(bool(encoding.overflowing) for encoding in encoded.encodings)
    whole = tokenizer(texts, verbose=False)["input_ids"]  # a tokenizer in Python does not tell
    return sum(len(a) > len(b) for a, b in zip(whole, encoded["input_ids"], strict=True))


def tell_cut(ctx: JobContext, data: Data, parts: Parts, split: str, cut: int, count: int) -> None:
    """Give notice of how many texts of a split were cut, if any."""
    if cut:
        note = (
            f"{cut} of the {count} {split} texts are longer than the "
            f"{parts.tokenizer.model_max_length} tokens that are read (max_length) and are cut"
        )
        data.notes.append(note)
        most = parts.tokenizer.model_max_length
        ctx.notice("texts_cut", note, cut=cut, texts=count, split=split, max_length=most)


class ClassifierTrainer(Trainer):
    """Trainer with an order of examples that survives a kill, and rates in its log."""

    def __init__(self, *, sampler: EpochSampler, meter: Meter, **options: Any) -> None:
        super().__init__(**options)
        self.sampler = sampler
        self.meter = meter
        self.remove_callback(PrinterCallback)

    def _get_train_sampler(self, _: Any = None) -> EpochSampler:
        return self.sampler

    def training_step(
        self, model: torch.nn.Module, inputs: dict[str, Any], *rest: Any, **named: Any
    ) -> torch.Tensor:
        """Count the batch, then train on it."""
        self.meter.samples += inputs["input_ids"].shape[0]
        self.meter.tokens += int(inputs["attention_mask"].sum())
        loss: torch.Tensor = super().training_step(model, inputs, *rest, **named)
        return loss

    def log(self, logs: dict[str, float], *rest: Any, **named: Any) -> None:
        """Add rates, so that checkpoints carry the whole curve."""
        if "loss" in logs:
            logs |= self.meter.take()
        super().log(logs, *rest, **named)


class Arguments(TrainingArguments):
    """The Trainer's settings, for one device.

    By itself the Trainer takes every GPU that it sees, and spreads each batch over all
    (``DataParallel``), which multiplies ``batch_size`` without a word.

    Args:
        device: What is computed on.
        options: As ``TrainingArguments`` takes them.
    """

    def __init__(self, *, device: Device, **options: Any) -> None:
        self._chosen = torch.device(device.torch)
        super().__init__(**options, use_cpu=device.type == "cpu")

    @cached_property
    def _setup_devices(self) -> torch.device:
        AcceleratorState._reset_state(reset_partial_state=True)  # noqa: SLF001 - as the library does
        self.distributed_state = PartialState(cpu=self.use_cpu)
        self.distributed_state.device = self._chosen
        self._n_gpu = 0 if self.use_cpu else 1
        return self._chosen

    def __reduce__(self) -> tuple[Any, ...]:
        """Lie in a checkpoint as the library's own, for who opens it without Labpool."""
        return object.__new__, (TrainingArguments,), self.__dict__


def arguments(params: Settled, ctx: JobContext, device: Device) -> Arguments:
    """Return the Trainer's settings: evaluate and save after each epoch, print nothing."""
    return Arguments(
        device=device,
        output_dir=str(ctx.checkpoint_dir),
        num_train_epochs=params.epochs,
        per_device_train_batch_size=params.batch_size,
        per_device_eval_batch_size=max(EVAL_BATCH, params.batch_size),
        learning_rate=params.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=WARMUP,
        weight_decay=WEIGHT_DECAY,
        seed=params.seed,
        data_seed=params.seed,
        logging_steps=params.logging_steps,
        logging_nan_inf_filter=False,
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=None,  # Saver prunes: the Trainer does it before the manifest is there
        dataloader_pin_memory=False,
        disable_tqdm=True,
        report_to=[],
    )


def build(params: Settled, ctx: JobContext, data: Data, parts: Parts) -> ClassifierTrainer:
    """Put the Trainer together."""
    rows, cut = encode(ctx, parts, data.train)
    validation, validation_cut = encode(ctx, parts, data.validation)
    tell_cut(ctx, data, parts, "training", cut, len(rows))
    tell_cut(ctx, data, parts, "validation", validation_cut, len(validation))
    lengths = [len(row["input_ids"]) for row in rows]
    grouped, why = grouping_pays(lengths, params.batch_size, params.seed)
    ctx.log("info", why)
    meter = Meter()
    return ClassifierTrainer(
        model=parts.model,
        args=arguments(params, ctx, parts.device),
        train_dataset=rows,
        eval_dataset=validation,
        processing_class=parts.tokenizer,
        data_collator=DataCollatorWithPadding(parts.tokenizer),
        compute_metrics=figures,
        callbacks=[
            Reporter(params, ctx, meter),
            Saver(params, ctx, meter, epoch_steps=-(-len(rows) // params.batch_size)),
        ],
        sampler=EpochSampler(lengths, params.batch_size, params.seed, grouped=grouped),
        meter=meter,
    )


def figures(prediction: EvalPrediction) -> dict[str, float]:
    """Return accuracy and macro F1 of predicted logits, and how many classes they name."""
    logits, truth = prediction.predictions, np.asarray(prediction.label_ids)
    guess = np.asarray(logits[0] if isinstance(logits, tuple) else logits).argmax(-1)
    return {
        "accuracy": evaluate.accuracy(truth, guess),
        "f1": evaluate.macro_f1(truth, guess),
        "classes": len(np.unique(guess)),
    }
