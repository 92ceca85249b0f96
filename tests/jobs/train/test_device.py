"""Which device a training takes, and what it says; torch is told of GPUs that are not there."""

from __future__ import annotations

import io
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from transformers import TrainingArguments

from labpool.devices.claims import claimed
from labpool.devices.nvml import Card, Look
from labpool.jobs.train import Params, device
from labpool.jobs.train.device import CPU, Device, choices, held, is_out_of_memory
from labpool.jobs.train.environment import FILE, again, pin_device
from labpool.jobs.train.pace import follow_model
from labpool.jobs.train.trainer import arguments
from labpool.runtime.context import Cancelled, JobError
from labpool.runtime.recording import RecordingContext
from labpool.wire.events import LogWritten, ProgressReported

GIB = 1 << 30


class Machine:
    """GPUs as the driver and torch tell of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
        ids = [str(uuid.uuid4()) for _ in range(count)]
        self.uuids = [f"GPU-{each}" for each in ids]
        self.cards = [
            Card(uuid=each, index=number, name=f"NVIDIA T{number}", memory=8 * GIB)
            for number, each in enumerate(self.uuids)
        ]
        self.seen_by_torch = [
            SimpleNamespace(name=f"NVIDIA T{number}", uuid=each, total_memory=8 * GIB)
            for number, each in enumerate(ids)
        ]
        self.set: list[str] = []
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        monkeypatch.setattr(device, "look", lambda: Look(self.cards))
        answers: dict[str, Callable[..., Any]] = {
            "is_available": lambda: bool(self.seen_by_torch),
            "device_count": lambda: len(self.seen_by_torch),
            "get_device_properties": lambda number: self.seen_by_torch[number],
            "set_device": self.set.append,
            "reset_peak_memory_stats": lambda _: None,
            "max_memory_allocated": lambda _: GIB,
            "memory_reserved": lambda _: 2 * GIB,
            "mem_get_info": lambda _: (1 * GIB, 8 * GIB),
        }
        for name, answer in answers.items():
            monkeypatch.setattr(torch.cuda, name, answer)

    def fill(self, number: int, used: int) -> None:
        card = self.cards[number]
        self.cards[number] = Card(**{**vars(card), "used": used})


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch, 3)


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch, 0)


def logs(ctx: RecordingContext) -> list[str]:
    return [event.text for event in ctx.events if isinstance(event, LogWritten)]


def refused(wanted: str) -> str:
    with pytest.raises(JobError) as caught:
        choices(wanted)
    assert caught.value.code == "device_unavailable"
    return caught.value.message


def test_auto_takes_the_emptiest_gpu_and_no_other(
    machine: Machine, context: RecordingContext
) -> None:
    machine.fill(0, 5 * GIB)
    machine.fill(1, 1 * GIB)
    machine.fill(2, 2 * GIB)
    with held("auto", context) as had:
        assert (had.torch, had.uuid, had.memory) == ("cuda:1", machine.uuids[1], 8 * GIB)
        assert logs(context) == ["training on cuda:1 (NVIDIA T1, 8.6 GB)"]
        with held("auto", context) as second, held("cuda", context) as third:
            assert [second.torch, third.torch] == ["cuda:2", "cuda:0"]
    assert machine.set == ["cuda:1", "cuda:2", "cuda:0"]


def test_who_finds_them_all_taken_waits_and_says_for_whom(
    machine: Machine, context: RecordingContext, tmp_path: Path
) -> None:
    other = RecordingContext("run-9", tmp_path / "run-9")
    had: list[Device] = []
    waits = threading.Event()

    def hear(event: Any) -> None:
        context.events.append(event)
        if isinstance(event, ProgressReported):
            waits.set()

    def train() -> None:
        with held("cuda:1", context) as found:
            had.append(found)

    context.send = hear
    with held("cuda:1", other):
        thread = threading.Thread(target=train)
        thread.start()
        assert waits.wait(30)
        assert had == []
    thread.join(30)
    assert had[0].torch == "cuda:1"
    assert had[0].waited > 0
    first, last = logs(context)
    assert first.startswith("waiting for a GPU: cuda:1 has run run-9 (process ")
    assert 'device="cpu" would train without one' in first
    assert last.startswith("training on cuda:1")


def test_who_waits_ends_when_asked_to(machine: Machine, context: RecordingContext) -> None:
    with claimed(lambda: machine.uuids[2:], context, pytest.fail):
        context.stop.set()
        with pytest.raises(Cancelled), held("cuda:2", context):
            pytest.fail("it is another's")


def test_without_a_gpu_it_is_the_cpu_and_what_is_asked_for_is_refused(no_gpu: Machine) -> None:
    assert choices("auto") == [CPU]
    for wanted in ("cuda", "cuda:0", "mps"):
        assert repr(wanted) in refused(wanted)


def test_a_gpu_that_is_not_there_is_refused_with_those_that_are(machine: Machine) -> None:
    assert refused("cuda:3").endswith("here are cuda:0, cuda:1, cuda:2")


def test_the_cpu_is_taken_where_it_is_asked_for(
    machine: Machine, context: RecordingContext
) -> None:
    with held("cpu", context) as had:
        assert had == CPU
    assert machine.set == []


def test_a_gpu_that_torch_cannot_use_is_told(machine: Machine) -> None:
    machine.seen_by_torch.clear()
    (found,) = choices("auto")
    assert found.torch == "cpu"
    assert found.notes[0].startswith("trained on the CPU although there is NVIDIA T0: ")


def test_what_a_mask_hides_is_not_missed(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.seen_by_torch.clear()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert choices("auto") == [CPU]
    assert "CUDA_VISIBLE_DEVICES='' hides all GPUs" in refused("cuda")


def test_a_driver_that_does_not_answer_is_told(
    no_gpu: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "look", lambda: Look([], "version mismatch"))
    assert "does not answer (version mismatch)" in choices("auto")[0].notes[0]


def test_under_a_mask_torch_counts_and_the_claim_is_on_the_card(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,0")
    machine.seen_by_torch = [machine.seen_by_torch[2], machine.seen_by_torch[0]]
    found = choices("auto")
    assert [(d.torch, d.uuid) for d in found] == [
        ("cuda:0", machine.uuids[2]),
        ("cuda:1", machine.uuids[0]),
    ]


def test_an_instance_of_a_gpu_is_claimed_by_its_own_name(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Torch tells the UUID of the GPU, which all its instances share."""
    parent = machine.uuids[0]
    machine.cards[:] = [
        Card(uuid=f"MIG-{n}", index=0, name="NVIDIA MIG", part_of=parent) for n in (1, 2)
    ]
    machine.seen_by_torch = machine.seen_by_torch[:1]
    assert [d.uuid for d in choices("auto")] == ["MIG-1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "MIG-2")
    assert [d.uuid for d in choices("auto")] == ["MIG-2"]


def test_memory_of_the_card_that_runs_out_is_told_with_who_has_it(
    machine: Machine, context: RecordingContext
) -> None:
    with pytest.raises(JobError) as caught, held("cuda:0", context):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 3.00 GiB.")
    told = caught.value
    assert told.code == "out_of_memory"
    assert told.message.startswith(
        "not enough memory on cuda:0 (NVIDIA T0, 8.6 GB): the training had 2.1 GB, "
        "the driver and other programs 5.4 GB; take a smaller batch_size or max_length, or end"
    )
    assert told.details["training_bytes"] == 2 * GIB
    with held("cuda:0", context):  # and it is free again
        pass


@pytest.mark.parametrize(
    ("error", "is_it"),
    [
        (MemoryError(), True),
        (
            RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate"),
            True,
        ),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 9 bytes"), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"), True),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), False),
        (RuntimeError("shared memory file has gone"), False),
        (OSError("out of memory"), False),
    ],
)
def test_out_of_memory_is_what_torch_calls_so(error: Exception, is_it: bool) -> None:
    assert is_out_of_memory(error) is is_it


