"""A training from beginning to end: read, tokenize, train, evaluate, save."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from transformers import TrainerState

from labpool.runtime.context import JobContext

from . import checkpoints, history, models
from .base import check_model, model_path, no_padding
from .callbacks import announce
from .device import Device, choices, held
from .environment import again, numerics, pin, pin_device
from .finish import finish
from .lengths import positions, suited
from .locate import locate
from .pace import PACED, Settled, follow_model
from .params import Params
from .sources import Sources
from .splits import Data, load
from .trainer import ClassifierTrainer, Parts, build


def train(params: Params, ctx: JobContext) -> dict[str, Any]:
    """Train, evaluate and save. See ``run.run`` for what comes back."""
    choices(params.device)  # refused before anything is read
    source = locate(params, ctx.assets, ctx.catalog)
    base = model_path(params.model, ctx.assets)
    files = source.named()
    if base is not None:
        files["model"] = base
    data = read_all(params, ctx, source)
    threads = pin(ctx, params.seed, files, data.digests, data.sources)
    ctx.log(
        "info",
        f"{len(data.train)} texts to train, {len(data.validation)} to validate, "
        f"{len(data.test)} to test; {len(data.labels)} classes",
    )
    settled, pace, warnings = follow_model(params, fresh=base is None)
    ctx.log("info", pace)
    if chosen := [name for name in PACED if getattr(params, name) is None]:
        ctx.resolved(**{name: getattr(settled, name) for name in chosen})
    warnings += check_model(params, ctx.assets, set(data.labels))
    data = replace(data, notes=[*warnings, *data.notes])
    for note in data.notes:
        ctx.notice("training_data", note)
    ctx.check_cancelled()
    with numerics(ctx, params.seed, threads), held(again(params.device, ctx), ctx) as device:
        data.notes.extend(pin_device(ctx, device))
        parts = prepare(settled, ctx, data, base, device)
        trainer = build(settled, ctx, data, parts)
        fit(settled, ctx, trainer, parts.checkpoint)
        return finish(settled, ctx, data, parts, trainer)


def read_all(params: Params, ctx: JobContext, source: Sources) -> Data:
    """Read and check the whole data set; its progress is in bytes of the files."""
    total = sum(path.stat().st_size for path in source.files() if path.is_file())

    def advance(done: int) -> None:
        ctx.check_cancelled()
        ctx.progress(min(done, total), total, "B", "checking the data set")

    advance(0)
    return load(params, source, advance)


def prepare(
    params: Params, ctx: JobContext, data: Data, base: Path | None, device: Device
) -> Parts:
    """Make or load tokenizer and model, and find the checkpoint to resume from."""
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
    if tokenizer.pad_token is None:
        raise no_padding(params.model)
    texts = [example.text for example in data.train]
    length = params.max_length
    if length is None and checkpoint is not None:
        length = int(tokenizer.model_max_length)
    elif length is None:
        ctx.progress(0, None, "", "counting tokens")
        length = suited(tokenizer, texts, ctx.check_cancelled)
    if base is not None:
        model = models.load_base(base, data.labels)
        length = min(length, positions(model) or length)
    else:
        order = models.class_order(checkpoint, data.labels)
        model = models.fresh_model(params, tokenizer, order, length)
    tokenizer.model_max_length = length  # it is saved with the model
    if length != params.max_length:
        ctx.resolved(max_length=length)
    labels = models.class_names(model)
    ctx.log(
        "info",
        f"model: {type(model).__name__}, {model.num_parameters():,} parameters; of each text "
        f"{length} tokens are read",
    )
    return Parts(
        tokenizer=tokenizer, model=model, labels=labels, checkpoint=checkpoint, device=device
    )


def fit(
    params: Settled, ctx: JobContext, trainer: ClassifierTrainer, checkpoint: Path | None
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
        trainer.state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
        return
    trainer.train(resume_from_checkpoint=str(checkpoint))
