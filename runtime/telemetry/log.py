"""Write logs as JSON, one line an event.

Only the names in `FIELDS` are written: a field that nobody listed in `docs/data.md` cannot leave by accident.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TextIO

import msgspec
import structlog
from structlog.types import EventDict, WrappedLogger

FIELDS = frozenset(
    {
        "event", "level", "timestamp", "service", "request_id", "method", "route", "status", "seconds", "client",
        "consumer", "topic", "type", "event_id", "count", "error", "tries", "revision", "port", "database", "bus",
        "lock", "setting", "wanted", "found",
    }
)  # fmt: skip


def _only_listed(_logger: WrappedLogger, _name: str, fields: EventDict) -> EventDict:
    return {name: value for name, value in fields.items() if name in FIELDS}


def _encode(fields: EventDict, *, default: Callable[[Any], Any]) -> str:
    return msgspec.json.encode(fields, enc_hook=default).decode()


def configure(stream: TextIO = sys.stderr, *, level: int = 20) -> None:
    """Set the process's logging up. `level` is as in the standard library (20: info)."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_listed,
            structlog.processors.JSONRenderer(serializer=_encode),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


def get_logger(service: str) -> structlog.typing.FilteringBoundLogger:
    """Return a service's logger. Messages are constant words; what varies goes into listed fields."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(service=service)
    return logger
