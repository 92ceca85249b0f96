"""The tables. ``events`` is the truth; every other table could be made again from it.

    counter      last sequence number given; its row is what writers queue at
    events       the log: one row an event, ``json`` as it goes over the wire
    runs         the fold of each run's events, with the columns that lists ask for
    run_tags     one row a tag of a run
    series       one row a metric of a run
    points       one row a step of a series, latest value
    spans        summaries of 32, 1,024 and 32,768 neighbouring steps, for charts
    artifacts    which event saved what a run has on disk now

All but ``counter`` and ``events`` go with their run, by foreign key.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

Big = BigInteger().with_variant(Integer, "sqlite")
"""64 bits everywhere; in SQLite only INTEGER may be a table's own row number."""

metadata = MetaData()

counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Big, nullable=False),
)

BRIEF = text("type NOT IN ('log_written', 'metrics_reported', 'progress_reported')")
"""Holds for events that a brief listing has; SQLite takes the index only for these very words."""

events = Table(
    "events",
    metadata,
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("run_id", Text, nullable=False),
    Column("attempt", Big, nullable=False),
    Column("n", Big, nullable=False),
    Column("type", Text, nullable=False),
    Column("level", SmallInteger),
    Column("json", Text, nullable=False),
    Index("ix_events_run", "run_id", "seq"),
    Index("ix_events_brief", "run_id", "seq", sqlite_where=BRIEF, postgresql_where=BRIEF),
    Index(
        "ux_events_word",
        "run_id",
        "attempt",
        "n",
        unique=True,
        sqlite_where=text("n > 0"),
        postgresql_where=text("n > 0"),
    ),
    Index(
        "ix_events_log",
        "run_id",
        "seq",
        "level",
        sqlite_where=text("level IS NOT NULL"),
        postgresql_where=text("level IS NOT NULL"),
    ),
)
"""``level`` is the rank of a log line's level, and empty for every other event."""

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("born", Big, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("rank", Big, nullable=False),
    Column("search", Text, nullable=False),
    Column("json", Text, nullable=False),
    Index("ix_runs_born", "born", "search"),
    Index("ix_runs_kind", "kind", "born"),
    Index("ix_runs_state", "state", "born"),
    Index("ix_runs_queue", "state", "rank", "born"),
)
"""``born`` is the number of the event that queued the run: the order of lists.
``search`` stands in that index as well, so that looking for text does not read every row.

``rank`` is the priority with its sign turned, so that the queue reads its index forwards.
"""

run_tags = Table(
    "run_tags",
    metadata,
    Column("tag", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_run_tags_run", "run_id"),
    sqlite_with_rowid=False,
)

series = Table(
    "series",
    metadata,
    Column("id", Big, primary_key=True),
    Column("run_id", Text, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Index("ux_series_name", "run_id", "name", unique=True),
)

points = Table(
    "points",
    metadata,
    Column(
        "series_id",
        Big,
        ForeignKey("series.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("step", Big, primary_key=True, autoincrement=False),
    Column("value", Float(53), nullable=False),
    Column("at", Float(53), nullable=False),
    sqlite_with_rowid=False,
)
"""``at`` in seconds since the epoch."""

spans = Table(
    "spans",
    metadata,
    Column(
        "series_id",
        Big,
        ForeignKey("series.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("width", Big, primary_key=True, autoincrement=False),
    Column("span", Big, primary_key=True, autoincrement=False),
    Column("points", Big, nullable=False),
    Column("first", Big, nullable=False),
    Column("last", Big, nullable=False),
    Column("low", Big, nullable=False),
    Column("low_value", Float(53), nullable=False),
    Column("high", Big, nullable=False),
    Column("high_value", Float(53), nullable=False),
    sqlite_with_rowid=False,
)
"""Span ``k`` of width ``w`` holds the steps from ``k * w`` up to, not with, ``(k + 1) * w``.

``first``, ``last``, ``low`` and ``high`` are steps; the values of the lowest and the highest
stand beside them.
"""

artifacts = Table(
    "artifacts",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("seq", Big, nullable=False),
    Column("asset_id", Text),
    Column("asset_kind", Text),
    Index("ix_artifacts_asset", "asset_id"),
    Index("ix_artifacts_seq", "seq"),
)
"""``seq`` is the event that saved it; ``asset_id`` is empty for what is no asset."""
