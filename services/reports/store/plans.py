"""Plans as plans issued them, kept word for word in every version."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, select, update
from sqlmodel import Field

from contracts.plan import Plan, Rule
from runtime.database import Instant, Json, Read, Write, insert_new
from runtime.database.rows import insert_for
from services.reports.domain.refusals import PlanUnknown
from services.reports.store.table import ReportsTable


class PlanRow(ReportsTable, table=True):
    """A plan: its newest version, and whether its obligations are all there."""

    __tablename__ = "plan"

    id: UUID = Field(primary_key=True)
    slug: str = Field(unique=True)
    version: int
    generated_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the last of its obligations was written down. Until then what is counted is not all."""
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


class PlanVersionRow(ReportsTable, table=True):
    """One version of a plan, verbatim."""

    __tablename__ = "plan_version"

    plan_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    document: dict[str, Any] = Field(sa_type=Json)
    occurred_at: datetime = Field(sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


_plan = PlanRow.__table__  # type: ignore[attr-defined]
_version = PlanVersionRow.__table__  # type: ignore[attr-defined]


async def keep_version(tx: Write, plan: Plan, occurred_at: datetime) -> None:
    """Keep a version of a plan. Keeping it again changes nothing."""
    row = {
        "plan_id": plan.plan_id,
        "version": plan.version,
        "document": plan.model_dump(mode="json"),
        "occurred_at": occurred_at,
        "recorded_at": tx.recorded_at,
        "revision": tx.number,
    }
    if not await insert_new(tx.connection, _version, [row], _version.c.version):
        return
    statement = insert_for(tx.connection, _plan).values(
        id=plan.plan_id, slug=plan.slug, version=plan.version, revision=tx.number
    )
    newer = {"version": plan.version, "revision": tx.number}
    await tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=newer))


async def note_generated(tx: Write, plan_id: UUID) -> None:
    """Note that all obligations of a plan's first version are there."""
    mine = update(_plan).where(_plan.c.id == plan_id, _plan.c.generated_at.is_(None))
    await tx.execute(mine.values(generated_at=tx.recorded_at, revision=tx.number))


async def note_closed(tx: Write, plan_id: UUID, at: datetime) -> None:
    """Note that a plan was closed."""
    await tx.execute(update(_plan).where(_plan.c.id == plan_id).values(closed_at=at, revision=tx.number))


async def get_plan(read: Read, slug: str) -> Plan:
    """Return the newest version of a plan.

    Raises:
        PlanUnknown: None was issued under this slug.
    """
    newest = (
        select(_version.c.document)
        .join(_plan, _plan.c.id == _version.c.plan_id)
        .where(_plan.c.slug == slug, _version.c.version == _plan.c.version)
    )
    document = (await read.execute(newest)).scalar_one_or_none()
    if document is None:
        raise PlanUnknown(plan=slug)
    return Plan.model_validate(document)


async def get_plan_by_id(read: Read, plan_id: UUID) -> Plan:
    """Return the newest version of a plan that is known to exist."""
    slug = (await read.execute(select(_plan.c.slug).where(_plan.c.id == plan_id))).scalar_one()
    return await get_plan(read, slug)


async def list_plans(read: Read) -> Sequence[Plan]:
    """Return the newest version of every plan."""
    newest = (
        select(_version.c.document)
        .join(_plan, _plan.c.id == _version.c.plan_id)
        .where(_version.c.version == _plan.c.version)
        .order_by(_plan.c.slug)
    )
    return [Plan.model_validate(document) for document in (await read.execute(newest)).scalars()]


async def list_versions(read: Read, plan_id: UUID) -> Sequence[Any]:
    """Return the rows of all versions of a plan, the first one first."""
    mine = select(_version).where(_version.c.plan_id == plan_id).order_by(_version.c.version)
    return (await read.execute(mine)).all()


async def effective_days(read: Read, plan_id: UUID) -> list[date]:
    """Return the days on which the versions of a plan took effect, the first version's first."""
    return [date.fromisoformat(row.document["effective_on"]) for row in await list_versions(read, plan_id)]


async def list_rules(read: Read, plan_ids: Collection[UUID]) -> dict[tuple[UUID, str], Rule]:
    """Return the rules of plans by plan and code, in their newest wording.

    Those that an amendment dropped are among them: what was owed under them still has its receivers.
    """
    documents = select(_version.c.document).where(_version.c.plan_id.in_(plan_ids)).order_by(_version.c.version)
    plans = [Plan.model_validate(document) for document in (await read.execute(documents)).scalars()]
    return {(plan.plan_id, rule.code): rule for plan in plans for rule in plan.rules}


async def reminders_of(read: Read, plan_ids: Collection[UUID]) -> dict[tuple[UUID, str], int]:
    """Return how many days before its due instant an obligation is due soon, by plan and rule.

    The first wording of a rule says so, for all its obligations. Documents are not parsed: they are large.
    """
    documents = select(_version.c.plan_id, _version.c.document).where(_version.c.plan_id.in_(plan_ids))
    days: dict[tuple[UUID, str], int] = {}
    for row in (await read.execute(documents.order_by(_version.c.version))).all():
        for rule in row.document["rules"]:
            days.setdefault((row.plan_id, rule["code"]), rule["reminder_days"])
    return days


async def versions_after(read: Read, revision: int, newest: int) -> Sequence[Any]:
    """Return the rows of plan versions with a revision in (revision, newest], in order."""
    span = (_version.c.revision > revision, _version.c.revision <= newest)
    return (await read.execute(select(_version).where(*span).order_by(_version.c.revision))).all()


async def plans_after(read: Read, revision: int) -> Sequence[Any]:
    """Return the rows of plans with a revision after this one, in order."""
    return (await read.execute(select(_plan).where(_plan.c.revision > revision).order_by(_plan.c.revision))).all()
