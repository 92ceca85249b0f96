"""A GPU belongs to one run, whatever process or server it is of."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labpool.devices.claims import Holder, claimed, holder
from labpool.runtime.context import Cancelled
from labpool.runtime.recording import RecordingContext

HOLD = """
import sys
from pathlib import Path
from labpool.devices.claims import claimed
from labpool.runtime.recording import RecordingContext
ctx = RecordingContext(
    run_id="theirs", run_dir=Path(sys.argv[1]), send=lambda event: None, worker="w9"
)
with claimed(lambda: sys.argv[2:], ctx, lambda: None) as device:
    print(device, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def device() -> str:
    return f"GPU-{uuid.uuid4()}"


@pytest.fixture
def ctx(tmp_path: Path) -> RecordingContext:
    return RecordingContext(
        run_id="ours", run_dir=tmp_path / "ours", send=lambda _: None, worker="w0"
    )


@contextmanager
def other_process(folder: Path, *devices: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has one of some devices until its input ends."""
    command = [sys.executable, "-c", HOLD, str(folder / "theirs"), *devices]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() in devices
        yield process


def test_a_free_device_is_had_at_once_and_given_back(ctx: RecordingContext, device: str) -> None:
    with claimed(lambda: [device], ctx, pytest.fail) as had:
        assert had == device
        assert holder(device) == Holder(os.getpid(), "ours", "w0")
    assert holder(device) == Holder()


def test_of_several_the_first_free_one_is_had(
    ctx: RecordingContext, device: str, tmp_path: Path
) -> None:
    second = f"GPU-{uuid.uuid4()}"
    with (
        other_process(tmp_path, device),
        claimed(lambda: [device, second], ctx, pytest.fail) as had,
    ):
        assert had == second


@pytest.mark.parametrize("end", ["lets go", "is killed"])
def test_who_finds_none_free_waits_until_it_is(
    ctx: RecordingContext, device: str, tmp_path: Path, end: str
) -> None:
    waits = threading.Event()
    seen: list[Holder] = []

    def wait() -> None:
        seen.append(holder(device))
        waits.set()

    def have() -> None:
        with claimed(lambda: [device], ctx, wait):
            seen.append(holder(device))

    with other_process(tmp_path, device) as process:
        thread = threading.Thread(target=have)
        thread.start()
        assert waits.wait(60)
        if end == "is killed":
            process.kill()
        else:
            assert process.stdin is not None
            process.stdin.close()
        thread.join(60)
    assert seen[0] == Holder(process.pid, "theirs", "w9")
    assert seen[-1] == Holder(os.getpid(), "ours", "w0")


def test_who_waits_can_be_cancelled(ctx: RecordingContext, device: str, tmp_path: Path) -> None:
    with (
        other_process(tmp_path, device),
        pytest.raises(Cancelled),
        claimed(lambda: [device], ctx, ctx.stop.set),
    ):
        pytest.fail("it is another's")


def test_two_of_one_process_do_not_share_either(ctx: RecordingContext, device: str) -> None:
    with (
        claimed(lambda: [device], ctx, pytest.fail),
        pytest.raises(Cancelled),
        claimed(lambda: [device], ctx, ctx.stop.set),
    ):
        pytest.fail("it is had already")


def test_many_that_come_and_go_never_share(
    ctx: RecordingContext, device: str, tmp_path: Path
) -> None:
    """Threads take turns; a file that its last holder removed is nobody's lock."""
    inside, most, lock = 0, 0, threading.Lock()

    def come_and_go() -> None:
        nonlocal inside, most
        for _ in range(3):
            with claimed(lambda: [device], ctx, lambda: None):
                with lock:
                    inside += 1
                    most = max(most, inside)
                with lock:
                    inside -= 1

    threads = [threading.Thread(target=come_and_go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert most == 1
