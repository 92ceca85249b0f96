"""The device of a training: chosen, its own as long as the training lasts, and told."""

from __future__ import annotations

import gc
import os
import re
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

import torch

from labpool.devices.claims import claimed, holder
from labpool.devices.mask import MASK, visible
from labpool.devices.nvml import Card, Look, look
from labpool.runtime.context import JobContext, JobError

_OUT_OF_MEMORY = re.compile(r"(out of|not enough|can't allocate) memory")
"""As torch says it; "an illegal memory access" is something else."""


@dataclass(frozen=True, kw_only=True)
class Device:
    """What a training runs on.

    Attributes:
        torch: Torch's name for it, "cpu", "mps" or "cuda:N".
        name: What it is called.
        uuid: The driver's name for it; "" where it has none.
        memory: Bytes of its own memory, 0 where it has none or none is told.
        waited: Seconds that the training waited for it.
        notes: What people have to know of the choice.
    """

    torch: str
    name: str
    uuid: str = ""
    memory: int = 0
    waited: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The sort of it: "cpu", "mps" or "cuda"."""
        return self.torch.partition(":")[0]

    def facts(self) -> dict[str, Any]:
        """Return what identifies it, for the environment of a run."""
        facts: dict[str, Any] = {"type": self.type, "name": self.name, "uuid": self.uuid}
        cuda = torch.version.cuda if self.type == "cuda" else None
        return facts | {"memory_bytes": self.memory, "cuda": cuda}

    def result(self) -> dict[str, Any]:
        """Return what a result says of it."""
        told: dict[str, Any] = {"device": self.torch, "device_name": self.name}
        if self.type == "cuda":
            told["device_wait_s"] = round(self.waited, 1)
            told["device_memory_bytes"] = self.memory
            told["device_peak_bytes"] = torch.cuda.max_memory_allocated(self.torch)
        return told


CPU = Device(torch="cpu", name="CPU")


def choices(wanted: str) -> list[Device]:
    """Return the devices that a wish allows, to be had one at a time.

    Args:
        wanted: "auto", "cpu", "mps", "cuda" or "cuda:N", N as CUDA counts in this process.

    Returns:
        For "auto" the GPUs, and where there are none the CPU.

    Raises:
        JobError: ``device_unavailable``: nothing that is wanted can be used here.
    """
    if wanted == "cpu":
        return [CPU]
    seen = look()
    found = _gpus(seen) if wanted != "mps" else []
    if wanted in ("auto", "mps") and not found and torch.backends.mps.is_available():
        found = [Device(torch="mps", name="Apple GPU", uuid="mps")]
    if ":" in wanted:
        named = [device for device in found if device.torch == wanted]
        reason = f"here are {', '.join(d.torch for d in found)}" if found else _why_none(seen)
    else:
        named, reason = found, _why_none(seen)
    if named:
        return named
    if wanted == "auto":
        return [replace(CPU, notes=_unused(seen, reason))]
    raise JobError("device_unavailable", f"the device {wanted!r} cannot be used: {reason}")


@contextmanager
def held(wanted: str, ctx: JobContext) -> Iterator[Device]:
    """Have a device for one training; wait for it where other runs have all that are wanted.

    Args:
        wanted: See ``choices``.
        ctx: The job's context.

    Raises:
        Cancelled: The job was asked to end while it waited.
        JobError: ``device_unavailable``, or ``out_of_memory`` of the device.
    """
    found = choices(wanted)
    if found[0].type == "cpu":
        _announce(ctx, found[0])
        yield found[0]
        return
    by_uuid = {device.uuid: device for device in found}
    began = monotonic()
    with claimed(lambda: _emptiest(list(by_uuid)), ctx, _waiting(ctx, found)) as uuid:
        device = replace(by_uuid[uuid], waited=monotonic() - began)
        _announce(ctx, device)
        with _in_use(device):
            yield device


@contextmanager
def _in_use(device: Device) -> Iterator[None]:
    """Direct torch to the device, and free its memory in the end."""
    if device.type == "cuda":
        torch.cuda.set_device(device.torch)
        torch.cuda.reset_peak_memory_stats(device.torch)
    try:
        yield
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        told = out_of_memory(device)
        traceback.clear_frames(error.__traceback__)  # they hold the tensors
        raise told from error
    finally:
        gc.collect()
        if device.type == "cuda":
            torch.cuda.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that the machine's memory, or a device's, did not suffice."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and _OUT_OF_MEMORY.search(str(error)) is not None


def out_of_memory(device: Device = CPU) -> JobError:
    """Return what a run says whose model and batch do not fit; ask before memory is freed."""
    advice = "take a smaller batch_size or max_length"
    if device.type != "cuda":
        return JobError("out_of_memory", f"not enough memory for this model and batch; {advice}")
    free, total = torch.cuda.mem_get_info(device.torch)
    ours = torch.cuda.memory_reserved(device.torch)
    others = max(0, total - free - ours)
    told = (
        f"not enough memory on {device.torch} ({device.name}, {_gb(total)}): the training had "
        f"{_gb(ours)}, the driver and other programs {_gb(others)}; {advice}"
    )
    if others > ours:
        told += ', or end what else uses the GPU (nvidia-smi lists it), or take device="cpu"'
    return JobError(
        "out_of_memory",
        told,
        device=device.torch,
        device_name=device.name,
        total_bytes=total,
        free_bytes=free,
        training_bytes=ours,
    )


def _gpus(seen: Look) -> list[Device]:
    """Return the GPUs that torch can use, as it counts them."""
    if not torch.cuda.is_available():
        return []
    shown = visible(seen.cards, os.environ.get(MASK))
    found = []
    for number in range(torch.cuda.device_count()):
        facts = torch.cuda.get_device_properties(number)
        uuid = _uuid(number, str(getattr(facts, "uuid", "")), seen.cards, shown)
        found.append(
            Device(
                torch=f"cuda:{number}",
                name=facts.name,
                uuid=uuid,
                memory=int(facts.total_memory),
            )
        )
    return found


def _uuid(number: int, told: str, cards: Sequence[Card], shown: Sequence[Card]) -> str:
    """Return the driver's name of torch's GPU of a number; torch tells that of whole ones."""
    own = f"GPU-{told}"
    if any(card.uuid == own for card in cards):
        return own
    if number < len(shown) and shown[number].part_of:
        return shown[number].uuid
    return own if told else f"gpu-{number}"


def _emptiest(uuids: list[str]) -> list[str]:
    """Return GPUs in the order of their free memory: others than Labpool's runs may use them."""
    free = {card.uuid: card.memory - card.used for card in look().cards}
    return sorted(uuids, key=lambda uuid: -free.get(uuid, 0))


