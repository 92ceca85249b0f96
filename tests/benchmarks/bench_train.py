"""A training on the pool beside the same training by transformers' plain Trainer.

Both train the same fresh model on the same texts with the same number of threads, each in a
process of its own, one after the other. The plain one has none of Labpool's callbacks: no
checkpoints, no metrics, no manifest.
"""

# ruff: noqa: T201 - it talks to a terminal

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.machine import describe, row
from labpool.wire import Event
from labpool.wire.events import ProgressReported
from support.server import LabServer

EPOCHS = 4
ROUNDS = 3

PLAIN = """
import json, sys, time, psutil, torch
torch.set_num_threads(1)
import labpool_catalog
from transformers import DataCollatorWithPadding, Trainer, TrainerCallback, TrainingArguments
from transformers import PrinterCallback, set_seed
from labpool.loading import load
set_seed(42)
entry = labpool_catalog.read().get("persian-legal")
rows = [json.loads(l) for l in open(entry.files()["train"], encoding="utf-8")]
loaded = load(sys.argv[1])
model, tokenizer = type(loaded.model)(loaded.model.config), loaded.tokenizer
names = sorted({r["label"] for r in rows})
data = [
    {**tokenizer(r["text"], truncation=True, max_length=64), "labels": names.index(r["label"])}
    for r in rows
]
times = []
class Clock(TrainerCallback):
    def on_step_end(self, *args, **kwargs):
        times.append(time.perf_counter())
arguments = TrainingArguments(
    output_dir=sys.argv[2], num_train_epochs=int(sys.argv[3]), per_device_train_batch_size=16,
    learning_rate=1e-3, save_strategy="no", report_to=[], disable_tqdm=True, use_cpu=True,
    logging_strategy="no",
)
trainer = Trainer(
    model=model, args=arguments, train_dataset=data, callbacks=[Clock()],
    data_collator=DataCollatorWithPadding(tokenizer),
)
trainer.remove_callback(PrinterCallback)
trainer.train()
print(json.dumps({"times": times, "rss": psutil.Process().memory_info().rss}))
"""


def step_ms(times: list[float]) -> float:
    """Return the median time between two steps, milliseconds."""
    return 1e3 * statistics.median(b - a for a, b in pairwise(times))


def steps_of(events: list[Event]) -> list[float]:
    """Return when each step of a training ended, seconds."""
    seen: dict[float, float] = {}
    for event in events:
        if isinstance(event, ProgressReported) and event.progress.unit == "step":
            seen.setdefault(event.progress.done, event.at.timestamp())
    return [seen[step] for step in sorted(seen)]


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_bench(tmp_path: Path, example_site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours: list[float] = []
    plain: list[float] = []
    with capsys.disabled(), LabServer(tmp_path, example_site, n_workers=1) as server:
        describe("labpool", "torch", "transformers", "accelerate")
        params = {
            "dataset": "persian-legal",
            "epochs": EPOCHS,
            "batch_size": 16,
            "early_stopping_patience": 0,
        }
        for _ in range(ROUNDS):
            run_id = server.submit("train", params)
            run = server.wait(run_id, timeout=600)
            assert run["state"] == "succeeded", run["error"]
            ours.append(step_ms(steps_of(server.events(run_id))))
            (worker,) = server.wait_for_workers(1)
            answer = subprocess.run(
                [
                    sys.executable,
                    "-c",
                    PLAIN,
                    str(server.data_dir / "runs" / run_id / "model"),
                    str(tmp_path / "plain"),
                    str(EPOCHS),
                ],
                check=True,
                capture_output=True,
                text=True,
                env={**server.environment, "OMP_NUM_THREADS": "1"},
            )
            figures = json.loads(answer.stdout.splitlines()[-1])
            plain.append(step_ms(figures["times"]))
        row("time of a step", min(ours), min(plain), "ms", "plain Trainer")
        row(
            "memory after training",
            worker["memory_bytes"] / 2**20,
            figures["rss"] / 2**20,
            "MiB",
            "plain Trainer",
        )
        print(f"rounds: ours {[round(t, 1) for t in ours]}, plain {[round(t, 1) for t in plain]}")
