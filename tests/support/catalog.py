"""Catalog files to write in tests."""

from pathlib import Path

from labpool_catalog import Catalog, read

MODEL = """\
models:
  - id: our-model
    repo_id: lab/our-model
    revision: 0123456789012345678901234567890123456789
    allow_patterns: [config.json, model.safetensors]
    license: MIT
    size_bytes: 1000
    languages: [fa]
    title: {en: Ours, fa: مدل ما}
    description:
      en: Our own model.
      fa: مدل خود ما.
"""
DATASET = (
    MODEL.replace("models", "datasets").replace("our-model", "our-texts")
    + """\
    text_column: متن
    label_column: برچسب
    splits: {train: config.json}
    labels: [no, yes]
"""
).replace("[no, yes]", '["no", "yes"]')


def read_files(folder: Path, **texts: str | bytes) -> Catalog:
    """Write `<name>.yaml` files into a folder and read them."""
    for name, text in texts.items():
        raw = text if isinstance(text, bytes) else text.encode()
        (folder / f"{name}.yaml").write_bytes(raw)
    return read([folder])


def problems(folder: Path, text: str | bytes) -> list[tuple[int, str]]:
    """Return line and message of each problem of a `models.yaml`."""
    catalog = read_files(folder, models=text)
    assert catalog.datasets == read().datasets
    assert {problem.file for problem in catalog.problems} <= {str(folder / "models.yaml")}
    return [(problem.line, problem.message) for problem in catalog.problems]
