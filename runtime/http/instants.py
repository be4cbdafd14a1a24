"""Instants and days in requests: RFC 3339 with an offset, and nothing that cannot be written down as an instant."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

from kernel.clock import as_utc

_RFC_3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")

_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 30, tzinfo=UTC)
"""Within these, the legal day of an instant and that day's end can be written down."""


def _strict(value: Any) -> Any:
    try:
        instant = value if isinstance(value, datetime) else _parse(value)
        if _FIRST <= instant <= _LAST:
            return instant
    except (ValueError, TypeError, OverflowError):
        pass
    raise PydanticCustomError("instant_invalid", "an instant is written as 2025-06-14T17:00:00Z, with an offset")


def _parse(text: str) -> datetime:
    upper = text.upper() if isinstance(text, str) else ""
    if not _RFC_3339.fullmatch(upper):
        raise ValueError
    return as_utc(datetime.fromisoformat(upper.replace("Z", "+00:00")))


StrictInstant = Annotated[AwareDatetime, BeforeValidator(_strict)]
"""An instant as callers send it. In a query string a `+` is to be written `%2B`."""


def _within(day: date) -> date:
    if not _FIRST.date() <= day <= _LAST.date():
        raise PydanticCustomError("day_out_of_range", "the day's begin and end cannot be written down as instants")
    return day


BoundedDay = Annotated[date, AfterValidator(_within)]
"""A day as callers send it, whose begin and end are instants."""
