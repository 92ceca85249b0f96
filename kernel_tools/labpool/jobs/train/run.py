"""The body of a training: what the worker calls."""

from __future__ import annotations

from typing import Any

from labpool.runtime.context import JobContext, JobError

from . import checkpoints
from .errors import DataError
from .params import Params


def run(params: Params, ctx: JobContext) -> dict[str, Any]:
    """Train a classifier, from the newest whole checkpoint if there is one.

    Args:
        params: See ``Params``.
        ctx: The worker's door to everything else.

    Returns:
        Final figures and facts, plain JSON: accuracy, f1, val_loss, the two baselines, steps,
        the name of the checkpoint that the finished model is.

    Raises:
        Cancelled: The run was asked to end; a checkpoint is saved.
        JobError: ``invalid_data``, ``input_changed``, ``diverged``, ``out_of_memory``, or a fault
            of the place (``disk_full``), which does not count as an attempt.
    """
    ctx.progress(0, None, "", "loading torch and transformers")
    ctx.log("info", "loading torch and transformers")
    from .training import train  # takes seconds; said before

    ctx.check_cancelled()
    try:
        with checkpoints.nothing_half(ctx.checkpoint_dir, ctx.run_dir, ctx.log):
            return train(params, ctx)
    except DataError as error:
        raise JobError("invalid_data", error.message, field=f"params.{error.field}") from error
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "memory" not in str(error):
            raise
        raise JobError(
            "out_of_memory",
            "not enough memory for this model and batch; take a smaller batch_size or max_length",
        ) from error
