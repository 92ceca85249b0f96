"""The items of a run and what they bring: one file that its workers and the server share.

For jobs that work through many small things; knows none of them.
"""

from __future__ import annotations

from .claims import hold
from .errors import LedgerBusy, LedgerError, LedgerFull, LedgerUnreadable, LedgerUnwritable
from .export import stream_csv, stream_jsonl, write_csv, write_jsonl
from .ledger import Ledger
from .parquet import write_parquet
from .work import Done, NewItem, NewRecord

__all__ = [
    "Done",
    "Ledger",
    "LedgerBusy",
    "LedgerError",
    "LedgerFull",
    "LedgerUnreadable",
    "LedgerUnwritable",
    "NewItem",
    "NewRecord",
    "hold",
    "stream_csv",
    "stream_jsonl",
    "write_csv",
    "write_jsonl",
    "write_parquet",
]
