"""Support cases: of a person, only a group and a unit stand in the clear; all else is sealed with the case's key."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary, select
from sqlmodel import Field

from runtime.database import Instant, Read, Write, insert_rows
from services.referrals.domain.case_reference import new_reference
from services.referrals.domain.refusals import CaseUnknown
from services.referrals.store.table import ReferralsTable


class CaseRow(ReferralsTable, table=True):
    """A support case."""

    __tablename__ = "support_case"

    id: UUID = Field(primary_key=True)
    reference: str = Field(unique=True)
    group: str = Field(index=True)
    unit_id: UUID
    """The administrative unit that the person belongs to."""
    holder_id: UUID
    """The unit whose worker keeps the case."""
    wrapped_key: str
    """The case's key, wrapped by the service's. Without it, nothing sealed of the case can be read again."""
    person: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Sealed details; none where the person is anonymous."""
    occurred_at: datetime = Field(sa_type=Instant)
    """When it was opened."""
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


class PersonReadingRow(ReferralsTable, table=True):
    """Somebody asked for a person's details. Rows are added, never changed."""

    __tablename__ = "person_reading"

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(index=True)
    client: str
    """The OAuth client that asked."""
    unit_id: UUID
    """The unit that it acted for."""
    occurred_at: datetime = Field(sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


_case = CaseRow.__table__  # type: ignore[attr-defined]
_reading = PersonReadingRow.__table__  # type: ignore[attr-defined]


async def add_case(tx: Write, row: dict[str, Any]) -> None:
    """Write a case, under a reference that no other case has."""
    reference = new_reference()
    while (await tx.execute(select(_case.c.id).where(_case.c.reference == reference))).first() is not None:
        reference = new_reference()
    stamped = row | {"reference": reference, "recorded_at": tx.recorded_at, "revision": tx.number}
    await insert_rows(tx.connection, _case, [stamped])


async def get_case(read: Read, case_id: UUID) -> Any:
    """Return the row of a case.

    Raises:
        CaseUnknown: There is none.
    """
    row = (await read.execute(select(_case).where(_case.c.id == case_id))).one_or_none()
    if row is None:
        raise CaseUnknown(case=case_id)
    return row


async def add_reading(tx: Write, row: dict[str, Any]) -> None:
    """Write down who asked for a person's details."""
    await insert_rows(tx.connection, _reading, [row | {"recorded_at": tx.recorded_at, "revision": tx.number}])


async def readings_of(read: Read, case_id: UUID) -> list[Any]:
    """Return who asked for a person's details, in order."""
    mine = select(_reading).where(_reading.c.case_id == case_id).order_by(_reading.c.revision)
    return list((await read.execute(mine)).all())
