"""An entry of the log of readings: who saw what, when. Each holds on to the one before."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from kernel.clock import to_micros


def reading_leaf(*, kind: str, tip_id: UUID, by_unit: UUID, client: str, occurred_at: datetime) -> bytes:
    """Return the leaf of a reading: SHA-256 of a JSON array of its parts, instants as microseconds since 1970."""
    said = [kind, str(tip_id), str(by_unit), client, to_micros(occurred_at)]
    return sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).digest()
