"""Records that cross a border: between worker, server, notebook and page."""

from __future__ import annotations

from .assets import Asset
from .errors import (
    Conflict,
    ErrorAnswer,
    EventsReset,
    Forbidden,
    InvalidParams,
    InvalidRequest,
    KindUnavailable,
    LabpoolError,
    ModelNotAllowed,
    NotFound,
    RunCancelledError,
    RunFailedError,
    RunInterruptedError,
    ServerUnavailable,
    StoreIncompatible,
    StoreInUse,
    TooManyRequests,
    error_from,
)
from .events import TERMINAL_EVENTS, Event, LogLevel, event_adapter, events_adapter
from .kinds import JobKind, Kind
from .metrics import LogLine, MetricsAnswer, Series
from .pages import AssetPage, EventPage, KindPage, LogPage, Page, RunPage
from .routes import API_PREFIX, ROUTES, Route
from .runs import Progress, Run, RunError, RunRequest, RunState
from .socket import PoolSeen
from .workers import Alert, Monitoring, Pool, PoolChange, Worker

__all__ = [
    "API_PREFIX",
    "ROUTES",
    "TERMINAL_EVENTS",
    "Alert",
    "Asset",
    "AssetPage",
    "Conflict",
    "ErrorAnswer",
    "Event",
    "EventPage",
    "EventsReset",
    "Forbidden",
    "InvalidParams",
    "InvalidRequest",
    "JobKind",
    "Kind",
    "KindPage",
    "KindUnavailable",
    "LabpoolError",
    "LogLevel",
    "LogLine",
    "LogPage",
    "MetricsAnswer",
    "ModelNotAllowed",
    "Monitoring",
    "NotFound",
    "Page",
    "Pool",
    "PoolChange",
    "PoolSeen",
    "Progress",
    "Route",
    "Run",
    "RunCancelledError",
    "RunError",
    "RunFailedError",
    "RunInterruptedError",
    "RunPage",
    "RunRequest",
    "RunState",
    "Series",
    "ServerUnavailable",
    "StoreInUse",
    "StoreIncompatible",
    "TooManyRequests",
    "Worker",
    "error_from",
    "event_adapter",
    "events_adapter",
]
