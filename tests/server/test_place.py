"""A place that is full or must not be written: the queue holds, says why, and goes on by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.disk import fill, read_only, remount, small_disk
from support.server import LabServer, until

MIB = 1 << 20


@pytest.mark.faults
@pytest.mark.parametrize("use_workers", [False, True])
def test_a_full_disk_holds_the_queue_until_there_is_room(
    tmp_path: Path, new_server: Callable[..., LabServer], use_workers: bool
) -> None:
    with small_disk(tmp_path / "disk", 48 * MIB) as disk:
        server = new_server(
            data_dir=str(disk / "labpool"),
            use_workers=use_workers,
            n_workers=1,
            alert_memory=0,
            readable_dirs=[str(tmp_path / "data")],
        )
        answer = server.http.post(
            "runs", json={"kind": "train", "params": {"dataset": str(disk / "texts.csv")}}
        )
        assert answer.status_code == 422
        [field] = answer.json()["details"]["fields"]
        assert (field["field"], "readable_dirs" in field["message"]) == ("params.dataset", True)
        first = server.submit("write", {"size": 1000})
        server.wait(first, "succeeded")
        filler = fill(disk, 12 * MIB)
        large = [server.submit("write", {"size": 20 * MIB}, max_attempts=1)]
        stopped = server.wait(large[0], "interrupted")
        small = [server.submit("write", {"size": 1000}, max_attempts=1) for _ in range(3)]
        assert stopped["error"]["code"] == "disk_full"
        assert str(disk) in stopped["error"]["message"]
        assert stopped["retry_at"]

        def told() -> bool:
            return "is full" in str(server.get(f"runs/{small[-1]}/logs"))

        until(told, 30, server)
        assert "is full" in server.get("pool")["reason"]
        [alert] = [a for a in server.get("monitoring")["alerts"] if a["code"] == "disk_full"]
        assert alert["subject"].startswith(str(disk))
        assert {server.run(run_id)["state"] for run_id in small} == {"queued"}
        assert server.run(large[0])["attempt"] == 1
        filler.unlink()
        for run_id in [*large, *small]:
            assert server.wait(run_id)["state"] == "succeeded"
        assert server.run(large[0])["result"] == {"attempt": 2}
        assert server.get("pool")["reason"] == ""
        server.stop()


@pytest.mark.faults
def test_a_folder_that_is_read_only_or_another_servers_is_told_and_taken_when_it_is_free(
    tmp_path: Path, new_server: Callable[..., LabServer]
) -> None:
    with small_disk(tmp_path / "disk", 48 * MIB) as disk:
        data = disk / "labpool"
        (data / "runs" / "0123456789ab" / "checkpoints").mkdir(parents=True)
        remount(disk, "ro")
        first, second = (
            new_server(data_dir=str(data), use_workers=False, n_workers=1) for _ in range(2)
        )
        answer = first.http.get("runs")
        assert answer.status_code == 503
        assert f"{data} cannot be written" in answer.json()["message"]
        second.stop()
        remount(disk, "rw")
        until(lambda: first.http.get("runs").status_code == 200, 30, first)
        [alert] = [
            each for each in first.get("monitoring")["alerts"] if each["code"] == "runs_not_listed"
        ]
        assert (alert["value"], alert["subject"]) == (1, str(data / "runs"))
        with read_only(data / "runs"):
            answer = first.http.post("runs", json={"kind": "write"})
        assert answer.status_code == 503
        assert f"{data} cannot be written" in answer.json()["message"]
        second.start()
        answer = second.http.get("runs")
        assert (answer.status_code, answer.json()["code"]) == (409, "store_in_use")
        first.stop()
        until(lambda: second.http.get("runs").status_code == 200, 30, second)
        assert second.wait(second.submit("write"))["state"] == "succeeded"
        second.stop()
