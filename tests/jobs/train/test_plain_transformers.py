"""A finished model in plain transformers, in processes of their own: with Labpool and without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from labpool.runtime.recording import RecordingContext

Finished = tuple[RecordingContext, dict[str, Any]]

LOAD = """
from transformers import AutoConfig, AutoTokenizer, AutoModelForSequenceClassification, pipeline
config = AutoConfig.from_pretrained(path)
tokenizer = AutoTokenizer.from_pretrained(path)
model = AutoModelForSequenceClassification.from_pretrained(path)
fresh = AutoModelForSequenceClassification.from_config(config)
made = AutoConfig.for_model("bert-lstm", hidden_size=32)
assert config.model_type == made.model_type == "bert-lstm", (config, made)
assert type(config) is type(made) is type(model.config) and made.hidden_size == 32
assert type(model) is type(fresh) and type(model).__name__ == "BertLstmForSequenceClassification"
logits = model(**tokenizer(["طلاق مهریه"], return_tensors="pt")).logits
assert logits.shape == (1, 3), logits.shape
[answer] = pipeline("text-classification", model=path)("طلاق مهریه")
assert abs(answer["score"] - logits.softmax(-1).max().item()) < 1e-6, answer
"""
"""Plain transformers, with nothing about code from the model's folder."""


def in_process(code: str, home: Path, path: Path) -> None:
    """Run code that knows ``path``, with nobody there to answer questions."""
    subprocess.run(
        [sys.executable, "-W", "error::ImportWarning", "-c", f"path = {str(path)!r}\n{code}"],
        check=True,
        timeout=200,
        stdin=subprocess.DEVNULL,
        env={
            "HF_HOME": str(home),
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        },
    )


@pytest.mark.parametrize(
    "first",
    [
        "import labpool",
        "import transformers\nimport labpool",
        "from transformers import AutoConfig\nimport labpool",
        "from transformers import BertForSequenceClassification, pipeline\nimport labpool",
    ],
)
def test_importing_labpool_is_enough_before_and_after(
    finished: Finished, tmp_path: Path, first: str
) -> None:
    in_process(f"{first}\n{LOAD}", tmp_path, finished[0].run_dir / "model")


def test_a_checkpoint_on_the_way_loads_as_well(finished: Finished, tmp_path: Path) -> None:
    ctx, result = finished
    path = ctx.checkpoint_dir / result["best_checkpoint"]
    in_process(f"import labpool\n{LOAD}", tmp_path, path)


def test_without_labpool_the_models_own_file_is_used(finished: Finished, tmp_path: Path) -> None:
    """It lies beside the weights."""
    code = (
        "import sys; sys.modules['labpool'] = None\n"
        "from transformers import AutoModelForSequenceClassification as M, AutoTokenizer as T\n"
        "model = M.from_pretrained(path, trust_remote_code=True)\n"
        "tokenizer = T.from_pretrained(path)\n"
        "logits = model(**tokenizer(['طلاق'], return_tensors='pt')).logits\n"
        "assert logits.shape == (1, 3), logits.shape\n"
        "assert not any(m.startswith('labpool') for m in sys.modules if sys.modules[m])\n"
    )
    in_process(code, tmp_path, finished[0].run_dir / "model")


def test_who_only_imports_transformers_pays_nothing(tmp_path: Path) -> None:
    """The model's module, and with it all of BERT, is imported at the first need."""
    code = (
        "import sys, labpool\n"
        "assert 'transformers' not in sys.modules\n"
        "from transformers import AutoModelForSequenceClassification\n"
        "there = [m for m in sys.modules if m.endswith('modeling_bert') or '.bert_lstm' in m]\n"
        "assert not there, there\n"
    )
    in_process(code, tmp_path, tmp_path)
