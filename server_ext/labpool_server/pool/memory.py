"""The memory limit of a worker: what it may be."""

from __future__ import annotations

from dask.utils import parse_bytes

LEAST_BYTES = 128 << 20
"""Least limit with which a worker comes up: at rest it takes about 80 MB, before any job."""


def limit_flaw(limit: str) -> str:
    """Return what is wrong with a memory limit, or "" where a worker can live with it.

    Args:
        limit: "auto", "0" for none, or a size such as "4GB" or "512MiB".
    """
    if limit in ("auto", "0"):
        return ""
    try:
        size = parse_bytes(limit)
    except ValueError:
        return f'memory_limit {limit!r} is no size: say "4GB", "512MiB", "auto", or "0" for none.'
    if size < LEAST_BYTES:
        return (
            f"memory_limit {limit!r} is too small: a worker takes about 80 MB before any job, and "
            f"would be ended again and again. Give it {LEAST_BYTES >> 20} MiB or more; a training "
            "takes 512 MiB and up."
        )
    return ""
