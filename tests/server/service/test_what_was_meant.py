"""The server proposes what was meant: a kind, a field, a catalog entry, a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from labpool.wire import LabpoolError
from labpool_server.service.kinds import Kinds
from labpool_server.service.readable import Readable
from labpool_server.service.secrets import SecretService
from labpool_server.service.sessions import SessionService
from labpool_server.service.shelf import HubSettings, Shelf
from labpool_server.vault import Vault

MISSPELT = "name: x\npage: {url: 'https://a/{id}', wait_four: h1}\n"


@pytest.mark.parametrize(
    ("kind", "params", "meant"),
    [
        ("trian", {}, "Did you mean `train`?"),
        ("train", {"datset": "imdb"}, "params.datset: there is no such field; did you mean `data"),
        ("train", {"dataset": "persian-lgal"}, "Did you mean `persian-legal`?"),
        (
            "train",
            {"dataset": ["persian-legal", "persian-lgal"]},
            "params.dataset.1: persian-lgal: no such file",
        ),
        ("train", {"dataset": ["persian-legal", "persianlegal"]}, "Did you mean `persian-legal`?"),
        ("train", {"dataset": {"trian": "a"}}, "params.dataset.trian: there is no such field; did"),
        ("train", {"dataset": "persian-legal", "model": "bert-lstn"}, "Did you mean `bert-lstm`?"),
        (
            "train",
            {"dataset": "persian-legal", "model": "minilm-l6"},
            "Did you mean `minilm-l6-en`",
        ),
        ("download", {"id": "minilm-l6"}, "Did you mean `minilm-l6-en`?"),
        ("scrape", {"recipe": "ticket-revision", "targets": [1]}, "Did you mean `ticket-rev"),
        ("scrape", {"recipe": MISSPELT, "targets": [1]}, "line 2: there is no such field; did you"),
    ],
)
def test_what_was_meant(kind: str, params: dict[str, Any], meant: str, tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    shelf = Shelf(HubSettings(endpoint="http://hub.test", cache_dir=tmp_path), list)
    secrets, sessions = SecretService(vault, {}), SessionService(vault)
    kinds = Kinds(lambda _: None, shelf, secrets, sessions, Readable())
    with pytest.raises(LabpoolError) as error:
        kinds.accept(kind, params, "sara")
    assert meant in error.value.message
