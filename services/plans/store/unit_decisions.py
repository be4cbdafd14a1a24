"""Decisions on units that were taken in: each once, known by its number and its day."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, UniqueConstraint, select
from sqlmodel import Field

from contracts.unit_decision import UnitDecision
from runtime.database import Instant, Read, Write, insert_rows
from services.plans.domain.refusals import DecisionDiffers, UnitDecisionUnknown
from services.plans.store.table import PlansTable


class UnitDecisionRow(PlansTable, table=True):
    """One decision."""

    __tablename__ = "unit_decision"
    __table_args__ = (UniqueConstraint("decision", "effective_on"),)

    id: UUID = Field(primary_key=True)
    decision: str
    effective_on: date
    reference: str
    digest: str
    """SHA-256 of what it said, in hex: tells whether it is the same when it comes again."""
    units: int
    """How many units it changed."""
    successions: int
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


_decision = UnitDecisionRow.__table__  # type: ignore[attr-defined]


async def find_unit_decision(read: Read, decision: UnitDecision) -> UUID | None:
    """Return the id under which a decision was taken in, or None if it is new.

    Raises:
        DecisionDiffers: It was taken in with other content.
    """
    same = (_decision.c.decision == decision.decision, _decision.c.effective_on == decision.on)
    row = (await read.execute(select(_decision.c.id, _decision.c.digest).where(*same))).one_or_none()
    if row is None:
        return None
    if row.digest != _digest(decision):
        raise DecisionDiffers(decision=decision.decision, day=decision.on.isoformat())
    return UUID(str(row.id))


async def add_unit_decision(
    tx: Write, decision_id: UUID, decision: UnitDecision, *, units: int, successions: int
) -> None:
    """Note that a decision was taken in, and how much it changed."""
    row = {
        "id": decision_id,
        "decision": decision.decision,
        "effective_on": decision.on,
        "reference": decision.reference,
        "digest": _digest(decision),
        "units": units,
        "successions": successions,
        "recorded_at": tx.recorded_at,
        "revision": tx.number,
    }
    await insert_rows(tx.connection, _decision, [row])


async def get_unit_decision(read: Read, decision_id: UUID) -> Any:
    """Return a decision's row.

    Raises:
        UnitDecisionUnknown: None has this id.
    """
    row = (await read.execute(select(_decision).where(_decision.c.id == decision_id))).one_or_none()
    if row is None:
        raise UnitDecisionUnknown(decision=str(decision_id))
    return row


def _digest(decision: UnitDecision) -> str:
    return sha256(decision.model_dump_json().encode()).hexdigest()
