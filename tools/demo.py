"""The demo: a JupyterLab with Labpool in it trains a model before your eyes.

On a terminal the server stays until Ctrl-C, so that you can look around in it. Without one,
or with ONCE=1, the demo ends with the run. It leaves no process behind in any case.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

import labpool
from lab import DEMO, LOG, LabFailed, LabServer, end_on_signals
from progress import RunView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from labpool.client import Run

# Its own, and empty each time: what an earlier demo left has no part in this one.
HOME = DEMO / "demo"
DATASET = "persian-legal"
MODEL = "bert-lstm"
ROWS = {
    "accuracy": "accuracy",
    "f1": "F1",
    "majority_accuracy": "accuracy of always naming the most frequent class",
    "bag_of_words_accuracy": "accuracy of a bag of words",
}


def train(server: LabServer, console: Console) -> Run:
    """Train on the pool through the public client and show it until it ends."""
    pool = labpool.connect(url=server.url, token=server.token)
    run = pool.train(dataset=DATASET, model=MODEL, name="demo")
    console.print(f"Run {run.id} trains {MODEL} on {DATASET}", highlight=False)
    with RunView(console) as view:
        for event in run.follow():
            view.show(event)
    return run


def results(result: Mapping[str, object]) -> Table:
    """Lay out the figures of a finished training."""
    table = Table(title="On the texts that the model has not seen")
    table.add_column("measure")
    table.add_column("value", justify="right")
    for key, words in ROWS.items():
        value = result.get(key)
        table.add_row(words, f"{value:.3f}" if isinstance(value, float) else "not measured")
    return table


def demonstrate(server: LabServer, console: Console) -> bool:
    """Train, then tell what came out and where it is; return whether the run succeeded."""
    console.print(f"JupyterLab answers at {server.address}", highlight=False, soft_wrap=True)
    run = train(server, console)
    if run.state != "succeeded":
        console.print(f"The run ended as {run.state}. The server's log: {HOME / LOG}")
        return False
    console.print(results(run.result()))
    console.print(f"Model: {model_folder(server, run)}", highlight=False, soft_wrap=True)
    console.print(f"JupyterLab: {server.address}", highlight=False, soft_wrap=True)
    return True


def model_folder(server: LabServer, run: Run) -> Path:
    """Return where the finished model lies: the last checkpoint that the run saved."""
    saved = [artifact for artifact in run.artifacts() if artifact.kind == "checkpoint"]
    return server.data_dir / "runs" / run.id / saved[-1].path


def main() -> int:
    """Run the demo and return the exit status."""
    end_on_signals()
    console = Console()
    stays = console.is_terminal and not os.environ.get("ONCE")
    shutil.rmtree(HOME, ignore_errors=True)
    try:
        console.print("Starting JupyterLab")
        with LabServer(HOME) as server:
            succeeded = demonstrate(server, console)
            if stays:
                console.print("Open the address above. Ctrl-C ends the server.")
                server.wait()
            return 0 if succeeded else 1
    except (LabFailed, labpool.LabpoolError) as failure:
        console.print(f"{failure}\nThe server's log: {HOME / LOG}", highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped")
        return 130


if __name__ == "__main__":
    sys.exit(main())
