"""Runs a tiny training again and again in forked children, and kills them at chosen points.

A program of its own, started by ``test_kill.py``: it imports torch once and forks, so that a
kill costs a second and not the ten that the imports take. Each point is one of the moments at
which the disk changes, or the end of a step. SIGKILL leaves no time to clean up.

Usage: killing.py WORK_FOLDER SCENARIOS_JSON
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from labpool.jobs.train import Params, checkpoints, training
from labpool.jobs.train.run import run
from labpool.runtime.digests import sha256_of
from labpool.runtime.recording import RecordingContext
from labpool.wire.events import Event

assert training.train is not None  # imported before the fork


class Killer:
    """Counts points; kills this process at the chosen one, with half of a write done."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen: list[str] = []

    def point(self, name: str) -> bool:
        self.seen.append(name)
        return len(self.seen) == self.at

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Put a point before every sync, rename, removal and torch.save."""
        for module, name in ((os, "fsync"), (os, "replace"), (os, "rename"), (shutil, "rmtree")):
            setattr(module, name, self._before(getattr(module, name), name))
        save = torch.save

        def half_save(thing: Any, path: Any, *args: Any, **named: Any) -> None:
            save(thing, path, *args, **named)
            if self.point("torch.save"):
                with Path(path).open("r+b") as file:
                    file.truncate(Path(path).stat().st_size // 2)
                self.die()

        setattr(torch, "save", half_save)  # noqa: B010 - the type differs on purpose

    def _before(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        def watched(*args: Any, **named: Any) -> Any:
            if self.point(name):
                self.die()
            return function(*args, **named)

        return watched

    def hear(self, event: Event) -> None:
        """Take each event of the job; the end of a step is a point."""
        if event.type != "progress_reported" or event.progress.unit != "step":
            return
        if "evaluating" not in event.progress.message and self.point("step"):
            self.die()


def attempt(params: Params, run_dir: Path, number: int, at: int, delay: float = 0.0) -> list[str]:
    """Fork a child that trains; return the points that it passed, empty when it was killed."""
    report = run_dir.with_suffix(".points")
    report.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        killer = Killer(at)
        killer.watch()
        if delay:
            threading.Timer(delay, killer.die).start()
        ctx = RecordingContext("run-1", run_dir, attempt=number, send=killer.hear)
        run(params, ctx)
        report.write_text(json.dumps(killer.seen))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return []
    assert os.WEXITSTATUS(status) == 0
    return list(json.loads(report.read_text()))


def weights(run_dir: Path) -> str:
    """Return the digest of the finished weights."""
    assert checkpoints.flaw(run_dir / "model") == ""
    return sha256_of(run_dir / "model" / "model.safetensors")


def scenario(work: Path, params: Params, kills: int) -> dict[str, Any]:
    """Train undisturbed, then once for each kill point; return all digests.

    Args:
        work: An own folder.
        params: What to train.
        kills: Points to kill at, spread evenly over the run.
    """
    work.mkdir()
    began = time.monotonic()
    points = attempt(params, work / "whole", 1, at=0)
    took = time.monotonic() - began
    chosen = {1 + round(k * (len(points) - 1) / (kills - 1)) for k in range(kills)}
    outcomes = {}
    for at in sorted(chosen):
        run_dir = work / f"kill-{at}"
        killed = attempt(params, run_dir, 1, at=at) == []
        attempt(params, run_dir, 2, at=0)
        outcomes[f"{at} {points[at - 1]}"] = (killed, weights(run_dir))
    # The same run, killed again and again by a clock that knows nothing of points.
    run_dir, number = work / "clock", 1
    while attempt(params, run_dir, number, at=0, delay=took * (0.4 + 0.2 * number)) == []:
        number += 1
    outcomes["clock"] = (number > 1, weights(run_dir))
    return {"whole": weights(work / "whole"), "outcomes": outcomes}


def main(work: Path, scenarios: dict[str, Any]) -> dict[str, Any]:
    """Play all scenarios: name to ``{"params", "kills"}``."""
    return {
        name: scenario(work / name, Params(**options["params"]), options["kills"])
        for name, options in scenarios.items()
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps(main(Path(sys.argv[1]), json.loads(sys.argv[2]))))  # noqa: T201
