"""An index over what happened to a run, without what it reported as it went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    told = sa.text("type NOT IN ('log_written', 'metrics_reported', 'progress_reported')")
    op.create_index(
        "ix_events_brief", "events", ["run_id", "seq"], sqlite_where=told, postgresql_where=told
    )
