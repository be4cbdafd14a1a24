"""Plans: one row each with where it stands, beside every version that was issued, word for word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, UniqueConstraint, select, update
from sqlmodel import Field

from contracts.plan import Plan
from contracts.plan_draft import PlanDraft
from runtime.database import Instant, Json, Read, Write, insert_rows
from runtime.http.pages import Followed, rows_after
from services.plans.domain.plan_state import PlanState
from services.plans.domain.refusals import PlanUnknown, SlugTaken, SymbolTaken
from services.plans.store.table import PlansTable


class PlanRow(PlansTable, table=True):
    """A plan as it stands."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("issuer_id", "symbol_year", "symbol"),)

    id: UUID = Field(primary_key=True)
    slug: str = Field(unique=True)
    state: str
    edition: int
    """Grows with every change: the ETag."""
    version: int
    """The newest version issued; 0 for a draft."""
    title: str
    symbol: str | None = None
    symbol_year: int
    """The year within which the symbol is unique: that of issue, or of the effective day where no other is known."""
    issuer_id: UUID = Field(index=True)
    issuer: str
    from_year: int
    until_year: int
    effective_on: date
    draft: dict[str, Any] | None = Field(default=None, sa_type=Json)
    """What was drafted; none once it is issued."""
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    close_reason: str = ""
    revision: int = Field(sa_type=BigInteger, index=True)


class PlanVersionRow(PlansTable, table=True):
    """One version of a plan, as it was issued. Rows are added, never changed."""

    __tablename__ = "plan_version"

    plan_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    effective_on: date
    decision: str
    document: dict[str, Any] = Field(sa_type=Json)
    occurred_at: datetime = Field(sa_type=Instant)
    """When it was issued or amended here."""
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


_plan = PlanRow.__table__  # type: ignore[attr-defined]
_version = PlanVersionRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """Which plans a list shows."""

    issuer: str | None = None
    """Code, as the plan has it: the issuer may be gone."""
    year: int | None = None
    """A year that the plan covers."""
    state: PlanState | None = None


async def add_draft(tx: Write, plan: Plan, draft: PlanDraft) -> None:
    """Write a new draft. `plan` is what it would be if it were issued now.

    Raises:
        SlugTaken, SymbolTaken: Another plan has its slug, or the symbol of the same issuer and year.
    """
    taken = select(_plan.c.id).where(_plan.c.slug == plan.slug)
    if (await tx.execute(taken)).scalar_one_or_none() is not None:
        raise SlugTaken(plan=plan.slug)
    await _ensure_symbol_is_free(tx, plan)
    where_it_stands = {"id": plan.plan_id, "slug": plan.slug, "state": PlanState.DRAFT, "edition": 1, "version": 0}
    row = where_it_stands | _said_by(plan) | {"draft": draft.model_dump(mode="json"), "revision": tx.number}
    await insert_rows(tx.connection, _plan, [row])


async def replace_draft(tx: Write, plan: Plan, draft: PlanDraft) -> None:
    """Write what a draft says now.

    Raises:
        SymbolTaken: Another plan of the same issuer and year has its symbol.
    """
    await _ensure_symbol_is_free(tx, plan)
    await _change(tx, plan.plan_id, _said_by(plan) | {"draft": draft.model_dump(mode="json")})


async def add_version(tx: Write, plan: Plan, occurred_at: datetime) -> None:
    """Write a version that is issued now, and make it the plan's newest.

    Raises:
        SymbolTaken: Another plan of the same issuer and year has its symbol.
    """
    await _ensure_symbol_is_free(tx, plan)
    row = {
        "plan_id": plan.plan_id,
        "version": plan.version,
        "effective_on": plan.effective_on,
        "decision": plan.decision,
        "document": plan.model_dump(mode="json"),
        "occurred_at": occurred_at,
        "recorded_at": tx.recorded_at,
        "revision": tx.number,
    }
    await insert_rows(tx.connection, _version, [row])
    issued = {"state": PlanState.ISSUED, "version": plan.version, "draft": None}
    await _change(tx, plan.plan_id, _said_by(plan) | issued)


