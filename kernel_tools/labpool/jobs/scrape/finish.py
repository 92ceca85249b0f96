"""What a scrape leaves behind when all of its items have ended."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from labpool.items import Ledger, write_jsonl
from labpool.runtime.context import JobContext, JobError
from labpool.wire.pages import ItemsQuery

from .alone import alone
from .recipe import Recipe

RECORDS = "records.jsonl"
DONE = "finished.json"
ITEMS = "items.db"


def finish(ctx: JobContext, ledger: Ledger, recipe: Recipe) -> dict[str, Any]:
    """Compare with the run before, write the records as a file, say what came of it.

    Of several workers the first one does it; the others return what it found.

    Returns:
        Plain JSON: items, ok, partial, failed, records, duplicates, conflicts, left_out, repeated
        and, where there was a run before, new, changed, same, gone; gaps and reasons have the codes
        of what is partial and failed, with how many items say each.

    Raises:
        JobError: No item came to anything.
    """
    with alone(ctx, "finish"):
        done = ctx.run_dir / DONE
        if not done.exists():
            result = _finish(ctx, ledger, recipe)
            part = done.with_suffix(".part")
            part.write_text(json.dumps(result), encoding="utf-8")
            part.replace(done)
        found: dict[str, Any] = json.loads(done.read_text(encoding="utf-8"))
    if found["failed"] == found["items"] > 0:
        why = ", ".join(f"{reason} ({count})" for reason, count in found["reasons"].items())
        raise JobError(
            "all_items_failed",
            f"None of {found['items']} items came to anything: {why}. The table of items says "
            "why each failed; mend that, then retry them.",
            **found,
        )
    return found


def _finish(ctx: JobContext, ledger: Ledger, recipe: Recipe) -> dict[str, Any]:
    counts = ledger.counts()
    changes = _compare(ctx, ledger)
    path = ctx.run_dir / RECORDS
    write_jsonl(ledger, path)
    facts = {"recipe": recipe.name, "records": counts.records, **changes}
    ctx.artifact(path, kind="records", name=recipe.name, meta=facts)
    return {
        "items": counts.total,
        "ok": counts.ok,
        "partial": counts.partial,
        "failed": counts.failed,
        "records": counts.records,
        "duplicates": counts.duplicates,
        "conflicts": counts.conflicts,
        "left_out": counts.left_out,
        "repeated": counts.repeated,
        **changes,
        "gaps": counts.gaps,
        "reasons": _reasons(ledger) if counts.failed else {},
    }


def _compare(ctx: JobContext, ledger: Ledger) -> dict[str, int]:
    """Mark what is new, changed or gone since the runs before; without one there is no telling."""

    def skip(path: Path, error: Exception) -> None:
        ctx.log("warning", f"not compared with the run {path.parent.name}: {error}")

    if not ledger.compare(*(folder / ITEMS for folder in ctx.earlier), skip=skip):
        return {}
    found = Counter(row.change for row in ledger.iterate_records())
    return {change: found[change] for change in ("new", "changed", "same", "gone")}


def _reasons(ledger: Ledger) -> dict[str, int]:
    found: Counter[str] = Counter()
    query = ItemsQuery(state="failed", limit=1000)
    while True:
        page = ledger.items(query)
        found.update(item.reason for item in page.items)
        if page.next is None:
            return dict(found.most_common())
        query = query.model_copy(update={"after": page.next})


def reopen(ctx: JobContext) -> None:
    """Let a run that was finished be finished again, as some of its items are to be retried."""
    with alone(ctx, "finish"):
        (ctx.run_dir / DONE).unlink(missing_ok=True)
