"""Carry the W3C trace context of a request to the events it causes."""

from __future__ import annotations

import re
from contextvars import ContextVar

_TRACEPARENT = re.compile(r"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current_traceparent() -> str | None:
    """Return the trace context of what is being done now, if it has one."""
    return _current.get()


def set_traceparent(value: str | None) -> None:
    """Take over a trace context; one that is not well formed counts as none (W3C Trace Context, 3.2)."""
    _current.set(value if value and _TRACEPARENT.match(value) else None)
