"""Whatever ended the attempt before: the next one goes on at the byte, and no byte is wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labpool.hub import ready
from labpool.hub.layout import repo_of
from labpool.hub.partfiles import part_path, whole_path
from support.hub import HubRepo, LocalHub

from .conftest import BIG, SIZE, Desk, entry_for, noise

CUT = 1_700_000


def part(desk: Desk, name: str = BIG) -> Path:
    """Where the bytes of a file gather."""
    file = desk.hub.find("model", str(desk.entry.repo_id))
    assert file is not None
    return part_path(repo_of(desk.root, desk.entry), file.files[name].etag)


def leave(desk: Desk, data: bytes) -> None:
    """Leave a part as an attempt before would have."""
    part(desk).parent.mkdir(parents=True, exist_ok=True)
    part(desk).write_bytes(data)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.one_of(st.integers(0, SIZE), st.sampled_from([1, SIZE - 1, SIZE, 1 << 20])))
def test_any_position(hub: LocalHub, repo: HubRepo, cut: int) -> None:
    hub.log.clear()
    with TemporaryDirectory() as folder:
        desk = Desk(hub, entry_for(repo), Path(folder))
        leave(desk, noise(SIZE)[:cut])
        result = desk.run()
        assert Path(result["path"], BIG).read_bytes() == noise(SIZE)
        assert result["bytes_fetched"] == repo.size() - cut
    expected = [] if cut == SIZE else [f"bytes={cut}-" if cut else None]
    assert hub.log.ranges("/cdn/") == expected


def test_part_with_wrong_bytes(desk: Desk, hub: LocalHub) -> None:
    leave(desk, b"\0" * CUT)
    result = desk.run()
    assert Path(result["path"], BIG).read_bytes() == noise(SIZE)
    assert hub.log.ranges("/cdn/") == [f"bytes={CUT}-", None]


def test_part_that_is_too_long(desk: Desk, hub: LocalHub) -> None:
    leave(desk, noise(SIZE) + b"x")
    assert Path(desk.run()["path"], BIG).read_bytes() == noise(SIZE)
    assert hub.log.ranges("/cdn/") == [None]


def test_checked_file_of_an_unfinished_snapshot(desk: Desk, hub: LocalHub) -> None:
    """The attempt before had the large file whole, and a small one kept it from the end."""
    hub.faults.add(match="README.md", status=404, headers={"X-Error-Code": "EntryNotFound"})
    hub.faults.add(match="README.md", skip=1)
    with pytest.raises(Exception, match="EntryNotFound"):
        desk.run(at_once=1)
    whole = whole_path(repo_of(desk.root, desk.entry), part(desk).stem)
    assert whole.stat().st_size == SIZE
    assert ready(desk.root, desk.entry) is None
    hub.faults.clear()
    hub.log.clear()
    desk.run()
    assert hub.log.bodies("/cdn/") == []


def test_small_files_resume_too(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="config.json", cut_after=5, times=1)
    assert Path(desk.run()["path"], "config.json").read_bytes().startswith(b'{"model_type"')
    assert "bytes=5-" in hub.log.ranges("config.json")


KILLED = """
import sys
from dataclasses import replace
from pathlib import Path
from labpool.jobs.download import Params
from labpool.jobs.download.work import download
from labpool.runtime.recording import RecordingContext
from labpool.wire.catalog import CatalogEntry

entry = CatalogEntry.model_validate_json(sys.argv[1])
settings = {"hub_endpoint": sys.argv[2], "hub_cache": sys.argv[3]}
ctx = RecordingContext("r", Path(sys.argv[4]), catalog={entry.id: entry}, settings=settings)
download(Params(id=entry.id), ctx)
print("complete")
"""


DEAD_AT_ITS_NEXT_STEP = """
import os, signal

said, stored = [], Path(sys.argv[4]).parent / "stored"
keep = Path.replace

def store(_timeout):
    with stored.open("a") as file:
        file.writelines(event.model_dump_json() + chr(10) for event in said)
    said.clear()
    return True

def die_after(self, target):
    keep(self, target)
    if Path(target).name == sys.argv[5]:
        os.kill(os.getpid(), signal.SIGKILL)

Path.replace = die_after
ctx.send, ctx.stored = said.append, store
"""


def child(desk: Desk, code: str = KILLED, **variables: str) -> subprocess.Popen[str]:
    """Start the download in a process of its own."""
    arguments = [desk.entry.model_dump_json(), desk.hub.url, desk.root, desk.folder / "run"]
    if code != KILLED:
        arguments.append(f"{part(desk).stem}.whole")
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **variables},
    )


@pytest.mark.faults
def test_killed_in_the_middle(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", stall_after=CUT, times=1)
    with child(desk) as process:
        hub.log.wait_for("/cdn/", CUT)
        desk.reached(CUT)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert ready(desk.root, desk.entry) is None
    assert part(desk).stat().st_size == CUT
    with child(desk) as process:
        assert process.communicate(timeout=60)[0] == "complete\n"
        assert process.returncode == 0
    assert hub.log.ranges("/cdn/") == [None, f"bytes={CUT}-"]
    assert ready(desk.root, desk.entry) is not None
    assert desk.parts == []


@pytest.mark.faults
def test_what_was_said_of_a_file_is_stored_before_the_file_is_kept(
    desk: Desk, hub: LocalHub
) -> None:
    leave(desk, b"\0" * CUT)
    begin, end = KILLED.split("download(")
    with child(desk, f"{begin}{DEAD_AT_ITS_NEXT_STEP}download({end}") as process:
        assert process.wait() == -signal.SIGKILL
    assert part(desk).with_suffix(".whole") in desk.parts
    told = (desk.folder / "stored").read_text()
    assert "the bytes are wrong; fetching it anew" in told