@pytest.fixture
def settings(
    machine: Machine, context: RecordingContext, tiny: Callable[..., Params]
) -> Iterator[Callable[[str], TrainingArguments]]:
    settled, _, _ = follow_model(tiny(), fresh=True)
    yield lambda name: arguments(settled, context, Device(torch=name, name=""))
    arguments(settled, context, CPU)  # what accelerate keeps of it for the process


@pytest.mark.parametrize("name", ["cuda:2", "mps", "cpu"])
def test_the_trainer_computes_on_the_one_device_and_keeps_the_batch(
    settings: Callable[[str], TrainingArguments], machine: Machine, name: str
) -> None:
    found = settings(name)
    assert found.device == torch.device(name)
    assert found.n_gpu == (0 if name == "cpu" else 1)  # more: DataParallel
    assert found.train_batch_size == found.per_device_train_batch_size == 8
    assert found.distributed_state.device == torch.device(name)
    assert machine.set == []  # no context on the first card


def test_a_checkpoint_keeps_settings_of_the_library(
    settings: Callable[[str], TrainingArguments],
) -> None:
    file = io.BytesIO()
    torch.save(settings("cpu"), file)
    file.seek(0)
    assert b"labpool.jobs" not in file.getvalue()
    found = torch.load(file, weights_only=False)
    assert type(found) is TrainingArguments
    assert found.num_train_epochs == 3


def test_the_device_is_written_down_and_a_change_is_told(context: RecordingContext) -> None:
    path = context.run_dir / FILE
    path.write_text('{"threads": 1}')
    first = Device(torch="cuda:1", name="NVIDIA T1", uuid="GPU-1", memory=8)
    assert pin_device(context, first) == []
    facts = {"type": "cuda", "name": "NVIDIA T1", "uuid": "GPU-1", "memory_bytes": 8}
    assert json.loads(path.read_text())["device"] == facts | {"cuda": torch.version.cuda}
    assert again("auto", context) == "auto"
    (note,) = pin_device(context, CPU)
    assert "began on NVIDIA T1 and goes on on CPU" in note
    assert json.loads(path.read_text())["device"]["name"] == "NVIDIA T1"


def test_a_run_that_took_the_cpu_by_itself_stays_there(context: RecordingContext) -> None:
    (context.run_dir / FILE).write_text("{}")
    assert again("auto", context) == "auto"
    pin_device(context, CPU)
    assert again("auto", context) == "cpu"
    assert again("cuda", context) == "cuda"
