"""Consents to share: given for a purpose and a service, and withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, LargeBinary, select, update
from sqlmodel import Field

from runtime.database import Instant, Read, Write, insert_rows
from services.referrals.domain.refusals import ConsentUnknown
from services.referrals.store.table import ReferralsTable


class ConsentRow(ReferralsTable, table=True):
    """A consent. Only its withdrawal changes it."""

    __tablename__ = "consent"

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(index=True)
    service_id: UUID
    """The recipient."""
    purpose: str
    evidence: bytes = Field(sa_type=LargeBinary)
    """Sealed with the case's key."""
    expires_on: date
    """The last day on which it holds."""
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawal_recorded_at: datetime | None = Field(default=None, sa_type=Instant)
    version: int = Field(sa_type=Integer)
    """Grows with every change: the ETag."""
    occurred_at: datetime = Field(sa_type=Instant)
    """When it was given."""
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


_consent = ConsentRow.__table__  # type: ignore[attr-defined]


async def add_consent(tx: Write, row: dict[str, Any]) -> None:
    """Write a consent that is given now."""
    stamp = {"version": 1, "recorded_at": tx.recorded_at, "revision": tx.number}
    await insert_rows(tx.connection, _consent, [row | stamp])


async def get_consent(read: Read, consent_id: UUID) -> Any:
    """Return the row of a consent.

    Raises:
        ConsentUnknown: There is none.
    """
    row = (await read.execute(select(_consent).where(_consent.c.id == consent_id))).one_or_none()
    if row is None:
        raise ConsentUnknown(consent=consent_id)
    return row


async def consents_of(read: Read, case_id: UUID) -> Sequence[Any]:
    """Return the rows of all consents of a case, the first given first."""
    mine = select(_consent).where(_consent.c.case_id == case_id)
    return (await read.execute(mine.order_by(_consent.c.occurred_at, _consent.c.revision))).all()


async def withdraw(tx: Write, consent: Any, at: datetime) -> None:
    """Note that a consent was withdrawn."""
    values = {
        "withdrawn_at": at,
        "withdrawal_recorded_at": tx.recorded_at,
        "version": consent.version + 1,
        "revision": tx.number,
    }
    await tx.execute(update(_consent).where(_consent.c.id == consent.id).values(values))
