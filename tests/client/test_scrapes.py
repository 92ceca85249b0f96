"""What a scrape is asked for with, and what is refused before any server is asked."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from labpool.client import Labpool
from labpool.client.cli import app
from labpool.client.login import log_in
from labpool.client.scrapes import as_targets
from labpool.jobs.scrape import Recipe
from labpool.wire.errors import InvalidParams, KindUnavailable

from .stand_in import StandIn

VALUE = "a-very-secret-value"
TEXT = "name: mine\npage:\n  url: '{url}'\nfields:\n  title: { css: h1 }\nkey: [title]\n"

Call = Callable[..., Result]


@pytest.fixture
def cli(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("LABPOOL_URL", server.url)
    monkeypatch.setenv("LABPOOL_TOKEN", server.token)
    runner = CliRunner()
    return lambda *args, **more: runner.invoke(app, [str(arg) for arg in args], **more)


class Scalar:
    """What an array gives for an element."""

    def item(self) -> int:
        return 7


class Table:
    """What looks like a table of rows."""

    columns = ("id",)

    def to_dict(self, how: str) -> list[dict[str, Any]]:
        assert how == "records"
        return [{"id": Scalar()}]


@pytest.mark.parametrize(
    ("given", "targets"),
    [
        ("https://a/1", ["https://a/1"]),
        (3, ["3"]),
        ({"id": 1}, [{"id": 1}]),
        (range(1, 3), ["1", "2"]),
        ((str(n) for n in (1, 2)), ["1", "2"]),
        ([Scalar(), "x"], ["7", "x"]),
        (Table(), [{"id": 7}]),
    ],
)
def test_targets_come_in_many_shapes(given: Any, targets: list[Any]) -> None:
    assert as_targets(given) == targets


def test_a_recipe_is_sent_as_text(pool: Labpool, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT, encoding="utf-8")
    recipe = Recipe.from_yaml(TEXT)
    for given in (path, str(path), TEXT, recipe):
        run = pool.scrape(given, [1], session="s", vars={"n": 1}, workers=2, name="mine")
        assert Recipe.from_yaml(run.params["recipe"]) == recipe
        assert (run.name, run.kind, run.params["vars"]) == ("mine", "scrape", {"n": "1"})
        assert (run.params["workers"], run.params["session"]) == (2, "s")
    assert pool.scrape("ticket-revisions", [1]).params["recipe"] == "ticket-revisions"
    assert pool.scrape({"name": "x"}, pattern="{1..2}").params == {
        "recipe": {"name": "x"},
        "pattern": "{1..2}",
    }
    for wrong in (tmp_path / "none.yaml", "none.yaml", 3):
        with pytest.raises(InvalidParams) as raised:
            _ = pool.scrape(wrong, [1])
        assert raised.value.details["fields"][0]["field"] == "params.recipe"


@pytest.mark.parametrize(
    "content",
    [VALUE, json.dumps([VALUE]), json.dumps({"cookies": [{"name": "a", "value": VALUE}]}), None],
)
def test_what_is_no_session_stays_here_and_is_not_repeated(
    pool: Labpool, server: StandIn, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "state.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InvalidParams) as raised:
        pool.sessions.save("x", path)
    assert VALUE not in "".join(traceback.format_exception(raised.value))
    assert server.requests == []
    for state in (None, 3):
        with pytest.raises(InvalidParams):
            pool.sessions.save("x", state)


def test_without_a_screen_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(
        KindUnavailable, match=r"no screen here.*codegen --save-storage=state\.json"
    ):
        log_in("tickets", "https://example.org/login")
    with pytest.raises(InvalidParams, match="no regular expression"):
        log_in("tickets", "https://example.org/login", done="(")


def test_recipes_are_checked_without_a_server(cli: Call, server: StandIn, tmp_path: Path) -> None:
    server.stop()
    good, bad, css = (tmp_path / f"{name}.yaml" for name in ("good", "bad", "css"))
    good.write_text(TEXT)
    bad.write_text(TEXT + "nonsense: 1\n")
    css.write_text(TEXT.replace("h1", "'h1['"))
    assert "fields that a target needs: url" in cli("recipe", "check", good).stdout
    wrong = cli("recipe", "check", bad)
    assert (wrong.exit_code, "nonsense" in wrong.stderr) == (2, True)
    wrong = cli("recipe", "check", css)
    assert (wrong.exit_code, "recipe.fields.title.css" in wrong.stderr) == (2, True)
    assert cli("recipe", "check", "nothing").exit_code == 2
    assert "ticket-revisions" in cli("recipe", "list").stdout
    shown = cli("recipe", "show", "ticket-revisions").stdout
    assert Recipe.from_yaml(shown).name == "ticket-revisions"


def test_targets_on_the_command_line(cli: Call, server: StandIn, tmp_path: Path) -> None:
    table, rows, plain = (tmp_path / f"t.{suffix}" for suffix in ("csv", "jsonl", "txt"))
    table.write_text("id,name\n1,a\n2,\n")
    rows.write_text('{"id": 3}\n\n"4"\n')
    plain.write_text("5\n6\n")
    files = [word for path in (table, rows, plain, "-", "9,10") for word in ("--targets", path)]
    words = ("scrape", "ticket-revisions", *files, "--target", "a,b", "--detach")
    answer = cli(*words, input="7\n8\n")
    assert answer.exit_code == 0, answer.output
    (run,) = server.runs.values()
    assert run.params["targets"] == [
        {"id": "1", "name": "a"}, {"id": "2"}, {"id": 3}, "4", "5", "6", "7", "8", "9",
        "10", "a,b",
    ]  # fmt: skip
    for wrong in ("none.csv", tmp_path / "cut.jsonl"):
        (tmp_path / "cut.jsonl").write_text('{"id"')
        assert cli("scrape", "ticket-revisions", "--targets", wrong).exit_code == 2
    assert cli("scrape", "ticket-revisions", "--target", "1", "--var", "x").exit_code == 2
    assert cli("session", "save", "x").exit_code == 2
