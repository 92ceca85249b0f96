"""Opening: made from nothing, opened again, refused, closed."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from labpool.wire import ServerUnavailable, StoreIncompatible
from labpool.wire.events import RunQueued
from labpool_server.store import Store
from labpool_server.store.engine import connect
from labpool_server.store.tables import metadata

QUEUED = RunQueued(run_id="a", kind="train", name="x", params={})


def test_what_was_stored_is_there_after_opening_again(url: str, tmp_path: Path) -> None:
    for count in (1, 1):
        store = Store(url, tmp_path)
        store.open()
        store.open()
        store.append([QUEUED])
        assert store.last_seq() == count
        store.close()
        store.close()


def test_the_migrations_make_the_tables_that_the_code_knows(store: Store) -> None:
    assert store._engine is not None
    with store._engine.connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []


def test_two_that_open_at_once_make_it_once(url: str, tmp_path: Path) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("one server owns the data folder")
    stores = [Store(url, tmp_path) for _ in range(4)]
    threads = [threading.Thread(target=store.open) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [store.last_seq() for store in stores] == [0, 0, 0, 0]
    for store in stores:
        store.close()


def change(url: str, *statements: str) -> None:
    """Change a database behind the store's back."""
    engine = connect(url)
    with engine.begin() as conn:
        for statement in statements:
            conn.execute(text(statement))
    engine.dispose()


OLDER = {
    "a table is missing": ("DROP TABLE spans",),
    "a column is missing": ("DROP INDEX ix_events_log", "ALTER TABLE events DROP COLUMN level"),
    "no revision": ("DROP TABLE alembic_version", "DROP TABLE spans"),
    "an empty revision": ("DELETE FROM alembic_version",),
    "only one table": (
        *(f"DROP TABLE {name}" for name in ("points", "spans", "series", "artifacts")),
        *(f"DROP TABLE {name}" for name in ("run_tags", "runs", "counter", "alembic_version")),
    ),
}


@pytest.mark.parametrize("what", OLDER)
def test_a_database_with_other_tables_is_refused_as_what_it_is(
    url: str, tmp_path: Path, what: str
) -> None:
    store = Store(url, tmp_path)
    store.open()
    store.append([QUEUED])
    store.close()
    change(url, *OLDER[what])
    with pytest.raises(StoreIncompatible, match=r"early version.*database_url"):
        store.open()
    with pytest.raises(ServerUnavailable, match="closed"):
        store.last_seq()


def test_tables_of_other_programs_are_let_be(url: str, tmp_path: Path) -> None:
    change(url, "CREATE TABLE theirs (id INTEGER)")
    store = Store(url, tmp_path)
    store.open()
    store.append([QUEUED])
    store.close()


def test_a_database_of_a_newer_labpool_is_refused(url: str, tmp_path: Path) -> None:
    store = Store(url, tmp_path)
    store.open()
    store.close()
    change(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreIncompatible, match=r"newer Labpool.*9999") as caught:
        store.open()
    assert caught.value.details == {"revision": "9999", "known": "0002"}


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "db" / "labpool.db"
    store = Store(f"sqlite:///{file}", tmp_path)
    store.open()
    store.append([QUEUED])
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
    assert modes == dict.fromkeys(("labpool.db", "labpool.db-shm", "labpool.db-wal"), 0o600)
    store.close()


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("no url", "cannot be read"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("mysql://host/name", "SQLite and PostgreSQL"),
        ("postgresql+nodriver://host/name", "not installed"),
        ("sqlite:////dev/null/labpool.db", "database"),
    ],
)
def test_a_database_that_cannot_be_is_refused(bad: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ServerUnavailable, match=words):
        Store(bad, tmp_path).open()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "labpool.db").write_bytes(b"not a database, " * 100)
    with pytest.raises(ServerUnavailable, match="damaged"):
        Store(f"sqlite:///{tmp_path / 'labpool.db'}", tmp_path).open()


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    with pytest.raises(ServerUnavailable, match="closed"):
        store.last_seq()
    with pytest.raises(ServerUnavailable, match="closed"):
        store.append([QUEUED])
