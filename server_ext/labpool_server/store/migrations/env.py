"""Run by alembic, on the connection that ``migrate`` hands over."""

from __future__ import annotations

from alembic import context

from labpool_server.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
