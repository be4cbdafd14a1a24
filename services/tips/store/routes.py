"""Rules by which tips reach the competent body. What was in force on a day stays known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, select, update
from sqlmodel import Field

from contracts.events.tips import Category
from kernel.ids import UnitId
from runtime.database import Instant, Read, Write, insert_rows
from services.tips.domain.refusals import RouteUnknown
from services.tips.domain.routing import Route
from services.tips.store.table import TipsTable


class RouteRow(TipsTable, table=True):
    """One rule. Only its end is ever changed."""

    __tablename__ = "tip_route"

    id: UUID = Field(primary_key=True)
    unit_id: UUID = Field(index=True)
    """For which house, and the houses below it."""
    category: str | None = None
    function: str | None = None
    to_id: UUID | None = None
    from_on: date
    until_on: date | None = None
    """Exclusive end."""
    set_by_unit: UUID
    set_by: str
    set_at: datetime = Field(sa_type=Instant)
    etag: int = Field(sa_type=Integer)
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger)


_route = RouteRow.__table__  # type: ignore[attr-defined]


async def add_route(tx: Write, row: Mapping[str, Any]) -> None:
    """Keep a new rule."""
    stamp = {"etag": 1, "recorded_at": tx.recorded_at, "revision": tx.number}
    await insert_rows(tx.connection, _route, [{**row, **stamp}])


async def end_route(tx: Write, row: Any, until_on: date) -> None:
    """Write when a rule ends."""
    values = {"until_on": until_on, "etag": row.etag + 1, "revision": tx.number}
    await tx.execute(update(_route).where(_route.c.id == row.id).values(values))


async def get_route(read: Read, route_id: UUID) -> Any:
    """Return a rule.

    Raises:
        RouteUnknown: There is none.
    """
    row = (await read.execute(select(_route).where(_route.c.id == route_id))).one_or_none()
    if row is None:
        raise RouteUnknown(route=route_id)
    return row


async def rows_of(read: Read, units: Collection[UUID]) -> Sequence[Any]:
    """Return the rules that some units have set, in force or not, the oldest first."""
    mine = select(_route).where(_route.c.unit_id.in_(units))
    return (await read.execute(mine.order_by(_route.c.id))).all()


async def routes_of(read: Read, units: Collection[UUID]) -> Sequence[Route]:
    """Return the same as rules."""
    return [_read(row) for row in await rows_of(read, units)]


def _read(row: Any) -> Route:
    return Route(
        id=row.id,
        unit_id=UnitId(row.unit_id),
        category=None if row.category is None else Category(row.category),
        function=row.function,
        to=None if row.to_id is None else UnitId(row.to_id),
        from_on=row.from_on,
        until_on=row.until_on,
    )
