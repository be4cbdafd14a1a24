"""What a receipt says: the number of a tip and its place in the ledger, in words that are signed as they stand."""

from __future__ import annotations

import json
from datetime import datetime

from kernel.clock import as_utc

_COMPACT = json.JSONEncoder(separators=(",", ":"))


def number_of(unit_code: str, year: int, place: int) -> str:
    """Return a receipt number: dense per receiving unit and year.

    >>> number_of("68", 2026, 123)
    'TB-68-2026-000123'
    """
    return f"TB-{unit_code}-{year}-{place:06d}"


def statement_of(*, unit: str, number: str, leaf: bytes, received_at: datetime) -> bytes:
    """Return the bytes that are signed: JSON with its members in this order, without spaces (UTF-8)."""
    said = {
        "unit": unit,
        "number": number,
        "leaf": leaf.hex(),
        "received_at": as_utc(received_at).isoformat(timespec="microseconds"),
    }
    return _COMPACT.encode(said).encode()
