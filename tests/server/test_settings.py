"""Every setting of the server says what it does."""

from __future__ import annotations

from pathlib import Path

import pytest
from traitlets import TraitError

from labpool_server.app import Labpool, default_workers

DOCS = Path(__file__).parents[2] / "docs"


def test_every_setting_has_a_full_sentence() -> None:
    for name, trait in Labpool.class_own_traits(config=True).items():
        assert str(trait.help).endswith("."), name
        assert f"## `{name}`" in (DOCS / "settings.md").read_text()


def test_operators_may_use_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABPOOL_N_WORKERS", "5")
    monkeypatch.setenv("LABPOOL_MEMORY_LIMIT", "2GB")
    app = Labpool()
    assert (app.n_workers, app.memory_limit) == (5, "2GB")


def test_the_default_number_of_workers_has_bounds() -> None:
    assert 2 <= default_workers() <= 8


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(TraitError, match="n_workers must not be negative"):
        Labpool(n_workers=-1)


@pytest.mark.parametrize("host", ["", "a b", "a,b", "https://intranet.example.org", " a"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(TraitError, match="is no host"):
        Labpool(scrape_allowed_hosts=[host])
    hosts = ["127.0.0.1:8000", "*.example.org", "10.1.0.0/16", "::1"]
    assert Labpool(scrape_allowed_hosts=hosts).scrape_allowed_hosts == hosts


@pytest.mark.parametrize("pages", [-1, 65])
def test_pages_at_once_have_bounds(pages: int) -> None:
    with pytest.raises(TraitError, match="from 0 to 64"):
        Labpool(scrape_pages=pages)
