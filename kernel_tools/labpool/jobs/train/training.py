"""A training from beginning to end: read, tokenize, train, evaluate, save."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import (
    DataCollatorWithPadding,
    EvalPrediction,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PrinterCallback,
    Trainer,
    TrainingArguments,
)

from labpool.runtime.context import JobContext

from . import checkpoints, evaluate, history, models
from .callbacks import Meter, Reporter, Saver, announce
from .check import check_model, model_path
from .data import Example
from .environment import numerics, pin
from .params import Params
from .sampling import EpochSampler, grouping_pays
from .splits import Data, load, locate
from .tokenizer import normalizer

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
    """

    tokenizer: PreTrainedTokenizerBase
    model: PreTrainedModel
    labels: list[str]
    checkpoint: Path | None


def train(params: Params, ctx: JobContext) -> dict[str, Any]:
    """Train, evaluate and save. See ``run.run`` for what comes back."""
    ctx.progress(0, None, "", "reading the data set")
    source = locate(params, ctx.assets)
    base = model_path(params.model, ctx.assets)
    files = dict(source.files)
    if base is not None:
        files["model"] = base
    threads = pin(ctx, params.seed, files)
    data = load(params, source)
    ctx.log(
        "info",
        f"{len(data.train)} texts to train, {len(data.validation)} to validate, "
        f"{len(data.test)} to test; {len(data.labels)} classes",
    )
    ctx.check_cancelled()
    with numerics(ctx, params.seed, threads):
        parts = prepare(params, ctx, data, base)
        trainer = build(params, ctx, data, parts)
        fit(params, ctx, trainer, parts.checkpoint)
        return finish(params, ctx, data, parts, trainer)


def prepare(params: Params, ctx: JobContext, data: Data, base: Path | None) -> Parts:
    """Make or load tokenizer and model, and find the checkpoint to resume from."""
    check_model(params, ctx.assets, set(data.labels))
    checkpoint = next(
        checkpoints.whole(ctx.checkpoint_dir, lambda text: ctx.log("warning", text)), None
    )
    if checkpoint is not None:
        tokenizer = models.load_tokenizer(checkpoint)
    elif base is not None:
        tokenizer = models.load_tokenizer(base)
    else:
        ctx.progress(0, None, "", "training the tokenizer")
        tokenizer = models.fresh_tokenizer(params, (example.text for example in data.train))
        ctx.log("info", f"tokenizer: {len(tokenizer)} subword units from the training texts")
    if base is not None:
        model = models.load_model(base, data.labels)
    else:
        model = models.fresh_model(params, tokenizer, data.labels)
    labels = models.class_names(model)
    ctx.log("info", f"model: {type(model).__name__}, {model.num_parameters():,} parameters")
    return Parts(tokenizer=tokenizer, model=model, labels=labels, checkpoint=checkpoint)


def encode(params: Params, ctx: JobContext, parts: Parts, examples: list[Example]) -> list[Row]:
    """Turn texts into token ids and class ids, without padding."""
    limit = min(
        params.max_length, getattr(parts.model.config, "max_position_embeddings", params.max_length)
    )
    ids = {label: index for index, label in enumerate(parts.labels)}
    rows: list[Row] = []
    for start in range(0, len(examples), TOKENIZE_BATCH):
        ctx.check_cancelled()
        ctx.progress(start, len(examples), "text", "tokenizing")
        some = examples[start : start + TOKENIZE_BATCH]
        encoded = parts.tokenizer([e.text for e in some], truncation=True, max_length=limit)
        rows += [
            {"input_ids": tokens, "attention_mask": [1] * len(tokens), "labels": ids[e.label]}
            for tokens, e in zip(encoded["input_ids"], some, strict=True)
        ]
    return rows


