"""Referrals: one row each with where it stands, beside the history of its states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, Select, select, update
from sqlmodel import Field

from runtime.database import Instant, Read, Write, insert_rows
from runtime.http.pages import Followed, rows_after
from services.referrals.domain.referral import OPEN, ReferralState
from services.referrals.domain.refusals import ReferralUnknown
from services.referrals.store.cases import CaseRow
from services.referrals.store.needs import NeedRow
from services.referrals.store.support_services import SupportServiceRow
from services.referrals.store.table import ReferralsTable


class ReferralRow(ReferralsTable, table=True):
    """A referral, and where it stands."""

    __tablename__ = "referral"

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(index=True)
    need_id: UUID = Field(index=True)
    service_id: UUID = Field(index=True)
    consent_id: UUID
    """The consent that it was requested under."""
    state: str
    delivered_on: date | None = None
    """The day on which the service was delivered: of completed ones."""
    version: int = Field(sa_type=Integer)
    """Grows with every change: the ETag."""
    requested_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


class ReferralHistoryRow(ReferralsTable, table=True):
    """One state of a referral. Rows are added, never changed."""

    __tablename__ = "referral_history"

    referral_id: UUID = Field(primary_key=True)
    version: int = Field(sa_type=Integer, primary_key=True)
    state: str
    client: str
    """The OAuth client that set it."""
    unit_id: UUID
    """The unit that it acted for."""
    occurred_at: datetime = Field(sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


_referral = ReferralRow.__table__  # type: ignore[attr-defined]
_history = ReferralHistoryRow.__table__  # type: ignore[attr-defined]
_case = CaseRow.__table__  # type: ignore[attr-defined]
_need = NeedRow.__table__  # type: ignore[attr-defined]
_service = SupportServiceRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class By:
    """Who set a state, and when."""

    client: str
    unit_id: UUID
    at: datetime


async def add_referral(tx: Write, row: dict[str, Any], by: By) -> None:
    """Write a referral that is requested now, and the beginning of its history."""
    requested = {"state": ReferralState.REQUESTED, "version": 1, "requested_at": by.at, "revision": tx.number}
    await insert_rows(tx.connection, _referral, [row | requested])
    await _remember(tx, row["id"], 1, ReferralState.REQUESTED, by)


async def move_referral(
    tx: Write, referral: Any, state: ReferralState, by: By, *, delivered_on: date | None = None
) -> None:
    """Write where a referral stands now."""
    version = referral.version + 1
    values = {"state": state, "delivered_on": delivered_on, "version": version, "revision": tx.number}
    await tx.execute(update(_referral).where(_referral.c.id == referral.id).values(values))
    await _remember(tx, referral.id, version, state, by)


async def get_referral(read: Read, referral_id: UUID) -> Any:
    """Return the row of a referral, with its parties, its case's reference and the kind of its need.

    Raises:
        ReferralUnknown: There is none.
    """
    row = (await read.execute(_with_parties().where(_referral.c.id == referral_id))).one_or_none()
    if row is None:
        raise ReferralUnknown(referral=referral_id)
    return row


async def open_referrals(read: Read, case_id: UUID, service_id: UUID) -> Sequence[Any]:
    """Return the rows of a case's referrals to a service from which something can still come."""
    mine = (_referral.c.case_id == case_id, _referral.c.service_id == service_id, _referral.c.state.in_(OPEN))
    return (await read.execute(select(_referral).where(*mine).order_by(_referral.c.id))).all()


async def list_referrals(read: Read, *, beyond: UUID | None, limit: int) -> Sequence[Any]:
    """Return rows of referrals as `get_referral` does, by id: those after the id `beyond`."""
    statement = _with_parties().order_by(_referral.c.id).limit(limit)
    if beyond is not None:
        statement = statement.where(_referral.c.id > beyond)
    return (await read.execute(statement)).all()


async def referrals_after(read: Read, *, after: int, limit: int) -> Followed:
    """Return the rows of referrals that changed after a revision, by whole revisions."""
    return await rows_after(read, _with_parties().subquery(), after=after, limit=limit)


async def history_of(read: Read, referral_id: UUID) -> Sequence[Any]:
    """Return the rows of a referral's states, in order."""
    mine = select(_history).where(_history.c.referral_id == referral_id)
    return (await read.execute(mine.order_by(_history.c.version))).all()


def _with_parties() -> Select[Any]:
    return (
        select(_referral, _case.c.reference, _case.c.holder_id, _need.c.kind, _service.c.provider_id)
        .join(_case, _case.c.id == _referral.c.case_id)
        .join(_need, _need.c.id == _referral.c.need_id)
        .join(_service, _service.c.id == _referral.c.service_id)
    )


async def _remember(tx: Write, referral_id: UUID, version: int, state: ReferralState, by: By) -> None:
    row = {
        "referral_id": referral_id,
        "version": version,
        "state": state,
        "client": by.client,
        "unit_id": by.unit_id,
        "occurred_at": by.at,
        "recorded_at": tx.recorded_at,
        "revision": tx.number,
    }
    await insert_rows(tx.connection, _history, [row])
