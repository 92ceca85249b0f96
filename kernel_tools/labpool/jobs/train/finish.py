"""The end of a training: the best weights, the figures, the finished model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from transformers import DataCollatorWithPadding, PrinterCallback, Trainer

from labpool.runtime.context import Cancelled, JobContext, JobError

from . import checkpoints, evaluate, history, models
from .callbacks import Meter, Reporter
from .data import Example
from .pace import Settled
from .splits import Data
from .tokenizer import normalizer
from .trainer import ClassifierTrainer, Parts, arguments, encode, figures, tell_cut
from .verdict import judged


def finish(
    params: Settled, ctx: JobContext, data: Data, parts: Parts, trainer: ClassifierTrainer
) -> dict[str, Any]:
    """Take the best weights, install the model, then hold it against the baselines."""
    path, entry = best_checkpoint(ctx, trainer.state.log_history)
    model = models.load_model(path)
    held_out, split = (data.test, "test") if data.test else (data.validation, "validation")
    ctx.log("info", f"best: {path.name}; evaluating on {len(held_out)} texts ({split})")
    rows, cut = encode(ctx, parts, held_out)
    if data.test:
        tell_cut(ctx, data, parts, split, cut, len(rows))
    final = Trainer(
        model=model,
        args=arguments(params, ctx, parts.device),
        eval_dataset=rows,
        data_collator=DataCollatorWithPadding(parts.tokenizer),
        compute_metrics=figures,
        callbacks=[Reporter(params, ctx, Meter())],
    )
    final.remove_callback(PrinterCallback)
    final.state = trainer.state  # progress goes on from there
    # A list has the length and the items that a data loader asks for.
    measured = final.predict(rows).metrics or {}  # type: ignore[arg-type]
    reached = {
        "accuracy": measured["test_accuracy"],
        "f1": measured["test_f1"],
        "loss": measured["test_loss"],
        "val_loss": entry["eval_loss"],
        "val_accuracy": entry["eval_accuracy"],
        "val_f1": entry["eval_f1"],
    }
    facts = {
        "evaluated_on": split,
        "evaluated_examples": len(held_out),
        "evaluated_texts_seen_in_training": data.repeated.get(split, 0),
        "predicted_classes": measured["test_classes"],
        "epochs": round(trainer.state.log_history[-1]["epoch"]),
        "best_epoch": round(entry["epoch"]),
        "most_epochs": params.epochs,
        "learning_rate": params.learning_rate,
        "max_length": int(parts.tokenizer.model_max_length),
        "steps": trainer.state.global_step,
        "train_examples": len(data.train),
        "validation_examples": len(data.validation),
        "labels": parts.labels,
        "sources": data.sources,
        "notes": data.notes,
        "parameters": model.num_parameters(),
        "vocabulary": len(parts.tokenizer),
        **parts.device.result(),
        "best_checkpoint": path.name,
        "checkpoint": "model",
    }
    target = ctx.run_dir / "model"

    def save(folder: Path) -> None:
        model.save_pretrained(folder)
        parts.tokenizer.save_pretrained(folder)

    digest = checkpoints.install(target, save)
    ctx.artifact(
        target,
        name="model",
        kind="checkpoint",
        sha256=digest,
        meta={**reached, **facts, "final": True},
    )
    ctx.log("info", f"the model is saved; {split}: accuracy {reached['accuracy']:.4f}")
    return judged(ctx, {**reached, **compare(ctx, data, held_out), **facts})


def compare(ctx: JobContext, data: Data, held_out: list[Example]) -> dict[str, float]:
    """Return the baselines' figures; where they fail, a note in their place: the model is saved."""
    try:
        reached = baselines(ctx, data, held_out)
    except (Cancelled, JobError):
        raise
    except Exception as error:  # noqa: BLE001 - a finished training is not lost to whatever it is
        reason = "not enough memory" if isinstance(error, MemoryError) else f"{error!r:.200}"
        note = f"the baselines (majority class, bag of words) could not be computed: {reason}"
        ctx.notice("baselines_failed", note, reason=reason)
        data.notes.append(note)
        return {}
    ctx.log(
        "info",
        f"bag of words {reached['bag_of_words_accuracy']:.4f}, "
        f"majority {reached['majority_accuracy']:.4f}",
    )
    return reached


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


def baselines(ctx: JobContext, data: Data, held_out: list[Example]) -> dict[str, float]:
    """Return what the majority class and a bag of words reach on the held-out texts."""
    ids = {label: index for index, label in enumerate(data.labels)}
    train = np.array([ids[e.label] for e in data.train])
    truth = np.array([ids[e.label] for e in held_out])
    normalize = normalizer().normalize_str

    def texts(examples: list[Example]) -> Iterator[str]:
        for example in examples:
            ctx.check_cancelled()
            yield normalize(example.text)

    guess = evaluate.naive_bayes(texts(data.train), train, texts(held_out), len(ids))
    return {
        "majority_accuracy": evaluate.accuracy(truth, evaluate.majority(train, truth)),
        "bag_of_words_accuracy": evaluate.accuracy(truth, guess),
        "bag_of_words_f1": evaluate.macro_f1(truth, guess),
    }
