"""What the head of the ledger says, in words that are signed as they stand."""

from __future__ import annotations

import json
from datetime import datetime

from kernel.clock import as_utc

LEDGER = "tips"
"""The ledger's name in what is signed."""


def head_statement(*, entries: int, root: bytes, sealed_at: datetime) -> bytes:
    """Return the bytes that are signed: JSON with its members in this order, without spaces (UTF-8)."""
    said = {
        "ledger": LEDGER,
        "entries": entries,
        "root": root.hex(),
        "sealed_at": as_utc(sealed_at).isoformat(timespec="microseconds"),
    }
    return json.dumps(said, separators=(",", ":")).encode()
