"""Bring a database up to date, or refuse it.

A new revision is one file in ``migrations/versions``; it runs when a store is opened, inside
one transaction, so a server that dies in the middle leaves the database as it was.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from labpool.wire.errors import ServerUnavailable


def migrate(conn: Connection) -> None:
    """Run the revisions that the database lacks.

    Args:
        conn: A connection inside a transaction that may write.

    Raises:
        ServerUnavailable: A newer Labpool made the database.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    present = MigrationContext.configure(conn).get_current_revision()
    if present == scripts.get_current_head():
        return
    if present not in {None, *(script.revision for script in scripts.walk_revisions())}:
        raise ServerUnavailable(
            f"A newer Labpool made this database (revision {present}). Bring Labpool up to date, "
            "or set database_url to another database.",
            revision=present,
        )
    config.attributes["connection"] = conn
    command.upgrade(config, "head")