def _announce(ctx: JobContext, device: Device) -> None:
    size = f", {_gb(device.memory)}" if device.memory else ""
    waited = f", after {device.waited:.0f} s of waiting" if device.waited >= 1 else ""
    name = "the CPU" if device.type == "cpu" else f"{device.torch} ({device.name}{size})"
    ctx.log("info", f"training on {name}{waited}")


def _waiting(ctx: JobContext, devices: Sequence[Device]) -> Callable[[], None]:
    """Return what is to be called while others have all devices: says so, in the log once."""
    told = False

    def wait() -> None:
        nonlocal told
        whose = ", ".join(f"{d.torch} has {_holder(d)}" for d in devices)
        ctx.progress(0, None, "", f"waiting for a GPU: {whose}")
        if not told:
            told = True
            advice = 'device="cpu" would train without one'
            ctx.log("info", f"waiting for a GPU: {whose}; the run keeps its worker; {advice}")

    return wait


def _holder(device: Device) -> str:
    run, pid = holder(device.uuid).run, holder(device.uuid).pid
    return f"run {run} (process {pid})" if run else "another run"


def _why_none(seen: Look) -> str:
    """Return why torch has no GPU here."""
    mask = os.environ.get(MASK)
    if mask is not None and seen.cards and not visible(seen.cards, mask):
        return f"{MASK}={mask!r} hides all GPUs"
    if seen.flaw:
        return f"the NVIDIA driver does not answer ({seen.flaw})"
    if not torch.cuda.is_available() and torch.version.cuda is None and torch.version.hip is None:
        return f"torch {torch.__version__} is a build without GPUs; install one with CUDA"
    return "torch finds no GPU"


def _unused(seen: Look, reason: str) -> tuple[str, ...]:
    """Return a note where a machine has a GPU that nobody has hidden, and torch cannot use it."""
    shown = visible(seen.cards, os.environ.get(MASK))
    if not shown and not seen.flaw:
        return ()
    there = f" although there is {shown[0].name}" if shown else ""
    return (f"trained on the CPU{there}: {reason}",)


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
