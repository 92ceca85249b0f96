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
from sqlalchemy import Connection, inspect

from labpool.wire.errors import StoreIncompatible

from .tables import metadata


def migrate(conn: Connection) -> None:
    """Run the revisions that the database lacks.

    Args:
        conn: A connection inside a transaction that may write.

    Raises:
        StoreIncompatible: A newer Labpool made the database, or one so early that no revision
            leads from there to here.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    present = MigrationContext.configure(conn).get_current_revision()
    if present not in {None, *(script.revision for script in scripts.walk_revisions())}:
        raise StoreIncompatible(
            f"A newer Labpool made this database (revision {present}, this one knows {head}). "
            "Bring Labpool up to date, or set database_url to another database.",
            revision=present,
            known=head,
        )
    if present is None and (there := sorted(_tables(conn) & metadata.tables.keys())):
        raise _too_early(f"has {there[0]}, but no revision")
    if present != head:
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
    if missing := _missing(conn):
        raise _too_early(f"lacks {missing}")


def _too_early(why: str) -> StoreIncompatible:
    return StoreIncompatible(
        f"An early version of Labpool, or another program, made this database: it {why}. Move "
        "its file away, or set database_url to another database; the files of the runs stay.",
        reason=why,
    )


def _missing(conn: Connection) -> str:
    """Return a table or a column that the code needs and the database lacks, or ""."""
    there = _tables(conn)
    for name, table in metadata.tables.items():
        if name not in there:
            return name
        columns = {column["name"] for column in inspect(conn).get_columns(name)}
        for column in table.columns:
            if column.name not in columns:
                return f"{name}.{column.name}"
    return ""


def _tables(conn: Connection) -> set[str]:
    return set(inspect(conn).get_table_names())
