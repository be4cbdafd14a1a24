"""Digests that were issued: one a day for each unit, also where there was nothing to tell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, func, select
from sqlmodel import Field

from runtime.database import Instant, Json, Read, Write, insert_rows
from runtime.webhooks.subscription import SubscriptionState, subscription
from services.tips.store.table import TipsTable


class DigestRow(TipsTable, table=True):
    """One digest, as it was issued."""

    __tablename__ = "tip_digest"

    day: date = Field(primary_key=True)
    unit_id: UUID = Field(primary_key=True)
    counts: dict[str, int] = Field(sa_type=Json)
    issued_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


_digest = DigestRow.__table__  # type: ignore[attr-defined]


async def newest_day(read: Read) -> date | None:
    """Return the day of the last digests; None if there were none."""
    found: date | None = (await read.execute(select(func.max(_digest.c.day)))).scalar_one_or_none()
    return found


async def add_digests(tx: Write, rows: Sequence[dict[str, Any]]) -> None:
    """Keep the digests of a day."""
    await insert_rows(tx.connection, _digest, [row | {"revision": tx.number} for row in rows])


async def digests_of(read: Read, unit_id: UUID, limit: int) -> Sequence[Any]:
    """Return the last digests of a unit, the newest first."""
    mine = select(_digest).where(_digest.c.unit_id == unit_id)
    return (await read.execute(mine.order_by(_digest.c.day.desc()).limit(limit))).all()


async def units_that_follow(read: Read, event_type: str) -> Collection[UUID]:
    """Return the units for which somebody subscribed to a type of event."""
    active = select(subscription.c.unit_id, subscription.c.types).where(
        subscription.c.state == SubscriptionState.ACTIVE
    )
    return {row.unit_id for row in await read.execute(active) if row.types is None or event_type in row.types}
