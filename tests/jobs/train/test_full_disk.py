"""A disk that gets full under a checkpoint: said as such, nothing half stays, and on it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labpool.jobs.train import Params, checkpoints
from labpool.runtime.context import JobError
from labpool.runtime.place import fault_of
from labpool.runtime.recording import RecordingContext
from support.disk import fill, small_disk

MIB = 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 24 * MIB) as folder:
        yield folder


@pytest.mark.faults
@pytest.mark.parametrize("writer", ["safetensors", "torch", "torch_legacy", "numpy"])
def test_every_writer_says_that_the_disk_is_full(disk: Path, writer: str) -> None:
    import numpy as np
    import torch
    from safetensors.torch import save_file

    tensor = torch.zeros(2 * MIB)
    save = {
        "safetensors": lambda: save_file({"a": tensor}, disk / "a"),
        "torch": lambda: torch.save(tensor, disk / "a"),
        "torch_legacy": lambda: torch.save(
            tensor, disk / "a", _use_new_zipfile_serialization=False
        ),
        "numpy": lambda: np.save(disk / "a", tensor.numpy()),
    }[writer]
    filler = fill(disk, 4 * MIB)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each has a class of its own
        save()  # type: ignore[no-untyped-call]  # of torch
    fault = fault_of(caught.value, disk)
    assert fault is not None
    assert (fault.code, fault.retry) == ("disk_full", True)
    filler.unlink()
    (disk / "a").unlink(missing_ok=True)
    assert fault_of(ValueError("bad"), disk) is None


@pytest.mark.faults
def test_a_full_disk_under_a_checkpoint(
    disk: Path, tiny: Callable[..., Params], monkeypatch: pytest.MonkeyPatch
) -> None:
    from labpool.jobs.train.run import run

    params = tiny(save_steps=2, epochs=2)
    ctx = RecordingContext("run-1", disk / "run-1")
    seal = checkpoints.seal
    fillers: list[Path] = []

    def seal_and_fill(folder: Path) -> str:
        digest = seal(folder)
        if not fillers:
            fillers.append(fill(disk, 64 << 10))
        return digest

    monkeypatch.setattr(checkpoints, "seal", seal_and_fill)
    with pytest.raises(JobError) as caught:
        run(params, ctx)
    assert (caught.value.code, caught.value.retry) == ("disk_full", True)
    [(step, good)] = checkpoints.steps(ctx.checkpoint_dir)
    assert checkpoints.flaw(good) == ""
    half = ctx.checkpoint_dir / f"{checkpoints.PREFIX}999"
    half.mkdir()
    (ctx.run_dir / ".model.draft").mkdir()
    fillers[0].unlink()
    result = run(params, ctx)
    assert f"resuming from {good.name}" in str(ctx.events)
    assert result["steps"] > step
    assert not half.exists()
    assert not (ctx.run_dir / ".model.draft").exists()
