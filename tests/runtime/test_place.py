"""What is a fault of the place where all runs write, and what is not."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from labpool.hub.locks import NoLocks
from labpool.runtime import place
from labpool.runtime.place import AMPLE_BYTES, DISK_FULL, DISK_READ_ONLY, Room, fault_of

AMPLE = Room("", 4 * AMPLE_BYTES, 9 * AMPLE_BYTES)


@pytest.mark.parametrize(
    ("error", "room", "code"),
    [
        (OSError(errno.ENOSPC, "full", "{here}/model"), AMPLE, DISK_FULL),
        (OSError(errno.ENOSPC, "full", "/dev/full"), AMPLE, None),  # a disk of the job's own
        (OSError(errno.ENOSPC, "full"), AMPLE, None),
        (OSError(errno.ENOSPC, "full"), Room("", 1 << 25, 1 << 40), DISK_FULL),
        (OSError(errno.EDQUOT, "quota"), AMPLE, DISK_FULL),
        (RuntimeError("I/O error: os error 28"), Room("", 1 << 25, 1 << 40), DISK_FULL),
        (OSError(errno.EROFS, "read-only", "/sys/kernel"), AMPLE, None),
        (OSError(errno.EROFS, "read-only"), Room(DISK_READ_ONLY, 0, 0), DISK_READ_ONLY),
        (ValueError("nothing to do with it"), AMPLE, None),
    ],
)
def test_only_the_disk_of_the_runs_is_the_place(
    error: Exception,
    room: Room,
    code: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(place, "look", lambda _folder: room)
    if isinstance(error, OSError) and error.filename:
        error.filename = error.filename.replace("{here}", str(tmp_path))
    fault = fault_of(error, tmp_path)
    assert (fault and fault.code) == code


def test_a_disk_without_file_locks_is_told_and_not_waited_for(tmp_path: Path) -> None:
    fault = fault_of(NoLocks(tmp_path / "claims" / "owner"), tmp_path)
    assert fault is not None
    assert (fault.code, fault.retry) == ("no_file_locks", False)
    assert str(tmp_path / "claims") in fault.message
