"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Big = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _log()
    _runs()
    _metrics()
    _artifacts()


def _log() -> None:
    counter = op.create_table(
        "counter",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", Big, nullable=False),
    )
    op.bulk_insert(counter, [{"name": "seq", "value": 0}])
    op.create_table(
        "events",
        _key("seq"),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("attempt", Big, nullable=False),
        sa.Column("n", Big, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("level", sa.SmallInteger),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_index("ix_events_run", "events", ["run_id", "seq"])
    worded, logged = sa.text("n > 0"), sa.text("level IS NOT NULL")
    op.create_index(
        "ux_events_word",
        "events",
        ["run_id", "attempt", "n"],
        unique=True,
        sqlite_where=worded,
        postgresql_where=worded,
    )
    op.create_index(
        "ix_events_log",
        "events",
        ["run_id", "seq", "level"],
        sqlite_where=logged,
        postgresql_where=logged,
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("born", Big, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("rank", Big, nullable=False),
        sa.Column("search", sa.Text, nullable=False),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_index("ix_runs_born", "runs", ["born", "search"])
    op.create_index("ix_runs_kind", "runs", ["kind", "born"])
    op.create_index("ix_runs_state", "runs", ["state", "born"])
    op.create_index("ix_runs_queue", "runs", ["state", "rank", "born"])
    op.create_table(
        "run_tags",
        sa.Column("tag", sa.Text, primary_key=True),
        _of_run(primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_run_tags_run", "run_tags", ["run_id"])


def _metrics() -> None:
    op.create_table(
        "series",
        sa.Column("id", Big, primary_key=True),
        _of_run(),
        sa.Column("name", sa.Text, nullable=False),
    )
    op.create_index("ux_series_name", "series", ["run_id", "name"], unique=True)
    op.create_table(
        "points",
        _of_series(),
        _key("step"),
        sa.Column("value", sa.Float(53), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "spans",
        _of_series(),
        _key("width"),
        _key("span"),
        sa.Column("points", Big, nullable=False),
        sa.Column("first", Big, nullable=False),
        sa.Column("last", Big, nullable=False),
        sa.Column("low", Big, nullable=False),
        sa.Column("low_value", sa.Float(53), nullable=False),
        sa.Column("high", Big, nullable=False),
        sa.Column("high_value", sa.Float(53), nullable=False),
        sqlite_with_rowid=False,
    )


def _artifacts() -> None:
    op.create_table(
        "artifacts",
        _of_run(primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("seq", Big, nullable=False),
        sa.Column("asset_id", sa.Text),
        sa.Column("asset_kind", sa.Text),
    )
    op.create_index("ix_artifacts_asset", "artifacts", ["asset_id"])
    op.create_index("ix_artifacts_seq", "artifacts", ["seq"])


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, Big, primary_key=True, autoincrement=False)


def _of_run(*, primary_key: bool = False) -> sa.Column[str]:
    owner = sa.ForeignKey("runs.id", ondelete="CASCADE")
    return sa.Column("run_id", sa.Text, owner, primary_key=primary_key, nullable=False)


def _of_series() -> sa.Column[int]:
    owner = sa.ForeignKey("series.id", ondelete="CASCADE")
    return sa.Column("series_id", Big, owner, primary_key=True, autoincrement=False)
