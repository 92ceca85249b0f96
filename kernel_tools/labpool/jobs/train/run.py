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
        JobError: ``invalid_data``, ``input_changed``, ``device_unavailable``, ``diverged``,
            ``out_of_memory``, or a fault of the place (``disk_full``), which does not count as an
            attempt.
    """
    ctx.progress(0, None, "", "loading torch and transformers")
    ctx.log("info", "loading torch and transformers")
    from .device import is_out_of_memory, out_of_memory  # takes seconds; said before
    from .training import train

    ctx.check_cancelled()
    try:
        with checkpoints.nothing_half(ctx.checkpoint_dir, ctx.run_dir, ctx.log):
            return train(params, ctx)
    except DataError as error:
        raise JobError("invalid_data", error.message, field=f"params.{error.field}") from error
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise out_of_memory() from error
