"""A finished model in plain transformers, in processes of their own: with Labpool and without."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from labpool.runtime.recording import RecordingContext

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


WITHOUT = """
import sys; sys.modules['labpool'] = None
from transformers import AutoModelForSequenceClassification as M, AutoTokenizer as T
model = M.from_pretrained(path, trust_remote_code=True)
tokenizer = T.from_pretrained(path)
logits = model(**tokenizer(['طلاق'], return_tensors='pt')).logits
assert logits.shape == (1, 3), logits.shape
assert not any(m.startswith('labpool') for m in sys.modules if sys.modules[m])
"""
"""The model's own file, which lies beside the weights, is used."""

LEAN = """
import sys, labpool
assert 'transformers' not in sys.modules
from transformers import AutoModelForSequenceClassification
there = [m for m in sys.modules if m.endswith('modeling_bert') or '.bert_lstm' in m]
assert not there, there
"""
"""The model's module, and with it all of BERT, is imported at the first need."""

BEFORE = [
    "",
    "import transformers",
    "from transformers import AutoConfig",
    "from transformers import BertForSequenceClassification, pipeline",
]
"""What may have been imported before Labpool; each adds to those above."""


@pytest.fixture(scope="module")
def answers(
    finished: tuple[RecordingContext, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The traceback of each case, all played by one program with nobody there to ask."""
    ctx, result = finished
    model, on_the_way = ctx.run_dir / "model", ctx.checkpoint_dir / result["best_checkpoint"]
    cases = [
        case("lean", LEAN, model),
        case("without labpool", WITHOUT, model),
        case("checkpoint", f"import labpool\n{LOAD}", on_the_way),
        *(case(before, f"import labpool\n{LOAD}", model, before) for before in BEFORE),
    ]
    program = Path(__file__).with_name("plain.py")
    done = subprocess.run(
        [sys.executable, "-W", "error::ImportWarning", program, json.dumps(cases)],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        stdin=subprocess.DEVNULL,
        env={
            "HF_HOME": str(tmp_path_factory.mktemp("home")),
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        },
    )
    assert done.returncode == 0, done.stderr[-3000:]
    played: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return played


def case(name: str, code: str, path: Path, before: str = "") -> dict[str, str]:
    return {"name": name, "before": before, "code": code, "path": str(path)}


@pytest.mark.parametrize("before", BEFORE)
def test_importing_labpool_is_enough_before_and_after(answers: dict[str, str], before: str) -> None:
    assert answers[before] == ""


def test_a_checkpoint_on_the_way_loads_as_well(answers: dict[str, str]) -> None:
    assert answers["checkpoint"] == ""


def test_without_labpool_the_models_own_file_is_used(answers: dict[str, str]) -> None:
    assert answers["without labpool"] == ""


def test_who_only_imports_transformers_pays_nothing(answers: dict[str, str]) -> None:
    assert answers["lean"] == ""
