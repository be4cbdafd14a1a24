"""Instants in requests: RFC 3339 with an offset, and nothing else."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator

from kernel.clock import as_utc

_RFC_3339 = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})$")


def _strict(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _RFC_3339.match(value):
        raise ValueError("an instant is written as 2025-06-14T17:00:00Z, with an offset and at most microseconds")
    return as_utc(datetime.fromisoformat(value.upper().replace("Z", "+00:00")))


StrictInstant = Annotated[AwareDatetime, BeforeValidator(_strict)]
"""An instant as callers send it. In a query string a `+` is to be written `%2B`."""
