"""A Hub with a few repositories, and the catalog of an admin who lists them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import yaml

from support.hub import HubRepo, LocalHub

TOKEN = "hf_the-token-that-nobody-may-see"
WRONG_TOKEN = "hf_a-token-with-no-access"


def noise(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


def fruit() -> bytes:
    rows = [f"sweet and round number {i},fruit" for i in range(40)]
    rows += [f"loud and made of steel number {i},machine" for i in range(40)]
    return "\n".join(["content,thing", *rows, ""]).encode()


class HubWorld:
    """Repositories and their catalog.

    Attributes:
        catalog_dir: Folder for ``c.Labpool.catalog_dirs``.
    """

    def __init__(self, hub: LocalHub, catalog_dir: Path) -> None:
        self.hub = hub
        self.catalog_dir = catalog_dir
        weights = {"config.json": b'{"model_type": "bert"}', "model.safetensors": noise(300_000, 1)}
        models = {
            "tiny": hub.add("sara/tiny", weights | {"pytorch_model.bin": b"not asked for"}),
            "large": hub.add("sara/large", {"model.safetensors": noise(8_000_000, 2)}),
            "twin": hub.add("sara/twin", {"model.safetensors": noise(8_000_000, 3)}),
            "gated": hub.add("sara/gated", weights, gated=True, tokens={TOKEN}),
            "lost": hub.add("sara/lost", weights),
        }
        datasets = {"fruit": hub.add("sara/fruit", {"data/a.csv": fruit()}, repo_type="dataset")}
        self.repos = models | datasets
        listed = [entry(name, repo) for name, repo in models.items()]
        listed[-1]["revision"] = "0" * 40
        facts = {"text_column": "content", "label_column": "thing"}
        table = entry("fruit", self.repos["fruit"], ["data/*.csv"]) | facts
        table["splits"] = {"train": "data/a.csv"}
        catalog_dir.mkdir(exist_ok=True)
        (catalog_dir / "models.yaml").write_text(yaml.safe_dump({"models": listed}))
        (catalog_dir / "datasets.yaml").write_text(yaml.safe_dump({"datasets": [table]}))

    def options(self, home: Path) -> dict[str, Any]:
        """Return the server's settings: this Hub, this catalog, a cache in its home."""
        return {
            "hub_endpoint": self.hub.url,
            "hub_cache": str(home / "hub"),
            "catalog_dirs": [str(self.catalog_dir)],
        }

    def bytes_of(self, name: str) -> int:
        """Return what a whole download of an entry fetches."""
        files = self.repos[name].files
        return sum(len(f.content) for path, f in files.items() if not path.endswith(".bin"))


def entry(name: str, repo: HubRepo, patterns: list[str] | None = None) -> dict[str, object]:
    """Return a repository as an entry of a catalog file."""
    return {
        "id": name,
        "kind": repo.repo_type,
        "repo_id": repo.repo_id,
        "revision": repo.commit,
        "allow_patterns": patterns or ["config.json", "*.safetensors"],
        "license": "MIT",
        "gated": repo.gated,
        "size_bytes": repo.size(),
        "languages": ["en"],
        "title": {"en": name.title(), "fa": "نمونه"},
        "description": {"en": "For the tests.", "fa": "برای آزمون‌ها."},
    }
