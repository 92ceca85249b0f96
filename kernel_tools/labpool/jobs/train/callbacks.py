"""What the Trainer tells on its way: to the run's record, and to the disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from time import perf_counter
from typing import Any

import psutil
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from labpool.runtime.context import JobContext, JobError

from . import checkpoints, history
from .pace import Settled

SAVE_STEPS = 500


@dataclass
class Meter:
    """Counts what goes through the model between two points of the curve.

    Attributes:
        seconds: Time of training steps; evaluating and saving do not count.
    """

    samples: int = 0
    tokens: int = 0
    seconds: float = 0.0
    mark: float = field(default_factory=perf_counter)

    def restart(self) -> None:
        """Go on after a pause that was no training."""
        self.mark = perf_counter()

    def tick(self) -> None:
        """Add the time since the last step or pause."""
        now = perf_counter()
        self.seconds += now - self.mark
        self.mark = now

    def take(self) -> dict[str, float]:
        """Return samples/s, tokens/s (padding not counted) and resident bytes; count anew."""
        seconds = max(self.seconds, 1e-9)
        rates = {
            "throughput": self.samples / seconds,
            "tokens_per_second": self.tokens / seconds,
            "memory": float(psutil.Process().memory_info().rss),
        }
        self.samples, self.tokens, self.seconds = 0, 0, 0.0
        return rates


class Reporter(TrainerCallback):
    """Progress at each step, metrics at each log, and an open ear for cancel."""

    def __init__(self, params: Settled, ctx: JobContext, meter: Meter) -> None:
        self.params = params
        self.ctx = ctx
        self.meter = meter
        self.loss = ""
        self.predicted = 0

    def on_epoch_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Start the clock again."""
        self.meter.restart()

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Say where we are."""
        self.meter.tick()
        self._progress(state, self.loss)

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Report what was measured.

        Raises:
            JobError: The loss is not a number any more.
        """
        logs = state.log_history[-1]
        if "loss" in logs:
            if not isfinite(logs["loss"]):
                raise JobError(
                    "diverged",
                    f"the loss is {logs['loss']} at step {state.global_step}; "
                    f"take a learning_rate below {self.params.learning_rate:g}",
                )
            self.loss = f" · loss {logs['loss']:.3f}"
        if values := history.metrics(logs):
            self.ctx.metric(state.global_step, **values)

    def on_prediction_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Say that we evaluate; end when asked to."""
        self.predicted += 1
        self._progress(state, f" · evaluating, batch {self.predicted}")
        self.ctx.check_cancelled()

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Log the figures, and stop when they have not become better for too long."""
        self.predicted = 0
        now = history.evaluations(state.log_history)[-1]
        behind = history.stale(state.log_history)
        self.ctx.log(
            "info",
            f"epoch {round(state.epoch or 0)}: val_loss {now['eval_loss']:.4f}, "
            f"accuracy {now['eval_accuracy']:.4f}, f1 {now['eval_f1']:.4f}"
            + ("" if behind else " (best so far)"),
        )
        patience = self.params.early_stopping_patience
        if patience and behind >= patience:
            self.ctx.log("info", f"stopped early: no better result for {behind} epochs")
            control.should_training_stop = True

    def _progress(self, state: TrainerState, message: str) -> None:
        epoch = min(int(state.epoch or 0) + 1, self.params.epochs)
        if state.epoch and float(state.epoch).is_integer():
            epoch = int(state.epoch)
        self.ctx.progress(
            state.global_step,
            state.max_steps,
            "step",
            f"epoch {epoch}/{self.params.epochs}{message}",
        )


class Saver(TrainerCallback):
    """Decides when to save; seals, announces and prunes what was saved.

    Args:
        epoch_steps: Steps of one epoch. The Trainer saves after each epoch by itself.
    """

    def __init__(self, params: Settled, ctx: JobContext, meter: Meter, epoch_steps: int) -> None:
        self.params = params
        self.ctx = ctx
        self.meter = meter
        self.epoch_steps = epoch_steps

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Ask for a checkpoint every so many steps, and when the job is to end.

        Each save comes with a log: the mean loss restarts there, in an undisturbed run too,
        so that a resumed run continues the same curve.
        """
        ends_epoch = state.global_step % self.epoch_steps == 0
        due = state.global_step % (self.params.save_steps or SAVE_STEPS) == 0
        if self.ctx.cancelled() or (due and not ends_epoch):
            control.should_save = control.should_log = True

    def on_epoch_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Log before the evaluation and the save that follow."""
        control.should_log = True

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Make the new checkpoint count, then let old ones go; end here when asked to."""
        folder = self.ctx.checkpoint_dir / f"{checkpoints.PREFIX}{state.global_step}"
        self.ctx.flush()  # once it is sealed, nothing before it is said again
        digest = checkpoints.seal(folder)
        announce(self.ctx, state.log_history, state.global_step, digest)
        best = history.best(state.log_history)
        checkpoints.prune(
            self.ctx.checkpoint_dir,
            self.params.keep_checkpoints,
            best["step"] if best else None,
            self.ctx.artifact_deleted,
        )
        self.ctx.check_cancelled()
        self.meter.restart()


def announce(ctx: JobContext, log: list[history.Entry], step: int, digest: str) -> None:
    """Announce a whole checkpoint, with the figures that were measured at its step."""
    meta: dict[str, Any] = {"step": step}
    for entry in log:
        if entry["step"] == step:
            meta |= history.metrics(entry)
    meta.pop("memory", None)
    name = f"{checkpoints.PREFIX}{step}"
    ctx.artifact(ctx.checkpoint_dir / name, name=name, kind="checkpoint", sha256=digest, meta=meta)
