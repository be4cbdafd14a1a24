"""How the ledger is shown: hashes, and what is signed. No word of any tip."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

_HASH = "SHA-256, hex."


class HeadShown(BaseModel):
    """A signed head: what the ledger was when it was sealed. It never changes."""

    entries: int
    root: str = Field(description=f"Root of the Merkle tree over the leaves (RFC 9162). {_HASH}")
    sealed_at: datetime
    statement: str = Field(description="What is signed, byte for byte: ledger, entries, root and instant.")
    signature: str = Field(description="Ed25519 (RFC 8032), base64. Check it with the key from /v1/tips/receipt-keys.")
    key_id: str


class HeadMade(HeadShown):
    """The head that a request sealed, or the last one where no entry came since."""

    id: UUID


class Inclusion(BaseModel):
    """The proof that the entry of a tip is below a signed head (RFC 9162, 2.1.3)."""

    tip_id: UUID
    position: int = Field(description="Place in the ledger, from 1 on.")
    path: list[str] = Field(description=f"Hashes from the leaf upwards. {_HASH}")
    head: HeadShown


class Consistency(BaseModel):
    """The proof that a head goes on from an earlier one: no entry was changed, left or came between."""

    path: list[str] = Field(description=f"By RFC 9162, 2.1.4. {_HASH}")
    first: HeadShown
    second: HeadShown


class EntryShown(BaseModel):
    """One entry. Of a tip of units that the caller does not act for only the leaf is shown: it tells nothing."""

    position: int
    leaf: str = Field(description=_HASH)
    chain: str | None = Field(description=f"The receiving unit's chain up to this entry. {_HASH}")
    unit_id: UUID | None
    entry: int | None = Field(description="Place in that chain, from 1 on.")
    number: str | None
    received_at: datetime | None
    salt: str | None = Field(description="Hex.")
    digest: str | None = Field(description=f"Of what was sealed, when the tip was received. {_HASH}")
    held: str | None = Field(description=f"The same of what is kept now; none where it was removed. {_HASH}")
