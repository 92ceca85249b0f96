"""A checkpoint counts when every byte is there; nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from labpool.jobs.train import checkpoints

FILES = {"model.safetensors": b"w" * 100, "optimizer.pt": b"o" * 50, "inner/rng.pth": b"r" * 20}


def make(root: Path, step: int, *, sealed: bool = True) -> Path:
    folder = root / f"checkpoint-{step}"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    if sealed:
        checkpoints.seal(folder)
    return folder


def newest(root: Path) -> tuple[str | None, list[str]]:
    warnings: list[str] = []
    path = next(checkpoints.whole(root, warnings.append), None)
    return (path.name if path else None), warnings


def test_nothing_there(tmp_path: Path) -> None:
    assert newest(tmp_path) == (None, [])


def test_newest_counts_by_step_and_not_by_name_or_time(tmp_path: Path) -> None:
    for step in (100, 20, 9):
        make(tmp_path, step)
    assert newest(tmp_path) == ("checkpoint-100", [])


@pytest.mark.parametrize("name", [*FILES, checkpoints.MANIFEST])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "flipped", "longer"])
def test_any_damage_falls_back_to_the_one_before(tmp_path: Path, name: str, damage: str) -> None:
    make(tmp_path, 10)
    path = make(tmp_path, 20) / name
    raw = bytearray(path.read_bytes())
    if damage == "missing":
        path.unlink()
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "cut":
        path.write_bytes(raw[: len(raw) // 2])
    elif damage == "longer":
        path.write_bytes(raw + b"}")
    else:
        raw[len(raw) // 2] ^= 1
        path.write_bytes(raw)
    found, warnings = newest(tmp_path)
    assert found == "checkpoint-10"
    assert len(warnings) == 1
    assert warnings[0].startswith("checkpoint-20 is skipped: ")
    assert (tmp_path / "checkpoint-20").is_dir()


def test_unsealed_one_does_not_count(tmp_path: Path) -> None:
    make(tmp_path, 10, sealed=False)
    assert newest(tmp_path) == (None, ["checkpoint-10 is skipped: it was not finished"])


@pytest.mark.parametrize("text", ["[]", "{}", '{"files": 3}', '{"files": {"a": 1}}', "null"])
def test_strange_manifest(tmp_path: Path, text: str) -> None:
    folder = make(tmp_path, 10)
    (folder / checkpoints.MANIFEST).write_text(text)
    assert "not readable" in checkpoints.flaw(folder)


def prune(root: Path, keep: int, best: int | None) -> tuple[list[int], list[str]]:
    deleted: list[str] = []
    checkpoints.prune(root, keep, best, deleted.append)
    return [step for step, _ in checkpoints.steps(root)], deleted


def test_best_and_newest_stay(tmp_path: Path) -> None:
    for step in (10, 20, 30, 40):
        make(tmp_path, step)
    assert prune(tmp_path, 2, 10) == ([10, 40], ["checkpoint-20", "checkpoint-30"])
    assert prune(tmp_path, 2, 10) == ([10, 40], [])


def test_limit_is_filled_with_the_newest(tmp_path: Path) -> None:
    for step in (10, 20, 30, 40):
        make(tmp_path, step)
    assert prune(tmp_path, 3, 10)[0] == [10, 30, 40]
    assert prune(tmp_path, 3, 40)[0] == [10, 30, 40]
    assert prune(tmp_path, 2, None)[0] == [30, 40]


def test_half_ones_go_only_when_a_newer_one_is_whole(tmp_path: Path) -> None:
    make(tmp_path, 10)
    make(tmp_path, 20, sealed=False)
    make(tmp_path, 30)
    make(tmp_path, 40, sealed=False)
    assert prune(tmp_path, 2, 10)[0] == [10, 30, 40]


def test_install_replaces_what_an_earlier_attempt_left(tmp_path: Path) -> None:
    target = tmp_path / "model"
    (tmp_path / ".model.draft").mkdir()
    (tmp_path / ".model.draft" / "half").write_text("x")
    for text in ("one", "two"):
        digest = checkpoints.install(target, lambda f, t=text: (f / "w").write_text(t))  # type: ignore[misc]
        assert (target / "w").read_text() == text
        assert checkpoints.flaw(target) == ""
        assert digest == checkpoints.digest(target)
    assert sorted(p.name for p in target.iterdir()) == [checkpoints.MANIFEST, "w"]
    assert [p.name for p in tmp_path.iterdir()] == ["model"]
