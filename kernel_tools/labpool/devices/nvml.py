"""The NVIDIA GPUs of this machine, as the driver's own library (NVML) tells of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

try:
    import pynvml
except ImportError:  # comes with the extra "train"
    pynvml = None


@dataclass(frozen=True, kw_only=True)
class Card:
    """A GPU, or a MIG instance: the slice of one that programs see as if it were a GPU.

    Attributes:
        uuid: The driver's name for it, "GPU-..." or "MIG-...".
        index: Place of the GPU on the bus, from 0, as ``nvidia-smi`` counts.
        name: What it is called.
        memory: Bytes of its memory, 0 where the driver does not tell.
        used: Bytes in use, by whoever.
        part_of: UUID of the GPU that it is an instance of, "" for a whole one.
        old_name: What ``CUDA_VISIBLE_DEVICES`` called a MIG instance before it had a UUID.
    """

    uuid: str
    index: int
    name: str
    memory: int = 0
    used: int = 0
    part_of: str = ""
    old_name: str = ""


class Look(NamedTuple):
    """What a look at the machine found.

    Attributes:
        cards: All that can be computed on: of a GPU in MIG mode its instances.
        flaw: Why the driver does not answer although it is there, "" otherwise.
    """

    cards: list[Card]
    flaw: str = ""


def look() -> Look:
    """Return the GPUs of this machine, whatever ``CUDA_VISIBLE_DEVICES`` hides of them."""
    if pynvml is None:
        return Look([])
    try:
        pynvml.nvmlInit()  # counted by the library; it stays open as long as the process
        return Look(list(_cards()))
    except pynvml.NVMLError_LibraryNotFound:
        return Look([])
    except pynvml.NVMLError as error:
        return Look([], str(error))


def _cards() -> Iterator[Card]:
    for index in range(pynvml.nvmlDeviceGetCount()):
        try:
            handle = pynvml.nvmlDeviceGetHandleByIndex(index)
            card = Card(**_facts(handle), index=index)
        except (pynvml.NVMLError_GpuIsLost, pynvml.NVMLError_NoPermission):
            continue  # fallen off the bus, or another container's
        if _sliced(handle):
            yield from _instances(handle, card)
        else:
            yield card


def _instances(handle: Any, whole: Card) -> Iterator[Card]:
    for number in range(pynvml.nvmlDeviceGetMaxMigDeviceCount(handle)):
        try:
            one = pynvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, number)
        except pynvml.NVMLError_NotFound:
            continue
        place = pynvml.nvmlDeviceGetGpuInstanceId(one), pynvml.nvmlDeviceGetComputeInstanceId(one)
        old_name = f"MIG-{whole.uuid}/{place[0]}/{place[1]}"
        yield Card(**_facts(one), index=whole.index, part_of=whole.uuid, old_name=old_name)


def _sliced(handle: Any) -> bool:
    try:
        return bool(pynvml.nvmlDeviceGetMigMode(handle)[0] == pynvml.NVML_DEVICE_MIG_ENABLE)
    except pynvml.NVMLError_NotSupported:
        return False


def _facts(handle: Any) -> dict[str, Any]:
    total, used = _memory(handle)
    return {
        "uuid": pynvml.nvmlDeviceGetUUID(handle),
        "name": pynvml.nvmlDeviceGetName(handle),
        "memory": total,
        "used": used,
    }


def _memory(handle: Any) -> tuple[int, int]:
    """Return total and used bytes, as nvidia-smi: without what the driver keeps for itself."""
    try:
        found = pynvml.nvmlDeviceGetMemoryInfo(handle, version=pynvml.nvmlMemory_v2)
    except pynvml.NVMLError_FunctionNotFound:
        found = pynvml.nvmlDeviceGetMemoryInfo(handle)
    except pynvml.NVMLError_NotSupported:  # the GPU shares the machine's memory
        return 0, 0
    return int(found.total), int(found.used)
