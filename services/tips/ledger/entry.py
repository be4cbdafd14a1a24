"""An entry of a unit's ledger: it stands for one tip, tells nothing of it, and holds on to the entry before.

leaf  = SHA-256(salt ‖ number ‖ digest ‖ received_at)
chain = SHA-256(chain before ‖ leaf)

Each part is written with its length before it, so that no two entries are written alike. The digest is that of the
sealed content: once the content is destroyed, the entry can still be checked.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from kernel.clock import to_micros

GENESIS = bytes(32)
"""The chain before a unit's first entry."""


def digest_of(content: bytes, informant: bytes | None) -> bytes:
    """Return the digest of what was sealed: the content, and the informant apart."""
    return _hash(content, informant or b"")


def leaf_of(*, salt: bytes, number: str, digest: bytes, received_at: datetime) -> bytes:
    """Return the leaf of a tip. The salt keeps whoever guesses its parts from finding out."""
    return _hash(salt, number.encode(), digest, to_micros(received_at).to_bytes(8, "big", signed=True))


def chained(before: bytes, leaf: bytes) -> bytes:
    """Return the chain with one more entry."""
    return _hash(before, leaf)


def _hash(*parts: bytes) -> bytes:
    hashed = sha256()
    for part in parts:
        hashed.update(len(part).to_bytes(8, "big"))
        hashed.update(part)
    return hashed.digest()