async def close(tx: Write, plan_id: UUID, *, at: datetime, reason: str) -> None:
    """Note that a plan was closed."""
    await _change(tx, plan_id, {"state": PlanState.CLOSED, "closed_at": at, "close_reason": reason})


async def get_plan(read: Read, slug: str) -> Any:
    """Return a plan's row.

    Raises:
        PlanUnknown: No plan has this slug.
    """
    row = (await read.execute(select(_plan).where(_plan.c.slug == slug))).one_or_none()
    if row is None:
        raise PlanUnknown(plan=slug)
    return row


async def get_plan_by_id(read: Read, plan_id: UUID) -> Any:
    """Return the row of a plan that is known to exist."""
    return (await read.execute(select(_plan).where(_plan.c.id == plan_id))).one()


async def get_version(read: Read, slug: str, version: int) -> Any:
    """Return the row of one version of a plan.

    Raises:
        PlanUnknown: There is no such plan, or it has no such version.
    """
    row = (await read.execute(_versions_of(slug).where(_version.c.version == version))).one_or_none()
    if row is None:
        raise PlanUnknown(plan=f"{slug}, version {version}")
    return row


async def list_versions(read: Read, slug: str, *, beyond: int, limit: int) -> Sequence[Any]:
    """Return the rows of a plan's versions after the version `beyond`, the oldest first.

    Raises:
        PlanUnknown: No plan has this slug.
    """
    await get_plan(read, slug)
    statement = _versions_of(slug).where(_version.c.version > beyond).order_by(_version.c.version).limit(limit)
    return (await read.execute(statement)).all()


async def versions_after(read: Read, slug: str, *, after: int, limit: int) -> Followed:
    """Return the rows of a plan's versions that were issued after a revision.

    Raises:
        PlanUnknown: No plan has this slug.
    """
    await get_plan(read, slug)
    return await rows_after(read, _versions_of(slug).subquery(), after=after, limit=limit)


async def list_plans(read: Read, shown: PlanFilter, *, beyond: str | None, limit: int) -> Sequence[Any]:
    """Return rows of plans by slug, those after the slug `beyond`."""
    statement = select(_plan).order_by(_plan.c.slug).limit(limit)
    if beyond is not None:
        statement = statement.where(_plan.c.slug > beyond)
    if shown.issuer is not None:
        statement = statement.where(_plan.c.issuer == shown.issuer)
    if shown.year is not None:
        statement = statement.where(_plan.c.from_year <= shown.year, _plan.c.until_year >= shown.year)
    if shown.state is not None:
        statement = statement.where(_plan.c.state == shown.state)
    return (await read.execute(statement)).all()


async def plans_after(read: Read, *, after: int, limit: int) -> Followed:
    """Return the rows of plans that changed after a revision."""
    return await rows_after(read, _plan, after=after, limit=limit)


def _versions_of(slug: str) -> Select[Any]:
    return select(_version).join(_plan, _plan.c.id == _version.c.plan_id).where(_plan.c.slug == slug)


def _said_by(plan: Plan) -> dict[str, Any]:
    return {
        "title": plan.title,
        "symbol": plan.symbol,
        "symbol_year": (plan.issued_on or plan.effective_on).year,
        "issuer_id": plan.issuer_id,
        "issuer": plan.issuer,
        "from_year": plan.from_year,
        "until_year": plan.until_year,
        "effective_on": plan.effective_on,
    }


async def _ensure_symbol_is_free(read: Read, plan: Plan) -> None:
    said = _said_by(plan)
    same = (_plan.c[name] == said[name] for name in ("issuer_id", "symbol_year", "symbol"))
    other = select(_plan.c.slug).where(*same, _plan.c.id != plan.plan_id)
    slug = (await read.execute(other)).scalar_one_or_none() if plan.symbol is not None else None
    if slug is not None:
        raise SymbolTaken(symbol=plan.symbol, year=said["symbol_year"], plan=slug)


async def _change(tx: Write, plan_id: UUID, values: dict[str, Any]) -> None:
    stamped = values | {"edition": _plan.c.edition + 1, "revision": tx.number}
    await tx.execute(update(_plan).where(_plan.c.id == plan_id).values(stamped))
