"""What the README says is so, and its links lead somewhere, wherever it is shown."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import labpool_catalog

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(
    r"\]\(([^)\s]+)[^)]*\)|(?:href|src)=[\"']([^\"']+)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE
)
COUNTED = re.compile(r"(\d+) models and (\d+) data sets")


def links(text: str) -> list[str]:
    return [next(filter(None, found.groups())) for found in LINK.finditer(text)]


@pytest.fixture(scope="module")
def on_the_index() -> str:
    """The description that a build puts into the metadata."""
    made = subprocess.run(
        [sys.executable, "-m", "hatchling", "metadata"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    readme = json.loads(made.stdout)["readme"]
    assert readme["content-type"] == "text/markdown"
    text: str = readme["text"]
    return text


def test_every_link_on_the_index_is_absolute(on_the_index: str) -> None:
    assert [link for link in links(on_the_index) if not link.startswith("https://")] == []
    assert "![" not in on_the_index


def test_the_index_has_all_words_of_the_readme(on_the_index: str) -> None:
    wrote = (ROOT / "README.md").read_text(encoding="utf-8")
    titles = re.findall(r"^#+ .*$", wrote, re.MULTILINE)
    assert titles
    assert re.findall(r"^#+ .*$", on_the_index, re.MULTILINE) == titles
    assert "CONTRIBUTING.md says where to begin reading" in on_the_index


PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/settings.md")),
    *ROOT.glob("kernel_tools/labpool/jobs/*/README.md"),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_in_the_repository_leads_to_a_file(page: Path) -> None:
    for link in links(page.read_text(encoding="utf-8")):
        target = link.partition("#")[0]
        assert link.startswith("https://") or not target or (page.parent / target).exists(), link


@pytest.mark.parametrize("path", ["README.md", "CHANGELOG.md"])
def test_the_catalog_is_counted_right(path: str) -> None:
    catalog = labpool_catalog.read()
    found = COUNTED.findall((ROOT / path).read_text(encoding="utf-8"))
    assert found
    assert set(found) == {(str(len(catalog.models)), str(len(catalog.datasets)))}
