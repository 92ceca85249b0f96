from __future__ import annotations

from pathlib import Path

import pytest

from labpool import InvalidParams, NotFound
from labpool.client import Labpool

from .conftest import Job
from .stand_in import StandIn


def test_wrong_values_come_back_with_their_fields(pool: Labpool) -> None:
    with pytest.raises(InvalidParams) as raised:
        _ = pool.train(epochs="many")
    fields = [field["field"] for field in raised.value.details["fields"]]
    assert fields == ["params.epochs", "params.lr"]


def test_wrong_options_are_seen_before_anything_is_sent(server: StandIn, pool: Labpool) -> None:
    for options in ({"priority": 5000}, {"max_attempts": 0}, {"timeout_s": -1}, {"name": ""}):
        with pytest.raises(InvalidParams):
            _ = pool.submit("train", **options)
    assert server.count("POST", "/runs") == 0


def test_a_value_that_is_no_json_is_an_error_of_ours(pool: Labpool) -> None:
    with pytest.raises(InvalidParams, match="JSON"):
        _ = pool.submit("train", model=object())
    assert pool.submit("train", dataset=Path("/data/a.csv")).params == {"dataset": "/data/a.csv"}


def test_a_parameter_may_have_the_name_of_an_option(pool: Labpool) -> None:
    run = pool.submit("train", name="mine", params={"name": "x", "kind": "y"}, self=1)
    assert run.params == {"name": "x", "kind": "y", "self": 1}
    assert pool.submit("train", kind="z").params == {"kind": "z"}
    assert run.name == "mine"


def test_none_is_a_value(pool: Labpool) -> None:
    assert pool.train(model=None, size={"a": None}).params == {"model": None, "size": {"a": None}}


def test_one_tag_may_come_as_text(pool: Labpool) -> None:
    assert pool.train(tags="urgent").tags == ["urgent"]


def test_an_unknown_kind_is_not_found(pool: Labpool) -> None:
    with pytest.raises(NotFound):
        _ = pool.submit("dance")


def test_runs_are_listed_over_pages_and_filtered(pool: Labpool) -> None:
    ids = [pool.train(tags=["even"] if i % 2 == 0 else []).id for i in range(8)]
    assert [run.id for run in pool.runs(limit=None)] == ids[::-1]
    assert len(pool.runs(limit=5)) == 5
    assert len(pool.runs(tag="even")) == 4
    assert pool.runs(state="failed") == []
    assert repr(pool.runs(state="failed")) == "No runs."


def test_lists_read_well_and_escape(server: StandIn, pool: Labpool) -> None:
    run = pool.train(name="<b>قانون</b>")
    Job(server, run).start().progress(5)
    listing = pool.runs()
    assert repr(listing).splitlines()[1].split()[:4] == [run.id, "train", "<b>قانون</b>", "running"]
    assert "&lt;b&gt;قانون" in listing._repr_html_()
    assert "<b>" not in listing._repr_html_()
    assert "<b>" not in pool.kinds()._repr_html_()
    assert "no: needs playwright" in repr(pool.kinds())


def test_the_pool_is_shown_and_scaled(server: StandIn, pool: Labpool) -> None:
    assert [worker.id for worker in pool.workers()] == ["w1"]
    assert len(pool.scale(3).workers) == 3
    assert len(pool.scale(1, 8).workers) == 1
    assert len(pool.scale(minimum=2, maximum=8).workers) == 2
    assert pool.restart_worker("w1").state == "ready"
    assert pool.monitoring().active_runs == 0
    for wrong in ((), (5, 2), (0,)):
        with pytest.raises(InvalidParams):
            pool.scale(*wrong)
    with pytest.raises(NotFound):
        pool.restart_worker("w9")


def test_the_pool_shows_itself_even_when_the_server_is_away(server: StandIn, pool: Labpool) -> None:
    _ = pool.train(name="<i>")
    assert "1 workers" in pool._repr_html_()
    assert "<i>" not in pool._repr_html_()
    server.stop()
    assert "does not answer" in pool._repr_html_()
    assert server.url in repr(pool)
    assert server.token not in repr(pool)
