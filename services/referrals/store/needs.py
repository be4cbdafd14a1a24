"""What persons need, and the decisions whether they are eligible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, LargeBinary, select
from sqlmodel import Field

from runtime.database import Instant, Read, Write, insert_rows
from services.referrals.domain.refusals import NeedUnknown
from services.referrals.store.table import ReferralsTable


class NeedRow(ReferralsTable, table=True):
    """A need of a case."""

    __tablename__ = "need"

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(index=True)
    kind: str
    occurred_at: datetime = Field(sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


class DecisionRow(ReferralsTable, table=True):
    """A decision on eligibility. Rows are added, never changed: the latest counts."""

    __tablename__ = "eligibility_decision"

    id: UUID = Field(primary_key=True)
    need_id: UUID = Field(index=True)
    positive: bool = Field(sa_type=Boolean)
    reason: bytes = Field(sa_type=LargeBinary)
    """Sealed with the case's key."""
    unit_id: UUID
    """The unit that decided."""
    occurred_at: datetime = Field(sa_type=Instant)
    """When it was decided."""
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


_need = NeedRow.__table__  # type: ignore[attr-defined]
_decision = DecisionRow.__table__  # type: ignore[attr-defined]

IN_ORDER = (_decision.c.occurred_at, _decision.c.revision)
"""The order of decisions: equal instants go by revision."""


async def add_need(tx: Write, row: dict[str, Any]) -> None:
    """Write a need."""
    await insert_rows(tx.connection, _need, [row | {"recorded_at": tx.recorded_at, "revision": tx.number}])


async def add_decision(tx: Write, row: dict[str, Any]) -> None:
    """Write a decision."""
    await insert_rows(tx.connection, _decision, [row | {"recorded_at": tx.recorded_at, "revision": tx.number}])


async def get_need(read: Read, case_id: UUID, need_id: UUID) -> Any:
    """Return the row of a need of a case.

    Raises:
        NeedUnknown: The case has no such need.
    """
    row = (await read.execute(select(_need).where(_need.c.id == need_id, _need.c.case_id == case_id))).one_or_none()
    if row is None:
        raise NeedUnknown(case=case_id, need=need_id)
    return row


async def get_need_by_id(read: Read, need_id: UUID) -> Any:
    """Return the row of a need that is known to exist."""
    return (await read.execute(select(_need).where(_need.c.id == need_id))).one()


async def get_decision(read: Read, decision_id: UUID) -> Any:
    """Return the row of a decision that is known to exist."""
    return (await read.execute(select(_decision).where(_decision.c.id == decision_id))).one()


async def needs_of(read: Read, case_id: UUID) -> Sequence[Any]:
    """Return the rows of a case's needs, the first stated first."""
    return (await read.execute(select(_need).where(_need.c.case_id == case_id).order_by(_need.c.revision))).all()


async def latest_decisions(read: Read, case_id: UUID) -> dict[UUID, Any]:
    """Return the row of the latest decision on each need of a case that has one, by the need's id."""
    mine = select(_decision).join(_need, _need.c.id == _decision.c.need_id).where(_need.c.case_id == case_id)
    return {row.need_id: row for row in (await read.execute(mine.order_by(*IN_ORDER))).all()}
