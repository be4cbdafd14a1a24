"""Requests to be shown who gave a tip, and what a second person decided on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, select, update
from sqlmodel import Field

from runtime.database import Instant, Read, Write, insert_rows
from services.tips.domain.refusals import DisclosureUnknown
from services.tips.store.table import TipsTable


class DisclosureRow(TipsTable, table=True):
    """One request. Its decision is written once."""

    __tablename__ = "tip_disclosure"

    id: UUID = Field(primary_key=True)
    tip_id: UUID = Field(index=True)
    reason: bytes = Field(sa_type=LargeBinary)
    """Sealed with the key of the tip's content."""
    asked_by_unit: UUID
    asked_by: str
    asked_at: datetime = Field(sa_type=Instant)
    decided_by_unit: UUID | None = None
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    granted: bool | None = Field(default=None, sa_type=Boolean)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    """Until when the informant is shown; exclusive."""
    etag: int = Field(sa_type=Integer)
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger)


_disclosure = DisclosureRow.__table__  # type: ignore[attr-defined]


async def add_disclosure(tx: Write, row: Mapping[str, Any]) -> None:
    """Keep a request that is not decided yet."""
    undecided = dict.fromkeys(("decided_by_unit", "decided_by", "decided_at", "granted", "expires_at"))
    stamp = {"etag": 1, "recorded_at": tx.recorded_at, "revision": tx.number}
    await insert_rows(tx.connection, _disclosure, [{**row, **undecided, **stamp}])


async def decide(tx: Write, row: Any, **decision: Any) -> None:
    """Write what was decided."""
    values = {**decision, "etag": row.etag + 1, "revision": tx.number}
    await tx.execute(update(_disclosure).where(_disclosure.c.id == row.id).values(values))


async def get_disclosure(read: Read, tip_id: UUID, disclosure_id: UUID) -> Any:
    """Return a request on a tip.

    Raises:
        DisclosureUnknown: There is none.
    """
    mine = select(_disclosure).where(_disclosure.c.id == disclosure_id, _disclosure.c.tip_id == tip_id)
    row = (await read.execute(mine)).one_or_none()
    if row is None:
        raise DisclosureUnknown(disclosure=disclosure_id)
    return row


async def disclosures_of(read: Read, tip_id: UUID) -> Sequence[Any]:
    """Return the requests on a tip, the first one first."""
    mine = select(_disclosure).where(_disclosure.c.tip_id == tip_id)
    return (await read.execute(mine.order_by(_disclosure.c.recorded_at))).all()


async def is_disclosed_to(read: Read, tip_id: UUID, client: str, t: datetime) -> bool:
    """Say whether somebody may be shown at an instant who gave a tip."""
    mine = select(_disclosure.c.id).where(
        _disclosure.c.tip_id == tip_id,
        _disclosure.c.asked_by == client,
        _disclosure.c.granted.is_(True),
        _disclosure.c.expires_at > t,
    )
    return (await read.execute(mine.limit(1))).first() is not None
