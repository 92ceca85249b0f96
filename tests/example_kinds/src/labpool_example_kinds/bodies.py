"""The bodies. They know ``ctx`` and nothing else of Labpool."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any

from labpool.devices.claims import claimed
from labpool.devices.mask import MASK, visible
from labpool.devices.nvml import look
from labpool.runtime.context import Cancelled, JobContext, JobError

from . import (
    ChatterParams,
    FlakyParams,
    GpuParams,
    HangParams,
    HogParams,
    PrimesParams,
    SgdParams,
    ShareParams,
    WriteParams,
)


def primes(params: PrimesParams, ctx: JobContext) -> dict[str, Any]:
    """Count primes by trial division; goes on where the last attempt stopped."""
    state_file = ctx.checkpoint_dir / "state.json"
    state = json.loads(state_file.read_text()) if state_file.exists() else {"slice": 0, "found": 0}
    ctx.log("info", f"begins at slice {state['slice']}")
    edges = [2 + (params.below - 2) * i // params.slices for i in range(params.slices + 1)]
    for i in range(state["slice"], params.slices):
        if ctx.cancelled():
            raise Cancelled
        found = sum(_is_prime(n) for n in range(edges[i], edges[i + 1]))
        state = {"slice": i + 1, "found": state["found"] + found}
        part = state_file.with_suffix(".part")
        part.write_text(json.dumps(state))
        part.replace(state_file)
        ctx.metric(i + 1, found=state["found"])
        ctx.progress(i + 1, params.slices, "slice", f"{state['found']} primes so far")
    return {"primes": state["found"], "attempt": ctx.attempt}


def gpu(params: GpuParams, ctx: JobContext) -> dict[str, Any]:
    """Have one of the GPUs that the worker may use, and say which."""
    there = [card.uuid for card in visible(look().cards, os.environ.get(MASK))]

    def wait() -> None:
        ctx.progress(0, None, "", "waiting for a GPU")

    with claimed(lambda: there, ctx, wait) as mine:
        ctx.progress(1, None, "", mine)
        while not Path(params.until).exists():
            ctx.check_cancelled()
            time.sleep(0.05)  # a file that appears gives no event
        return {"gpu": mine}


def share(params: ShareParams, ctx: JobContext) -> dict[str, Any]:
    """Count primes piece by piece; a piece belongs to whoever holds its lock."""
    folder = ctx.run_dir / "pieces"
    folder.mkdir(exist_ok=True)
    left = list(range(params.pieces))
    while left:
        for piece in left:
            ctx.check_cancelled()
            with (folder / f"{piece}.lock").open("a") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                if not (folder / str(piece)).exists():
                    _count(params, piece, folder, ctx)
            ctx.progress(piece, params.pieces, "piece", f"piece {piece}")
        left = [piece for piece in left if not (folder / str(piece)).exists()]
        ctx.check_cancelled()
        time.sleep(0.02)  # the others' locks give no event
    found = sum(int((folder / str(piece)).read_text()) for piece in range(params.pieces))
    return {"primes": found, "earlier": [folder.name for folder in ctx.earlier]}


def _count(params: ShareParams, piece: int, folder: Path, ctx: JobContext) -> None:
    if piece == params.fail_at:
        raise JobError("cursed", f"piece {piece} is cursed")
    ctx.log("info", f"{ctx.worker} counts piece {piece} as part {ctx.part}")
    found = sum(_is_prime(n) for n in range(2 + piece, params.below, params.pieces))
    part = folder / f"{piece}.part"
    part.write_text(str(found))
    part.replace(folder / str(piece))


def _is_prime(number: int) -> bool:
    return all(number % divisor for divisor in range(2, int(number**0.5) + 1))


def chatter(params: ChatterParams, ctx: JobContext) -> dict[str, Any]:
    """Alternate metric, log and progress messages."""
    began = time.monotonic()
    for i in range(params.messages):
        if i % 100 == 0:
            ctx.check_cancelled()
        if params.until and Path(params.until).exists():
            break
        match i % 3:
            case 0:
                ctx.metric(i, value=float(i))
            case 1:
                ctx.log("info", f"{params.word} {i}")
            case _:
                ctx.progress(i, params.messages, "message", params.word)
        if params.rate:
            ahead = (i + 1) / params.rate - (time.monotonic() - began)
            if ahead > 0.01:
                time.sleep(ahead)
    return {"messages": params.messages, "seconds": time.monotonic() - began}


def sgd(params: SgdParams, ctx: JobContext) -> dict[str, float]:
    """Fit a network of two layers to a noisy sum, one message for each step."""
    import torch  # heavy: only where a body runs

    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(16, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    began, step = time.monotonic(), 0
    while (now := time.monotonic() - began) < params.seconds and not ctx.cancelled():
        inputs = torch.randn(32, 16)
        loss = torch.nn.functional.mse_loss(net(inputs), inputs.sum(1, keepdim=True))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        step += 1
        ctx.metric(step, loss=loss.item())
        ahead = step / params.rate - now
        if ahead > 0.005:
            time.sleep(ahead)
    return {"steps": step, "seconds": time.monotonic() - began}


def hang(params: HangParams, ctx: JobContext) -> None:
    """Compute for ever."""
    ctx.progress(0, None, "round", "for ever")
    if params.hold:
        time.sleep(0.5)  # let the words out before nobody else gets a turn
        sum(range(10**13))
    number = 0
    while True:
        number = (number * 1_103_515_245 + 12_345) % 2**31


def hog(params: HogParams, ctx: JobContext) -> int:
    """Take memory, a little at a time, and touch it."""
    held = []
    for i in range(params.mebibytes):
        held.append(bytearray(os.urandom(1 << 10) * (1 << 10)))
        if i % 10 == 0:
            ctx.progress(i, params.mebibytes, "MiB")
            ctx.check_cancelled()
    return len(held)


def flaky(params: FlakyParams, ctx: JobContext) -> dict[str, int]:
    """Fail as often as told, then work."""
    if ctx.attempt <= params.failures:
        raise ConnectionError(f"attempt {ctx.attempt} finds nobody there")
    return {"attempt": ctx.attempt}


def write(params: WriteParams, ctx: JobContext) -> dict[str, int]:
    """Write one file, or leave nothing of it; a full disk comes in a wrapper, as a library's."""
    path = ctx.run_dir / "file"
    try:
        path.write_bytes(os.urandom(params.size))
    except OSError as error:
        path.unlink(missing_ok=True)
        raise RuntimeError("the writer failed") from error
    return {"attempt": ctx.attempt}
