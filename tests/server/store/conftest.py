"""A store of each kind: SQLite always, PostgreSQL where LABPOOL_TEST_POSTGRES holds its URL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from labpool_server.store import Store
from labpool_server.store.engine import connect

POSTGRES = os.environ.get("LABPOOL_TEST_POSTGRES", "")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'db' / 'labpool.db'}"
    if not POSTGRES:
        pytest.skip("LABPOOL_TEST_POSTGRES holds no URL")
    engine = connect(POSTGRES)
    with engine.begin() as conn:
        conn.execute(text("DROP SCHEMA public CASCADE"))
        conn.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return POSTGRES


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    store = Store(url, tmp_path / "runs")
    store.open()
    yield store
    store.close()