class ClassifierTrainer(Trainer):  # type: ignore[misc]  # transformers has no types
    """Trainer with an order of examples that survives a kill, and rates in its log."""

    def __init__(self, *, sampler: EpochSampler, meter: Meter, **options: Any) -> None:
        super().__init__(**options)
        self.sampler = sampler
        self.meter = meter
        self.remove_callback(PrinterCallback)

    def _get_train_sampler(self, train_dataset: Any = None) -> EpochSampler:
        return self.sampler

    def training_step(
        self, model: torch.nn.Module, inputs: Mapping[str, torch.Tensor], *rest: Any, **named: Any
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


def arguments(params: Params, ctx: JobContext) -> TrainingArguments:
    """Return the Trainer's settings: evaluate and save after each epoch, print nothing."""
    return TrainingArguments(
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


def build(params: Params, ctx: JobContext, data: Data, parts: Parts) -> ClassifierTrainer:
    """Put the Trainer together."""
    rows = encode(params, ctx, parts, data.train)
    lengths = [len(row["input_ids"]) for row in rows]
    grouped, why = grouping_pays(lengths, params.batch_size, params.seed)
    ctx.log("info", why)
    meter = Meter()
    return ClassifierTrainer(
        model=parts.model,
        args=arguments(params, ctx),
        train_dataset=rows,
        eval_dataset=encode(params, ctx, parts, data.validation),
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
    """Return accuracy and macro F1 of predicted logits."""
    logits, truth = prediction.predictions, prediction.label_ids
    logits = logits[0] if isinstance(logits, tuple) else logits
    guess = np.asarray(logits).argmax(-1)
    return {"accuracy": evaluate.accuracy(truth, guess), "f1": evaluate.macro_f1(truth, guess)}


def fit(
    params: Params, ctx: JobContext, trainer: ClassifierTrainer, checkpoint: Path | None
) -> None:
    """Train to the end, from the checkpoint if there is one."""
    if checkpoint is None:
        trainer.train()
        return
    state = history.read_state(checkpoint)
    ctx.log("info", f"resuming from {checkpoint.name} of {state['max_steps']} steps")
    for entry in state["log_history"]:
        if values := history.metrics(entry):
            ctx.metric(entry["step"], **values)
    announce(ctx, state["log_history"], state["global_step"], checkpoints.digest(checkpoint))
    if history.finished(state, params.early_stopping_patience):
        trainer.state.log_history = state["log_history"]
        trainer.state.global_step = state["global_step"]
        return
    trainer.train(resume_from_checkpoint=str(checkpoint))


def best_checkpoint(ctx: JobContext, log: list[history.Entry]) -> tuple[Path, history.Entry]:
    """Return the best evaluated checkpoint that is whole, and its figures."""
    entries = {entry["step"]: entry for entry in history.evaluations(log)}
    found = {
        int(path.name.removeprefix(checkpoints.PREFIX)): path
        for path in checkpoints.whole(ctx.checkpoint_dir, lambda text: ctx.log("warning", text))
    }
    step = max(entries.keys() & found.keys(), key=lambda s: (history.rank(entries[s]), -s))
    top = history.best(log)
    if top is not None and top["step"] != step:
        ctx.log("warning", f"the best checkpoint ({top['step']}) is lost; {step} takes its place")
    return found[step], entries[step]


def finish(
    params: Params, ctx: JobContext, data: Data, parts: Parts, trainer: ClassifierTrainer
) -> dict[str, Any]:
    """Take the best weights, hold them against the baselines, and install the model."""
    path, entry = best_checkpoint(ctx, trainer.state.log_history)
    model = models.load_model(path)
    held_out, split = (data.test, "test") if data.test else (data.validation, "validation")
    ctx.log("info", f"best: {path.name}; evaluating on {len(held_out)} texts ({split})")
    rows = encode(params, ctx, parts, held_out)
    final = Trainer(
        model=model,
        args=arguments(params, ctx),
        eval_dataset=rows,
        data_collator=DataCollatorWithPadding(parts.tokenizer),
        compute_metrics=figures,
        callbacks=[Reporter(params, ctx, Meter())],
    )
    final.remove_callback(PrinterCallback)
    measured = final.predict(rows).metrics
    result = {
        "accuracy": measured["test_accuracy"],
        "f1": measured["test_f1"],
        "loss": measured["test_loss"],
        "val_loss": entry["eval_loss"],
        "val_accuracy": entry["eval_accuracy"],
        "val_f1": entry["eval_f1"],
        **baselines(data, held_out),
        "evaluated_on": split,
        "evaluated_examples": len(held_out),
        "epochs": round(trainer.state.log_history[-1]["epoch"]),
        "best_epoch": round(entry["epoch"]),
        "steps": trainer.state.global_step,
        "train_examples": len(data.train),
        "validation_examples": len(data.validation),
        "labels": parts.labels,
        "parameters": model.num_parameters(),
        "vocabulary": len(parts.tokenizer),
        "best_checkpoint": path.name,
        "checkpoint": "model",
    }
    target = ctx.run_dir / "model"

    def save(folder: Path) -> None:
        model.save_pretrained(folder)
        parts.tokenizer.save_pretrained(folder)

    digest = checkpoints.install(target, save)
    ctx.artifact(
        target, name="model", kind="checkpoint", sha256=digest, meta={**result, "final": True}
    )
    ctx.log(
        "info",
        f"{split}: accuracy {result['accuracy']:.4f}, bag of words "
        f"{result['bag_of_words_accuracy']:.4f}, majority {result['majority_accuracy']:.4f}",
    )
    return result


def baselines(data: Data, held_out: list[Example]) -> dict[str, float]:
    """Return what the majority class and a bag of words reach on the held-out texts."""
    ids = {label: index for index, label in enumerate(data.labels)}
    train = np.array([ids[e.label] for e in data.train])
    truth = np.array([ids[e.label] for e in held_out])
    normalize = normalizer().normalize_str
    guess = evaluate.naive_bayes(
        [normalize(e.text) for e in data.train],
        train,
        [normalize(e.text) for e in held_out],
        len(ids),
    )
    return {
        "majority_accuracy": evaluate.accuracy(truth, evaluate.majority(train, truth)),
        "bag_of_words_accuracy": evaluate.accuracy(truth, guess),
        "bag_of_words_f1": evaluate.macro_f1(truth, guess),
    }
