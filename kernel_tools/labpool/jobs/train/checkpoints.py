"""Checkpoints that are whole or do not count.

The Trainer writes its files straight into ``checkpoint-N``; a kill leaves half of them. The
manifest ``COMPLETE.json`` (size and SHA-256 of every file) is written last, after all files
are on disk. A folder counts only while its manifest is there and every file still matches.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from labpool.runtime.context import Cancelled, JobError
from labpool.runtime.digests import sha256_of
from labpool.runtime.place import fault_of
from labpool.wire.events import LogLevel

MANIFEST = "COMPLETE.json"
PREFIX = "checkpoint-"


def seal(folder: Path) -> str:
    """Bring all files to disk, then write the manifest in one move.

    Returns:
        SHA-256 of the manifest, which stands for the whole folder.
    """
    files = {}
    for path in sorted(_files(folder)):
        _sync(path)
        name = path.relative_to(folder).as_posix()
        files[name] = {"size": path.stat().st_size, "sha256": sha256_of(path)}
    for inner in (p for p in folder.rglob("*") if p.is_dir()):
        _sync(inner)
    write_json(folder / MANIFEST, {"version": 1, "files": files})
    _sync(folder.parent)
    return sha256_of(folder / MANIFEST)


def flaw(folder: Path) -> str:
    """Say why a folder does not count as whole; "" when it does."""
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        expected = {name: (fact["size"], fact["sha256"]) for name, fact in files.items()}
    except FileNotFoundError:
        return "it was not finished"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"its manifest is not readable ({type(error).__name__})"
    for name, (size, digest) in expected.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != size:
            return f"{name} has {path.stat().st_size} bytes instead of {size}"
        if sha256_of(path) != digest:
            return f"{name} has changed"
    return ""


def digest(folder: Path) -> str:
    """Return the SHA-256 of a sealed folder's manifest."""
    return sha256_of(folder / MANIFEST)


def steps(root: Path) -> list[tuple[int, Path]]:
    """Return all checkpoint folders, whole or not, by rising step."""
    found = [
        (int(path.name.removeprefix(PREFIX)), path)
        for path in root.glob(f"{PREFIX}*")
        if path.is_dir() and path.name.removeprefix(PREFIX).isdigit()
    ]
    return sorted(found)


def whole(root: Path, warn: Callable[[str], None]) -> Iterator[Path]:
    """Yield the checkpoints that verify, the newest first; warn of each that does not."""
    for _, path in reversed(steps(root)):
        if reason := flaw(path):
            warn(f"{path.name} is skipped: {reason}")
        else:
            yield path


@contextmanager
def nothing_half(root: Path, run_dir: Path, log: Callable[[LogLevel, str], None]) -> Iterator[None]:
    """Remove what is half: before, what a kill left; and when the work fails, what it began.

    Raises:
        JobError: The work failed because of the place: looked at before anything is removed.
    """
    clear(root, run_dir, log)
    try:
        yield
    except (Cancelled, JobError):
        raise
    except Exception as error:
        fault = fault_of(error, root)
        clear(root, run_dir, log)
        if fault is None:
            raise
        raise fault from error


def clear(root: Path, run_dir: Path, log: Callable[[LogLevel, str], None]) -> None:
    """Remove checkpoints that were not finished and drafts, so that they keep no disk full."""
    half = [path for _, path in steps(root) if not (path / MANIFEST).is_file()]
    for path in half:
        log("warning", f"{path.name} is skipped: it was not finished")
    for path in [*half, *root.glob("tmp-*"), *run_dir.glob(".*.draft")]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)  # a disk in trouble: the fault is told anyway
        else:
            path.unlink(missing_ok=True)


def prune(root: Path, keep: int, best: int | None, deleted: Callable[[str], None]) -> None:
    """Remove the oldest checkpoints; best and newest stay.

    Call it when the newest one is whole: then the older ones that are not go too.

    Args:
        root: Folder of the checkpoints.
        keep: How many may stay, 2 or more.
        best: Step of the best one, or None.
        deleted: Told each name before its folder goes, so that nothing is listed that a kill
            in between has half removed.
    """
    found = steps(root)
    newest_first = [step for step, path in reversed(found) if (path / MANIFEST).is_file()]
    kept = {step for step in [*newest_first[:1], best] if step is not None}
    for step in newest_first:
        if len(kept) < keep:
            kept.add(step)
    for step, path in found:
        if step not in kept and step < newest_first[0]:
            deleted(path.name)
            (path / MANIFEST).unlink(missing_ok=True)
            shutil.rmtree(path)


def install(target: Path, build: Callable[[Path], None]) -> str:
    """Build a folder beside its place, seal it, and move it there.

    Args:
        target: Where it goes; what an earlier attempt left there is replaced.
        build: Writes the files into the folder that it is given.

    Returns:
        SHA-256 of its manifest.
    """
    draft = target.with_name(f".{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    build(draft)
    manifest = seal(draft)
    if target.exists():
        shutil.rmtree(target)
    draft.rename(target)
    _sync(target.parent)
    return manifest


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file so that a reader sees the old one or the new one, never a part."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")
    _sync(draft)
    draft.replace(path)
    _sync(path.parent)


def _files(folder: Path) -> Iterator[Path]:
    """Yield what belongs in the manifest."""
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in (MANIFEST, f".{MANIFEST}.draft"):
            yield path


def _sync(path: Path) -> None:
    """Bring a file or a folder's names to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
