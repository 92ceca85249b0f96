"""When the queue holds, and when it goes on: driven by what a look finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from labpool.runtime.place import AMPLE_BYTES, DISK_FULL, DISK_GONE, DISK_READ_ONLY, Room
from labpool.wire import RunError
from labpool_server.dispatch import Place

MIB = 1 << 20
FOLDER = Path("/disk/runs")
FULL = RunError(code=DISK_FULL, message="full", details={"folder": "/disk/runs/a"})


class Looks:
    """A disk as the test says."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.asked: list[Path] = []

    def __call__(self, folder: Path) -> Room:
        self.asked.append(folder)
        return self.room


async def test_a_disk_with_a_little_room_again_is_not_tried_before_there_is_more() -> None:
    looks = Looks(Room("", 10 * MIB, 10_000 * MIB))
    place = Place(FOLDER, looks)
    assert not await place.holds()
    assert looks.asked == []
    await place.blame(FULL)
    assert looks.asked == [Path("/disk/runs/a")]
    for free, held in [(10, True), (70, True), (75, False), (10, False)]:
        looks.room = Room("", free * MIB, 10_000 * MIB)
        assert await place.holds() is held
    assert place.hold is None


async def test_one_run_that_needs_more_than_ample_room_holds_nobody_else() -> None:
    place = Place(FOLDER, Looks(Room("", AMPLE_BYTES, 10 * AMPLE_BYTES)))
    await place.blame(FULL)
    assert not await place.holds()


@pytest.mark.parametrize("code", [DISK_READ_ONLY, DISK_GONE])
async def test_a_place_that_is_away_holds_the_queue_until_it_is_back(code: str) -> None:
    looks = Looks(Room(code, 0, 0))
    place = Place(FOLDER, looks)
    await place.check()
    assert await place.holds()
    assert place.hold is not None
    assert (place.hold.code, str(FOLDER) in place.hold.message) == (code, True)
    looks.room = Room("", 5 * MIB, 5 * MIB)
    assert not await place.holds()
