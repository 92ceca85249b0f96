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
from typing import Any, TypeVar

import torch

from labpool.jobs.train import Params, checkpoints, training
from labpool.jobs.train.run import run
from labpool.runtime.digests import sha256_of
from labpool.runtime.recording import RecordingContext
from labpool.wire.events import Event

assert training.train is not None  # imported before the fork

T = TypeVar("T")


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


class Scenario:
    """One training, played undisturbed at once; then with kills, in any order.

    Args:
        work: An own folder.
        params: What to train.
        kills: Points to kill at, spread evenly over the run.

    Attributes:
        chosen: The points to kill at, and 0 for a clock that knows nothing of points.
    """

    def __init__(self, work: Path, params: Params, kills: int) -> None:
        work.mkdir()
        self.work, self.params = work, params
        began = time.monotonic()
        self.points = attempt(params, work / "whole", 1, at=0)
        self.took = time.monotonic() - began
        self.whole = weights(work / "whole")
        spread = {1 + round(k * (len(self.points) - 1) / (kills - 1)) for k in range(kills)}
        self.chosen = [*sorted(spread), 0]

    def play(self, at: int) -> tuple[str, bool, str]:
        """Kill and go on; return the point's name, whether the kill came, and the weights."""
        run_dir = self.work / f"kill-{at}"
        if at:
            killed = attempt(self.params, run_dir, 1, at=at) == []
            attempt(self.params, run_dir, 2, at=0)
            return f"{at} {self.points[at - 1]}", killed, weights(run_dir)
        number = 1  # killed again and again
        while not attempt(self.params, run_dir, number, 0, self.took * (0.4 + 0.2 * number)):
            number += 1
        return "clock", number > 1, weights(run_dir)


def side_by_side(tasks: list[T], play: Callable[[T], Any], work: Path) -> list[Any]:
    """Play all tasks, each core its share of them in a forked child; return what came of each."""
    players = min(os.cpu_count() or 1, 4)
    for player in range(players):
        if os.fork() == 0:
            share = [play(task) for task in tasks[player::players]]
            (work / f"{player}.json").write_text(json.dumps(share))
            os._exit(0)
    for _ in range(players):
        _, status = os.wait()
        assert status == 0, status
    shares = [json.loads((work / f"{player}.json").read_text()) for player in range(players)]
    return [shares[at % players][at // players] for at in range(len(tasks))]


def main(work: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """Play all scenarios: name to ``{"params", "kills"}``."""
    scenarios = {
        name: Scenario(work / name, Params(**options["params"]), options["kills"])
        for name, options in asked.items()
    }
    tasks = [(name, at) for name, scenario in scenarios.items() for at in scenario.chosen]
    played = side_by_side(tasks, lambda task: scenarios[task[0]].play(task[1]), work)
    answers: dict[str, Any] = {
        name: {"whole": scenario.whole, "outcomes": {}} for name, scenario in scenarios.items()
    }
    for (name, _), (point, killed, digest) in zip(tasks, played, strict=True):
        answers[name]["outcomes"][point] = (killed, digest)
    return answers


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps(main(Path(sys.argv[1]), json.loads(sys.argv[2]))))  # noqa: T201
