"""Every route is answered, and by one operation."""

from __future__ import annotations

import inspect
from dataclasses import fields
from typing import Any
from unittest.mock import create_autospec

from labpool.wire.routes import ROUTES
from labpool_server.service.assets import AssetService
from labpool_server.service.items import ItemService
from labpool_server.service.operations import Areas, operations
from labpool_server.service.pool import PoolService
from labpool_server.service.removal import RemovalService
from labpool_server.service.runs import RunService
from labpool_server.service.secrets import SecretService
from labpool_server.service.sessions import SessionService

CLASSES: dict[str, Any] = {
    "runs": RunService,
    "items": ItemService,
    "pool": PoolService,
    "assets": AssetService,
    "removal": RemovalService,
    "secrets": SecretService,
    "sessions": SessionService,
}
NO_OPERATION = {"all_events", "events_socket", "openapi"}
"""Streams with no other answer, and the contract: the handlers answer them by themselves."""


async def list_kinds() -> None:
    """Stand for the service's own."""


def areas() -> Areas:
    made = {name: create_autospec(cls, instance=True) for name, cls in CLASSES.items()}
    assert {field.name for field in fields(Areas)} == {"list_kinds", *made}
    return Areas(list_kinds=list_kinds, **made)


def test_every_route_has_one_operation_and_no_operation_is_without_a_route() -> None:
    assert set(operations(areas())) == {route.id for route in ROUTES} - NO_OPERATION


def test_an_operation_is_called_as_its_route_and_lies_in_one_area() -> None:
    for name, operation in operations(areas()).items():
        having = [area for area, cls in CLASSES.items() if hasattr(cls, name)]
        assert len(having) == (0 if name == "list_kinds" else 1), name
        if having:
            assert inspect.iscoroutinefunction(getattr(CLASSES[having[0]], name))
            assert operation._extract_mock_name().endswith(name)  # type: ignore[attr-defined]
